"""What the database says of logins, by names instead of ids, and the forms that administrators post."""

from __future__ import annotations

import re

from flask_appbuilder.security.sqla.models import Role, User, assoc_permissionview_role
from sqlalchemy import func, select

from app.demo.users import JINJIANG
from app.engine.access.duties import DutyGrant
from app.engine.audit import AuditEntry
from app.engine.scope import Scope
from app.extensions import db
from app.registers.organisation import Office, OwnRole, Staff
from tests.desk.clerks import Desk

BASE = "/settings/users"


class Facts:
    """What the database says, by names instead of ids."""

    def __init__(self, app):
        self.app = app

    def query(self, statement):
        with self.app.app_context():
            db.session.info["scope"] = Scope.everything()
            return db.session.execute(statement).all()

    def id(self, username: str) -> int:
        return self.query(select(User.id).where(User.username == username))[0][0]

    def office(self, code: str) -> int:
        return self.query(select(Office.id).where(Office.code == code))[0][0]

    def role_id(self, name: str) -> int:
        return self.query(select(Role.id).where(Role.name == name))[0][0]

    def roles(self, username: str) -> set[str]:
        statement = select(Role.name).join(User.roles).where(User.username == username)
        return {name for (name,) in self.query(statement)}

    def user(self, username: str):
        """(name, office's code, active, password's hash), or nothing."""
        statement = (
            select(User.last_name + User.first_name, Office.code, User.active, User.password)
            .join(Staff, Staff.user_id == User.id)
            .join(Office, Office.id == Staff.office_id)
            .where(User.username == username)
        )
        return next(map(tuple, self.query(statement)), None)

    def events(self, subject: str) -> list[tuple]:
        statement = (
            select(AuditEntry.event, AuditEntry.actor_name, AuditEntry.before, AuditEntry.after)
            .where(AuditEntry.subject == subject, AuditEntry.actor_name != "命令行")
            .order_by(AuditEntry.id)
        )
        return [tuple(row) for row in self.query(statement)]

    def refusals(self) -> list[tuple]:
        """(who, address, answer) of what was tried and refused."""
        entry = AuditEntry
        rows = select(User.username, entry.after).join(User, User.id == entry.actor_id)
        found = self.query(rows.where(entry.event == "attempt_refused").order_by(entry.id))
        return [(username, after["address"], after["status"]) for username, after in found]

    def may(self, role_id: int) -> set[int]:
        """The permissions of a role, by number."""
        table = assoc_permissionview_role.c
        return {id for (id,) in self.query(select(table.permission_view_id).where(table.role_id == role_id))}

    def everything(self) -> tuple:
        """All that an attack could have changed."""
        users = self.query(
            select(User.id, User.username, User.last_name, User.active, User.password).order_by(User.id)
        )
        roles = self.query(select(User.id, Role.name).join(User.roles).order_by(User.id, Role.name))
        may = self.query(
            select(func.count(), func.sum(assoc_permissionview_role.c.role_id)).select_from(
                assoc_permissionview_role
            )
        )
        own = self.query(select(OwnRole.title, OwnRole.office_id, OwnRole.parts).order_by(OwnRole.role_id))
        staff = self.query(select(Staff.user_id, Staff.office_id).order_by(Staff.user_id))
        return users, roles, may, own, staff


def agree(facts: Facts, username: str, by: str = "province_admin") -> int:
    """A second administrator confirms what waits on an account; how many there were."""
    own = DutyGrant.user_id == facts.id(username), DutyGrant.confirmed_at.is_(None)
    waiting = facts.query(select(DutyGrant.id).where(*own).order_by(DutyGrant.id))
    desk = Desk(facts.app, by)
    for (grant,) in waiting:
        desk.post(f"/settings/confirmations/agree/{grant}")
    return len(waiting)


def login(app, username: str, password: str):
    client = app.test_client()
    return client, client.post("/login/", data={"username": username, "password": password}).status_code


def seen(desk: Desk, user_id: int) -> str:
    return re.search(r'name="seen" value="([^"]+)"', desk.get(f"{BASE}/change/{user_id}"))[1]


def new(facts: Facts, office: str = JINJIANG, **more) -> dict:
    return {"username": "wang.li", "name": "王丽", "office": facts.office(office), "roles": ["clerk"], **more}


def changed(facts: Facts, desk: Desk, username: str, **more) -> dict:
    name, office, active, _ = facts.user(username)
    known = {"name": name, "office": facts.office(office), "roles": sorted(facts.roles(username))}
    if active:
        known["active"] = "y"
    return {**known, "seen": seen(desk, facts.id(username)), **more}


WRONG = "wrong-password-1"


def try_in(app, username: str, password: str):
    return app.test_client().post("/login/", data={"username": username, "password": password})


def staff_of(username: str) -> Staff:
    from flask_appbuilder.security.sqla.models import User

    db.session.info["scope"] = Scope.everything()
    return db.session.scalars(select(Staff).join(Staff.user).where(User.username == username)).one()


def password_on(page: str) -> str:
    return re.search(r'<code class="full">([^<]+)</code>', page)[1]
