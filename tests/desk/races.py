"""Several people at once, each on a connection of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.extensions import db
from app.kernel.errors import NotFound, Refused
from tests.desk import province

LIMIT = 60


def at_once(*deeds: Callable[[Session], object]) -> list:
    """Runs each deed on its own connection and commits it; all wait for one another before they begin."""
    barrier, engine = Barrier(len(deeds), timeout=LIMIT), db.engine

    def perform(deed):
        with Session(engine, autoflush=False) as session:
            session.execute(text("SET statement_timeout = '50s'"))
            barrier.wait()
            try:
                result = deed(session)
                session.commit()
                return result
            except (Refused, NotFound) as refusal:
                session.rollback()
                return str(refusal.message)

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [future.result(LIMIT) for future in [pool.submit(perform, deed) for deed in deeds]]


def running(actor, batch_id: str, **params):
    """A deed: this batch, run by this person; answers (moved, refused, amount)."""

    def deed(session: Session):
        done = province.run(session, actor, batch_id, **params)
        return done.moved, done.refused, done.moved_amount

    return deed
