"""What an expression became: SQL over a candidate, and the questions that it asks of registers beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, literal_column

from app.registers.written import Written, written
from app.studio.expressions.kind import Kind
from app.studio.expressions.vocabulary import Lookup, Name

SOURCE = """LATERAL (SELECT {given} OFFSET 0) {name}_given,
    LATERAL (SELECT known, CASE WHEN known THEN {value} END AS value FROM (SELECT {known} AS known OFFSET 0) k OFFSET 0) {name}"""
"""What a question is given, whether its register can know, and its answer: each is worked out once, as OFFSET has it."""


@dataclass(frozen=True)
class Inquiry:
    """A question that an expression asks: its source beside the candidates, whose columns are `known` and `value`.

    `answer` is what the expression reads of it, `given` the SQL of its values.
    """

    source: str
    lookup: Lookup
    answer: Name
    given: tuple[ColumnElement, ...]

    @property
    def places(self) -> list[ColumnElement]:
        """Where the values that it was given stand."""
        kinds = enumerate(self.lookup.takes)
        return [literal_column(f"{self.source}_given.v{n}", kind.sql) for n, kind in kinds]

    def sql(self, prefix: str) -> Written:
        """Return the items of a FROM clause that ask it."""
        answer = self.lookup.ask(*self.places)
        given = [written(one, f"{prefix}_g{n}") for n, one in enumerate(self.given)]
        value, known = written(answer.value, f"{prefix}_v"), written(answer.known, f"{prefix}_k")
        columns = ", ".join(f"{one.sql} AS v{n}" for n, one in enumerate(given))
        text = SOURCE.format(given=columns, known=known.sql, value=value.sql, name=self.source)
        return Written(text, {k: v for one in (*given, value, known) for k, v in one.values.items()})


@dataclass(frozen=True)
class Expression:
    """A compiled expression: its SQL, the kind of its value, and the names that it read and questions that it asked, its evidence."""

    written: str
    sql: ColumnElement
    kind: Kind
    names: Mapping[str, Name]
    inquiries: tuple[Inquiry, ...] = ()

    def statement(self, prefix: str) -> Written:
        """Return the SQL as text with named values, and these; `prefix` keeps them apart from those of other statements."""
        sql, values = written(self.sql, prefix)
        if not self.inquiries:
            return Written(sql, values)
        sources, more = self.sources(prefix)
        return Written(f"(SELECT {sql} FROM {sources})", values | more)  # noqa: S608  # nosec B608  # of the compiler

    def sources(self, prefix: str) -> Written:
        """Return what the questions add to a FROM clause, each after those that it was given the answers of."""
        sources = [one.sql(f"{prefix}_{one.source}") for one in self.inquiries]
        values = {name: value for one in sources for name, value in one.values.items()}
        return Written(",\n    ".join(one.sql for one in sources), values)
