"""Without a session every address leads to the login, and from there back to where somebody was; nothing is sent by itself.

What had been typed stays in the browser's tab (`static/desk/keep.js`); the server keeps none of it.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from flask import current_app, jsonify, redirect, request, url_for
from flask_login import current_user
from werkzeug import Response
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.kernel.messages import N_
from app.web.crud.private_queries import in_clear
from app.web.site.hardening import in_api, own_path
from app.web.wording.translations import gettext

OPEN_TO_ALL = (
    "AuthView.login",
    "CasView.login",
    "CasView.end",
    "CodeView.ask",
    "DeskView.language",
    "static",
    "appbuilder.static",
)
LOGOUT = "AuthView.logout"
BY_SCRIPT = "X-Requested-With"
OVER = N_("登录已超时。请重新登录，登录后回到本页。")
READING = ("GET", "HEAD", "OPTIONS")


def demand_login() -> Response | None:
    """Demand a login before every view; an address that doesn't exist is answered as such."""
    return to_login() if request.endpoint != LOGOUT and demanded() else None


def demanded() -> bool:
    """Return whether the address at hand is for people who are logged in, and nobody is."""
    if request.endpoint is None or request.endpoint in OPEN_TO_ALL or in_api(request.path):
        return False
    return not current_user.is_authenticated


def to_login() -> Response:
    """Return the redirect of a page, or the answer to a script, when the session is over."""
    return lead_away(gettext(OVER), url_for("AuthView.login", next=place()))


def lead_away(sentence: str, address: str) -> Response:
    """Lead a page to an address; a script hears why, and which."""
    if not by_script():
        return redirect(address)
    answer = jsonify(error=sentence, login=address)
    answer.status_code = 401
    return answer


def by_script() -> bool:
    return BY_SCRIPT in request.headers or request.accept_mimetypes.best == "application/json"


def place() -> str | None:
    """Return the page to come back to; of a form that was sent, the page on which it stood. None: the home page, or none that opens."""
    if request.endpoint == LOGOUT:
        return None
    path: str | None
    if request.method in READING and not by_script():
        path = request.full_path.rstrip("?")
    else:
        path = own_path(request.referrer or "")
    if not path or path == "/" or not _opens(path):
        return None
    parts = urlsplit(path)
    return parts.path if in_clear(MultiDict(parse_qsl(parts.query))) else path


def _opens(path: str) -> bool:
    """Return whether a path can be opened by GET; a page that answered a form often can't."""
    adapter = current_app.url_map.bind("")
    try:
        endpoint, _ = adapter.match(urlsplit(path).path, method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return endpoint not in OPEN_TO_ALL
