"""Who calls the API: `Authorization: Bearer KEY` and nothing else, so that no page in a browser can act through it.

No cookie is read or set here, which is what makes the exemption from CSRF tokens sound.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from math import ceil

from flask import Flask, current_app, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, TooManyRequests, Unauthorized

from app.engine.access import api_keys
from app.engine.sessions import attempts
from app.extensions import db
from app.web.api import makers
from app.web.site.hardening import has_session, in_api

MINUTE = timedelta(minutes=1)


class Sessions(SecureCookieSessionInterface):
    """The browser's session. The API has none: there it holds the language that the caller accepts.

    Nor have scripts and styles: nobody is looked up for them, and Firefox would take a kept one for another's as soon as
    the cookie changes, which it does with every page.
    """

    def open_session(self, app: Flask, request):
        if has_session(request.path):
            return super().open_session(app, request)
        if not in_api(request.path):
            return SecureCookieSession()
        languages = app.config["LANGUAGES"]
        language = request.accept_languages.best_match(languages, app.config["BABEL_DEFAULT_LOCALE"])
        return SecureCookieSession({"locale": language})

    def save_session(self, app: Flask, session, response) -> None:
        if has_session(request.path):
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Hook in after what gives every request an actor."""
    app.session_interface = Sessions()
    app.before_request(begin)


def begin() -> None:
    """Let the key's office act; a missing or invalid key and too many calls are refused before anything is read."""
    if not in_api(request.path):
        return
    key = key_of_call()
    _count(f"key:{key.id}" if key else f"keyless:{g.actor.address}")
    if key is None:
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer"))
    g.api_key = key
    g.actor = api_keys.actor_of(db.session, key, g.actor.address)
    db.session.info["scope"] = g.actor.scope


def key_of_call() -> api_keys.ApiKey | None:
    """Return the key in force that this call brings."""
    given = request.authorization
    text = given.token if given is not None and given.type == "bearer" else None
    return api_keys.recognise(db.session, text, g.today, makers.in_office(g.today)) if text else None


def needs(ability: str) -> Callable:
    """Let a key reach a method only with this ability."""

    def decorate(method: Callable) -> Callable:
        @wraps(method)
        def guarded(*args, **kwargs):
            if ability not in g.api_key.abilities:
                raise Forbidden
            return method(*args, **kwargs)

        return guarded

    return decorate


def _count(subject: str) -> None:
    """Count in the database, so that all workers on all hosts count together."""
    calls, until = attempts.count(db.engine, subject, MINUTE)
    if calls > current_app.config["API_PER_MINUTE"]:
        seconds = max(1, ceil((until - datetime.now(UTC)).total_seconds()))
        raise TooManyRequests(retry_after=seconds)
