"""At which office a case lies: the competent one of a programme, and the one whose clerks work on it now."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engine.cases.claims import Application, Claim
from app.engine.cases.states import EDITABLE
from app.engine.scope import OPEN
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.registers.models import Employer, Person
from app.registers.organisation import Office

TAKEN_IN, INSURED_REGION, REGISTRATION, HOUSEHOLD = "taken_in", "insured_region", "registration", "household"
COMPETENCES = (TAKEN_IN, INSURED_REGION, REGISTRATION, HOUSEHOLD)
"""Whose cases a programme's are: of the office that took them in, or the one above it that decides; of where the unit
insures; of where it is registered; of the person who applies, by the register."""


def competent_office(
    session: Session,
    competent: str,
    receiver: Office,
    employer_id: int | None,
    insured_region: str | None,
    payee_person_id: int | None,
) -> Office:
    """Return the office whose case an application is to be. Raises Refused where the register names no region for it."""
    if competent == TAKEN_IN:
        return receiver if receiver.kind is None else session.get_one(Office, receiver.parent_id)
    regions = {
        INSURED_REGION: lambda: insured_region,
        REGISTRATION: lambda: _region_of(session, Employer, employer_id),
        HOUSEHOLD: lambda: _region_of(session, Person, payee_person_id),
    }
    region = regions[competent]()
    own = select(Office).where(Office.region_code == region, Office.kind.is_(None))
    office = session.scalars(own.order_by(func.length(Office.path), Office.id).limit(1)).first()
    if office is None:
        raise Refused(N_("登记库中没有申请人所属地区，不能确定由哪个机构办理。请先补正登记，再新建申请。"))
    return office


def _region_of(session: Session, model: type[Employer] | type[Person], pk: int | None) -> str | None:
    """Return where somebody is registered, wherever that is: a whole number finds everybody."""
    return session.scalar(select(model.region_code).where(model.id == pk), execution_options=OPEN)


def office_of_claim(claim: Claim) -> int:
    """Return the office whose clerks work on a claim: the one that took it in until it is handed on and while it is sent back."""
    receiver = claim.application.received_by_id if claim.state in EDITABLE else None
    return receiver or claim.office_id


def office_of_application(application: Application, states: Collection[str]) -> int:
    """Return the same of an application with people in these states."""
    handed_on = not set(states) <= {"withdrawn"} and set(EDITABLE).isdisjoint(states)
    return application.office_id if handed_on else application.received_by_id or application.office_id
