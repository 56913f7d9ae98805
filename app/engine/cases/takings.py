"""Whether an application still takes people in, and whether it was ever sent in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engine.cases.claims import Application, Claim
from app.engine.cases.states import EDITABLE
from app.kernel.errors import Refused
from app.kernel.messages import N_


def takes_people(states: Collection[str]) -> bool:
    """Return whether it takes people: not once somebody in it was paid and nobody is left to be corrected."""
    return "disbursed" not in states or not set(EDITABLE).isdisjoint(states)


def states_of(session: Session, application_id: int) -> set[str]:
    """Return the states that its people are in."""
    return set(session.scalars(select(Claim.state).where(Claim.application_id == application_id).distinct()))


def refuse_when_paid(session: Session, application: Application) -> None:
    """Raise Refused for an application that takes nobody in any more."""
    if not takes_people(states_of(session, application.id)):
        raise Refused(
            N_("申请{number}已经发放，且没有待修改的人员，不能再加入人员。请为新的人员另行新建申请。"),
            number=application.number,
        )


def sent_in_on(session: Session, application_id: int) -> date | None:
    """Return the day on which the first of its people were submitted; None of what is only a draft."""
    first = func.min(func.coalesce(Claim.first_submitted_on, Claim.submitted_on))
    return session.scalar(select(first).where(Claim.application_id == application_id))


def was_sent_in(session: Session, application_id: int, states: Collection[str]) -> bool:
    """Return whether anybody in it was ever submitted; reads the claims only where their states leave it open."""
    return not set(states) <= {"draft", "withdrawn"} or sent_in_on(session, application_id) is not None
