"""The ledger (台账): what was paid by month and place, and whether three records of it agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Numeric, Select, and_, cast, func, select
from sqlalchemy.orm import Session, aliased

from app.engine.audit import AuditEntry
from app.engine.cases.claims import Application, Claim, Notice
from app.engine.cases.payments import PaymentList
from app.engine.cases.states import LIVE
from app.registers.organisation import Office, Region

LEVELS = ("office", "prefecture", "province")
DIGITS = {"prefecture": 4, "province": 2}
GROUPS = {
    "programme": (Claim.programme, None),
    "application": (Application.number, (Claim.application, Application.created_on)),
    "notice": (Notice.number, (Claim.notice, Notice.starts_on)),
    "payment_list": (PaymentList.number, (Claim.payment_list, PaymentList.made_on)),
}


@dataclass(frozen=True)
class Paid:
    """What one place paid of one programme in one month, CNY."""

    programme: str
    code: str
    place: str
    month: str
    count: int
    amount: Decimal


@dataclass(frozen=True)
class Sums:
    """One group's live claims and their sum, those of them that are paid, and what the audit log says was paid, CNY."""

    group: str
    programme: str
    claims: int
    live: Decimal
    paid_claims: int
    paid: Decimal
    audited: Decimal

    @property
    def agrees(self) -> bool:
        return self.paid == self.audited


def monthly(session: Session, year: int, level: str, programme: str | None = None) -> list[Paid]:
    """Sum up paid claims of a year by place, month and programme; `level` is one of LEVELS."""
    month = func.to_char(Claim.paid_on, "YYYY-MM")
    if level == "office":
        code, place = Office.code, Office.name
    else:
        code, place = _region_code(level), Region.name
    wanted = (
        select(Claim.programme, code, place, month, func.count(), func.sum(Claim.amount))
        .join(Office, Office.id == Claim.office_id)
        .where(Claim.state == "disbursed", Claim.paid_on.between(date(year, 1, 1), date(year, 12, 31)))
        .group_by(code, place, month, Claim.programme)
        .order_by(code, month, Claim.programme)
    )
    if level != "office":
        wanted = wanted.join(Region, Region.code == code)
    if programme:
        wanted = wanted.where(Claim.programme == programme)
    return [Paid(*row) for row in session.execute(wanted)]


def reconciled(session: Session, by: str, year: int) -> list[Sums]:
    """Return claims summed per group (`by` is one of GROUPS; of that year, programmes of all time) beside the audit log."""
    number, dated = GROUPS[by]
    audited = aliased(_audited().subquery())
    paid = Claim.state == "disbursed"
    wanted = (
        select(
            number,
            Claim.programme,
            func.count().filter(Claim.state.in_(LIVE)),
            _sum(Claim.amount, Claim.state.in_(LIVE)),
            func.count().filter(paid),
            _sum(Claim.amount, paid),
            func.coalesce(func.sum(audited.c.amount), 0),
        )
        .outerjoin(audited, audited.c.claim_id == Claim.id)
        .group_by(number, Claim.programme)
        .order_by(number)
    )
    if dated is not None:
        relation, day = dated
        wanted = wanted.join(relation).where(day.between(date(year, 1, 1), date(year, 12, 31)))
    return [Sums(*row) for row in session.execute(wanted)]


def _audited() -> Select:
    """Return what the audit log says was paid, by claim: written when the money moved, from no claim's present state."""
    amount = cast(AuditEntry.after["amount"].astext, Numeric(12, 2))
    return (
        select(AuditEntry.claim_id, func.sum(amount).label("amount"))
        .where(and_(AuditEntry.event == "disburse", AuditEntry.claim_id.is_not(None)))
        .group_by(AuditEntry.claim_id)
    )


def _sum(amount, condition):
    return func.coalesce(func.sum(amount).filter(condition), 0)


def _region_code(level: str):
    """Return the part of a region's code that names the division: GB/T 2260 names the higher ones by the first digits."""
    digits = DIGITS[level]
    return func.rpad(func.left(Office.region_code, digits), 6, "0")
