"""Browsers that have logged in before: a signed cookie names the browser and, as digests, whose logins it has seen.

It opens nothing: its bearer is only counted apart from strangers who try the same account (`engine.tries`).
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug import Response

from app.engine.sessions.logins import digest_of
from app.engine.sessions.tries import Try

KEPT_FOR = timedelta(days=180)
MOST = 8
"""People who share a browser; who has not been there for longest is forgotten."""


def attempt(username: str, address: str, *, by_code: bool = False) -> Try:
    """Return a try from this request's browser."""
    mark, people = _known()
    return Try(username, address, mark if _name(username) in people else None, by_code)


def remember(answer: Response, username: str) -> Response:
    """Return the answer with a cookie by which this browser is known as one of that account."""
    mark, people = _known()
    people = [_name(username), *(name for name in people if name != _name(username))][:MOST]
    answer.set_cookie(
        _cookie(),
        _signer().dumps([mark or secrets.token_urlsafe(16), people]),
        max_age=KEPT_FOR,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return answer


def _known() -> tuple[str, list[str]]:
    """Return the browser's mark and its people; nothing for one that has no cookie of ours, or a foreign or old one."""
    try:
        mark, people = _signer().loads(request.cookies.get(_cookie(), ""), int(KEPT_FOR.total_seconds()))
    except BadSignature:
        return "", []
    return mark, people


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="device")


def _cookie() -> str:
    return "__Host-device" if current_app.config["SESSION_COOKIE_SECURE"] else "device"


def _name(username: str) -> str:
    return digest_of(username.lower())[:32]
