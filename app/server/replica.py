"""Reads that may be a moment old go to a streaming replica, if one is configured (`DATABASE_REPLICA_URL`) and follows.

Only SELECTs of registers and cases, in a GET that the view names in `replica_reads`; logins, permissions and whatever is written
stay with the primary. Somebody who has just changed something reads the primary until the replica must have it.
"""

from __future__ import annotations

import logging
import time

from flask import Flask, current_app, request, session
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

BIND = "replica"
BEHIND_SECONDS = 10
AWAY_SECONDS = 5
"""A replica that failed is left alone so long: nobody waits for it at every click."""
CHANGED = "changed"
FOLLOWS = """
    SELECT pg_is_in_recovery() AND EXISTS (SELECT FROM pg_stat_wal_receiver) AND (
        pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
        OR now() - pg_last_xact_replay_timestamp() < make_interval(secs => :behind))
"""


def init_app(app: Flask) -> None:
    """Remember who has changed something, where there is a replica."""
    if app.config["SQLALCHEMY_BINDS"]:
        app.extensions[BIND] = Replica()
        app.after_request(_remember)


def route(db_session, engines) -> None:
    """Let the request read from the replica, if its view may and the replica follows."""
    replica = current_app.extensions.get(BIND)
    if replica is None or request.method not in ("GET", "HEAD") or not _may_be_old():
        return
    if time.time() - session.get(CHANGED, 0) > BEHIND_SECONDS and replica.follows(engines[BIND]):
        db_session.info[BIND] = engines[BIND]


class Replica:
    """What one process knows of the replica."""

    def __init__(self) -> None:
        self._away_since = float("-inf")

    def follows(self, engine: Engine) -> bool:
        """Return whether it answers and is no more than `BEHIND_SECONDS` behind."""
        if time.monotonic() - self._away_since < AWAY_SECONDS:
            return False
        try:
            with engine.connect() as connection:
                if connection.scalar(text(FOLLOWS), {"behind": BEHIND_SECONDS}):
                    return True
            why = "it is behind, or follows nobody"
        except SQLAlchemyError as error:
            why = type(error).__name__
        self._away_since = time.monotonic()
        log.warning("the replica is not asked: %s", why)
        return False


def _may_be_old() -> bool:
    """Return what the view says of this route; a form starts from what is so now."""
    view = current_app.extensions["appbuilder"].views.get(request.blueprint)
    return (request.endpoint or "").rpartition(".")[2] in getattr(view, "replica_reads", ())


def _remember(answer):
    if request.method not in ("GET", "HEAD", "OPTIONS") and "_user_id" in session:
        session[CHANGED] = int(time.time())
    return answer
