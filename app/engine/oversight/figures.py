"""What an office has done, in figures: cases by state, cases and money by month, what the rules refused.

Every statement is the session's, so that each office counts its own subtree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import CompoundSelect, Select, SQLColumnExpression, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from app.engine.cases.claims import Application, Check, Claim, FailedRow
from app.engine.cases.states import STATES
from app.engine.rules.rule import FAIL, UNKNOWN
from app.kernel.dates import add_months

MONTHS = 12
SENT, PAID = "sent", "paid"


@dataclass(frozen=True)
class InState:
    """Claims of one programme in one state; `amount` in CNY."""

    programme: str
    state: str
    count: int
    amount: Decimal


@dataclass(frozen=True)
class InMonth:
    """What was submitted and what was paid in one month (YYYY-MM); `amount` in CNY."""

    month: str
    submitted: int = 0
    paid: int = 0
    amount: Decimal = Decimal(0)


@dataclass(frozen=True)
class Refusals:
    """How many people and rows one rule stopped."""

    programme: str
    rule: str
    count: int


def first_day(today: date) -> date:
    """Return the first of the twelve months that end with today's."""
    return add_months(today.replace(day=1), 1 - MONTHS)


def counting(states: Collection[str]) -> Select:
    """Return a statement of (programme, state, count, sum): claims of all time in some states."""
    wanted = select(Claim.programme, Claim.state, func.count(), func.sum(Claim.amount))
    return wanted.where(Claim.state.in_(states)).group_by(Claim.programme, Claim.state)


def by_state(session: Session) -> list[InState]:
    """Return claims of all time."""
    return [InState(*row) for row in session.execute(counting(STATES))]


def by_month(session: Session, today: date) -> list[InMonth]:
    """Return the last twelve months, empty ones too: claims by the day on which they were first sent in, money by the day of payment."""
    return months_of(session.execute(select(monthly(today).subquery())), today)


def monthly(today: date) -> CompoundSelect:
    """Return a statement of (kind, month, count, amount): what was sent in and what was paid, by month."""
    first = first_day(today)
    sent_on = func.coalesce(Claim.first_submitted_on, Claim.submitted_on)
    sent, paid = _monthly(SENT, sent_on), _monthly(PAID, Claim.paid_on)
    return union_all(
        sent.where(sent_on >= first), paid.where(Claim.paid_on >= first, Claim.state == "disbursed")
    )


def months_of(rows: Iterable[tuple[str, str, int, Decimal]], today: date) -> list[InMonth]:
    """Return the twelve months of what `monthly` selects."""
    sums = {(kind, month): (count, amount) for kind, month, count, amount in rows}
    months = [f"{add_months(first_day(today), n):%Y-%m}" for n in range(MONTHS)]
    nothing = (0, Decimal(0))
    return [
        InMonth(month, sums.get((SENT, month), nothing)[0], *sums.get((PAID, month), nothing))
        for month in months
    ]


def refusals(session: Session, today: date) -> list[Refusals]:
    """Count refusals by rule, most first: rows that wait for a correction, and claims that a check of twelve months stopped."""
    row = func.jsonb_array_elements(FailedRow.findings, type_=JSONB).column_valued(
        "finding", joins_implicitly=True
    )
    rows = select(
        Application.programme, row["rule"].astext.label("rule"), FailedRow.id.label("one")
    ).join_from(FailedRow, Application, Application.id == FailedRow.application_id)
    element = func.jsonb_array_elements(Check.findings, type_=JSONB).column_valued(
        "finding", joins_implicitly=True
    )
    claims = (
        select(Claim.programme, element["rule"].astext.label("rule"), (-Claim.id).label("one"))
        .join_from(Check, Claim, Claim.id == Check.claim_id)
        .where(Check.stops, Check.day >= first_day(today))
    )
    stopped = union_all(
        rows.where(row["verdict"].astext.in_((FAIL, UNKNOWN))),
        claims.where(element["verdict"].astext.in_((FAIL, UNKNOWN))),
    ).subquery()
    count = func.count(stopped.c.one.distinct())
    wanted = select(stopped.c.programme, stopped.c.rule, count).group_by(stopped.c.programme, stopped.c.rule)
    return [Refusals(*row) for row in session.execute(wanted.order_by(count.desc(), stopped.c.rule))]


def _monthly(kind: str, day: SQLColumnExpression) -> Select:
    month = func.to_char(day, "YYYY-MM")
    count, amount = func.count().label("count"), func.sum(Claim.amount).label("amount")
    return select(literal(kind).label("kind"), month.label("month"), count, amount).group_by(month)
