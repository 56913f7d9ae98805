"""Whom a prepared batch of claims is about, as its dialog says it: the first names, of whom a rule warns, where the money goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, text
from sqlalchemy.orm import Session, aliased

from app.engine.cases.accounts import Account
from app.engine.cases.claim_accounts import earlier_of, paying_account_id
from app.engine.cases.claims import Application, Claim
from app.engine.casework.batch import BatchRow
from app.engine.statements import gather
from app.engine.workflow.transition import Subject
from app.registers.models import Employer, Person

NAMED, PAYEES = 5, 5
"""How many are named before the rest is counted."""
PAYS_EACH = Application.payee_kind == "each"
DETAILS = ("bank_name", "branch_no", "kind", "holder", "last4")


@dataclass(frozen=True)
class Payee:
    """Who is paid for some of the people, how much in CNY and into which account.

    It `differs` from the one that the payee had before in this office.
    """

    name: str
    people: int
    amount: Decimal
    bank_name: str | None
    last4: str | None
    differs: bool


@dataclass(frozen=True)
class Whom:
    """The first names, those of whom a rule warns and how many these are, the payees with most people, and how many further
    payees and people there are.
    """

    names: Sequence[str]
    warned: Sequence[str]
    warnings: int
    payees: Sequence[Payee]
    further: int
    further_people: int


def whom(session: Session, batch_id: str, subject: Subject) -> Whom:
    """Return of whom a batch's rows that can still move are, in one statement."""
    first = _names(batch_id, subject)
    warned_of = first.where(text("c.warned"))
    names, warned, payees = gather(session, first, warned_of, _payees(batch_id, subject))
    shown = [Payee(*row[:6]) for row in payees]
    groups, people = payees[0][6:] if payees else (0, 0)
    left = int(people) - sum(one.people for one in shown)
    return Whom(
        [name for name, _ in names],
        [name for name, _ in warned],
        warned[0][1] if warned else 0,
        shown,
        groups - len(shown),
        left,
    )


def _names(batch_id: str, subject: Subject) -> Select:
    claim, row = aliased(Claim, name="c"), aliased(BatchRow, name="b")
    wanted = (
        select(claim.name, func.count().over().label("all"))
        .join(row, row.row_id == claim.id)
        .where(row.batch_id == batch_id)
    )
    return wanted.where(text(subject.unchanged)).order_by(claim.id).limit(NAMED)


def _payees(batch_id: str, subject: Subject) -> Select:
    claim, row = aliased(Claim, name="c"), aliased(BatchRow, name="b")
    account, earlier = aliased(Account), aliased(Account)
    unlike = or_(*(getattr(account, name).is_distinct_from(getattr(earlier, name)) for name in DETAILS))
    differs = func.bool_or(and_(earlier.id.is_not(None), unlike))
    paid_person = case((PAYS_EACH, claim.person_id), else_=Application.payee_person_id)
    payee, people = func.coalesce(Person.name, Employer.name).label("payee"), func.count().label("people")
    wanted = (
        select(
            payee,
            people,
            func.sum(claim.amount).label("amount"),
            account.bank_name,
            account.last4,
            differs.label("differs"),
            func.count().over().label("groups"),
            func.sum(func.count()).over().label("everybody"),
        )
        .select_from(claim)
        .join(row, row.row_id == claim.id)
        .join(Application, Application.id == claim.application_id)
        .outerjoin(Employer, Employer.id == Application.employer_id)
        .outerjoin(Person, Person.id == paid_person)
        .outerjoin(account, account.id == paying_account_id(claim))
        .outerjoin(earlier, earlier.id == _before(claim, account))
        .where(row.batch_id == batch_id, text(subject.unchanged))
    )
    groups = wanted.group_by(Application.employer_id, Person.id, payee, account.id)
    return groups.order_by(people.desc(), payee).limit(PAYEES)


def _before(claim: type[Claim], account: type[Account]) -> ColumnElement[int]:
    """Express the account that a claim's payee had in this office before this one."""
    other = aliased(Application)
    of_application = (
        select(func.max(other.account_id))
        .where(
            other.office_id == Application.office_id,
            other.employer_id.is_not_distinct_from(Application.employer_id),
            other.payee_person_id.is_not_distinct_from(Application.payee_person_id),
            other.id != Application.id,
            other.account_id < account.id,
        )
        .scalar_subquery()
    )
    return case((PAYS_EACH, earlier_of(claim, account.id)), else_=of_application)
