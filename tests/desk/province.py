"""A small province for the tests of moves: two counties, their people at the desk, and people whom the rules let pass."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from app.demo.users import PASSWORD
from app.engine.access.accounts import make_user
from app.engine.actor import Actor
from app.engine.cases.accounts import Account, Details
from app.engine.cases.claims import Application, Claim
from app.engine.casework import batch
from app.engine.casework.batch import Batch, BatchRow
from app.engine.intake.applications import open_application
from app.engine.scope import Scope, seeing
from app.kernel.messages import Message
from app.registers.models import Coverage, Employer, Person, RegisterLoad
from app.registers.organisation import Office
from tests.desk.subsidies import HIRING as PROGRAMME

PREFECTURE, JINJIANG, QINGYANG = "510100", "510104", "510105"
CONTRACT_START = date(2026, 3, 1)
TODAY = date(2026, 11, 23)
KINDS = ("persons", "employers", "contributions", "unemployment", "transfers")
LOGINS = {
    "clerk": (JINJIANG, ("clerk",)),
    "reviewer": (JINJIANG, ("reviewer",)),
    "cashier": (JINJIANG, ("cashier",)),
    "both": (JINJIANG, ("clerk", "reviewer")),
    "approver_cashier": (JINJIANG, ("reviewer", "cashier")),
    "clerk_b": (QINGYANG, ("clerk",)),
    "reviewer_b": (QINGYANG, ("reviewer",)),
    "prefecture": (PREFECTURE, ("reviewer", "cashier")),
}

MONTHS_PAID = """
    INSERT INTO contributions (person_id, employer_id, insured_region, month, paid)
    SELECT p.id, e.id, e.region_code, m, true
    FROM persons p, employers e,
         unnest(ARRAY[DATE '2026-03-01', DATE '2027-12-01']) m
    WHERE p.id = ANY(:people)
"""
REGISTERED = """
    INSERT INTO unemployment (person_id, registered_on)
    SELECT id, DATE '2025-01-01' FROM persons WHERE id = ANY(:people)
"""


def make_actors(session: Session) -> dict[str, Actor]:
    """The logins of `LOGINS`, as requests would know them."""
    return {name: make_actor(session, name, *login) for name, login in LOGINS.items()}


def make_actor(session: Session, name: str, code: str, roles: Iterable[str]) -> Actor:
    office = session.scalars(select(Office).where(Office.code == code)).one()
    user = make_user(session, Actor.command(), name, name, office, roles, PASSWORD)
    scope = Scope.of_office(session, office)
    return Actor(user.id, name, office.id, code, office.name, "10.0.0.1", scope, frozenset(roles))


def make_employers(session: Session) -> dict[str, int]:
    """One small enterprise in each county, and registers that cover every month."""
    for number, region in enumerate((JINJIANG, QINGYANG)):
        uscc = f"91510104MA6CDEF{number}0Y"
        firm = Employer(uscc=uscc, name=f"单位{number}", kind="enterprise", scale="small", region_code=region)
        session.add(firm)
        cover(session, region)
    session.flush()
    return {e.region_code: e.id for e in session.scalars(select(Employer))}


def cover(session: Session, region: str) -> None:
    """Every register, each by a load of its own: fifteen years of one region."""
    for kind in KINDS:
        load = RegisterLoad(kind=kind, source="test", rows_read=0, rows_stored=0, rows_refused=0)
        session.add(load)
        session.flush()
        span = {"first_day": date(2015, 1, 1), "last_day": date(2030, 12, 31)}
        session.add(Coverage(load_id=load.id, region_code=region, kind=kind, **span))


def make_people(session: Session, count: int) -> list[int]:
    """People of both counties, insured under every employer since the contract, unemployed before."""
    people = [
        {
            "id_hash": hashlib.sha256(f"person {n}".encode()).digest(),
            "id_cipher": b"-",
            "head4": "5101",
            "last4": f"{n % 10000:04}",
            "name": f"人员{n}",
            "name_folded": f"人员{n}",
            "region_code": (JINJIANG, QINGYANG)[n % 2],
        }
        for n in range(count)
    ]
    ids = list(session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), people))
    session.execute(text(MONTHS_PAID), {"people": ids})
    session.execute(text(REGISTERED), {"people": ids})
    return ids


def take_in(session: Session, clerk: Actor, employer_id: int, *, bank: bool = True) -> Application:
    """An application of the clerk's office, with bank details unless they shall be missing."""
    with seeing(session, clerk.scope):
        application = open_application(session, clerk, PROGRAMME, employer_id, clerk.office_code, TODAY)
    if bank:
        application.account = make_account(session)
    session.flush()
    return application


def typed_account(holder: str = "单位0", number: str = "6228480000000000001") -> Details:
    """An account as a clerk types it."""
    return Details("中国农业银行成都锦江支行", "103100000026", "basic", holder, number)


def make_account(session: Session) -> Account:
    account = Account(bank_name="中国建设银行", holder="单位", number_cipher=b"-", last4="5678")
    session.add(account)
    session.flush()
    return account


def draft(session: Session, application: Application, people: Sequence[int]) -> list[int]:
    """Draft claims of one application, as a check of a sheet would leave them."""
    facts = {
        "programme": PROGRAMME.code,
        "application_id": application.id,
        "office_id": application.office_id,
        "employer_id": application.employer_id,
        "insured_region": application.insured_region,
        "amount": Decimal("1000.00"),
        "category": "unemployed",
        "contract_start": CONTRACT_START,
    }
    names = dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(people))).all())
    rows = [{**facts, "person_id": person, "name": names[person]} for person in people]
    made = insert(PROGRAMME.claim).returning(PROGRAMME.claim.id, sort_by_parameter_order=True)
    return list(session.scalars(made, rows))


def prepare(session: Session, actor: Actor, move: str, claims: Iterable[int]) -> str:
    """The id of a batch that holds those of `claims` that the actor sees."""
    chosen = select(Claim.id).where(Claim.id.in_(list(claims))).order_by(Claim.id)
    with seeing(session, actor.scope):
        return batch.prepare(session, actor, PROGRAMME, PROGRAMME.transitions[move], chosen, TODAY).id


def run(session: Session, actor: Actor, batch_id: str, today: date = TODAY, **params: object) -> Batch:
    with seeing(session, actor.scope):
        return batch.run(session, actor, PROGRAMME, batch_id, params, today)


def act(
    session: Session, actor: Actor, move: str, claims: Iterable[int], today: date = TODAY, **params: object
) -> dict[int, str | None]:
    """Moves claims and commits: claim → None where it moved, else the reason."""
    done = run(session, actor, prepare(session, actor, move, claims), today, **params)
    session.commit()
    return reasons(session, done.id)


def reasons(session: Session, batch_id: str) -> dict[int, str | None]:
    """A batch's rows as they stand: claim → None where it moved, else the sentence."""
    rows = session.execute(
        select(BatchRow.row_id, BatchRow.moved, BatchRow.reason).where(BatchRow.batch_id == batch_id)
    )
    return {row.row_id: None if row.moved else str(Message.from_json(row.reason)) for row in rows}


def states(session: Session, claims: Iterable[int]) -> dict[int, str]:
    rows = session.execute(select(Claim.id, Claim.state).where(Claim.id.in_(list(claims))))
    return dict(rows.all())


START, END, OVER = date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 28)
