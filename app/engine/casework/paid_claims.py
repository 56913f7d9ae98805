"""What pays whom: the claims and applications of one office that lead to one unit or person, for corrections of accounts."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from app.engine.audit import AuditEntry
from app.engine.cases.account_corrections import AccountCorrection
from app.engine.cases.claims import Application, Claim
from app.engine.cases.payments import PaymentList
from app.engine.cases.states import EDITABLE, WAITING
from app.registers.models import Employer, Person

Payment = Application | Claim | AccountCorrection
"""What names an office and who is paid there: an application, a claim whose person is paid itself, a correction of either."""


def paid_to(payee: Employer | Person) -> ColumnElement[bool]:
    """Return a condition on claims joined with their applications: who is paid is this unit or person."""
    if isinstance(payee, Employer):
        return (Application.payee_kind == "unit") & (Application.employer_id == payee.id)
    of_each = (Application.payee_kind == "each") & (Claim.person_id == payee.id)
    return or_(Application.payee_person_id == payee.id, of_each)


def applications(paid: Payment) -> ColumnElement[bool]:
    """Return a condition on `Application`: those of this office from which the payee is paid."""
    office, payee = Application.office_id == paid.office_id, paid.payee
    if isinstance(payee, Employer):
        return and_(office, Application.payee_kind == "unit", Application.employer_id == payee.id)
    own = select(Claim.application_id).where(Claim.person_id == payee.id)
    of_each = (Application.payee_kind == "each") & Application.id.in_(own)
    return and_(office, or_(Application.payee_person_id == payee.id, of_each))


def touched(paid: Payment) -> Select:
    """Return claims that a correction changes: submitted, not paid, on no list that was exported; own accounts also of drafts."""
    own = (Application.payee_kind == "each") & Claim.state.in_(EDITABLE)
    return (
        select(Claim)
        .join(Application, Application.id == Claim.application_id)
        .outerjoin(PaymentList, PaymentList.id == Claim.payment_list_id)
        .where(
            Application.office_id == paid.office_id,
            paid_to(paid.payee),
            or_(own, Claim.state.in_(WAITING) & ~exported()),
        )
    )


def left_on_lists(paid: Payment) -> Select:
    """Return claims that keep their account because their list has been exported, with the list."""
    return (
        select(Claim, PaymentList)
        .join(Application, Application.id == Claim.application_id)
        .join(PaymentList, PaymentList.id == Claim.payment_list_id)
        .where(
            Application.office_id == paid.office_id,
            paid_to(paid.payee),
            Claim.state.in_(WAITING),
            exported(),
        )
    )


def exported() -> ColumnElement[bool]:
    """Return whether a payment list was handed out as a file; of those of 0.5.0 only the audit log knows."""
    handed_out = exists().where(
        AuditEntry.event == "export",
        AuditEntry.subject == PaymentList.number,
        AuditEntry.office_id == PaymentList.office_id,
    )
    return and_(PaymentList.id.is_not(None), or_(PaymentList.exported_at.is_not(None), handed_out))
