"""What every programme shares: an application, and the claim of one person in it, which is the unit that moves."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import cast

from flask_appbuilder import Model
from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Numeric,
    SmallInteger,
    String,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from app.engine.cases.accounts import Account
from app.engine.cases.classes import DATA, class_by
from app.engine.cases.payments import PaymentList
from app.engine.cases.states import EDITABLE, LIVE, OPEN_OR_LIVE, STATES
from app.engine.free_text import FreeText
from app.registers.ciphers import ENCRYPTED, Cipher, row_key
from app.registers.models import Employer, Person, row_id
from app.registers.organisation import Office, Region


def _one_open(name: str, *further: str) -> Index:
    """Return the index by which a person has one open or live claim in an application, for each value of `further` columns."""
    open_ones = text(f"state IN {OPEN_OR_LIVE}")
    return Index(name, "application_id", "person_id", *further, unique=True, postgresql_where=open_ones)


class Application(Model):
    """What was taken in at one time for one payee; its claims carry the states. `office_id` is competent; `received_by_id` took it
    in, where that was another one.

    `created_by` handles it, or `successor_id`, once the work was handed over. `definition_version` is the one in force when it
    was begun: its form, sheet and papers.
    """

    __tablename__ = "applications"
    __scope__ = "office_id"
    __table_args__ = (
        CheckConstraint(
            "(payee_kind = 'unit' AND employer_id IS NOT NULL AND payee_person_id IS NULL)"
            " OR (payee_kind = 'person' AND employer_id IS NULL AND payee_person_id IS NOT NULL)"
            " OR (payee_kind = 'each' AND payee_person_id IS NULL)",
            name="application_one_payee",
        ),
        CheckConstraint("received_by_id <> office_id", name="application_received"),
    )

    id: Mapped[int] = row_id()
    programme: Mapped[str] = mapped_column(String(32), index=True)
    definition_version: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    number: Mapped[str] = mapped_column(String(40), unique=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"))
    payee_kind: Mapped[str] = mapped_column(String(6), server_default="unit")
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employers.id"), index=True)
    payee_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    insured_region: Mapped[str | None] = mapped_column(ForeignKey("regions.code"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    own: Mapped[dict] = mapped_column(JSONB, server_default="{}")
    created_on: Mapped[date]
    created_by: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    version: Mapped[int] = mapped_column(server_default="1")
    office: Mapped[Office] = relationship(foreign_keys=[office_id])
    received_by: Mapped[Office | None] = relationship(foreign_keys=[received_by_id])
    employer: Mapped[Employer | None] = relationship()
    payee_person: Mapped[Person | None] = relationship()
    region: Mapped[Region | None] = relationship()
    account: Mapped[Account | None] = relationship()
    __mapper_args__ = {"polymorphic_on": class_by(programme), "polymorphic_identity": DATA}

    @property
    def payee(self) -> Employer | Person:
        """Who is paid (补贴享受对象): a unit or a person. Where each of its people is, the unit that hands it in, or None."""
        return cast("Employer | Person", self.payee_person if self.payee_kind == "person" else self.employer)

    def __repr__(self) -> str:
        return self.number


Index(
    "application_received_by",
    Application.received_by_id,
    Application.office_id,
    postgresql_where=Application.received_by_id.is_not(None),
)


class Claim(Model):
    """One person in one application, and one part of its programme's period there (`slot_no`, see `Period`).

    Amount, policy and account are frozen when it is submitted.
    `submitted_on` is the day of the last submission; of a claim that was sent in once it is the first as well.
    `definition_version` judges it from then on. `own` holds the fields that only its programme has.
    `waiting_since`: from which day the time limit of its state counts, where it is asked for (`oversight.limits`).
    """

    __tablename__ = "claims"
    __scope__ = "office_id"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="claim_state"),
        CheckConstraint("amount >= 0", name="claim_amount"),
        CheckConstraint(
            f"state NOT IN {LIVE} OR (policy IS NOT NULL AND account_id IS NOT NULL)", name="claim_frozen"
        ),
        _one_open("claim_once_in_application"),
        _one_open("claim_once_for_period", "slot_no"),
        Index("claim_of_office", "office_id", "programme", "id"),
        Index(
            "claim_of_office_by_state",
            "office_id",
            "programme",
            "state",
            "id",
            postgresql_include=["amount"],
        ),
        Index("claim_by_state", "programme", "state", "id", postgresql_include=["amount"]),
        Index("claim_post_check", "programme", "office_id", "id", postgresql_where=text("post_check")),
    )

    id: Mapped[int] = row_id()
    programme: Mapped[str] = mapped_column(String(32))
    definition_version: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employers.id"), index=True)
    insured_region: Mapped[str | None] = mapped_column(ForeignKey("regions.code"))
    state: Mapped[str] = mapped_column(String(20), server_default="draft")
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    policy: Mapped[dict | None] = mapped_column(JSONB)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(String(100))
    slot_no: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    row_key: Mapped[bytes | None] = row_key()
    phone_cipher: Mapped[bytes | None] = mapped_column(
        Cipher(bound_to=("row_key", "application_id")), deferred=True, deferred_group=ENCRYPTED
    )
    remark: Mapped[str | None] = mapped_column(FreeText(200))
    category: Mapped[str | None] = mapped_column(String(20))
    contract_start: Mapped[date | None]
    contract_end: Mapped[date | None]
    own: Mapped[dict] = mapped_column(JSONB, server_default="{}")
    submitted_on: Mapped[date | None]
    first_submitted_on: Mapped[date | None]
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"), index=True)
    payment_list_id: Mapped[int | None] = mapped_column(ForeignKey("payment_lists.id"), index=True)
    paid_on: Mapped[date | None]
    voucher_no: Mapped[str | None] = mapped_column(String(60))
    post_check: Mapped[bool] = mapped_column(server_default="false")
    warned: Mapped[bool] = mapped_column(server_default="false")
    version: Mapped[int] = mapped_column(server_default="1")
    waiting_since: Mapped[date | None] = query_expression()
    application: Mapped[Application] = relationship()
    office: Mapped[Office] = relationship()
    person: Mapped[Person] = relationship()
    employer: Mapped[Employer | None] = relationship()
    region: Mapped[Region | None] = relationship()
    account: Mapped[Account | None] = relationship()
    notice: Mapped[Notice | None] = relationship()
    payment_list: Mapped[PaymentList | None] = relationship()
    __mapper_args__ = {"polymorphic_on": class_by(programme), "polymorphic_identity": DATA}
    payment_checks: Mapped[list[Check]] = relationship(
        primaryjoin="and_(foreign(Check.claim_id) == Claim.id, Check.phase == 'disburse')",
        order_by="Check.id",
        viewonly=True,
    )

    @property
    def employer_uscc(self) -> str | None:
        """The employing enterprise as a sheet of people placed elsewhere names it."""
        return self.employer and self.employer.uscc

    @property
    def paying_account(self) -> Account | None:
        """The account that will be, or was, paid: frozen at the submission; until then, the application's, or the person's own."""
        frozen = self.state not in EDITABLE and self.account is not None
        return self.account if frozen or self.paid_itself else self.application.account

    @property
    def paid_itself(self) -> bool:
        """Whether the person is paid, into an account of the claim's own, and not who applied."""
        return self.application.payee_kind == "each"

    @property
    def payee(self) -> Employer | Person:
        """Who is paid for the person."""
        return self.person if self.paid_itself else self.application.payee

    def line(self) -> tuple[str, str | None, str, Decimal]:
        """Return a result page's cells (`Subject.headers`) and the amount."""
        return self.application.number, self.person.name, self.person.masked_id, self.amount

    def __repr__(self) -> str:
        return f"{self.application_id}-{self.id}"


class FailedRow(Model):
    """A row of a sheet that may not become a claim, kept encrypted until it is corrected or dropped."""

    __tablename__ = "failed_rows"
    __scope__ = "office_id"

    id: Mapped[int] = row_id()
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    row_no: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    slot_no: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    name: Mapped[str] = mapped_column(String(100))
    row_key: Mapped[bytes | None] = row_key(deferred=False)
    cells_cipher: Mapped[bytes] = mapped_column(Cipher(bound_to=("row_key", "application_id")))
    findings: Mapped[list] = mapped_column(JSONB)


class Check(Model):
    """One run of the rules on one claim: what was found, by which day's facts, at which step."""

    __tablename__ = "checks"
    __table_args__ = (Index("check_that_stopped", "day", postgresql_where=text("stops")),)

    id: Mapped[int] = row_id()
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id", ondelete="CASCADE"), index=True)
    phase: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]
    ran_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    stops: Mapped[bool]
    warns: Mapped[bool]
    findings: Mapped[list] = mapped_column(JSONB)


class Notice(Model):
    """One office's public notice of one programme's claims, numbered office-year-running number.

    `least_end`: the last day that it must reach since a year's arrangement was confirmed or changed; none while it is long enough.
    """

    __tablename__ = "notices"
    __scope__ = "office_id"
    __table_args__ = (CheckConstraint("starts_on <= ends_on", name="notice_order"),)

    id: Mapped[int] = row_id()
    number: Mapped[str] = mapped_column(String(40), unique=True)
    programme: Mapped[str] = mapped_column(String(32))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"), index=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    least_end: Mapped[date | None]
    office: Mapped[Office] = relationship()

    def __repr__(self) -> str:
        return self.number


class Attachment(Model):
    """A scanned paper of an application; kept encrypted in the database so that every web host serves it."""

    __tablename__ = "attachments"
    __scope__ = "office_id"

    id: Mapped[int] = row_id()
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(FreeText(200))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    row_key: Mapped[bytes | None] = row_key()
    content: Mapped[bytes] = mapped_column(
        Cipher(bound_to=("row_key", "application_id")), deferred=True, deferred_group=ENCRYPTED
    )
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    application: Mapped[Application] = relationship()
