"""What waits for a second administrator, in words: whose duty, who gave it, who may confirm it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from flask import flash, g
from flask_appbuilder.security.sqla.models import Role, User, assoc_user_role
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from app.engine.access import deciding, duties, grants
from app.engine.access.duties import AccountDeed, DutyGrant
from app.engine.access.roles import KEEPERS, PROVINCE_ADMIN
from app.extensions import db
from app.kernel.messages import N_
from app.registers.organisation import Office, Staff
from app.web.wording.formats import moment
from app.web.wording.titles import role_title, user_title
from app.web.wording.translations import gettext

DEEDS = {duties.MADE: N_("建立人"), duties.GRANTED: N_("授权人"), duties.RESET: N_("重置人")}
NAMED = (
    joinedload(DutyGrant.role),
    joinedload(DutyGrant.giver),
    joinedload(DutyGrant.office).joinedload(Office.parent),
)


def of_user(user_id: int) -> list[DutyGrant]:
    """Return what waits on one account, from the oldest."""
    own = (DutyGrant.user_id == user_id) & DutyGrant.confirmed_at.is_(None)
    return list(db.session.scalars(select(DutyGrant).where(own).options(*NAMED).order_by(DutyGrant.id)))


def of_users(user_ids: Collection[int]) -> dict[int, set[str | None]]:
    """Return user → the names of the roles that wait; None stands for the whole account."""
    waiting_roles: dict[int, set[str | None]] = {}
    rows = select(DutyGrant.user_id, Role.name).outerjoin(Role, Role.id == DutyGrant.role_id)
    query = rows.where(DutyGrant.user_id.in_(user_ids), DutyGrant.confirmed_at.is_(None))
    for user_id, role in db.session.execute(query):
        waiting_roles.setdefault(user_id, set()).add(role)
    return waiting_roles


def in_sight() -> int:
    """Return how many grants wait in the actor's subtree."""
    waiting = select(func.count()).select_from(DutyGrant).join(Staff, Staff.user_id == DutyGrant.user_id)
    waiting = waiting.where(DutyGrant.confirmed_at.is_(None))
    scope = g.actor.scope
    own = waiting if scope.whole else waiting.where(Staff.office_id.in_(scope.office_ids))
    return db.session.scalars(own).one()


def confirmable(grants_shown: Collection[DutyGrant]) -> set[int]:
    """Return those of the grants that the actor may confirm."""
    word = duties.may_confirm(DutyGrant.given_by, DutyGrant.given_in, g.actor.user_id)
    own = DutyGrant.id.in_([grant.id for grant in grants_shown])
    return set(db.session.scalars(select(DutyGrant.id).where(own, word)))


def duty(grant: DutyGrant) -> str:
    """Return what waits: a duty, or all roles of an account."""
    return role_title(grant.role.name) if grant.role else gettext("全部角色")


def giver(grant: DutyGrant) -> str:
    return user_title(grant.giver) if grant.giver else gettext("系统命令")


def by_whom(office: Office | None) -> str:
    """Return who may confirm what an administrator of this office did."""
    if office is None or office.parent is None:
        return gettext("{office}的另一名管理员").format(office=office.name if office else "—")
    return gettext("{above}等上级机构的管理员，或{office}的另一名管理员").format(
        above=office.parent.name, office=office.name
    )


def sentence(grant: DutyGrant) -> str:
    return gettext("待确认：{duty}，由{who}于{moment}{deed}，须由{by}确认后生效。").format(
        duty=duty(grant),
        who=giver(grant),
        moment=moment(grant.given_at),
        deed=gettext(duties.CAUSES[grant.cause]),
        by=by_whom(grant.office),
    )


def sentences(user_id: int, roles: Collection[str] = ()) -> list[str]:
    """Return sentences for a user's page; `roles` are the roles, of which an earlier release may have given some without a grant."""
    lines = [sentence(grant) for grant in of_user(user_id)]
    without_grant = gettext("待确认：{duty}。请打开“修改”并保存一次，即列入“待确认授权”。")
    for role in sorted(deciding.unconfirmed(db.session, user_id, roles) if roles else ()):
        lines.append(without_grant.format(duty=role_title(role)))
    return lines


def deeds(user_id: int) -> list[tuple[str, str]]:
    """Return (what, by whom) of an account's making, grants and resets."""
    query = select(AccountDeed).where(AccountDeed.user_id == user_id).options(selectinload(AccountDeed.by))
    rows = db.session.scalars(query.order_by(AccountDeed.at)).all()
    who = {kind: gettext("、").join(user_title(one.by) for one in rows if one.deed == kind) for kind in DEEDS}
    return [(gettext(DEEDS[kind]), names) for kind, names in who.items() if names]


def alone() -> str | None:
    """Return the warning when no administrator could confirm what the actor gives."""
    if db.session.scalar(_seconds(g.today)):
        return None
    if PROVINCE_ADMIN in g.actor.roles:
        return gettext(
            "目前没有第二名省级管理员，您授予的审核、发放等职责无人确认，不会生效。请系统运维人员在服务器上再运行一次 create-admin，建立第二名省级管理员，由两人互相确认。"
        )
    return gettext(
        "上级机构和本机构都没有可以确认的管理员，您授予的审核、发放等职责不会生效。请联系省级管理员，在上级机构设立管理员。"
    )


def _seconds(today: date) -> Select:
    """Return somebody who could confirm what the actor gives."""
    membership = assoc_user_role.c
    query = select(Staff.user_id).join(User, User.id == Staff.user_id)
    query = grants.with_ends(query.join(assoc_user_role, membership.user_id == User.id)).join(
        Role, Role.id == membership.role_id
    )
    return query.where(
        User.active,
        Role.name.in_(KEEPERS),
        grants.in_force(today),
        ~duties.waits(membership.user_id, membership.role_id),
        duties.may_confirm(g.actor.user_id, g.actor.office_id, Staff.user_id),
    ).limit(1)


def tell(user_id: int) -> None:
    """Say after an administrator's change that a duty waits, and for whom."""
    waiting = [grant for grant in of_user(user_id) if grant.given_by == g.actor.user_id]
    if waiting:
        names = gettext("、").join(dict.fromkeys(duty(grant) for grant in waiting))
        warning = gettext("{duties}须由{by}在“待确认授权”中确认后才生效。")
        flash(warning.format(duties=names, by=by_whom(waiting[-1].office)), "warning")
        if lonely := alone():
            flash(lonely, "warning")
