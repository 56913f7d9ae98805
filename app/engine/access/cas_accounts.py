"""Logins that another authority vouches for: the CAS server proves who it is, our administrators say what they may do."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, delete, func
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.engine.sessions.logins import Login, digest_of


class CasAccount(Model):
    """A login that the CAS server opens; its username is the one there. Local accounts are never opened by CAS."""

    __tablename__ = "cas_accounts"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    came_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


def end_session(session: Session, ticket: str) -> int | None:
    """End the session that this ticket opened; whose it was, None when there is none (any more)."""
    return session.scalar(
        delete(Login).where(Login.ticket_digest == digest_of(ticket)).returning(Login.user_id)
    )
