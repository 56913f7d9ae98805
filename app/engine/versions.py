"""The versions of a definition as the database keeps them; a published one never changes but in its state and its last day."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kernel.messages import N_
from app.registers.models import row_id
from app.registers.organisation import User

STATES = {
    "draft": N_("草稿"),
    "in_review": N_("待签发"),
    "published": N_("已发布"),
    "retired": N_("已停用"),
}
IN_FORCE = ("published", "retired")
"""What judged claims once judges them still; of a retired one no application begins any more."""


class ProgrammeVersion(Model):
    """One version of one programme: its document (`app.studio.document`), on policy dates from its first day to its last.

    `compiled` is the digest of what its expressions became when it was signed. `author` and `signer` are two people; neither of a version that ships with the product, which the system signs. Migration 0041
    keeps what is published as it is, the days of a programme's versions apart, and two people apart who made each other's account.
    """

    __tablename__ = "programme_versions"
    __table_args__ = (
        UniqueConstraint("programme", "version", name="version_once"),
        CheckConstraint(f"state IN {tuple(STATES)}", name="version_state"),
        CheckConstraint("author_id <> signer_id", name="version_two_people"),
        CheckConstraint(f"(state IN {IN_FORCE}) = (signed_at IS NOT NULL)", name="version_signed"),
        CheckConstraint(
            f"CASE WHEN state IN {IN_FORCE} THEN (author_id IS NULL) = (signer_id IS NULL)"
            " ELSE author_id IS NOT NULL AND signer_id IS NULL END",
            name="version_signer",
        ),
        CheckConstraint("first_day <= last_day", name="version_order"),
    )

    id: Mapped[int] = row_id()
    programme: Mapped[str] = mapped_column(String(32))
    version: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(10), server_default="draft")
    content: Mapped[dict] = mapped_column(JSONB)
    digest: Mapped[str] = mapped_column(String(64))
    compiled: Mapped[str | None] = mapped_column(String(64))
    first_day: Mapped[date]
    last_day: Mapped[date]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    signer_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    drafted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    signed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    author: Mapped[User | None] = relationship(foreign_keys=[author_id])
    signer: Mapped[User | None] = relationship(foreign_keys=[signer_id])

    def __repr__(self) -> str:
        return f"{self.programme} {self.version}"


SIGNED = select(func.count(ProgrammeVersion.signed_at))
"""How many versions have ever been signed. It only grows, whoever commits first, so a process that has begun with less is behind."""
