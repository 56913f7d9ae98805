"""Claims of a programme in every state that a screen shows, written directly: how they come about is tested elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.cases.accounts import Details, add_account
from app.engine.cases.claims import Application, Claim, Notice
from app.engine.cases.payments import PaymentList
from app.engine.casework.batch import Batch
from app.engine.programme import Programme
from app.engine.sheets import Column, Kind, parse_row
from app.registers.models import Employer, Person
from app.registers.organisation import Office, Staff
from tests.desk.clerks import ACCOUNT
from tests.desk.days import after

CLAIM_STATES = ("draft", "submitted", "approved", "publicizing", "publicized")
OPENS, CLOSES = after(-21), after(-3)
TYPED = {Kind.TEXT: "某", Kind.DATE: f"{OPENS}", Kind.PHONE: "13800000000"}
"""What is typed into a cell of a kind, where the sheet shows no example; a number into any other."""
OF_TYPE = {str: "某", date: OPENS, bool: True}
"""What stands in a column that no sheet fills; a number in any other."""


def build(session: Session, office: Office, programmes: Iterable[Programme]) -> None:
    """One application of each programme that nobody wrote cases for, with a claim of another person in each state."""
    for programme in programmes:
        if session.scalar(select(Claim.id).where(Claim.programme == programme.code).limit(1)) is None:
            fill(session, office, programme)


def fill(session: Session, office: Office, programme: Programme) -> None:
    here = select(Person.id).where(Person.region_code == office.region_code).order_by(Person.id)
    people = list(session.scalars(here.limit(len(CLAIM_STATES))))
    own = values(programme) | ({"insured_region": office.region_code} if programme.placed else {})
    file(session, programme, _application(session, office, programme), people, lambda person: own)


def values(programme: Programme) -> dict[str, object]:
    """What a claim keeps of its row: the sheet's own examples as they are read; without a sheet, by the columns' types."""
    typed = {column.field: _typed(column) for column in programme.sheet.columns}
    read = parse_row(programme.sheet, typed, 1, today=OPENS).values if programme.by_sheet else {}
    columns = programme.claim.__mapper__.columns
    kept = {n: read.get(n) or OF_TYPE.get(columns[n].type.python_type, 1) for n in programme.kept}
    return stored(programme, kept)


def stored(programme: Programme, kept: Mapping[str, object]) -> dict[str, object]:
    """The columns of a claim that keeps some values."""
    own = {name: value for name, value in kept.items() if not programme.is_column(name)}
    return {name: value for name, value in kept.items() if name not in own} | ({"own": own} if own else {})


def _typed(column: Column) -> str:
    return column.example or (column.labels[0] if column.choices else TYPED.get(column.kind, "1"))


def _application(session: Session, office: Office, programme: Programme) -> Application:
    firms = select(Employer.id).where(Employer.region_code == office.region_code).order_by(Employer.id)
    return programme.application(
        programme=programme.code,
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
    number = f"{session.get(Office, application.office_id).code}-{OPENS:%Y}-001"
    notice = Notice(number=f"{programme.prefix}-GS-{number}", starts_on=OPENS, ends_on=CLOSES, **common)
    paid = PaymentList(number=f"{programme.prefix}-FF-{number}", made_on=CLOSES, **common)
    session.add_all((application, notice, paid))
    session.flush()
    for state, person in zip(CLAIM_STATES, people, strict=True):
        session.add(
            programme.claim(
                programme=programme.code,
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
