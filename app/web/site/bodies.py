"""How long a body may be, by who sends it and where: nobody waits for what will be refused.

The worker asks with the head alone and collects no more than that (`app.serving`). A signed cookie shows only that
somebody has logged in before: the database knows by the cookie's key whether that session is still open.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import BytesIO

from flask import Flask, current_app, request, session
from sqlalchemy.exc import DBAPIError

from app.engine.sessions import logins
from app.extensions import db
from app.serving import BODY_LIMIT
from app.web.site.hardening import in_api

SMALL = 16 * 1024
HALF = "half"
"""The session's entry of a login that waits for its code."""
OPEN_TO_ALL = ("AuthView.login", "CasView.end", "DeskView.language")
"""All that has something to send before a login: two names and words, a ticket, a language."""


def init_app(app: Flask, key_of_call: Callable[[], object]) -> None:
    """Let the worker ask, and holds every request to the answer; `key_of_call`: the API key that a call brings, or None."""
    app.url_value_preprocessor(_limit_size)
    app.extensions["key_of_call"] = key_of_call
    app.extensions["body_limit"] = partial(allowed, app)


def allowed(app: Flask, environ: dict) -> int:
    """Return bytes that are accepted of the request with this head; 0: none, whatever it says of them."""
    with app.request_context(environ):
        try:
            known = app.extensions["key_of_call"]() is not None if in_api(request.path) else _has_session()
        except DBAPIError:
            known = True  # the application tells what is wrong
        return _most() if known else _of_strangers()


def _limit() -> int:
    """Return the same within the request: as the worker has asked, else by the cookie alone."""
    limit = request.environ.get(BODY_LIMIT)
    if limit is not None:
        return limit
    # rows of the API are read once the key is known
    rows = in_api(request.path) and request.mimetype == "application/json"
    known = rows or "_user_id" in session or HALF in session
    return _most() if known else _of_strangers()


def _of_strangers() -> int:
    return SMALL if request.endpoint in OPEN_TO_ALL else 0


def _most() -> int:
    files = request.mimetype == "multipart/form-data" and not in_api(request.path)
    return current_app.config["MAX_CONTENT_LENGTH" if files else "MAX_FORM_MEMORY_SIZE"]


def _has_session() -> bool:
    half = session.get(HALF)
    if "_user_id" in session:
        user_id, token = int(session["_user_id"]), session.get("token", "")
    elif half:
        user_id, token = half["user"], half["token"]
    else:
        return False
    return logins.is_open(db.session, user_id, token)


def _limit_size(*_: object) -> None:
    """Limit before CSRF protection, which reads the form; Werkzeug bounds the memory of forms in parts only."""
    if limit := _limit():
        request.max_content_length = limit
    else:
        # whichever answer is due is given without a look at it
        request.environ |= {"wsgi.input": BytesIO(), "CONTENT_LENGTH": "0"}
