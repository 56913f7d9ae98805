"""Long work (长任务): what takes longer than a person should wait runs in a worker, with progress, and takes effect once.

A worker holds the work's advisory lock for as long as its transaction lives. If it dies, the transaction and the lock
die with it, the queue gives the job to another (`jobs.retry_stalled`), and that one begins again. The effect and the state `done`
are committed together, so that a second run, whatever caused it, finds the work done and does nothing.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from threading import Event, Thread
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Engine,
    ForeignKey,
    Index,
    Select,
    String,
    bindparam,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from app.engine.longwork.jobs import defer
from app.engine.progress import Cancelled, Progress
from app.engine.scope import OPEN
from app.engine.statements import count_changes
from app.kernel.crypto import Vault
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.registers.ciphers import Cipher, place

STATES = {
    "waiting": N_("等待处理"),
    "running": N_("正在处理"),
    "done": N_("已完成"),
    "failed": N_("没有成功"),
    "cancelled": N_("已取消"),
}
UNDER_WAY = ("waiting", "running")
KEPT_FOR = timedelta(days=2)
TASK = "do_long_work"
MOST_ATTEMPTS = 5
MOST_UNDER_WAY = 5
"""Of one person; of these one is done at a time, so that the works of others are not kept waiting."""
TOO_MANY = N_("您已有{count}项工作在办理：{titles}。请等其中一项办完，或取消一项，再办理新的。")
EVERY_SECONDS = 0.5

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(:work, 0))"
NOTICE_DEATH = "SET LOCAL client_connection_check_interval = '2s'"
"""Else the server would go on with a dead worker's statement, and hold the lock, to its end."""


class LongWork(Model):
    """One thing that one person asked for; `done` and `total` are rows, `subject` is what it is done to.

    `sight` is the `Actor.sight` with which it was done.
    """

    __tablename__ = "long_works"
    __table_args__ = (
        CheckConstraint(f"state IN {tuple(STATES)}", name="long_work_state"),
        Index(
            "long_work_once_at_a_time",
            "kind",
            "subject",
            unique=True,
            postgresql_where=text(f"state IN {UNDER_WAY}"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    view: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str | None] = mapped_column(String(36))
    title: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(String(60))
    locale: Mapped[str] = mapped_column(String(10))
    asked_cipher: Mapped[bytes] = mapped_column(Cipher(bound_to=("id", "user_id")))
    file_cipher: Mapped[bytes | None] = mapped_column(Cipher(bound_to=("id", "user_id")), deferred=True)
    state: Mapped[str] = mapped_column(String(10), server_default="waiting")
    done: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int] = mapped_column(server_default="0")
    attempts: Mapped[int] = mapped_column(server_default="0")
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    outcome_cipher: Mapped[bytes | None] = mapped_column(Cipher(bound_to=("id", "user_id")), deferred=True)
    content: Mapped[bytes | None] = mapped_column(Cipher(bound_to=("id", "user_id")), deferred=True)
    sight: Mapped[str | None] = mapped_column(String(64))


def encrypt(vault: Vault, column: InstrumentedAttribute, owned: dict, content: bytes | None) -> bytes | None:
    """Return what comes with a work, or of it, encrypted for its column; `owned` are its id and its user's, nothing stays nothing."""
    return vault.encrypt_bytes(content, place(column, **owned)) if content else None


def ask(session: Session, **facts: Any) -> LongWork:
    """Queue a work in the caller's transaction; one of the same kind and subject that is under way is given back instead.

    Raises Refused when the person has too many under way.
    """
    session.execute(text(LOCK), {"work": _share_of(facts["user_id"])})
    own = select(LongWork).where(LongWork.user_id == facts["user_id"], LongWork.state.in_(UNDER_WAY))
    busy = session.scalars(own.order_by(LongWork.asked_at)).all()
    same = [work for work in busy if facts["subject"] and work.subject == facts["subject"]]
    if len(busy) >= MOST_UNDER_WAY and not same:
        titles = "、".join(f"“{work.title}”" for work in busy)
        raise Refused(TOO_MANY, count=len(busy), titles=titles)
    adding = postgresql.insert(LongWork).values(facts).on_conflict_do_nothing()
    added = session.scalar(adding.returning(LongWork.id))
    if added is not None:
        defer(session, TASK, {"work_id": added}, _share_of(facts["user_id"]))
        return session.get_one(LongWork, added)
    other = select(LongWork).where(LongWork.kind == facts["kind"], LongWork.subject == facts["subject"])
    return session.scalars(other.where(LongWork.state.in_(UNDER_WAY))).one()


def _share_of(user_id: int) -> str:
    """Distinguish the works of one person from those of others."""
    return f"works of {user_id}"


class NotHere(Exception):
    """A work is of a screen that this process doesn't know; another one, which began later, does."""


def find_work(session: Session, user_id: int, work_id: str) -> LongWork | None:
    """Return the person's own work; anybody else's does not exist."""
    own = select(LongWork).where(LongWork.id == work_id, LongWork.user_id == user_id)
    return session.scalars(own).one_or_none()


def under_way(session: Session, kind: str, subject: str) -> LongWork | None:
    """Return what a worker is doing, or will do, to a subject."""
    same = select(LongWork).where(LongWork.kind == kind, LongWork.subject == subject)
    return session.scalars(same.where(LongWork.state.in_(UNDER_WAY))).one_or_none()


def recent(session: Session, user_id: int) -> list[LongWork]:
    """Return the person's works that are not cancelled, newest first."""
    return list(session.scalars(_recent(), {"user_id": user_id}, execution_options=OPEN))


@cache
def _recent() -> Select:
    own = select(LongWork).where(LongWork.user_id == bindparam("user_id"), LongWork.state != "cancelled")
    return own.order_by(LongWork.asked_at.desc()).limit(10)


def cancel(session: Session, user_id: int, work_id: str) -> None:
    """Stop a work that is not done yet; its worker notices within a second and rolls back."""
    wanted = update(LongWork).where(
        LongWork.id == work_id, LongWork.user_id == user_id, LongWork.state.in_(UNDER_WAY)
    )
    session.execute(wanted.values(state="cancelled", file_cipher=None))


def again(session: Session, user_id: int, work_id: str) -> None:
    """Queue a failed work once more, with all that it was asked with; nothing happens to any other."""
    failed = update(LongWork).where(
        LongWork.id == work_id, LongWork.user_id == user_id, LongWork.state == "failed"
    )
    again = failed.values(state="waiting", attempts=0, done=0, started_at=None, outcome_cipher=None)
    if session.scalar(again.returning(LongWork.id)):
        defer(session, TASK, {"work_id": work_id}, _share_of(user_id))


def begin(session: Session, work_id: str, views: Container[str]) -> LongWork | None:
    """Take a work for this transaction, once no other worker has it; None when there is nothing left to do.

    Raises NotHere for one of a view that isn't among `views`: it stays as it is, for a worker that began later.
    """
    view = session.scalar(select(LongWork.view).where(LongWork.id == work_id))
    if view and view not in views:
        raise NotHere(view)
    session.execute(text(NOTICE_DEATH))
    session.execute(text(LOCK), {"work": work_id})
    taking = update(LongWork).where(LongWork.id == work_id, LongWork.state.in_(UNDER_WAY))
    taking = taking.values(
        state="running", attempts=LongWork.attempts + 1, started_at=func.now(), done=0, total=0
    )
    with session.get_bind().engine.begin() as connection:
        taken = connection.scalar(taking.returning(LongWork.id))
    return session.get(LongWork, work_id, populate_existing=True) if taken else None


@contextmanager
def watched(session: Session, work_id: str) -> Iterator[Progress]:
    """Tell others how far the block is, on a connection of its own; raises Cancelled in it, in the midst of a statement too."""
    progress, over = Progress(), Event()
    statement = session.connection().connection.driver_connection
    watcher = Thread(
        target=_watch, args=(session.get_bind().engine, work_id, progress, statement, over), daemon=True
    )
    watcher.start()
    try:
        yield progress
    except DBAPIError as error:
        if progress.cancelled:
            raise Cancelled from error
        raise
    finally:
        over.set()
        watcher.join()


def _watch(engine: Engine, work_id: str, progress: Progress, statement, over: Event) -> None:
    while not over.wait(EVERY_SECONDS):
        telling = update(LongWork).where(LongWork.id == work_id)
        with engine.begin() as connection:
            state = connection.scalar(
                telling.values(done=progress.done, total=progress.total).returning(LongWork.state)
            )
        if state != "running":
            progress.cancelled = True
            statement.cancel_safe()


def finish(
    session: Session,
    work_id: str,
    rows: int,
    sight: str,
    outcome_cipher: bytes | None,
    content: bytes | None = None,
) -> None:
    """Mark a work done in the transaction of its effect. Raises Cancelled when that is no longer wanted."""
    ending = update(LongWork).where(LongWork.id == work_id, LongWork.state == "running")
    done = ending.values(
        state="done",
        done=rows,
        total=rows,
        outcome_cipher=outcome_cipher,
        content=content,
        sight=sight,
        file_cipher=None,
    )
    if session.scalar(done.returning(LongWork.id)) is None:
        raise Cancelled


def fail(engine: Engine, work_id: str, outcome_cipher: bytes | None) -> None:
    """Say why a work came to nothing; what it was asked with is kept, so that it can be started again."""
    ending = update(LongWork).where(LongWork.id == work_id, LongWork.state == "running")
    with engine.begin() as connection:
        connection.execute(ending.values(state="failed", outcome_cipher=outcome_cipher))


def drop_old(session: Session) -> int:
    """Forget works that are over and were there to be read, or fetched, long enough."""
    over = delete(LongWork).where(LongWork.state.not_in(UNDER_WAY), LongWork.asked_at < func.now() - KEPT_FOR)
    return count_changes(session, over)
