"""What somebody tried and was refused stays written down: on the screens of administration, and in taking things away."""

from __future__ import annotations

from flask import Flask, Response, g, request

from app.engine.audit import record
from app.extensions import db, fab

READING = ("GET", "HEAD", "OPTIONS")
TAKING = ("attachment", "download", "export", "failed", "file", "heads", "roster", "start")
"""Endpoints, of whatever view, that hand out files."""


def init_app(app: Flask) -> None:
    app.after_request(_write_down)


def _write_down(answer: Response) -> Response:
    """Record after the error was answered: what the request had written is rolled back by then."""
    if answer.status_code < 400 or "actor" not in g or not (_deed_refused() or _taking_refused(answer)):
        return answer
    if g.actor.user_id is not None:
        db.session.rollback()
        facts = {"address": request.path, "status": answer.status_code}
        record(db.session, g.actor, "attempt_refused", subject=request.endpoint, after=facts)
        db.session.commit()
    return answer


def _deed_refused() -> bool:
    return request.method not in READING and getattr(fab().views.get(request.blueprint), "watched", False)


def _taking_refused(answer: Response) -> bool:
    return answer.status_code == 403 and (request.endpoint or "").rpartition(".")[2] in TAKING
