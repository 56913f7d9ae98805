"""The SQL of calculations, built so that no value makes a statement fail: what can't be worked out is NULL, which is unknown.

Each argument stands once in what is built, so that nesting doesn't multiply a statement.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Numeric,
    case,
    cast,
    extract,
    func,
    literal_column,
    not_,
    null,
    select,
)

from app.engine.rules.offered.ages import DELAYS

FAR_DAYS, FAR_MONTHS = 4_000_000, 130_000
"""Beyond these a date leaves the calendar, whatever it was."""
CYCLES_DAYS = 50 * 146_097
CYCLES: ColumnElement = literal_column("interval '20000 years'")
"""Whole cycles of the calendar, by which sums are moved to where PostgreSQL has room before and after."""
BEFORE: ColumnElement = literal_column("DATE '20000-12-31'")
AFTER: ColumnElement = literal_column("DATE '30000-01-01'")
"""The days beside the moved calendar."""


def once(build: Callable[..., ColumnElement], *values: ColumnElement) -> ColumnElement:
    """Build from values that are worked out once, however often they stand in what is built."""
    named = select(*(value.label(f"v{n}") for n, value in enumerate(values))).subquery()
    return select(build(*named.c)).scalar_subquery()


def add_days(day: ColumnElement, days: ColumnElement) -> ColumnElement:
    """Express a day some days later, NULL outside the calendar."""
    moved = day.op("+", return_type=Date())(CYCLES_DAYS).op("+", return_type=Date())(_whole(days, FAR_DAYS))
    return _in_calendar(moved).op("-", return_type=Date())(CYCLES_DAYS)


def add_months(day: ColumnElement, months: ColumnElement) -> ColumnElement:
    """Express a day some months later, at the month's end where it lacks that day; NULL outside the calendar."""
    span = func.make_interval(literal_column("20000"), _whole(months, FAR_MONTHS))
    return cast(_in_calendar(cast(day.op("+")(span), Date)).op("-")(CYCLES), Date)


def days_between(later: ColumnElement, earlier: ColumnElement) -> ColumnElement:
    """Express how many days lie between two."""
    return cast(later.op("-", return_type=Integer())(earlier), Numeric)


def months_between(later: ColumnElement, earlier: ColumnElement) -> ColumnElement:
    """Express how many months lie between two, by their names alone."""
    return once(lambda one, other: _month(one) - _month(other), later, earlier)


def whole_months(earlier: ColumnElement, later: ColumnElement) -> ColumnElement:
    """Express the greatest n for which `earlier` and n months are not after `later`."""

    def build(since: ColumnElement, until: ColumnElement) -> ColumnElement:
        named = _month(until) - _month(since)
        return named - case((add_months(since, named) > until, 1), else_=0)

    return once(build, earlier, later)


def age(birth: ColumnElement, day: ColumnElement) -> ColumnElement:
    """Express the years that somebody has completed on a day."""
    return func.trunc(whole_months(birth, day) / 12)


def retirement_day(birth: ColumnElement, former: ColumnElement) -> ColumnElement:
    """Express the statutory day of retirement for a former age of 60, 55 or 50; unknown for any other."""

    def build(born: ColumnElement, years: ColumnElement) -> ColumnElement:
        days = []
        for until, first, step, most in DELAYS:
            late = func.least(func.trunc((_month(born) - first * 12 - 1) / step) + 1, most)
            months = case((_month(born) > first * 12, late), else_=0)
            days.append((years == until, add_months(born, until * 12 + months)))
        return case(*days, else_=null())

    return once(build, birth, former)


def divide(one: ColumnElement, other: ColumnElement) -> ColumnElement:
    """Express a quotient, NULL for a division by zero."""
    return one / func.nullif(other, 0)


def rounded(number: ColumnElement, places: ColumnElement) -> ColumnElement:
    """Express a number rounded half away from zero to 0 to 6 places, as money is."""
    return func.round(number, cast(func.least(func.greatest(places, 0), 6), Integer))


def least(*values: ColumnElement) -> ColumnElement:
    """Express the least of values; unknown where one of them is (PostgreSQL's own leaves NULL out)."""
    return once(lambda *them: case((_all_known(them), func.least(*them)), else_=null()), *values)


def greatest(*values: ColumnElement) -> ColumnElement:
    """Express the greatest of values; unknown where one of them is."""
    return once(lambda *them: case((_all_known(them), func.greatest(*them)), else_=null()), *values)


def chosen(condition: ColumnElement, one: ColumnElement, other: ColumnElement) -> ColumnElement:
    """Express one of two values; unknown where the condition is."""
    return once(lambda met: case((met, one), (not_(met), other)), condition)


def known(value: ColumnElement) -> ColumnElement:
    """Express whether a value is known: what is unknown elsewhere is a plain no here."""
    return value.is_not(None)


def month_of(day: ColumnElement) -> ColumnElement:
    """Express the first day of a day's month."""
    return cast(func.date_trunc("month", day), Date)


def _month(day: ColumnElement) -> ColumnElement:
    return cast(extract("year", day) * 12 + extract("month", day), Numeric)


def _all_known(values: tuple[ColumnElement, ...]) -> ColumnElement:
    return func.num_nulls(*values) == 0


def _whole(number: ColumnElement, far: int) -> ColumnElement:
    """Return a number as an integer that can be added to any date; a farther one, or none, leads out of the calendar."""
    return cast(func.trunc(func.least(func.greatest(number, -far), far)), Integer)


def _in_calendar(day: ColumnElement) -> ColumnElement:
    """Return a moved day within the calendar: `least` and `greatest` leave NULL out, so that it becomes a day beside it, which is none."""
    capped = func.nullif(func.least(day, AFTER), AFTER)
    return func.nullif(func.greatest(capped, BEFORE), BEFORE, type_=Date())
