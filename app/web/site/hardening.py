"""What every request and every answer must keep to, whatever the view."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request
from werkzeug.routing import IntegerConverter

LARGEST_ID = 2**63 - 1

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
STRICT_TRANSPORT = "max-age=31536000"
STATIC = ("static", "appbuilder.static")
API = "/api/"
FILES = "/static/"
OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*")


class RowId(IntegerConverter):
    """`<int:…>` in an address: a number that no key can hold is no address of ours, rather than a database's error."""

    regex = "[0-9]+"

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **{"max": LARGEST_ID, **kwargs})


def init_app(app: Flask) -> None:
    """Set up before the views are registered, for their addresses use the converter."""
    app.url_map.converters["int"] = RowId
    app.before_request(_refuse_nul)
    app.after_request(_protect)


def in_api(path: str) -> bool:
    """Return whether an address is the API's, known or not."""
    return path.startswith(API)


def has_session(path: str) -> bool:
    """Return whether an address may depend on who asks for it: neither the API nor a script or style knows a cookie."""
    return not path.startswith((API, FILES))


def own_path(text: str) -> str | None:
    """Return an address of this site as a path, to lead somebody back to; browsers read \\, tabs and // as ways elsewhere."""
    path = text.removeprefix(request.host_url.rstrip("/"))
    return path if OWN_PATH.fullmatch(path) else None


def _refuse_nul() -> None:
    """Refuse NUL, which PostgreSQL's text can't hold; nobody types one."""
    texts = [request.path, *request.args.values(), *request.form.values()]
    texts += [file.filename or "" for file in request.files.values()]
    if any("\x00" in text for text in texts):
        abort(400)


def _protect(answer: Response) -> Response:
    answer.headers.update(HEADERS)
    if server := current_app.config["CAS_SERVER_URL"]:
        # browsers follow a posted logout nowhere else
        policy = HEADERS["Content-Security-Policy"]
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(server))
        answer.headers["Content-Security-Policy"] = policy.replace(
            "form-action 'self'", f"form-action 'self' {origin}"
        )
    if request.endpoint not in STATIC:
        answer.headers["Cache-Control"] = "no-store"
    if current_app.config["SESSION_COOKIE_SECURE"]:
        answer.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    return answer
