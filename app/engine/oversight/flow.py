"""How far the cases of an office have come, step by step, and by when each step is due (domain §11's default limits)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.engine.audit import AuditEntry
from app.engine.cases.claims import Application, Claim, Notice
from app.registers.calendar.workdays import WorkCalendar
from app.registers.models import Employer

REVIEW_DAYS, PAY_DAYS = 10, 5
"""Working days after the submission, and after the end of the publicity."""
STALE_AFTER = timedelta(days=30)
"""A draft that nobody has sent in by then is asked about."""
ENDED = "ended"
"""The step of claims in publicity whose notice has ended; a state of the desk alone."""
OPEN_STATES = ("draft", "returned", "submitted", "approved", "publicizing", "publicized")
RECENT, LOOKED_THROUGH = 6, 300
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """Claims of one programme at one step: their number, their sum in CNY, the earliest day from which its limit counts."""

    programme: str
    state: str
    count: int
    amount: Decimal
    since: date | None


@dataclass(frozen=True)
class Ending:
    """A notice that ends in the days asked for."""

    notice_id: int
    number: str
    programme: str
    ends_on: date
    people: int


def steps(session: Session, today: date) -> list[Step]:
    """Return where the open claims in scope are, and what was paid this year, in one statement."""
    state = case(((Claim.state == "publicizing") & (Notice.ends_on < today), ENDED), else_=Claim.state).label(
        "step"
    )
    since = case(
        (Claim.state == "draft", Application.created_on),
        (Claim.state == "submitted", Claim.submitted_on),
        (Claim.state.in_(("publicizing", "publicized")), Notice.ends_on),
    )
    this_year = (Claim.state == "disbursed") & (Claim.paid_on >= today.replace(month=1, day=1))
    wanted = (
        select(Claim.programme, state, func.count(), func.sum(Claim.amount), func.min(since))
        .join(Application, Application.id == Claim.application_id)
        .outerjoin(Notice, Notice.id == Claim.notice_id)
        .where(Claim.state.in_(OPEN_STATES) | this_year)
        .group_by(Claim.programme, state)
    )
    return [Step(*row) for row in session.execute(wanted)]


def due(step: Step, calendar: WorkCalendar, today: date) -> date | None:
    """Return the day by which a step's first case must have gone on; None for one without a limit."""
    if step.state == "returned":
        return today
    if step.since is None:
        return None
    if step.state == "draft":
        return step.since + STALE_AFTER
    if step.state == "submitted":
        return calendar.reach(step.since + ONE_DAY, REVIEW_DAYS)
    if step.state == "publicized":
        return calendar.reach(step.since + ONE_DAY, PAY_DAYS)
    return step.since + ONE_DAY if step.state == ENDED else None


def endings(session: Session, first: date, last: date) -> list[Ending]:
    """Return the notices in scope that end from `first` to `last`, by day."""
    wanted = (
        select(Notice.id, Notice.number, Notice.programme, Notice.ends_on, func.count(Claim.id))
        .join(Claim, Claim.notice_id == Notice.id)
        .where(Notice.ends_on.between(first, last), Claim.state == "publicizing")
        .group_by(Notice.id)
        .order_by(Notice.ends_on, Notice.number)
    )
    return [Ending(*row) for row in session.execute(wanted)]


def touched(session: Session, user_id: int) -> Sequence[tuple[Application, str | None]]:
    """Return the applications that a person worked on last, with their employers' names, the latest first."""
    own = (
        select(AuditEntry.id, AuditEntry.application_id)
        .where(AuditEntry.actor_id == user_id, AuditEntry.application_id.is_not(None))
        .order_by(AuditEntry.id.desc())
        .limit(LOOKED_THROUGH)
        .subquery()
    )
    last = func.max(own.c.id)
    latest = (
        select(own.c.application_id, last.label("entry"))
        .group_by(own.c.application_id)
        .order_by(last.desc())
        .limit(RECENT)
        .subquery()
    )
    wanted = (
        select(Application, Employer.name)
        .join(latest, latest.c.application_id == Application.id)
        .outerjoin(Employer, Employer.id == Application.employer_id)
        .order_by(latest.c.entry.desc())
    )
    return [(application, name) for application, name in session.execute(wanted)]
