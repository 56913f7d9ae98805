"""Roles that an office puts together: a choice of what the product's business roles may do, never more."""

from __future__ import annotations

from collections.abc import Collection
from uuid import uuid4

from flask_appbuilder.security.sqla.models import (
    PermissionView,
    Role,
    assoc_permissionview_role,
    assoc_user_role,
)
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from app.engine.access import deciding, demands
from app.engine.access.roles import AUDITOR, CASHIER, CLERK, REVIEWER
from app.engine.actor import Actor
from app.engine.audit import record
from app.kernel.errors import BadValue, NotFound, Refused
from app.kernel.free_text import without_numbers
from app.kernel.messages import N_
from app.registers.organisation import Office, OwnRole

PARTS = (CLERK, REVIEWER, CASHIER, AUDITOR)
"""What every administrator may give, so that an own role is no way around the lists of grantable roles."""


def known(session: Session) -> dict[str, OwnRole]:
    """Return all own roles by name, read once a session, which is a request's: there are few."""
    if "own_roles" not in session.info:
        rows = session.scalars(select(OwnRole).order_by(OwnRole.role_id))
        session.info["own_roles"] = {own.name: own for own in rows}
    return session.info["own_roles"]


def in_sight(session: Session, actor: Actor) -> list[OwnRole]:
    """Return those made above the actor's office, which hold there too, and those made in its subtree."""
    here = session.get(Office, actor.office_id) if actor.office_id else None
    return [own for own in known(session).values() if _above(own.office, here) or editable(own, actor)]


def _above(office: Office, here: Office | None) -> bool:
    return here is not None and here.path.startswith(office.path)


def editable(own: OwnRole, actor: Actor) -> bool:
    """Return whether the role was made in the actor's subtree."""
    return actor.scope.whole or own.office_id in actor.scope.office_ids


def refuse_elsewhere(session: Session, roles: Collection[str], office: Office) -> None:
    """Refuse an own role outside the subtree of the office that made it. Raises Refused."""
    own_roles = known(session)
    for role in set(roles) & set(own_roles):
        own = own_roles[role]
        if not office.path.startswith(own.office.path):
            raise Refused(
                N_("角色“{role}”只能授予{office}及其下级机构的人员。请重新选择角色或机构。"),
                role=own.title,
                office=own.office.name,
            )


def parts_of(session: Session, roles: Collection[str]) -> set[str]:
    """Return the roles of the product that these consist of."""
    own_roles = known(session)
    return {part for role in roles for part in (own_roles[role].parts if role in own_roles else (role,))}


def make(session: Session, actor: Actor, title: str, parts: Collection[str]) -> OwnRole:
    """Make a role of the actor's office with all that its parts may do; the caller commits. Raises BadValue, Refused."""
    _refuse_parts(parts)
    role = Role(name=f"own-{uuid4()}")
    session.add(role)
    session.flush()
    facts = {"title": without_numbers(title), "office_id": actor.office_id, "parts": sorted(parts)}
    own = OwnRole(role_id=role.id, **facts)
    _save_title(session, own)
    _write(session, own, permitted(session, parts))
    _record(session, actor, own, None, _facts(session, own))
    return own


def change(
    session: Session, actor: Actor, role_id: int, title: str, parts: Collection[str], chosen: Collection[int]
) -> None:
    """Replace what a role holds; what a part brings newly is held whole. Raises NotFound, BadValue, Refused."""
    own = find_role(session, actor, role_id, lock=True)
    _refuse_parts(parts)
    before, allowed = _facts(session, own), permitted(session, parts)
    if not set(chosen) <= allowed:
        raise Refused(N_("所选权限超出了组成角色的范围。请刷新页面后重新选择。"))
    brought = allowed - permitted(session, own.parts)
    own.title, own.parts = without_numbers(title), sorted(parts)
    _save_title(session, own)
    pairs_before = held_by(session, own.role_id)
    _write(session, own, set(chosen) | brought)
    _record(session, actor, own, before, _facts(session, own))
    demands.end_lacking(session)
    if deciding.among_pairs(session, (set(chosen) | brought) - pairs_before):
        deciding.wait_of_holders(session, actor, own)


def drop(session: Session, actor: Actor, role_id: int) -> None:
    """Remove a role that nobody holds. Raises NotFound, Refused."""
    own = find_role(session, actor, role_id, lock=True)
    holders = (
        select(func.count()).select_from(assoc_user_role).where(assoc_user_role.c.role_id == own.role_id)
    )
    if session.scalar(holders):
        raise Refused(N_("还有人持有此角色，不能删除。请先在“用户”中收回。"))
    _record(session, actor, own, _facts(session, own), None)
    session.execute(delete(Role).where(Role.id == own.role_id))


def narrow(session: Session, actor: Actor) -> int:
    """Take from own roles what no part of theirs may do any more, as a new release can bring it; how many lost some."""
    grants, part = assoc_permissionview_role, assoc_permissionview_role.alias()
    still = (
        select(part.c.permission_view_id)
        .join(Role, Role.id == part.c.role_id)
        .where(part.c.permission_view_id == grants.c.permission_view_id, Role.name == OwnRole.parts.any_())
    )
    beyond = (
        select(OwnRole).join(grants, grants.c.role_id == OwnRole.role_id).where(~still.exists()).distinct()
    )
    wider = session.scalars(beyond).all()
    for own in wider:
        before, allowed = _facts(session, own), permitted(session, own.parts)
        _write(session, own, held_by(session, own.role_id) & allowed)
        _record(session, actor, own, before, _facts(session, own))
    return len(wider)


def find_role(session: Session, actor: Actor, role_id: int, *, lock: bool = False) -> OwnRole:
    """Find a role of the actor's subtree; anybody else's is not there to be changed. Raises NotFound."""
    wanted = select(OwnRole).where(OwnRole.role_id == role_id)
    own = session.scalars(wanted.with_for_update(of=OwnRole) if lock else wanted).one_or_none()
    if own is None or not editable(own, actor):
        raise NotFound(N_("没有找到这个角色，或它不是本机构及下级机构设立的。请回到角色列表重新选择。"))
    return own


def permitted(session: Session, parts: Collection[str]) -> set[int]:
    """Return the ids of what the parts may do together."""
    granted = select(assoc_permissionview_role.c.permission_view_id).join(
        Role, Role.id == assoc_permissionview_role.c.role_id
    )
    return set(session.scalars(granted.where(Role.name.in_(parts))))


def held_by(session: Session, role_id: int) -> set[int]:
    """Return the ids of what one role may do."""
    table = assoc_permissionview_role.c
    return set(session.scalars(select(table.permission_view_id).where(table.role_id == role_id)))


def _refuse_parts(parts: Collection[str]) -> None:
    if not parts or not set(parts) <= set(PARTS):
        raise BadValue(N_("请从经办、审核、发放、稽核中至少选择一个组成角色。"))


def _save_title(session: Session, own: OwnRole) -> None:
    try:
        with session.begin_nested():
            session.add(own)
    except IntegrityError:
        raise Refused(N_("本机构已有同名角色。请换一个名称。")) from None


def _write(session: Session, own: OwnRole, wanted: Collection[int]) -> None:
    table = assoc_permissionview_role
    session.execute(delete(table).where(table.c.role_id == own.role_id))
    if wanted:
        rows = [{"permission_view_id": pair, "role_id": own.role_id} for pair in sorted(wanted)]
        session.execute(insert(table), rows)
    session.info.pop("own_roles", None)


def _facts(session: Session, own: OwnRole) -> dict:
    pairs = select(PermissionView).options(
        selectinload(PermissionView.permission), selectinload(PermissionView.view_menu)
    )
    grants = session.scalars(pairs.where(PermissionView.id.in_(held_by(session, own.role_id))))
    may = sorted(f"{one.view_menu.name}.{one.permission.name}" for one in grants)
    return {"title": own.title, "roles": list(own.parts), "permissions": may}


def _record(session: Session, actor: Actor, own: OwnRole, before: dict | None, after: dict | None) -> None:
    record(
        session,
        actor,
        "own_role_change",
        subject=own.title,
        office_id=own.office_id,
        before=before,
        after=after,
    )
