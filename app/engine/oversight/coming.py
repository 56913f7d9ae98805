"""What a policy officer's desk shows: dated values, next year's calendar, what each programme has paid, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, Numeric, Select, and_, case, cast, extract, func, select
from sqlalchemy.orm import Session

from app.engine.cases.claims import Claim
from app.engine.oversight.figures import InMonth, monthly, months_of
from app.engine.policy_values import IN_FORCE, PolicyValue
from app.engine.statements import gather
from app.registers.models import CalendarDay, CalendarYear

REFUSED = ("rejected", "publicity_failed", "revoked")
DECIDED = ("approved", "publicizing", "publicized", "disbursed", *REFUSED)


class OfYear(NamedTuple):
    """A programme's year: people and CNY paid, decided and refused among those sent in this year, days from first submission to payment."""

    programme: str
    people: int
    amount: Decimal
    decided: int
    refused: int
    days: Decimal | None
    post_checks: int

    @property
    def passed(self) -> int | None:
        """Per cent of what was decided."""
        return round(100 * (self.decided - self.refused) / self.decided) if self.decided else None


@dataclass(frozen=True)
class CalendarPlan:
    """A year's arrangement: whether it is there, confirmed, and by month (days off, days made up for)."""

    year: int
    there: bool
    confirmed: bool
    months: Mapping[int, tuple[int, int]]


@dataclass(frozen=True)
class PolicyDesk:
    values: Sequence[PolicyValue]
    plan: CalendarPlan
    years: Sequence[OfYear]
    months: Sequence[InMonth]


def policy_desk(session: Session, today: date) -> PolicyDesk:
    """Return the desk of the province's policy officer."""
    row = PolicyValue
    values, years, days, sums, months = gather(
        session,
        select(
            row.id, row.programme, row.parameter, row.value, row.starts_on, row.ends_on, row.document
        ).where(IN_FORCE, row.region_code.is_(None)),
        select(CalendarYear.year, CalendarYear.confirmed_on).where(CalendarYear.year == today.year + 1),
        _days(today.year + 1),
        _sums(today),
        monthly(today),
    )
    names = ("id", "programme", "parameter", "value", "starts_on", "ends_on", "document")
    return PolicyDesk(
        [PolicyValue(**dict(zip(names, one, strict=True))) for one in values],
        CalendarPlan(
            today.year + 1,
            bool(years),
            bool(years and years[0][1]),
            {int(month): (off, made_up) for month, off, made_up in days},
        ),
        [OfYear(*one) for one in sums],
        months_of(months, today),
    )


def _days(year: int) -> Select:
    month = extract("month", CalendarDay.day)
    off, made_up = _count(~CalendarDay.working), _count(CalendarDay.working.is_(True))
    return select(month, off, made_up).where(CalendarDay.year == year).group_by(month)


def _sums(today: date) -> Select:
    """Select what was paid and decided this year, programme by programme."""
    first = today.replace(month=1, day=1)
    sent = func.coalesce(Claim.first_submitted_on, Claim.submitted_on)
    paid = and_(Claim.state == "disbursed", Claim.paid_on >= first)
    decided = and_(Claim.state.in_(DECIDED), sent >= first)
    return (
        select(
            Claim.programme,
            _count(paid),
            func.coalesce(func.sum(case((paid, Claim.amount))), 0).label("paid"),
            _count(decided),
            _count(and_(decided, Claim.state.in_(REFUSED))),
            cast(func.avg(case((paid, Claim.paid_on - sent))), Numeric).label("days"),
            _count(and_(paid, Claim.post_check)),
        )
        .where((sent >= first) | (Claim.paid_on >= first))
        .group_by(Claim.programme)
    )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
