"""Taking back what an administrator changed on an account, as the audit log keeps it: never past a later change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engine.access import accounts, grants
from app.engine.actor import Actor
from app.engine.audit import AuditEntry
from app.kernel.errors import NotFound, Refused
from app.kernel.messages import N_
from app.registers.organisation import Office, Staff, User

PERSON, ROLES = "user_change", "role_change"
REVERSIBLE = (PERSON, ROLES)
GONE = N_("没有找到这次变动，或它不在您的管辖范围内。请刷新变动记录后重新选择。")
LATER = N_("此人后来又有变动，不能直接改回这一次。请打开此人，按现在的情况修改。")


def made_now(session: Session, actor: Actor, username: str) -> list[AuditEntry]:
    """Return what the actor has changed on an account in this transaction, the first change first."""
    own = (AuditEntry.actor_id == actor.user_id) & (AuditEntry.subject == username)
    query = select(AuditEntry).where(own, AuditEntry.event.in_(REVERSIBLE), AuditEntry.at >= func.now())
    return list(session.scalars(query.order_by(AuditEntry.id)))


def take_back(session: Session, actor: Actor, entry_id: int) -> Staff:
    """Make the account what it was before the change; an account that was made is stopped. Raises NotFound, Refused.

    The rules are those of every change: what the actor may not give is not given back, and a duty waits again.
    """
    of_account = (AuditEntry.id == entry_id) & AuditEntry.event.in_(REVERSIBLE)
    entry = session.scalar(select(AuditEntry).where(of_account))
    staff = entry and _locked(session, entry.subject)
    if entry is None or staff is None or not _in_sight(actor, staff):
        raise NotFound(GONE)
    roles, facts = accounts.held_by(session, staff.user), _facts(staff)
    if (grants.as_recorded(roles) if entry.event == ROLES else facts) != entry.after:
        raise Refused(LATER)
    before = entry.before or {**facts, "active": False}
    if entry.event == ROLES:
        roles, before = _roles_of(before), facts
    office = session.scalars(select(Office).where(Office.code == before["office"])).one()
    ends = {role: day for role, day in roles.items() if day}
    accounts.change_user(
        session,
        actor,
        staff,
        name=before["name"],
        office=office,
        roles=set(roles),
        active=before["active"],
        ends=ends,
    )
    return staff


def _locked(session: Session, username: str | None) -> Staff | None:
    of_name = select(User.id).where(User.username == username).scalar_subquery()
    return session.scalars(
        select(Staff).where(Staff.user_id == of_name).with_for_update(of=Staff)
    ).one_or_none()


def _in_sight(actor: Actor, staff: Staff) -> bool:
    return actor.scope.whole or staff.office_id in actor.scope.office_ids


def _facts(staff: Staff) -> dict:
    return {
        "name": accounts.full_name(staff.user),
        "office": staff.office.code,
        "active": bool(staff.user.active),
    }


def _roles_of(recorded: Mapping) -> dict[str, date | None]:
    ends = recorded.get("ends", {})
    return {role: date.fromisoformat(ends[role]) if role in ends else None for role in recorded["roles"]}
