"""The session of a request: what it may read from a replica, and how it ends."""

from __future__ import annotations

from contextlib import suppress

from flask import current_app
from flask_sqlalchemy.session import Session as FlaskSession
from psycopg import OperationalError
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from app.server.replica import BIND

ONLY_READ = "SELECT pg_current_xact_id_if_assigned() IS NULL"


class RequestSession(FlaskSession):
    """Sends what a request may read from the replica there; gives up quietly what died with its connection.

    Nothing is left to roll back then, and the page that has been made, or the one that tells of the error, is not lost.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.info["vault"] = current_app.extensions["vault"]  # for rules of a person's age
        self.begun: dict[Engine, Connection] = {}

    def close(self) -> None:
        try:
            self._end_reading()
            super().close()
        except DBAPIError as error:
            self._give_up(error)

    def rollback(self) -> None:
        try:
            super().rollback()
        except DBAPIError as error:
            self._give_up(error)

    def _end_reading(self) -> None:
        """End a transaction that only read by COMMIT: at ROLLBACK the driver forgets its prepared statements.

        PostgreSQL would have to plan all statements of the next request again, which takes as long as running them.
        """
        open_ones = [connection for connection in self.begun.values() if not connection.closed]
        if open_ones and self.is_active and all(map(_only_read, open_ones)):
            self.expunge_all()
            self.commit()

    def _give_up(self, error: DBAPIError) -> None:
        """Raise what is wrong with anything but the connection."""
        if not error.connection_invalidated:
            raise error
        self.invalidate()

    def get_bind(self, mapper=None, clause=None, bind=None, **kwargs):
        """Choose the engine of a statement; a flush gives no clause, so it never leaves the primary."""
        engine = self.info.get(BIND)
        scoped = mapper is not None and hasattr(mapper.class_, "__scope__")
        if engine is not None and scoped and getattr(clause, "is_select", False):
            return engine
        return super().get_bind(mapper=mapper, clause=clause, bind=bind, **kwargs)


@event.listens_for(RequestSession, "after_begin")
def _begun(session: RequestSession, _, connection: Connection) -> None:
    session.begun[connection.engine] = connection


def _only_read(connection: Connection) -> bool:
    """Say whether a transaction only read and nothing failed in it; SQLAlchemy would take a failure for the statement's."""
    driver = None if connection.invalidated else connection.connection.driver_connection
    if driver is None or driver.info.transaction_status != TransactionStatus.INTRANS:
        return False
    with suppress(OperationalError):  # of a connection that is lost: closing it tells so
        return driver.execute(ONLY_READ).fetchone()[0]
    return False
