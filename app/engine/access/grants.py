"""Which roles somebody holds on a day: some are held for a time, and duties wait for a second administrator."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from sqlalchemy import BindParameter, ColumnElement, Date, Select, bindparam, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.engine.access import deciding, duties, roles
from app.engine.scope import OPEN, Scope, subtree
from app.registers.organisation import Office, RoleEnd


def in_force(today: date | BindParameter[date]) -> ColumnElement[bool]:
    """Return the condition of `assoc_user_role` rows joined with `RoleEnd` by `with_ends` that still count."""
    return or_(RoleEnd.last_day.is_(None), RoleEnd.last_day >= today)


def with_ends(statement: Select) -> Select:
    """Join the ends of the roles to a statement on `assoc_user_role`."""
    membership = assoc_user_role.c
    tied = (RoleEnd.user_id == membership.user_id) & (RoleEnd.role_id == membership.role_id)
    return statement.outerjoin(RoleEnd, tied)


def roles_in_force(session: Session, user_id: int, today: date) -> frozenset[str]:
    """Return the names of the roles that somebody holds on a day."""
    return held_in_force(session, user_id, today)[0]


def held_in_force(
    session: Session, user_id: int, today: date
) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """Return the roles that somebody holds on a day, and what they permit: (permission, view)."""
    parameters = {"holder": user_id, "today": today}
    return _grants(session.execute(_held(), parameters, execution_options=OPEN).all())


def standing(
    session: Session, user_id: int, today: date, office: Office
) -> tuple[frozenset[str], frozenset[tuple[str, str]], Scope]:
    """Return the same, and what an office sees: of every request, so in one statement. Without a role nothing is seen.

    In an office below the county a role permits no more than its work of intake.
    """
    parameters = {"holder": user_id, "today": today, "path": office.path, "region": office.region_code}
    rows = session.execute(_standing(), parameters, execution_options=OPEN).all()
    own, permitted = _grants([row[:-3] for row in rows])
    if office.kind:
        permitted &= roles.RECEPTION
    return own, permitted, Scope.of_subtree(office, *rows[0][-3:]) if rows else Scope()


def _grants(rows: Sequence[Sequence]) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """Select the permissions of rows (role, confirmed, permissions, views); a duty that nobody has confirmed permits nothing."""
    own, permitted = set(), set()
    for role, confirmed, names, views in rows:
        pairs = set(zip(names, views, strict=True)) - {(None, None)}
        if confirmed or not deciding.decides(role, pairs):
            own.add(role)
            permitted |= pairs
    return frozenset(own), frozenset(permitted)


@cache
def _standing() -> Select:
    return _held().add_columns(*subtree().selected_columns)


@cache
def _held() -> Select:
    """Build the statement once, for writing it takes as long as the answer."""
    of_role, to_permission = assoc_user_role.c, assoc_permissionview_role.c
    permitted = func.array_agg(Permission.name), func.array_agg(ViewMenu.name)
    confirmed = duties.confirmed(of_role.user_id, of_role.role_id)
    query = with_ends(select(Role.name, confirmed, *permitted).select_from(assoc_user_role))
    query = query.join(Role, Role.id == of_role.role_id)
    query = query.outerjoin(assoc_permissionview_role, to_permission.role_id == of_role.role_id)
    query = query.outerjoin(PermissionView, PermissionView.id == to_permission.permission_view_id)
    query = query.outerjoin(Permission, Permission.id == PermissionView.permission_id)
    query = query.outerjoin(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
    day = bindparam("today", type_=Date)
    query = query.where(of_role.user_id == bindparam("holder"), in_force(day))
    query = query.where(~duties.waits(of_role.user_id, of_role.role_id))
    return query.group_by(Role.name, of_role.user_id, of_role.role_id)


def ends_of(session: Session, user_ids: Collection[int]) -> dict[int, dict[str, date]]:
    """Return user → role → last day, of the roles that have one."""
    ends: dict[int, dict[str, date]] = {}
    rows = select(RoleEnd.user_id, Role.name, RoleEnd.last_day).join(Role, Role.id == RoleEnd.role_id)
    for user_id, role, last_day in session.execute(rows.where(RoleEnd.user_id.in_(user_ids))):
        ends.setdefault(user_id, {})[role] = last_day
    return ends


def set_ends(session: Session, user_id: int, ends: Mapping[str, date]) -> None:
    """Give the roles of somebody, which the database holds already, their last days; the others have none."""
    session.execute(delete(RoleEnd).where(RoleEnd.user_id == user_id))
    ids: dict[str, int] = dict(session.execute(select(Role.name, Role.id).where(Role.name.in_(ends))).all())
    rows = [{"user_id": user_id, "role_id": ids[name], "last_day": day} for name, day in ends.items()]
    if rows:
        session.execute(insert(RoleEnd).values(rows))


def as_recorded(roles: Mapping[str, date | None]) -> dict:
    """Return roles with their last days as the audit log keeps them."""
    ends = {role: str(day) for role, day in sorted(roles.items()) if day}
    return {"roles": sorted(roles), **({"ends": ends} if ends else {})}
