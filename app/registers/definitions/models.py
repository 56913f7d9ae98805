"""Versions of definitions, and the rows of all registers that are defined; a person is known by `person_id` only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.registers.models import Employer, Person, RegisterLoad, row_id
from app.registers.organisation import Region

STATES = ("draft", "published")


class RegisterDefinition(Model):
    """One version of a register's definition, `content` being its document.

    What is published never changes (a trigger, migration 0039): two people stand for it, its author and its signer, or the
    product itself for what it ships.
    """

    __tablename__ = "register_definitions"
    __table_args__ = (
        UniqueConstraint("code", "version", name="register_definition_version"),
        CheckConstraint(f"state IN {STATES}", name="register_definition_state"),
        CheckConstraint("signer_id <> author_id", name="register_definition_two_people"),
        CheckConstraint(
            "(state = 'published') = (published_at IS NOT NULL)"
            " AND (author_id IS NULL) = shipped"
            " AND (signer_id IS NOT NULL) = (state = 'published' AND NOT shipped)",
            name="register_definition_signed",
        ),
    )

    id: Mapped[int] = row_id()
    code: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(10), server_default="draft")
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    shipped: Mapped[bool] = mapped_column(server_default="false")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    signer_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RegisterFact(Model):
    """One row of a defined register; `facts` are the columns of its definition by their codes.

    Dates and months (YYYY-MM) are kept as ISO texts, decimals and amounts as exact texts, what is empty not at all. `key`
    tells apart the rows of one subject, `valid` are the days on which the row holds. The region is the row's own, or that of
    the subject that it `follows`, with whom a trigger moves it (migration 0039).
    """

    __tablename__ = "register_facts"
    __scope__ = "region_code"
    __table_args__ = (
        UniqueConstraint(
            "employer_id",
            "register",
            "person_id",
            "key",
            name="register_fact_key",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("follows IN ('person', 'employer')", name="register_fact_follows"),
        CheckConstraint("NOT isempty(valid)", name="register_fact_holds"),
        Index("register_fact_of_region", "register", "region_code", "id"),
    )

    id: Mapped[int] = row_id()
    register: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employers.id"))
    region_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"))
    follows: Mapped[str | None] = mapped_column(String(8))
    key: Mapped[str] = mapped_column(Text)
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    load_id: Mapped[int] = mapped_column(ForeignKey("register_loads.id"))
    person: Mapped[Person | None] = relationship()
    employer: Mapped[Employer | None] = relationship()
    region: Mapped[Region | None] = relationship()
    load: Mapped[RegisterLoad] = relationship()

    def __repr__(self) -> str:
        return f"{self.register} {self.id}"


Index(
    "register_fact_of_person", RegisterFact.person_id, RegisterFact.register, func.lower(RegisterFact.valid)
)
