"""A defined register as its file brings it: its columns are read by their types, all such rows go one way into one table."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from app.kernel.dates import add_months
from app.kernel.errors import BadValue
from app.kernel.identifiers import citizen_id
from app.kernel.messages import N_
from app.kernel.text import squeeze
from app.registers.definitions import library
from app.registers.definitions.definition import (
    CHOICE,
    DATE,
    DECIMAL,
    MONEY,
    MONTH,
    REGION,
    SUBJECTS,
    TEXT,
    WHOLE,
    YES_NO,
    Column,
    Definition,
)
from app.registers.loads import cells
from app.registers.loads.cells import Known, Reader
from app.registers.loads.kinds import REGISTERS, Register

CENTS = 2
APART = "\x1f"
"""Stands between the parts of a key; no cell holds a control character."""
_ID = re.compile(r"[0-9]{17}[0-9Xx]")
_YES_NO = {"1": True, "0": False, "是": True, "否": False}

SUBJECTS_OF_ROWS = "LEFT JOIN persons p USING (id_hash) LEFT JOIN employers e USING (uscc)"
STAGED = "id_hash bytea, uscc text, region_code text, key text, first date, last date, facts jsonb"
STORE = f"""
    INSERT INTO register_facts AS held
        (register, person_id, employer_id, region_code, follows, key, valid, facts, load_id)
    SELECT :register, p.id, e.id, coalesce(s.region_code, p.region_code, e.region_code),
           CASE WHEN s.region_code IS NOT NULL THEN NULL WHEN p.id IS NOT NULL THEN 'person' ELSE 'employer' END,
           s.key, daterange(s.first, s.last, '[]'), s.facts, :load
    FROM staged_facts s {SUBJECTS_OF_ROWS}
    ORDER BY p.id, e.id, s.key
    ON CONFLICT ON CONSTRAINT register_fact_key DO UPDATE
    SET region_code = excluded.region_code, follows = excluded.follows, valid = excluded.valid, facts = excluded.facts,
        load_id = excluded.load_id
    WHERE (held.region_code, held.valid, held.facts) IS DISTINCT FROM
          (excluded.region_code, excluded.valid, excluded.facts)
"""  # noqa: S608  # nosec B608  # constants
COVERAGE = f"""
    SELECT coalesce(s.region_code, p.region_code, e.region_code),
           coalesce(min(s.first), CAST(:today AS date)),
           coalesce(least(max(coalesce(s.last, s.first)), CAST(:today AS date)), CAST(:today AS date))
    FROM staged_facts s {SUBJECTS_OF_ROWS}
    WHERE coalesce(s.region_code, p.region_code, e.region_code) IS NOT NULL GROUP BY 1
"""  # noqa: S608  # nosec B608  # constants
STORED_JOIN = f"""
    {SUBJECTS_OF_ROWS}
    LEFT JOIN register_facts held ON held.register = :register AND held.key = s.key
        AND held.employer_id IS NOT DISTINCT FROM e.id AND held.person_id IS NOT DISTINCT FROM p.id
"""


@dataclass(frozen=True)
class DefinedRegister(Register):
    """A kind of file whose columns stand in a definition."""

    definition: Definition = field(kw_only=True)

    @property
    def table(self) -> str:
        return "staged_facts"

    def stage(self, rows: Iterable[tuple], hashes: Mapping[str, bytes]) -> Iterator[tuple]:
        """Yield rows as `STAGED` says."""
        for row in rows:
            values = dict(zip(self.columns, row, strict=True))
            kept = {
                code: _kept(self.definition.by_code[code], values[code]) for code in self.definition.by_code
            }
            yield (
                hashes.get(values.get("citizen_id", "")),
                values.get("uscc"),
                values.get(self.place),
                APART.join(str(kept[code]) for code in self.definition.key),
                *_span(self.definition, values),
                json.dumps({code: value for code, value in kept.items() if value is not None}),
            )


def find_register(session: Session, kind: str) -> Register:
    """Return one of the five registers, or a defined one. Raises NotFound."""
    return REGISTERS.get(kind) or register_of(library.find(session, kind))


def register_of(definition: Definition) -> DefinedRegister:
    """Return how a defined register's files are taken in."""
    subjects = {
        SUBJECTS[one]: reader for one, reader in (("person", cells.person), ("employer", cells.employer))
        if one in definition.of
    }  # fmt: skip
    others = [column.code for column in definition.columns if column.code not in definition.key]
    ordered = [definition.by_code[code] for code in (*definition.key, *others)]
    facts = {f"fact_{n}": code for n, code in enumerate(others)}
    first, last = definition.first, definition.last
    return DefinedRegister(
        kind=definition.code,
        columns={**subjects, **{column.code: _reader(definition, column) for column in ordered}},
        key_length=len(subjects) + len(definition.key),
        staged=STAGED,
        store=STORE,
        coverage=COVERAGE,
        stored_join=STORED_JOIN,
        facts={code: f"facts->>:{name}" for name, code in facts.items()},
        period=(first, last) if first and last and first != last else None,
        by_day=definition.first is not None,
        place=definition.region or "",
        parameters={"register": definition.code, **facts},
        definition=definition,
    )


def _span(definition: Definition, values: Mapping[str, date | None]) -> tuple[date | None, date | None]:
    """Return the first and the last day on which a row holds, a month being all its days; None where it is open."""
    if definition.first is None:
        return None, None
    first, last = values[definition.first], values[definition.last] if definition.last else None
    if last is not None and definition.by_code[definition.first].type == MONTH:
        last = add_months(last, 1) - timedelta(days=1)
    return first, last


def _kept(column: Column, value: object) -> str | int | bool | None:
    """Return a value as `RegisterFact.facts` keeps it."""
    match value:
        case date():
            return f"{value:%Y-%m}" if column.type == MONTH else value.isoformat()
        case Decimal():
            return f"{value:.{CENTS if column.type == MONEY else column.places}f}"
        case str() | int() | None:
            return value
    raise TypeError(type(value))


def _reader(definition: Definition, column: Column) -> Reader:
    """Return what reads a column's cells; a first day, or month, can't lie ahead."""
    if column.code == definition.first:
        return cells.month if column.type == MONTH else cells.day
    read = READERS[column.type](column)
    return _required(read) if column.required else _or_none(read)


def _required(read: Reader) -> Reader:
    def required(text: str, known: Known) -> object:
        if not text.strip() or (value := read(text, known)) is None:
            raise BadValue(N_("不能为空。"))
        return value

    return required


def _or_none(read: Reader) -> Reader:
    return lambda text, known: read(text, known) if text.strip() else None


def _text(column: Column) -> Reader:
    plain = cells.optional(column.longest)

    def read(text: str, known: Known) -> str | None:
        value = plain(text, known)
        if any(citizen_id.is_valid(number.upper(), known.today) for number in _ID.findall(value or "")):
            raise BadValue(N_("这一栏不能填写公民身份号码，号码只能填在“citizen_id”一栏。"))
        return value

    return read


def _choice(column: Column) -> Reader:
    """Read a code, or a title as people write it."""
    words = {squeeze(title.zh): code for code, title in column.choices.items()}
    words |= {code: code for code in column.choices}

    def read(text: str, known: Known) -> str:
        code = words.get(squeeze(text))
        if code is None:
            titles = "、".join(f"{code}（{title.zh}）" for code, title in column.choices.items())
            raise BadValue(N_("只能填：{codes}。"), codes=titles)
        return code

    return read


def _yes_no(column: Column) -> Reader:
    def read(text: str, known: Known) -> bool:
        answer = _YES_NO.get(squeeze(text))
        if answer is None:
            raise BadValue(N_("只能填 1（是）或 0（否）。"))
        return answer

    return read


def _number(places: int) -> Reader:
    form = re.compile(rf"[0-9]{{1,12}}(\.[0-9]{{1,{places}}})?" if places else "[0-9]{1,9}")

    def read(text: str, known: Known) -> Decimal | int:
        bare = squeeze(text)
        if not form.fullmatch(bare):
            if not places:
                raise BadValue(N_("只能填不超过9位的整数，不带逗号和单位。"))
            raise BadValue(N_("只能填数字，最多{places}位小数，不带逗号和单位。"), places=places)
        return Decimal(bare) if places else int(bare)

    return read


READERS: Mapping[str, Callable[[Column], Reader]] = {
    TEXT: _text,
    CHOICE: _choice,
    YES_NO: _yes_no,
    WHOLE: lambda column: _number(0),
    DECIMAL: lambda column: _number(column.places),
    MONEY: lambda column: _number(CENTS),
    DATE: lambda column: cells.end_or_none,
    MONTH: lambda column: cells.month_or_none,
    REGION: lambda column: cells.region,
}
