"""Claims of a programme in every state that a screen shows, written directly: how they come about is tested elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.cases.accounts import Details, add_account
from app.engine.cases.claims import Application, Claim, Notice
from app.engine.cases.payments import PaymentList
from app.engine.casework.batch import Batch
from app.engine.programme import Programme
from app.registers.models import Employer, Person
from app.registers.organisation import Office, Staff
from tests.desk.clerks import ACCOUNT
from tests.desk.days import after

CLAIM_STATES = ("draft", "submitted", "approved", "publicizing", "publicized")
OPENS, CLOSES = after(-21), after(-3)


def build(session: Session, office: Office, programmes: Iterable[Programme]) -> None:
    """One application of each programme that nobody wrote cases for, with a claim of another person in each state."""
    for programme in programmes:
        if session.scalar(select(Claim.id).where(Claim.programme == programme.code).limit(1)) is None:
            here = select(Person.id).where(Person.region_code == office.region_code).order_by(Person.id)
            people = list(session.scalars(here.limit(len(CLAIM_STATES))))
            file(session, programme, _application(session, office, programme), people)


def _application(session: Session, office: Office, programme: Programme) -> Application:
    firms = select(Employer.id).where(Employer.region_code == office.region_code).order_by(Employer.id)
    return programme.application(
        number=f"{programme.prefix}-{office.code}-{OPENS:%Y}-001",
        office_id=office.id,
        employer_id=session.scalars(firms.limit(1)).one(),
        insured_region=office.region_code,
        created_on=OPENS,
        created_by=session.scalars(select(Staff.user_id).where(Staff.office_id == office.id).limit(1)).one(),
    )


def file(
    session: Session,
    programme: Programme,
    application: Application,
    people: Iterable[int],
    own: Callable[[int], dict[str, object]] = lambda person: {},
) -> None:
    """Give an application an account, a notice, a payment list, and a claim of each person with what is its own."""
    payee = session.get(Employer, application.employer_id)
    details = Details(kind="basic", holder=payee.name, **ACCOUNT)
    application.account_id = add_account(session, current_app.extensions["vault"], payee, details).id
    batch = session.scalars(select(Batch.id)).first()
    common = {"programme": programme.code, "office_id": application.office_id, "batch_id": batch}
    number = f"510104-{OPENS:%Y}-001"
    notice = Notice(number=f"{programme.prefix}-GS-{number}", starts_on=OPENS, ends_on=CLOSES, **common)
    paid = PaymentList(number=f"{programme.prefix}-FF-{number}", made_on=CLOSES, **common)
    session.add_all((application, notice, paid))
    session.flush()
    for state, person in zip(CLAIM_STATES, people, strict=True):
        session.add(
            programme.claim(
                application_id=application.id,
                office_id=application.office_id,
                person_id=person,
                employer_id=application.employer_id,
                state=state,
                amount=Decimal("600.00"),
                policy={},
                account_id=application.account_id,
                name=session.get(Person, person).name_folded,
                notice_id=notice.id if state.startswith("public") else None,
                payment_list_id=paid.id if state == "publicized" else None,
                **own(person),
            )
        )
    session.flush()
