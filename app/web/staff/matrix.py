"""The permissions as people read them: function by function, action by action, role by role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_appbuilder.baseviews import BaseView
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.engine.audit import EVENTS
from app.extensions import db, fab
from app.kernel.messages import N_
from app.web.wording.translations import gettext

ACTIONS = {
    "can_list": N_("查看列表"),
    "can_show": N_("查看"),
    "can_add": N_("新增"),
    "can_edit": N_("修改"),
    "can_change": N_("修改"),
    "can_agree": N_("确认授权"),
    "can_reset": N_("重置密码"),
    "can_reveal": N_("查看完整号码"),
}
"""What permissions of several views are called; a view names its own, and moves are called as in the audit log."""
COMMON = N_("公共功能")


@dataclass(frozen=True)
class MatrixRow:
    """One action of one function: the id of the permission, and the names of the roles that hold it."""

    id: int
    title: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Function:
    """A function of the menu (or, without a place there, what several of them share) and its actions."""

    title: str
    place: tuple[str, ...]
    lines: tuple[MatrixRow, ...]


def action_title(view: BaseView, permission: str) -> str:
    own = getattr(view, "permission_titles", {})
    return gettext(own.get(permission) or ACTIONS.get(permission) or EVENTS.get(permission, permission))


def functions(roles: Iterable[str], only: set[int] | None = None) -> list[Function]:
    """Return the functions that some of the roles may use, in the order of the menu; `only` keeps some permissions."""
    grants = _held(set(roles))
    rows = []
    for view in fab().baseviews:
        lines = [
            MatrixRow(id_, action_title(view, permission), names)
            for permission, (id_, names) in grants.get(view.class_permission_name, {}).items()
            if only is None or id_ in only
        ]
        if lines:
            menu = tuple(gettext(title) for title in getattr(view, "menu", None) or ())
            title = gettext(view.menu_title) if menu else gettext(COMMON)
            rows.append(Function(title, menu, tuple(sorted(lines, key=lambda line: line.title))))
    return _merged(rows)


def _held(roles: set[str]) -> Mapping[str, dict[str, tuple[int, frozenset[str]]]]:
    """Return view → permission → (its id, the roles that hold it)."""
    table = assoc_permissionview_role.c
    names = func.array_agg(aggregate_order_by(Role.name, Role.name))
    rows = (
        select(ViewMenu.name, Permission.name, PermissionView.id, names)
        .select_from(PermissionView)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(assoc_permissionview_role, table.permission_view_id == PermissionView.id)
        .join(Role, Role.id == table.role_id)
        .where(Role.name.in_(roles))
        .group_by(ViewMenu.name, Permission.name, PermissionView.id)
    )
    grants: dict[str, dict[str, tuple[int, frozenset[str]]]] = {}
    for view, permission, id_, holders in db.session.execute(rows):
        grants.setdefault(view, {})[permission] = (id_, frozenset(holders))
    return grants


def _merged(rows: list[Function]) -> list[Function]:
    """Merge what has no place in the menu into one last function."""
    common = tuple(line for function in rows if not function.place for line in function.lines)
    placed = [function for function in rows if function.place]
    return placed + ([Function(gettext(COMMON), (), common)] if common else [])
