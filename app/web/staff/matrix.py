"""The permissions as people read them: function by function, action by action, role by role."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
LOOKING = ("can_list", "can_show")
ORDERED = (
    ACTIONS["can_add"],
    ACTIONS["can_edit"],
    *EVENTS.values(),
    *(title for permission, title in ACTIONS.items() if permission not in LOOKING),
    *(ACTIONS[permission] for permission in LOOKING),
)
"""The titles of actions, as work goes on; looking comes last, for nearly all may."""


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


@dataclass(frozen=True)
class Line:
    """One action of a programme, or one function elsewhere: its permissions by id, and how many of them each role holds."""

    title: str
    where: str
    ids: frozenset[int]
    holders: Mapping[str, int]

    def extent(self, role: str) -> str:
        """Return whether a role may do all of it, a part or nothing."""
        count = self.holders.get(role, 0)
        return "none" if not count else "all" if count == len(self.ids) else "part"


@dataclass(frozen=True)
class Group:
    """What one looks through together: a programme's actions, or the functions of a place in the menu."""

    title: str
    lines: Sequence[Line]

    def extent(self, role: str) -> str:
        """Return the same of the whole group."""
        extents = {line.extent(role) for line in self.lines}
        return extents.pop() if len(extents) == 1 else "part"

    def words(self, role: str, telling: Sequence[Line]) -> str:
        """Return what a role may do in the group, the first few by name: of the telling lines, where there are any."""
        lines = [line for line in self.lines if line.extent(role) != "none"]
        titles = [line.title for line in sorted(lines, key=lambda line: line not in telling)]
        words = gettext("、").join(titles[:NAMED])
        more = gettext("{words}等 {count} 项").format(words=words, count=len(titles))
        return more if len(titles) > NAMED else words

    def differing(self, one: str, other: str) -> list[Line]:
        """Return the lines in which two roles differ."""
        return [line for line in self.lines if line.holders.get(one, 0) != line.holders.get(other, 0)]


NAMED = 2
"""Actions that a folded group names of each role."""


def groups(roles: Iterable[str]) -> list[Group]:
    """Return the same permissions as `functions`, folded: a programme by its actions, what else there is by functions."""
    by_place: dict[tuple[str, ...], list[Function]] = {}
    for function in functions(roles):
        by_place.setdefault(function.place, []).append(function)
    return [_folded(place, parts) for place, parts in by_place.items()]


def _folded(place: tuple[str, ...], parts: list[Function]) -> Group:
    if len(place) < PROGRAMME_DEPTH:
        lines = [_line(one.title, [one.title], list(one.lines)) for one in parts]
        return Group(place[-1] if place else gettext(COMMON), lines)
    order = {gettext(title): place for place, title in enumerate(dict.fromkeys(ORDERED))}
    actions: dict[str, list[tuple[str, MatrixRow]]] = {}
    for one in parts:
        for row in one.lines:
            actions.setdefault(row.title, []).append((one.title, row))
    return Group(
        place[-1],
        [
            _line(title, [function for function, _ in rows], [row for _, row in rows])
            for title, rows in sorted(actions.items(), key=lambda item: order.get(item[0], len(order)))
        ],
    )


PROGRAMME_DEPTH = 3
"""How deep in the menu a programme's functions stand."""


def _line(title: str, where: list[str], rows: list[MatrixRow]) -> Line:
    holders = Counter(role for row in rows for role in row.roles)
    return Line(title, gettext("、").join(where), frozenset(row.id for row in rows), holders)
