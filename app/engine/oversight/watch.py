"""What an auditor's desk shows: payments to look into, counts of what looks unusual, seals, look-ups, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from app.engine.audit import AuditEntry
from app.engine.cases.claims import Check, Claim
from app.engine.oversight.sealing import LEAF, Seal
from app.engine.statements import gather
from app.kernel.dates import SHANGHAI, add_months
from app.registers.models import Employer, Person

SHOWN, DAYS = 7, 30
ZONE = "Asia/Shanghai"
FIRST_HOUR, LAST_HOUR = 7, 20
"""What is done before and after is counted as out of hours."""
MOVES = (
    *("submit", "approve", "approve_second", "reject", "return"),
    *("publicize", "pass_publicity", "list", "disburse"),
)
REFUSED, REVOKED, OBJECTED, CORRECTED = "attempt_refused", "revoke", "objection", "correct_account"
REVEALED, EXPORTED, LATE = "reveal", "export", "late"
COUNTED = (REFUSED, REVOKED, OBJECTED, CORRECTED, REVEALED, EXPORTED)
"""Events that are counted by themselves; `LATE` are moves out of hours."""


class PostCheck(NamedTuple):
    """A payment that a rule would stop today: whose, how much (CNY), when it was paid, the rules by code."""

    claim_id: int
    programme: str
    person_id: int
    name: str
    employer: str | None
    amount: Decimal
    paid_on: date | None
    findings: Sequence[dict] | None


class Sealed(NamedTuple):
    """A day of seals: how many entries they close."""

    day: date
    entries: int


class LastSeal(NamedTuple):
    number: int
    at: str
    head: str
    entries: int
    tail: int


class Look(NamedTuple):
    """Somebody looked at a number in full."""

    who: str
    at: str
    subject: str | None


@dataclass(frozen=True)
class Watch:
    """`counts`: what → (this month, the month before)."""

    checks: Sequence[PostCheck]
    waiting: int
    counts: Mapping[str, tuple[int, int]]
    sealed: Sequence[Sealed]
    last: LastSeal | None
    looks: Sequence[Look]


def watch(session: Session, today: date) -> Watch:
    """Return the desk of an auditor's scope."""
    checks, waiting, counts, sealed, last, looks = gather(
        session,
        _checks(),
        select(func.count(Claim.id)).where(Claim.post_check),
        _counts(today),
        _sealed(),
        _last(),
        _looks(),
    )
    return Watch(
        [PostCheck(*row) for row in checks],
        waiting[0][0],
        {what: (now, before) for what, now, before in counts},
        [Sealed(*row) for row in sealed],
        LastSeal(*last[0]) if last else None,
        [Look(*row) for row in looks],
    )


def _checks() -> Select:
    """Select the payments to look into, the oldest first, each with what its last check found."""
    check = aliased(Check)
    last = select(check.findings).where(check.claim_id == Claim.id, check.phase == "disburse")
    wanted = (
        select(
            Claim.id,
            Claim.programme,
            Claim.person_id,
            Person.name,
            Employer.name,
            Claim.amount,
            Claim.paid_on,
            last.order_by(check.id.desc()).limit(1).correlate(Claim).scalar_subquery(),
        )
        .join(Person, Person.id == Claim.person_id)
        .outerjoin(Employer, Employer.id == Claim.employer_id)
    )
    return wanted.where(Claim.post_check).order_by(Claim.paid_on, Claim.id).limit(SHOWN)


def _counts(today: date) -> Select:
    """Select by kind how many there were this month and in the one before."""
    month = today.replace(day=1)
    first, this = (datetime.combine(day, time(), SHANGHAI) for day in (add_months(month, -1), month))
    at = func.timezone(ZONE, AuditEntry.at)
    hour, day = extract("hour", at), extract("isodow", at)
    odd = or_(hour < FIRST_HOUR, hour >= LAST_HOUR, day > 5)
    late = and_(AuditEntry.event.in_(MOVES), odd, AuditEntry.actor_id.is_not(None))
    what = case((AuditEntry.event.in_(COUNTED), AuditEntry.event), else_=literal(LATE)).label("what")
    own = func.coalesce(AuditEntry.batch_id, cast(AuditEntry.id, String))

    def within(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(case((condition, own)).distinct())

    wanted = select(what, within(AuditEntry.at >= this), within(AuditEntry.at < this))
    return wanted.where(AuditEntry.at >= first, AuditEntry.event.in_(COUNTED) | late).group_by(what)


def _sealed() -> Select:
    """Select the days of the last seals, the latest first."""
    day = cast(func.timezone(ZONE, Seal.sealed_at), Date).label("day")
    entries = func.sum(func.length(Seal.leaves) / LEAF)
    return select(day, cast(entries, String)).group_by(day).order_by(day.desc()).limit(DAYS)


def _last() -> Select:
    newest = select(func.max(Seal.number)).scalar_subquery()
    tail = select(func.count(AuditEntry.id)).where(AuditEntry.id > Seal.last_id).correlate(Seal)
    return select(
        Seal.number,
        func.to_char(func.timezone(ZONE, Seal.sealed_at), "YYYY-MM-DD HH24:MI"),
        func.encode(Seal.head, "hex", type_=String),
        Seal.last_id,
        tail.scalar_subquery(),
    ).where(Seal.number == newest)


def _looks() -> Select:
    at = func.to_char(func.timezone(ZONE, AuditEntry.at), "MM-DD HH24:MI")
    wanted = select(AuditEntry.actor_name, at, AuditEntry.subject).where(AuditEntry.event == REVEALED)
    return wanted.order_by(AuditEntry.id.desc()).limit(SHOWN)
