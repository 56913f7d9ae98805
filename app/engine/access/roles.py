"""The product's roles and the command that writes them and their permissions to the database.

A view says in `granted` which role may do what on it; nothing else grants anything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel.messages import NC_

CLERK, REVIEWER, CASHIER, AUDITOR, POLICY = "clerk", "reviewer", "cashier", "auditor", "policy_officer"
COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN = "county_admin", "prefecture_admin", "province_admin"
SYSTEM = "system_administrator"

TITLES = {
    CLERK: NC_("role", "经办"),
    REVIEWER: NC_("role", "审核"),
    CASHIER: NC_("role", "发放"),
    AUDITOR: NC_("role", "稽核"),
    POLICY: NC_("role", "政策管理"),
    COUNTY_ADMIN: NC_("role", "区县管理员"),
    PREFECTURE_ADMIN: NC_("role", "市（州）管理员"),
    PROVINCE_ADMIN: NC_("role", "省级管理员"),
    SYSTEM: NC_("role", "系统管理员"),
}
DUTIES = (REVIEWER, CASHIER)
"""The roles that decide or pay; one given by an administrator works once a second one has confirmed it."""
ADMINISTRATORS = frozenset({COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN, SYSTEM})
KEEPERS = (COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN)
"""The administrators of users and roles, from the county up."""
GRANTABLE = {
    COUNTY_ADMIN: (CLERK, REVIEWER, CASHIER, AUDITOR),
    PREFECTURE_ADMIN: (CLERK, REVIEWER, CASHIER, AUDITOR, COUNTY_ADMIN),
    PROVINCE_ADMIN: (CLERK, REVIEWER, CASHIER, AUDITOR, POLICY, COUNTY_ADMIN, PREFECTURE_ADMIN),
}
SEATS = {
    POLICY: "province",
    COUNTY_ADMIN: "county",
    PREFECTURE_ADMIN: "prefecture",
    PROVINCE_ADMIN: "province",
}
"""The level of the office that a role belongs to; the other roles are held anywhere."""

Pair = tuple[str, str]
"""(permission, view)."""
GRANTS: dict[Pair, frozenset[str]] = {}
RECEPTION: set[Pair] = set()
"""What is permitted, to whom it is granted at all, in an office below the county."""
RENAMED: dict[Pair, Pair] = {}
"""Old name → new: hosts of the release before still ask for the old one, which goes a release later."""


def declare(
    grants: Mapping[Pair, set[str]], renamed: Mapping[Pair, Pair], reception: Collection[Pair]
) -> None:
    """Keep which roles may do what, as the views say when the product starts, what that was called before, and what of it is
    intake.
    """
    RECEPTION.clear()
    RECEPTION.update(reception)
    GRANTS.clear()
    GRANTS.update({pair: frozenset(roles) for pair, roles in grants.items()})
    RENAMED.clear()
    RENAMED.update(renamed)


def sync(session: Session) -> int:
    """Make the database hold exactly the roles and grants that are declared; returns how many grants.

    A fixed number of statements; roles made on the screen keep their own grants on permissions that remain.
    """
    grants = GRANTS | {old: GRANTS[new] for old, new in RENAMED.items()}
    permission_ids = _named(session, Permission, {p for p, _ in grants})
    view_ids = _named(session, ViewMenu, {v for _, v in grants})
    role_ids = _named(session, Role, set(TITLES))
    pairs = {(permission_ids[p], view_ids[v]): roles for (p, v), roles in grants.items()}
    pair_ids = _pairs(session, set(pairs))
    wanted = {(pair_ids[pair], role_ids[role]) for pair, roles in pairs.items() for role in roles}
    _grant(session, {role_ids[name] for name in TITLES}, wanted)
    return len(wanted)


def extend(session: Session, grants: Mapping[Pair, set[str]]) -> None:
    """Add permissions, and the grants of built-in roles on them, beside what is there; the caller commits."""
    permission_ids = _named(session, Permission, {p for p, _ in grants})
    view_ids = _named(session, ViewMenu, {v for _, v in grants})
    role_ids = _named(session, Role, set(TITLES))
    rows = [{"permission_id": permission_ids[p], "view_menu_id": view_ids[v]} for p, v in grants]
    session.execute(insert(PermissionView).values(rows).on_conflict_do_nothing())
    by_pair = {(permission_ids[p], view_ids[v]): of for (p, v), of in grants.items()}
    known = select(PermissionView.id, PermissionView.permission_id, PermissionView.view_menu_id)
    given = [
        {"permission_view_id": row.id, "role_id": role_ids[role]}
        for row in session.execute(known)
        for role in by_pair.get((row.permission_id, row.view_menu_id), ())
    ]
    session.execute(insert(assoc_permissionview_role).values(given).on_conflict_do_nothing())


def _named(session: Session, model, names: set[str]) -> dict[str, int]:
    session.execute(insert(model).values([{"name": n} for n in sorted(names)]).on_conflict_do_nothing())
    return {row.name: row.id for row in session.execute(select(model.id, model.name))}


def _pairs(session: Session, wanted: set[tuple[int, int]]) -> dict[tuple[int, int], int]:
    present = {(p.permission_id, p.view_menu_id): p.id for p in session.scalars(select(PermissionView))}
    stale = [id_ for pair, id_ in present.items() if pair not in wanted]
    if stale:
        session.execute(
            delete(assoc_permissionview_role).where(assoc_permissionview_role.c.permission_view_id.in_(stale))
        )
        session.execute(delete(PermissionView).where(PermissionView.id.in_(stale)))
    missing = sorted(wanted - set(present))
    if missing:
        session.execute(insert(PermissionView), [{"permission_id": p, "view_menu_id": v} for p, v in missing])
    return {
        (row.permission_id, row.view_menu_id): row.id
        for row in session.execute(
            select(PermissionView.id, PermissionView.permission_id, PermissionView.view_menu_id)
        )
    }


def _grant(session: Session, role_ids: set[int], wanted: set[tuple[int, int]]) -> None:
    table = assoc_permissionview_role
    present = {
        (row.permission_view_id, row.role_id)
        for row in session.execute(
            select(table.c.permission_view_id, table.c.role_id).where(table.c.role_id.in_(role_ids))
        )
    }
    for pair, role in present - wanted:
        session.execute(delete(table).where(table.c.permission_view_id == pair, table.c.role_id == role))
    if wanted - present:
        rows = [{"permission_view_id": pair, "role_id": role} for pair, role in sorted(wanted - present)]
        session.execute(insert(table), rows)
