"""Making and changing logins: the one place that writes users, their office and their roles."""

from __future__ import annotations

from collections.abc import Iterable

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.engine.actor import Actor
from app.engine.audit import record
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.registers.organisation import Office, Staff
from app.web.roles import ADMINISTRATORS, BUSINESS


def make_user(
    session: Session,
    actor: Actor,
    username: str,
    name: str,
    office: Office,
    roles: Iterable[str],
    password: str,
) -> User:
    """A login in one office. `name` is surname first; an administrator role beside a business role is refused."""
    wanted = set(roles)
    refuse_mixture(wanted)
    user = User(
        username=username,
        last_name=name[:1],
        first_name=name[1:],
        email=f"{username}@localhost",
        active=True,
        password=generate_password_hash(password),
        roles=list(session.scalars(select(Role).where(Role.name.in_(wanted)))),
    )
    session.add(user)
    session.flush()
    session.add(Staff(user_id=user.id, office_id=office.id))
    record(
        session,
        actor,
        "user_change",
        subject=username,
        office_id=office.id,
        after={"roles": sorted(wanted), "office": office.code},
    )
    return user


def refuse_mixture(roles: set[str]) -> None:
    """Whoever says who may do what does no business, and the other way round (`domain.md` §2)."""
    if roles & ADMINISTRATORS and roles & BUSINESS:
        raise Refused(N_("管理员角色不能与业务角色同时授予一人。请另建账号，或只保留其中一类角色。"))
