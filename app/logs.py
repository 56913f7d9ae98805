"""Log lines that a machine can read, each with the request it belongs to and nobody's personal data.

A request's id is the reverse proxy's (`X-Request-ID`), so that one id finds it on every host, else our own; it is told
to the browser, and an error page names it.
"""

from __future__ import annotations

import logging
import re
import time
import traceback
from logging.config import dictConfig
from uuid import uuid4

from flask import Flask, Response, g, has_request_context, request

from app.kernel.file_names import visible
from app.kernel.free_text import without_numbers

FIELDS = "%(asctime)s %(levelname)s %(name)s %(request)s %(user)s %(message)s"
NAMES = {"asctime": "time", "levelname": "level", "name": "logger"}
FORMATTERS = {
    "json": {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "fmt": FIELDS,
        "rename_fields": NAMES,
        "json_ensure_ascii": False,
    },
    "text": {"format": FIELDS},
}
HEADER, GIVEN_BY = "X-Request-ID", "HTTP_X_REQUEST_ID"
GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
NUMBER, BEGUN = "benefits.request", "benefits.begun"
DATA_OF_ROWS = re.compile(
    r"^(DETAIL|CONTEXT):.*?(?=^\[SQL:|^\(Background|^\s*$|\Z)", re.MULTILINE | re.DOTALL
)
"""What PostgreSQL tells of the row that broke a rule: a name, an id."""
log = logging.getLogger(__name__)


class Origin(logging.Filter):
    """Adds the request and the user, as numbers; takes nobody's data out of a trace that a library writes down."""

    def filter(self, record: logging.LogRecord) -> bool:
        here = has_request_context()
        record.request = number() if here else "-"
        record.user = g.actor.user_id if here and "actor" in g else None
        if record.exc_info and record.exc_info[1]:
            record.exc_text, record.exc_info = trace(record.exc_info[1]), None
        record.msg, record.args = _line(record), None
        return True


class Trace(str):
    """A trace of several lines, none of which can be taken for a line of the log."""


def trace(error: BaseException) -> Trace:
    """Return the error as Python shows it, without the rows that PostgreSQL tells of."""
    shown = DATA_OF_ROWS.sub(r"\1: —\n", "".join(traceback.format_exception(error)))
    return Trace("\n".join(f"  {visible(line)}" for line in shown.rstrip("\n").split("\n")))


def _line(record: logging.LogRecord) -> str:
    """Return the message on one line, and the trace below that it may end with; whatever came from outside is made visible."""
    if not isinstance(record.args, tuple) or not record.args or not isinstance(record.args[-1], Trace):
        return visible(record.getMessage())
    *facts, below = record.args
    head = record.msg.removesuffix("\n%s") % tuple(facts)
    return f"{visible(head)}\n{below}"


def configuration(style: str, level: str) -> dict:
    """Return the argument of `logging.config.dictConfig`: everything to standard error, gunicorn's own lines too."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"origin": {"()": Origin}},
        "formatters": {"lines": FORMATTERS[style]},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "lines", "filters": ["origin"]},
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "app": {"level": level},
            "gunicorn.error": {"level": "WARNING", "handlers": []},
            # that it makes no filter for columns of arrays, which nobody asked it for
            "flask_appbuilder.models.filters": {"level": "ERROR"},
        },
    }


def init_app(app: Flask) -> None:
    """Set up before anything else, for it times whole requests; tests watch the log themselves."""
    if not app.testing:
        dictConfig(configuration(app.config["LOG_FORMAT"], app.config["LOG_LEVEL"]))
    numbered = _Numbered(app.wsgi_app, trusts_proxy=app.config["PROXIES"] > 0)
    app.wsgi_app = numbered  # type: ignore[method-assign]  # Flask's own way to add a middleware
    app.after_request(_tell)


def number() -> str:
    """Return the id of the request that is being answered; none yet while its body is waited for."""
    return request.environ.get(NUMBER, "-")


def seconds() -> float:
    """Return how long the request has taken so far."""
    return time.perf_counter() - request.environ[BEGUN]


class _Numbered:
    """Gives every request its id; one that somebody else made up is taken from a proxy of ours only."""

    def __init__(self, inner, trusts_proxy: bool) -> None:
        self._inner, self._trusts_proxy = inner, trusts_proxy

    def __call__(self, environ: dict, start_response):
        given = environ.get(GIVEN_BY, "") if self._trusts_proxy else ""
        environ[NUMBER] = given if GIVEN.fullmatch(given) else uuid4().hex[:12]
        environ[BEGUN] = time.perf_counter()
        return self._inner(environ, start_response)


def _tell(answer: Response) -> Response:
    """Log one line a request; the address without its query, which may say what was searched for."""
    answer.headers[HEADER] = number()
    log.info(
        "%s %s %s",
        request.method,
        without_numbers(request.path),
        answer.status_code,
        extra={"endpoint": request.endpoint, "status": answer.status_code, "ms": round(seconds() * 1000, 1)},
    )
    return answer
