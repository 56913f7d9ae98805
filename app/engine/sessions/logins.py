"""Logins: which sessions are open, how often somebody came, and which passwords somebody has had.

Kept in the database, so that every worker on every host knows the same. Times are the database's own.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import NamedTuple

from flask_appbuilder import Model
from sqlalchemy import (
    ColumnElement,
    DateTime,
    ForeignKey,
    Select,
    String,
    bindparam,
    delete,
    func,
    select,
    true,
    update,
)
from sqlalchemy.orm import Mapped, Session, load_only, mapped_column, relationship

from app.engine.scope import OPEN
from app.engine.sessions.attempts import LONGEST_WINDOW, Attempt
from app.engine.versions import SIGNED
from app.registers.models import row_id
from app.registers.organisation import Staff, User

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
TOUCHED_EVERY = timedelta(minutes=1)


class Login(Model):
    """A session; the browser holds the token, the database only its digest."""

    __tablename__ = "logins"

    id: Mapped[int] = row_id()
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    address: Mapped[str] = mapped_column(String(60))
    browser: Mapped[str] = mapped_column(String(200))
    ticket_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    by_code: Mapped[bool] = mapped_column(server_default="false")
    staff: Mapped[Staff] = relationship(primaryjoin="foreign(Login.user_id) == Staff.user_id", viewonly=True)


class Bearer(NamedTuple):
    """Whose an open session is: the login, its place in an office, and how long the session may stay idle and last.

    `signed`: how many definitions are signed by now (`app.engine.versions`), for every request asks this.
    """

    user: User
    staff: Staff | None
    idle: timedelta
    longest: timedelta
    signed: int

    @property
    def left(self) -> timedelta:
        """Until the session ends if nothing more is done in it."""
        return min(self.idle, self.longest)


def begin(session: Session, user_id: int, address: str, browser: str, ticket: str | None = None) -> str:
    """Open a session in the caller's transaction; returns its token, which is kept nowhere else.

    `ticket`: what another authority opened it by, and may end it by.
    """
    token = secrets.token_urlsafe(32)
    session.execute(delete(Login).where(Login.user_id == user_id, ~alive_now()))
    by = digest_of(ticket) if ticket else None
    session.add(
        Login(
            digest=digest_of(token), user_id=user_id, address=address, browser=browser[:200], ticket_digest=by
        )
    )
    session.flush()
    return token


def renew(session: Session, user_id: int, token: str) -> str:
    """Give the same session another token, once a code has proven more: the one known before is worth nothing."""
    new = secrets.token_urlsafe(32)
    own = (Login.digest == digest_of(token)) & (Login.user_id == user_id)
    session.execute(update(Login).where(own).values(digest=digest_of(new), by_code=True))
    return new


def bearer(
    session: Session, user_id: int, token: str, *met: ColumnElement[bool], touch: bool = True
) -> Bearer | None:
    """Return whose session is still open; being asked keeps it open unless `touch` is false.

    `met`: what else must hold of the session; the same objects each time, for the statement is kept. One statement, for
    every request asks.
    """
    parameters = {"digest": digest_of(token), "user_id": user_id}
    row = session.execute(_asking(*met), parameters, execution_options=OPEN).one_or_none()
    if row is None:
        return None
    user, staff, idle, age, signed = row
    if touch and idle > TOUCHED_EVERY:
        own = (Login.digest == parameters["digest"]) & (Login.user_id == user_id)
        with session.get_bind().engine.begin() as connection:
            connection.execute(update(Login).where(own).values(seen_at=func.now()))
        idle = timedelta()
    return Bearer(user, staff, IDLE - idle, LONGEST - age, signed)


def is_open(session: Session, user_id: int, token: str) -> bool:
    """Return whether that session goes on; asking does not keep it open."""
    own = (Login.digest == digest_of(token)) & (Login.user_id == user_id)
    return session.scalars(select(select(Login.id).where(own, alive_now()).exists())).one()


@cache
def _asking(*met: ColumnElement[bool]) -> Select:
    """Build the statement once, and no longer than it must be: every request asks it."""
    own = (Login.digest == bindparam("digest")) & (Login.user_id == bindparam("user_id"))
    spans = (func.now() - Login.seen_at, func.now() - Login.began_at)
    signed = SIGNED.subquery()
    query = select(User, Staff, *spans, *signed.c)
    query = query.join(Login, Login.user_id == User.id)
    query = query.options(
        load_only(User.username, User.first_name, User.last_name, User.password, User.active)
    )
    query = query.outerjoin(Staff, Staff.user_id == User.id).join(signed, true())
    return query.where(own, alive_now(), *met)


def of_user(session: Session, user_id: int) -> list[Login]:
    """Return the open sessions of somebody, the latest first."""
    own = select(Login).where(Login.user_id == user_id, alive_now())
    return list(session.scalars(own.order_by(Login.began_at.desc())))


def end(session: Session, user_id: int, *, token: str | None = None, but: str | None = None) -> None:
    """End one session of a person, or all, or all but one."""
    own = Login.user_id == user_id
    if token is not None:
        own &= Login.digest == digest_of(token)
    if but is not None:
        own &= Login.digest != digest_of(but)
    session.execute(delete(Login).where(own))


def drop_old(session: Session) -> None:
    """Forget sessions and tries that are over: anybody may try any name."""
    session.execute(delete(Login).where(~alive_now()))
    session.execute(delete(Attempt).where(Attempt.began_at <= func.now() - LONGEST_WINDOW))


def alive_now():
    """Return the condition of the sessions that are open."""
    return (Login.seen_at > func.now() - IDLE) & (Login.began_at > func.now() - LONGEST)


def digest_of(token: str) -> str:
    """Return what the database keeps of a token or a ticket."""
    return sha256(token.encode()).hexdigest()
