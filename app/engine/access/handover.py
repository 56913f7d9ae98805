"""Somebody leaves: the work and, where they may be given, the roles go to somebody else of the office."""

from __future__ import annotations

from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, selectinload

from app.engine.access import accounts
from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.cases.claims import Application
from app.engine.statements import count_changes
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.registers.organisation import Staff


@dataclass(frozen=True)
class Wishes:
    """Whether the roles go along, and whether the login of the one who leaves is stopped."""

    roles: bool
    stop: bool


def receivers(session: Session, actor: Actor, leaver: Staff) -> list[Staff]:
    """Return who can take over: the others of the office whose logins are in use and the actor's to change."""
    same = (Staff.office_id == leaver.office_id) & (Staff.user_id != leaver.user_id)
    wanted = select(Staff).join(User, User.id == Staff.user_id).where(same, User.active)
    candidates = session.scalars(
        wanted.options(selectinload(Staff.user).selectinload(User.roles)).order_by(Staff.user_id)
    )
    return [
        one
        for one in candidates
        if accounts.manages(session, actor, one.user_id, accounts.roles_of(one.user))
    ]


def handled(session: Session, staff: Staff) -> int:
    """Return how many applications somebody handles."""
    return session.scalars(select(func.count()).select_from(Application).where(_own(staff))).one()


def hand_over(session: Session, actor: Actor, leaver: Staff, receiver: Staff, wishes: Wishes) -> int:
    """Hand over the applications and return how many; the caller has locked both and commits. Raises Refused.

    Who opened, edited or submitted what stays as it was: the separation of duties goes by that.
    """
    accounts.refuse_management(session, actor, leaver.user)
    accounts.refuse_management(session, actor, receiver.user)
    if receiver.office_id != leaver.office_id or not receiver.user.active:
        raise Refused(N_("接收人须是同一机构的在用账号。请重新选择。"))
    handing = update(Application).where(_own(leaver)).values(successor_id=receiver.user_id)
    moved = count_changes(session, handing.execution_options(synchronize_session=False))
    if wishes.roles:
        _give_roles(session, actor, leaver, receiver)
    if wishes.stop:
        _stop(session, actor, leaver)
    facts = {"to": receiver.user.username, "applications": moved, "roles": wishes.roles, "stop": wishes.stop}
    record(session, actor, "handover", subject=leaver.user.username, office_id=leaver.office_id, after=facts)
    return moved


def _own(staff: Staff):
    handler = func.coalesce(Application.successor_id, Application.created_by)
    taken_in_by = func.coalesce(Application.received_by_id, Application.office_id)
    return (handler == staff.user_id) & (taken_in_by == staff.office_id)


def _give_roles(session: Session, actor: Actor, leaver: Staff, receiver: Staff) -> None:
    passed_on, present = accounts.held_by(session, leaver.user), accounts.held_by(session, receiver.user)
    ends = {role: day for role, day in {**passed_on, **present}.items() if day}
    _write(session, actor, receiver, {*passed_on, *present}, ends, active=True)


def _stop(session: Session, actor: Actor, leaver: Staff) -> None:
    roles = accounts.held_by(session, leaver.user)
    ends = {role: day for role, day in roles.items() if day}
    _write(session, actor, leaver, set(roles), ends, active=False)


def _write(
    session: Session, actor: Actor, staff: Staff, roles: set[str], ends: dict, *, active: bool
) -> None:
    name = accounts.full_name(staff.user)
    accounts.change_user(
        session, actor, staff, name=name, office=staff.office, roles=roles, active=active, ends=ends
    )
