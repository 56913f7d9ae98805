"""What somebody tried on the screens of administration and was refused stays written down."""

from __future__ import annotations

from flask import Flask, Response, current_app, g, request

from app.engine.audit import record
from app.extensions import db

READING = ("GET", "HEAD", "OPTIONS")


def init_app(app: Flask) -> None:
    app.after_request(_write_down)


def _write_down(answer: Response) -> Response:
    """After the error was answered: whatever the request had written is rolled back by then."""
    if answer.status_code < 400 or request.method in READING or not _watched():
        return answer
    if g.actor.user_id is not None:
        db.session.rollback()
        facts = {"address": request.path, "status": answer.status_code}
        record(db.session, g.actor, "attempt_refused", subject=request.endpoint, after=facts)
        db.session.commit()
    return answer


def _watched() -> bool:
    view = next((v for v in current_app.appbuilder.baseviews if v.endpoint == request.blueprint), None)
    return getattr(view, "watched", False) and "actor" in g
