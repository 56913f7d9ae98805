"""`/health/live` and `/health/ready`, by which a load balancer knows where to send requests, and `/metrics`.

They stand before hosts, sessions and logins, and tell nobody what is wrong: that stands in the log.
"""

from __future__ import annotations

import logging
import time

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Request, Response

from app.engine.keys import key_check
from app.web.site.hardening import HEADERS
from app.web.site.metrics import Measures

log = logging.getLogger(__name__)

WAITS = {"connect_timeout": 2, "options": "-c statement_timeout=2000"}
REMEMBERED_SECONDS = 1.0
"""However many ask, the database is asked once a second."""


def init_app(app: Flask, measures: Measures | None) -> None:
    """Mount the addresses; everything else goes on to the product."""
    mounted = {"/health": _answering(Readiness(app))}
    if measures:
        mounted["/metrics"] = measures.wsgi
    dispatched = DispatcherMiddleware(app.wsgi_app, mounted)
    app.wsgi_app = dispatched  # type: ignore[method-assign]  # Flask's own way to add a middleware


class Readiness:
    """Database reached, its schema not behind this release, keys those of the data."""

    def __init__(self, app: Flask) -> None:
        self._app, self._asked_at, self._keys_fit = app, float("-inf"), False
        self._why: str | None = None

    def holds(self) -> bool:
        now = time.monotonic()
        if now - self._asked_at >= REMEMBERED_SECONDS:
            self._asked_at, self._why = now, self._why_not()
            if self._why:
                log.warning("not ready: %s", self._why)
        return self._why is None

    def _why_not(self) -> str | None:
        url = self._app.config["SQLALCHEMY_DATABASE_URI"]
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=WAITS)
        try:
            with engine.connect() as connection:
                heads = MigrationContext.configure(connection).get_current_heads()
                if not self._current(heads):
                    return f"schema {', '.join(heads) or 'missing'}: run prepare"
                vault = self._app.extensions["vault"]
                if not self._keys_fit and key_check.format_left(connection, vault):
                    return "ciphertexts of the old format are left: DATA_CIPHER_FORMAT=new, then keys rotate"
                self._keys_fit = self._keys_fit or key_check.fits(connection, vault)
        except SQLAlchemyError as error:
            return f"database: {type(error).__name__}"
        return None if self._keys_fit else "keys do not fit the data"

    def _current(self, heads: tuple[str, ...]) -> bool:
        """Accept a schema that this release does not know: it is a newer one's, and old hosts go on serving until they are renewed."""
        known = ScriptDirectory(str(self._app.config["ROOT"] / "migrations"))
        behind = {script.revision for script in known.walk_revisions()} - set(known.get_heads())
        return bool(heads) and not behind & set(heads)


def _answering(readiness: Readiness):
    @Request.application
    def answer(request: Request) -> Response:
        if request.path == "/live":
            return _said(200, "live")
        if request.path == "/ready":
            return _said(200, "ready") if readiness.holds() else _said(503, "not ready")
        return _said(404, "not found")

    return answer


def _said(status: int, word: str) -> Response:
    headers = {**HEADERS, "Cache-Control": "no-store"}
    return Response(f"{word}\n", status, headers, content_type="text/plain; charset=utf-8")
