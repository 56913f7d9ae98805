"""Passwords somebody has had, which must not come back too soon."""

from __future__ import annotations

from datetime import timedelta

from flask_appbuilder import Model
from sqlalchemy import (
    ForeignKey,
    String,
    delete,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.registers.models import row_id

REMEMBERED = 5


LONGEST_AGE = timedelta(days=90)


class OldPassword(Model):
    """A hash that must not come back too soon."""

    __tablename__ = "old_passwords"

    id: Mapped[int] = row_id()
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    password: Mapped[str] = mapped_column(String(256))


def remember(session: Session, user_id: int, password: str) -> None:
    """Keep a hash that is being replaced, and forget those that are old enough to come back."""
    session.add(OldPassword(user_id=user_id, password=password))
    session.flush()
    kept = select(OldPassword.id).where(OldPassword.user_id == user_id).order_by(OldPassword.id.desc())
    stale = OldPassword.id.not_in(kept.limit(REMEMBERED))
    session.execute(delete(OldPassword).where(OldPassword.user_id == user_id, stale))


def remembered(session: Session, user_id: int) -> list[str]:
    """Return the hashes that must not come back."""
    return list(session.scalars(select(OldPassword.password).where(OldPassword.user_id == user_id)))
