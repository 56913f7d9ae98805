"""A login with a code, step by step."""

from __future__ import annotations

import re
import time

import pyotp
from sqlalchemy import select

from app.demo.users import PASSWORD
from app.engine.audit import AuditEntry
from app.engine.scope import Scope
from app.extensions import db
from tests.desk.clerks import Desk

ROLES, CODE, INSIDE = "/settings/second_factor/roles", "/login/code/", "/hiring/query/list/"


def demand(app, *roles: str) -> None:
    Desk(app, "province_admin").post(ROLES, {"roles": list(roles)})


def secret_on(page: str) -> str:
    """The secret as the page shows it."""
    return re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")


def code_of(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(time.time() + 30 * steps)


def halfway(app, username: str = "clerk"):
    """A browser with the right password and without a code."""
    client = app.test_client()
    answer = client.post("/login/", data={"username": username, "password": PASSWORD})
    assert answer.headers["Location"] == CODE
    return client


def events(app, subject: str = "clerk") -> list[str]:
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        asked = select(AuditEntry.event).where(AuditEntry.subject == subject).order_by(AuditEntry.id)
        return list(db.session.scalars(asked))
