"""What will be refused is never read: a stranger sends nothing but names and words at the login."""

from __future__ import annotations

import pytest
from werkzeug.test import EnvironBuilder

from app.engine.access.roles import CLERK
from app.engine.sessions import logins
from app.extensions import db
from app.web.site import bodies
from tests.desk.api import make_key
from tests.desk.clerks import JINJIANG, Desk
from tests.desk.second_factor import demand, halfway

FORM, FILES, JSON = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"
LARGE, MIDDLE = 24 * 1024 * 1024, 2 * 1024 * 1024
UPLOAD, REGISTERS = "/hiring/applications/check/1", "/api/v1/registers/persons"


class Unreadable:
    """A body that fails the test when anybody looks at it."""

    def read(self, *_):
        raise AssertionError("the body was read")

    readline = readlines = readinto = __iter__ = read


def head(path: str, kind: str, client=None, **headers: str) -> dict:
    environ = EnvironBuilder(path, method="POST", content_type=kind, headers=headers).get_environ()
    if client:
        environ["HTTP_COOKIE"] = "; ".join(f"{c.key}={c.value}" for c in client._cookies.values())
    return environ


@pytest.mark.parametrize(
    ("path", "kind", "allowed"),
    [
        ("/login/", FORM, bodies.SMALL),
        ("/login/", FILES, bodies.SMALL),
        ("/login/cas/", FORM, bodies.SMALL),
        ("/desk/language", FORM, bodies.SMALL),
        ("/login/code/", FORM, 0),
        (UPLOAD, FILES, 0),
        ("/logout/", FORM, 0),
        ("/no/such/page", FORM, 0),
        (REGISTERS, JSON, 0),
    ],
)
def test_a_stranger_sends_little_and_only_to_the_login(demo_app, path, kind, allowed):
    assert bodies.SMALL == 16 * 1024
    assert bodies.allowed(demo_app, head(path, kind)) == allowed
    forged = head(path, kind, Cookie="session=eyJfdXNlcl9pZCI6IjEifQ.x.y", Authorization="Bearer key_x")
    assert bodies.allowed(demo_app, forged) == allowed


def test_who_is_let_in_sends_files_until_the_session_ends(demo_app):
    clerk = Desk(demo_app, "clerk")
    assert bodies.allowed(demo_app, head(UPLOAD, FILES, clerk.client)) == LARGE
    assert bodies.allowed(demo_app, head("/login/", FORM, clerk.client)) == MIDDLE
    with demo_app.app_context():
        db.session.query(logins.Login).delete()
        db.session.commit()
    assert bodies.allowed(demo_app, head(UPLOAD, FILES, clerk.client)) == 0, "its cookie is still signed"
    assert bodies.allowed(demo_app, head("/login/", FORM, clerk.client)) == bodies.SMALL


def test_a_system_sends_rows_by_its_key(cases_app):
    with_key = {"Authorization": f"Bearer {make_key(cases_app, JINJIANG)}"}
    assert bodies.allowed(cases_app, head(REGISTERS, JSON, **with_key)) == MIDDLE
    assert bodies.allowed(cases_app, head(UPLOAD, FILES, **with_key)) == 0


@pytest.mark.parametrize("path", [UPLOAD, "/no/such/page", "/logout/", "/settings/password/", REGISTERS])
def test_a_strangers_body_is_answered_unread(demo_app, path):
    long = {"wsgi.input": Unreadable(), "CONTENT_LENGTH": "60000", "CONTENT_TYPE": FORM}
    long["wsgi.input_terminated"] = True  # as gunicorn says
    answer = demo_app.test_client().post(path, environ_overrides=long)
    assert answer.status_code in (302, 401, 404)


def test_as_long_as_the_database_is_away_the_application_tells(demo_app, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def away(*_):
        raise OperationalError("SELECT", {}, Exception("away"))

    clerk = Desk(demo_app, "clerk")
    monkeypatch.setattr(logins, "is_open", away)
    assert bodies.allowed(demo_app, head(UPLOAD, FILES, clerk.client)) == LARGE


def test_who_waits_for_a_code_may_send_it(demo_app):
    demand(demo_app, CLERK)
    waiting = halfway(demo_app)
    assert bodies.allowed(demo_app, head("/login/code/", FORM, waiting)) == MIDDLE
