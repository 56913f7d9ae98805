"""The record of a correction of an account (收款账户更正): proposed by one person, decided by another."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, and_, func, or_
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from app.engine.cases.accounts import Account
from app.engine.cases.claims import Application, Attachment
from app.engine.free_text import FreeText
from app.kernel.messages import N_
from app.registers.models import Employer, Person, row_id
from app.registers.organisation import Office

STATES = {
    "open": N_("待签字"),
    "signed": N_("已签字"),
    "refused": N_("已驳回"),
    "withdrawn": N_("已撤回"),
}


class AccountCorrection(Model):
    """One account proposed for a payee in an office; `paper` proves another holder than the payee.

    Somebody else signs or refuses; the proposer may withdraw, so that `decided_at` is set and `decided_by` is not.
    """

    __tablename__ = "account_corrections"
    __scope__ = "office_id"
    __table_args__ = (
        CheckConstraint(f"state IN {tuple(STATES)}", name="correction_state"),
        CheckConstraint("decided_by <> proposed_by", name="correction_two_people"),
        CheckConstraint(
            "(state IN ('open', 'withdrawn')) = (decided_by IS NULL)"
            " AND (state = 'open') = (decided_at IS NULL)",
            name="correction_decided",
        ),
        CheckConstraint("num_nonnulls(employer_id, person_id) = 1", name="correction_one_payee"),
    )

    id: Mapped[int] = row_id()
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), index=True)
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employers.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("attachments.id"), index=True)
    reason: Mapped[str] = mapped_column(FreeText(500))
    state: Mapped[str] = mapped_column(String(10), server_default="open")
    proposed_by: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    proposed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    opinion: Mapped[str | None] = mapped_column(FreeText(500))
    office: Mapped[Office] = relationship()
    application: Mapped[Application] = relationship()
    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)
    employer: Mapped[Employer | None] = relationship()
    person: Mapped[Person | None] = relationship()
    paper: Mapped[Attachment | None] = relationship()

    @property
    def payee(self) -> Employer | Person:
        return cast("Employer | Person", self.employer or self.person)

    def __repr__(self) -> str:
        return f"{self.payee.name} · {self.account}"


for _name, _payee in (
    ("correction_open_of_unit", AccountCorrection.employer_id),
    ("correction_open_of_person", AccountCorrection.person_id),
):
    Index(
        _name,
        AccountCorrection.office_id,
        _payee,
        unique=True,
        postgresql_where=AccountCorrection.state == "open",
    )

# the payee's correction in this office that waits for a signature, of which there is one at most
Application.open_correction = relationship(
    AccountCorrection,
    primaryjoin=and_(
        foreign(AccountCorrection.office_id) == Application.office_id,
        AccountCorrection.state == "open",
        or_(
            and_(Application.payee_kind == "unit", AccountCorrection.employer_id == Application.employer_id),
            AccountCorrection.person_id == Application.payee_person_id,
        ),
    ),
    uselist=False,
    viewonly=True,
)
