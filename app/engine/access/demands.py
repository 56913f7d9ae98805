"""Who needs a second factor: those who have one, and the holders of the roles of which an administrator demands it."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from flask_appbuilder.security.sqla.models import Role, User, assoc_user_role
from sqlalchemy import ARRAY, ColumnElement, Select, String, cast, delete, or_, select, true
from sqlalchemy.orm import Session

from app.engine.sessions import second_factor
from app.engine.sessions.logins import Login
from app.engine.sessions.second_factor import DemandingRole, SecondFactor
from app.registers.organisation import OwnRole


def wanted(session: Session, user_id: int) -> bool:
    """Return whether a login must be completed by a code."""
    holder = _holders(demanded(session)).where(User.id == user_id)
    return second_factor.enrolled(session, user_id) or session.scalar(holder) is not None


def demanded(session: Session) -> set[str]:
    """Return the names of the roles that need a second factor."""
    return set(session.scalars(select(DemandingRole.role)))


def demand(session: Session, roles: Collection[str]) -> None:
    """Demand one of exactly these roles from now on; their holders without one are logged out and bind one as they return."""
    session.execute(delete(DemandingRole))
    session.add_all(DemandingRole(role=role) for role in roles)
    session.flush()
    end_lacking(session)


def end_lacking(session: Session) -> None:
    """End the sessions of those who need a second factor and have none: they bind one as they return."""
    lacking = _holders(demanded(session)).where(User.id.not_in(select(SecondFactor.user_id)))
    session.execute(delete(Login).where(Login.user_id.in_(lacking)))


@cache
def met() -> ColumnElement[bool]:
    """Return the condition of the sessions that came with a code or need none: one begun before a role or a demand opens nothing."""
    membership, part = assoc_user_role.c, DemandingRole.role == OwnRole.parts.any_()
    needed = (
        select(DemandingRole.role).join(Role, true()).join(assoc_user_role, membership.role_id == Role.id)
    )
    needed = needed.outerjoin(OwnRole, OwnRole.role_id == Role.id)
    needed = needed.where(membership.user_id == Login.user_id, or_(DemandingRole.role == Role.name, part))
    return or_(Login.by_code, ~needed.correlate(Login).exists())


def _holders(roles: Collection[str]) -> Select:
    """Return the logins with one of these roles, or with an office's own role that one of them is a part of."""
    own = select(OwnRole.role_id).where(OwnRole.parts.op("&&")(cast(list(roles), ARRAY(String))))
    return select(User.id).where(User.roles.any(Role.name.in_(roles) | Role.id.in_(own)))
