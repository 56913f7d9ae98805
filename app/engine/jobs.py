"""Jobs on `procrastinate`: deferred in the caller's transaction, run at least once, take effect once."""

from __future__ import annotations

from datetime import timedelta

import procrastinate
from sqlalchemy import delete, func
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from app.engine.batch import Batch

UNFIRED_FOR = timedelta(days=1)


def conninfo(url: str) -> str:
    """libpq's form of an SQLAlchemy URL."""
    parts = make_url(url)
    return parts.set(drivername="postgresql").render_as_string(hide_password=False)


def drop_unfired_batches(session: Session) -> int:
    """Forgets selections whose dialog was never confirmed; returns how many."""
    stale = delete(Batch).where(Batch.ran_at.is_(None), Batch.prepared_at < func.now() - UNFIRED_FOR)
    return session.execute(stale).rowcount


def make_queue(url: str, run_in_session) -> procrastinate.App:
    """The queue of one database; `run_in_session(function)` gives a task a session of its own and commits it."""
    queue = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo(url)))

    @queue.periodic(cron="17 3 * * *")
    @queue.task(name="drop_unfired_batches", queueing_lock="drop_unfired_batches", pass_context=False)
    def housekeeping(timestamp: int) -> int:
        return run_in_session(drop_unfired_batches)

    return queue
