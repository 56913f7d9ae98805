"""What a desk shows: how far the cases of an office have come, by when each step is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from app.engine.audit import AuditEntry
from app.engine.cases.claims import Application, Claim, Notice
from app.engine.cases.states import WAITING
from app.engine.oversight.figures import InMonth, monthly, months_of
from app.engine.oversight.limits import ONE_DAY, Limits, limit_rows, since
from app.engine.programme import Programme
from app.engine.statements import gather
from app.registers.calendar.workdays import confirmed_days
from app.registers.models import Employer

STALE_AFTER = timedelta(days=30)
"""A draft that nobody has sent in by then is asked about."""
ENDED = "ended"
"""The step of claims in publicity whose notice has ended; a state of the desk alone."""
ON_THE_WAY = ("draft", "returned", *WAITING)
RECENT, LOOKED_THROUGH = 6, 300


@dataclass(frozen=True)
class Step:
    """Claims of one programme at one step: their number, their sum in CNY, the earliest day from which its limit counts.

    `application` is the one that they all belong to, None where there are several.
    """

    programme: str
    state: str
    count: int
    amount: Decimal
    since: date | None
    application: int | None = None


@dataclass(frozen=True)
class Ending:
    """A notice that ends in the days asked for."""

    number: str
    ends_on: date
    people: int


@dataclass(frozen=True)
class Touched:
    """An application that a person worked on, with the employer's name where it has one."""

    programme: str
    number: str
    employer: str | None
    id: int


@dataclass(frozen=True)
class Desk:
    """What the cases in scope say to one person; `touched` begins with the latest."""

    steps: Sequence[Step]
    endings: Sequence[Ending]
    touched: Sequence[Touched]
    months: Sequence[InMonth]
    limits: Limits


def desk_of(
    session: Session, user_id: int, programmes: Mapping[str, Programme], span: tuple[date, date], today: date
) -> Desk:
    """Return what stands on a person's desk, in one statement; `span` are the days whose endings of publicity count."""
    first, last = span
    steps, endings, touched, months, days, values = gather(
        session,
        _steps(today),
        _endings(first, last),
        _touched(user_id),
        monthly(today),
        confirmed_days(first),
        limit_rows(),
    )
    return Desk(
        [Step(*row) for row in steps],
        [Ending(*row) for row in endings],
        [Touched(*row) for row in touched],
        months_of(months, today),
        Limits.of(days, values, programmes),
    )


def due(step: Step, limits: Limits, today: date) -> date | None:
    """Return the day by which a step's first case must have gone on; None for one without a limit."""
    if step.state == "returned":
        return today
    if step.since is None:
        return None
    if step.state == "draft":
        return step.since + STALE_AFTER
    if step.state == ENDED:
        return step.since + ONE_DAY
    return limits.due(step.programme, step.state, step.since)


def _steps(today: date) -> Select:
    """Select where the open claims are, and what was paid this year."""
    state = case(((Claim.state == "publicizing") & (Notice.ends_on < today), ENDED), else_=Claim.state).label(
        "step"
    )
    begun = case((Claim.state == "draft", Application.created_on), else_=since())
    this_year = (Claim.state == "disbursed") & (Claim.paid_on >= today.replace(month=1, day=1))
    first, last = func.min(Claim.application_id), func.max(Claim.application_id)
    only = case((first == last, first))
    wanted = (
        select(Claim.programme, state, func.count(), func.sum(Claim.amount), func.min(begun), only)
        .join(Application, Application.id == Claim.application_id)
        .outerjoin(Notice, Notice.id == Claim.notice_id)
    )
    return wanted.where(Claim.state.in_(ON_THE_WAY) | this_year).group_by(Claim.programme, state)


def _endings(first: date, last: date) -> Select:
    """Select the notices that end in these days, by day."""
    wanted = select(Notice.number, Notice.ends_on, func.count(Claim.id)).join(
        Claim, Claim.notice_id == Notice.id
    )
    running = wanted.where(Notice.ends_on.between(first, last), Claim.state == "publicizing")
    return running.group_by(Notice.id).order_by(Notice.ends_on, Notice.number)


def _touched(user_id: int) -> Select:
    """Select the applications that a person worked on last, the latest first."""
    own = (
        select(AuditEntry.id, AuditEntry.application_id)
        .where(AuditEntry.actor_id == user_id, AuditEntry.application_id.is_not(None))
        .order_by(AuditEntry.id.desc())
        .limit(LOOKED_THROUGH)
        .subquery()
    )
    last = func.max(own.c.id).label("entry")
    by_application = select(own.c.application_id, last).group_by(own.c.application_id)
    latest = by_application.order_by(last.desc()).limit(RECENT).subquery()
    return (
        select(Application.programme, Application.number, Employer.name, Application.id)
        .join(latest, latest.c.application_id == Application.id)
        .outerjoin(Employer, Employer.id == Application.employer_id)
        .order_by(latest.c.entry.desc())
    )
