"""Which roles decide or pay, and have them wait for a second administrator."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.engine.access import duties
from app.engine.access.roles import DUTIES, GRANTS, Pair
from app.engine.actor import Actor
from app.engine.audit import record
from app.registers.organisation import OwnRole, Staff


def decides(role: str, pairs: Collection[Pair]) -> bool:
    """Return whether a role with these permissions is a duty: one of the product's, or an own one that holds such a permission."""
    return role in DUTIES or not of_duties().isdisjoint(pairs)


def of_duties() -> frozenset[Pair]:
    """Return what the duties may do and no other role of the product may."""
    return frozenset(pair for pair, roles in GRANTS.items() if roles and roles <= set(DUTIES))


def among(session: Session, names: Iterable[str]) -> dict[str, int]:
    """Return those of the roles that are duties, by name, with their ids."""
    pairs = func.array_remove(func.array_agg(Permission.name + " " + ViewMenu.name), None)
    query = (
        select(Role.name, Role.id, pairs)
        .outerjoin(assoc_permissionview_role, assoc_permissionview_role.c.role_id == Role.id)
        .outerjoin(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
        .outerjoin(Permission, Permission.id == PermissionView.permission_id)
        .outerjoin(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .where(Role.name.in_(set(names)))
        .group_by(Role.name, Role.id)
    )
    rows = session.execute(query).all()
    return {name: id_ for name, id_, may in rows if decides(name, {tuple(one.split(" ", 1)) for one in may})}


def among_pairs(session: Session, ids: Collection[int]) -> bool:
    """Return whether some of these permissions, by id, are those of a duty."""
    pairs = select(Permission.name, ViewMenu.name).select_from(PermissionView)
    pairs = pairs.join(Permission, Permission.id == PermissionView.permission_id)
    pairs = pairs.join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
    return any(
        tuple(pair) in of_duties() for pair in session.execute(pairs.where(PermissionView.id.in_(ids)))
    )


def after_change(
    session: Session,
    actor: Actor,
    staff: Staff,
    roles_before: Mapping[str, date | None],
    wanted: Mapping[str, date | None],
    *,
    moved: bool = False,
) -> bool:
    """Lock the duties (role → last day) that an account now holds newly, for longer or elsewhere; return whether any waits."""
    causes = {}
    for role, end in wanted.items():
        before = roles_before.get(role)
        if role not in roles_before:
            causes[role] = duties.GIVEN
        elif moved:
            causes[role] = duties.MOVED
        elif before is not None and (end is None or end > before):
            causes[role] = duties.LONGER
    causes |= dict.fromkeys(unconfirmed(session, staff.user_id, wanted.keys() - causes), duties.GIVEN)
    return wait(session, actor, staff, causes)


def wait(session: Session, actor: Actor, staff: Staff, causes: Mapping[str, str]) -> bool:
    """Lock those of the roles (name → cause) that are duties; return whether any waits."""
    duty_ids = among(session, causes)
    by_cause: dict[str, list[str]] = {}
    for name in sorted(duty_ids):
        by_cause.setdefault(causes[name], []).append(name)
    waiting = False
    for cause, names in by_cause.items():
        if duties.ask(session, actor, [(staff.user_id, duty_ids[name]) for name in names], cause):
            _tell(session, actor, staff, names, cause)
            waiting = True
    return waiting


def wait_after_reset(session: Session, actor: Actor, staff: Staff, cause: str) -> bool:
    """Return a reset by somebody else, who could come in with it: the duties of the account wait."""
    duties.note(session, actor, staff.user_id, duties.RESET)
    return wait(session, actor, staff, {role.name: cause for role in staff.user.roles})


def wait_whole(session: Session, actor: Actor, staff: Staff) -> bool:
    """Let the account wait as a whole, whatever its roles."""
    waits = duties.ask(session, actor, [(staff.user_id, None)], duties.TAKEN_IN)
    if waits:
        _tell(session, actor, staff, [role.name for role in staff.user.roles], duties.TAKEN_IN)
    return waits


def wait_of_holders(session: Session, actor: Actor, own: OwnRole) -> None:
    """Lock an own role for each of its holders, since it may decide more than before."""
    membership = assoc_user_role.c
    holders = select(Staff).join(assoc_user_role, membership.user_id == Staff.user_id)
    holders = holders.where(membership.role_id == own.role_id).options(selectinload(Staff.user))
    members = session.scalars(holders.order_by(Staff.user_id)).all()
    if duties.ask(session, actor, [(staff.user_id, own.role_id) for staff in members], duties.WIDENED):
        for staff in members:
            _tell(session, actor, staff, [own.name], duties.WIDENED)


def unconfirmed(session: Session, user_id: int, names: Iterable[str]) -> set[str]:
    """Return those of somebody's duties that nobody has ever asked to confirm: a release before this one gave them."""
    duty_ids = among(session, names)
    pending_roles = select(duties.DutyGrant.role_id).where(
        duties.DutyGrant.user_id == user_id, duties.DutyGrant.role_id.in_(duty_ids.values())
    )
    known = set(session.scalars(pending_roles))
    return {name for name, role_id in duty_ids.items() if role_id not in known}


def _tell(session: Session, actor: Actor, staff: Staff, roles: list[str], cause: str) -> None:
    facts = {"roles": sorted(roles), "cause": cause}
    record(
        session,
        actor,
        "duty_given",
        subject=staff.user.username,
        office_id=staff.office_id,
        after=facts,
    )
