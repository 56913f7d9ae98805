"""More administrators, and what waits for one of them."""

from __future__ import annotations

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from app.demo.users import PASSWORD
from app.engine.access.accounts import make_user
from app.engine.access.duties import DutyGrant
from app.engine.actor import Actor
from app.engine.scope import Scope, seeing
from app.extensions import db
from app.registers.organisation import Office
from tests.desk.database import command, release
from tests.desk.logins import Facts

CHENGDU = "510100"
BEFORE = "0025"
"""The schema before there was a second administrator."""


def administrator(app, username: str, office: str, role: str) -> str:
    """One more, made by the IT officer's command."""
    with app.app_context(), seeing(db.session, Scope.everything()):
        held = db.session.scalars(select(Office).where(Office.code == office)).one()
        make_user(db.session, Actor.command(), username, "高管理", held, [role], PASSWORD)
        db.session.commit()
    return username


def waiting(facts: Facts, username: str) -> list[int]:
    own = DutyGrant.user_id == facts.id(username), DutyGrant.confirmed_at.is_(None)
    return [grant for (grant,) in facts.query(select(DutyGrant.id).where(*own).order_by(DutyGrant.id))]


def migrated_again(app: Flask) -> None:
    """The database as a release without a second administrator leaves it, brought up to date."""
    release(app)
    with app.app_context():
        migrations = str(app.config["ROOT"] / "migrations")
        downgrade(migrations, BEFORE)
        upgrade(migrations, "head")
    command(app, "prepare")
