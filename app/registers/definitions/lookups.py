"""What rules ask of a defined register: SQL of the answer, and SQL of whether the register can know it.

An answer is an expression over a batch's candidates (`app/engine/rules/running.py`), whose transaction holds what the
registers cover in `covered`. It looks across regions, as rules do, so it reads the table as such and not within a scope.
"No row" and "never loaded, or not up to that day" differ: only the second is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Interval,
    Numeric,
    Select,
    Text,
    and_,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    select,
    table,
)

from app.kernel.messages import N_
from app.registers.definitions.definition import (
    CHOICE,
    DATE,
    DECIMAL,
    EMPLOYER,
    MONEY,
    MONTH,
    PERSON,
    WHOLE,
    YES_NO,
    Definition,
)
from app.registers.definitions.models import RegisterFact

FACTS = RegisterFact.__table__.c
COVERED = table("covered", column("kind"), column("region_code"), column("months"))
A_MONTH = literal_column("interval '1 month'", Interval)
NUMBERS = (WHOLE, DECIMAL, MONEY)
SQL_TYPES: Mapping[str, Any] = {
    YES_NO: Boolean,
    WHOLE: Integer,
    DECIMAL: Numeric,
    MONEY: Numeric,
    DATE: Date,
    MONTH: Date,
}
"""Of all other types: text."""
MONTHS, TOTAL = N_("月数"), N_("合计")
"""What the names of questions end with; expressions are written in Chinese."""

Wanted: TypeAlias = Mapping[str, Any]
"""Column → the value that it must have, or a list of values of which it must have one: of Python, or SQL."""


@dataclass(frozen=True)
class Subject:
    """Of whom one asks: SQL of ids, of the region whose coverage counts, and of today. Rows of an employer that isn't given are of any."""

    region: ColumnElement[str]
    today: ColumnElement
    person: ColumnElement[int] | None = None
    employer: ColumnElement[int] | None = None


@dataclass(frozen=True)
class Answer:
    """SQL of an answer, and of whether the register can know it; where it can't, the value means nothing."""

    value: ColumnElement
    known: ColumnElement[bool]

    @property
    def or_unknown(self) -> ColumnElement:
        """The value, NULL where it isn't known."""
        return case((self.known, self.value))


@dataclass(frozen=True)
class Question:
    """A question that has a name; what it takes and gives are types of columns, `ask` builds the answer of a subject."""

    code: str
    title: str
    takes: tuple[str, ...]
    gives: str
    ask: Callable[..., Answer]


class Lookups:
    """The questions to one register. Days and months are SQL of dates, a month its first day; both ends of a window count."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition

    def holds(self, of: Subject, day: ColumnElement, wanted: Wanted | None = None) -> Answer:
        """Ask whether a row with these values is valid on a day."""
        return Answer(exists(self._rows(of, wanted, literal(1)).where(_valid_on(day))), self.knows(of, day))

    def value(self, of: Subject, day: ColumnElement, code: str, wanted: Wanted | None = None) -> Answer:
        """Ask for a column of the row that is valid on a day, of several the one that began last; NULL without one."""
        rows = self._rows(of, wanted, self._typed(code)).where(_valid_on(day))
        newest = rows.order_by(func.lower(FACTS.valid).desc().nulls_last(), FACTS.id.desc()).limit(1)
        return Answer(newest.scalar_subquery(), self.knows(of, day))

    def record(
        self, of: Subject, day: ColumnElement, wanted: Wanted | None = None, *, oldest: bool = False
    ) -> Answer:
        """Ask for the id of the row that is valid on a day, of several the one that began last, or first; NULL without one."""
        begins = func.lower(FACTS.valid)
        order = begins.asc() if oldest else begins.desc().nulls_last()
        rows = self._rows(of, wanted, FACTS.id).where(_valid_on(day))
        return Answer(rows.order_by(order, FACTS.id.desc()).limit(1).scalar_subquery(), self.knows(of, day))

    def months(
        self, of: Subject, first: ColumnElement, last: ColumnElement, wanted: Wanted | None = None
    ) -> Answer:
        """Ask in how many months of a window a row with these values begins."""
        month = func.date_trunc("month", func.lower(FACTS.valid))
        rows = self._rows(of, wanted, func.count(month.distinct())).where(_within(first, last))
        return Answer(rows.scalar_subquery(), self.knows_months(of, first, last))

    def total(
        self,
        of: Subject,
        first: ColumnElement,
        last: ColumnElement,
        code: str,
        wanted: Wanted | None = None,
    ) -> Answer:
        """Ask for the sum of a column over the rows with these values that begin in a window of months; 0 without one."""
        rows = self._rows(of, wanted, func.coalesce(func.sum(self._typed(code)), 0))
        return Answer(rows.where(_within(first, last)).scalar_subquery(), self.knows_months(of, first, last))

    def knows(self, of: Subject, day: ColumnElement) -> ColumnElement[bool]:
        """Express that the region's rows are loaded for each month from the first load to the day, or to today if that is earlier.

        What was before the first load is no gap, unless the day itself is. A register of rows that hold always is
        known once it is loaded.
        """
        whole = self._whole_months(of)
        if self.definition.first is None:
            return whole.is_not(None)
        month = _month(func.least(cast(day, Date), of.today))
        since = func.least(func.coalesce(func.lower(whole), month), month)
        return and_(day.is_not(None), _contains(whole, since, _next(month)))

    def knows_months(self, of: Subject, first: ColumnElement, last: ColumnElement) -> ColumnElement[bool]:
        """Express that each month of a window is loaded for the region; those still to come lack nowhere."""
        begin, end = _month(first), _next(_month(func.least(cast(last, Date), of.today)))
        inside = _contains(self._whole_months(of), begin, func.greatest(begin, end))
        return and_(first.is_not(None), last.is_not(None), inside)

    def questions(self) -> list[Question]:
        """Return the questions that definitions of subsidies may ask by name; a total is offered for each choice of the key too."""
        own, title = self.definition.code, self.definition.title.zh
        questions = [Question(own, title, (DATE,), YES_NO, self.holds)]
        for each in self.definition.columns:
            questions.append(
                Question(
                    f"{own}_{each.code}", f"{title}_{each.title.zh}", (DATE,), each.type, self._of(each.code)
                )
            )
        if self.definition.first is None:
            return questions
        questions.append(Question(f"{own}_months", f"{title}_{MONTHS}", (MONTH, MONTH), WHOLE, self.months))
        for each in (one for one in self.definition.columns if one.type in NUMBERS):
            code, called = f"{own}_{each.code}", f"{title}_{each.title.zh}"
            for suffix, name, wanted in self._parts():
                questions.append(
                    Question(
                        f"{code}_total{suffix}",
                        f"{called}{name}_{TOTAL}",
                        (MONTH, MONTH),
                        each.type,
                        self._total_of(each.code, wanted),
                    )
                )
        return questions

    def _of(self, code: str) -> Callable[..., Answer]:
        return lambda of, day: self.value(of, day, code)

    def _total_of(self, code: str, wanted: Wanted) -> Callable[..., Answer]:
        return lambda of, first, last: self.total(of, first, last, code, wanted)

    def _parts(self) -> list[tuple[str, str, Wanted]]:
        """Return what a total may be of: everything, and each choice of the key's columns."""
        parts: list[tuple[str, str, Wanted]] = [("", "", {})]
        for each in (self.definition.by_code[code] for code in self.definition.key):
            if each.type == CHOICE:
                parts += [
                    (f"_{code}", f"_{title.zh}", {each.code: code}) for code, title in each.choices.items()
                ]
        return parts

    def _rows(self, of: Subject, wanted: Wanted | None, what: ColumnElement) -> Select:
        """Select from the subject's rows; one that is asked of nobody would answer for everybody."""
        subjects = {PERSON: (FACTS.person_id, of.person), EMPLOYER: (FACTS.employer_id, of.employer)}
        given = [
            own == theirs
            for name, (own, theirs) in subjects.items()
            if name in self.definition.of and theirs is not None
        ]
        if self.definition.of and not given:
            raise ValueError(f"{self.definition.code} is of {self.definition.of}")
        values = [self._is(code, value) for code, value in (wanted or {}).items()]
        rows = select(what).where(FACTS.register == self.definition.code, *given, *values)
        return rows.correlate_except(RegisterFact.__table__)

    def _is(self, code: str, value: Any) -> ColumnElement[bool]:
        own = self._typed(code)
        return (
            own.in_(value) if isinstance(value, Collection) and not isinstance(value, str) else own == value
        )

    def _typed(self, code: str) -> ColumnElement:
        """Return a column's value in its type; a month as its first day. Raises KeyError."""
        own, type_ = FACTS.facts[code].astext, self.definition.by_code[code].type
        if type_ == MONTH:
            own = own.concat("-01")
        return cast(own, SQL_TYPES.get(type_, Text))

    def _whole_months(self, of: Subject) -> ColumnElement:
        """Return the months of which the region's coverage holds a day, as a multirange of days; NULL without any."""
        mine = (COVERED.c.kind == self.definition.code) & (COVERED.c.region_code == of.region)
        return select(COVERED.c.months).where(mine).correlate_except(COVERED).scalar_subquery()


def _valid_on(day: ColumnElement) -> ColumnElement[bool]:
    return FACTS.valid.op("@>")(cast(day, Date))


def _within(first: ColumnElement, last: ColumnElement) -> ColumnElement[bool]:
    """Express that a row begins in a window of months."""
    begins = func.lower(FACTS.valid)
    return and_(begins >= _month(first), begins < _next(_month(last)))


def _month(day: ColumnElement) -> ColumnElement:
    """Return the first day of a day's month."""
    return cast(func.date_trunc("month", day), Date)


def _next(month: ColumnElement) -> ColumnElement:
    return cast(month + A_MONTH, Date)


def _contains(whole: ColumnElement, first: ColumnElement, end: ColumnElement) -> ColumnElement[bool]:
    return func.coalesce(whole.op("@>")(func.daterange(first, end)), False)
