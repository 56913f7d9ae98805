"""What a role is for, in one sentence each: what it allows, and with what it can't be present together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import g

from app.engine.access import accounts, deciding, duties, own_roles
from app.engine.access.roles import (
    ADMINISTRATORS,
    AUDITOR,
    CASHIER,
    CLERK,
    COUNTY_ADMIN,
    POLICY,
    PREFECTURE_ADMIN,
    PROVINCE_ADMIN,
    REVIEWER,
    SEATS,
    SYSTEM,
)
from app.extensions import db
from app.kernel.messages import N_
from app.registers.organisation import Office, Staff
from app.web.staff import pending_duties
from app.web.wording.titles import role_title
from app.web.wording.translations import gettext

BRIEFLY = {
    CLERK: N_("录入、修改、提交申请"),
    REVIEWER: N_("审核、公示、决定异议"),
    CASHIER: N_("编制清单、登记发放"),
    AUDITOR: N_("只看不改，查全部业务"),
    POLICY: N_("维护政策参数和日历"),
    COUNTY_ADMIN: N_("管本区县的人员和角色"),
    PREFECTURE_ADMIN: N_("管本市州的人员和角色"),
    PROVINCE_ADMIN: N_("管全省的人员和角色"),
    SYSTEM: N_("只看机构资料，不看业务"),
}
ALLOWS = {
    CLERK: N_("新建申请、上传名单、修改草稿和退回件、提交和撤回，登记公示异议。"),
    REVIEWER: N_("审核通过、退回或不通过，发布公示、登记公示结果，处理异议，签字更正账户。"),
    CASHIER: N_("编制和解散发放清单，登记发放结果，导出清单。"),
    AUDITOR: N_("查看全部业务、人员档案、台账和审计日志，不能改动。"),
    POLICY: N_("维护全省的政策参数和工作日历，更正登记库中的资料。"),
    COUNTY_ADMIN: N_("新增、停用本区县的用户，授予和收回角色，重置口令。"),
    PREFECTURE_ADMIN: N_("新增、停用本市（州）及各区县的用户，授予和收回角色，确认下级的授权。"),
    PROVINCE_ADMIN: N_("新增、停用全省的用户，授予和收回角色，确认授权，定二次验证的要求。"),
    SYSTEM: N_("查看机构资料；不看业务，也不管人员，日常运维在服务器上进行。"),
}
APART = {
    CLERK: N_("与审核、发放可以兼任，但自己录过、改过、交过的申请自己不能审；不能与管理员角色同时持有。"),
    REVIEWER: N_("与经办可以兼任，但自己录过的自己不能审，审过的自己不能发；不能与管理员角色同时持有。"),
    CASHIER: N_("与经办可以兼任，但自己审过的自己不能发；不能与管理员角色同时持有。"),
    AUDITOR: N_("可以与其他业务角色兼任，最好专人专岗；不能与管理员角色同时持有。"),
    POLICY: N_("须设在省级机构；不能与管理员角色同时持有。"),
    COUNTY_ADMIN: N_("须设在区县机构；不能与经办、审核、发放、稽核等业务角色同时持有。"),
    PREFECTURE_ADMIN: N_("须设在市（州）机构；不能与业务角色同时持有。"),
    PROVINCE_ADMIN: N_("须设在省级机构；不能与业务角色同时持有。"),
    SYSTEM: N_("不能与业务角色同时持有。"),
}
SHORT = {
    POLICY: N_("政策"),
    COUNTY_ADMIN: N_("区县"),
    PREFECTURE_ADMIN: N_("市州"),
    PROVINCE_ADMIN: N_("省级"),
    SYSTEM: N_("系统"),
}
"""What a role is called where its kind stands above."""
MIXED = N_("已有业务角色，不能再给")
MIXED_TOO = N_("已有管理员角色，不能再给")
ELSEWHERE = N_("须设在别的级别的机构")
BELOW = N_("区县以下机构只有经办")


@dataclass(frozen=True)
class RoleWords:
    """A role in words; `second`: who must confirm it, empty where it works at once; `refused`: why it can't be given."""

    name: str
    title: str
    briefly: str
    allows: str
    apart: str
    second: str = ""
    refused: str = ""


def words_of(role: str, *, second: str = "", refused: str = "") -> RoleWords:
    """Return what a role is for; of an office's own, of what it consists."""
    if role in BRIEFLY:
        briefly, allows, apart = (gettext(words[role]) for words in (BRIEFLY, ALLOWS, APART))
        return RoleWords(role, role_title(role), briefly, allows, apart, second, refused)
    own = own_roles.known(db.session).get(role)
    parts = gettext("、").join(role_title(part) for part in (own.parts if own else ()))
    return RoleWords(
        role,
        role_title(role),
        gettext("由{parts}组成").format(parts=parts),
        gettext("{parts}中勾选的操作；逐项见“角色与权限”。").format(parts=parts),
        gettext("不能与管理员角色同时持有。"),
        second,
        refused,
    )


def offered(offices: Mapping[int, Office], present: Sequence[set[str]]) -> list[RoleWords]:
    """Return the roles that the actor may give in these offices to people who hold `present`, the impossible with their reason."""
    by_all, by_any = set.intersection(*present), set.union(*present)
    roles = [role for role in accounts.grantable(db.session, g.actor) if role not in by_all]
    deciders = deciding.among(db.session, roles) if duties.required(db.session) else {}
    here = pending_duties.by_whom(db.session.get(Office, g.actor.office_id))
    return [
        words_of(
            role, second=here if role in deciders else "", refused=_refusal(role, by_any, offices.values())
        )
        for role in roles
    ]


def by_name() -> dict[str, RoleWords]:
    """Return the roles that the actor may give, by name."""
    return {words.name: words for words in offered({}, [set()])}


def held_words(staff: Staff) -> list[tuple[RoleWords, date | None]]:
    """Return the roles of a login in words, each with its last day."""
    roles = accounts.held_by(db.session, staff.user)
    order = [*BRIEFLY, *sorted(set(roles) - set(BRIEFLY))]
    return [(words_of(role), roles[role]) for role in order if role in roles]


def _refusal(role: str, present: set[str], offices: Collection[Office]) -> str:
    """Return why a role can't be given, as `accounts.refuse_grant` refuses it."""
    if role in ADMINISTRATORS and present - ADMINISTRATORS:
        return gettext(MIXED)
    if role not in ADMINISTRATORS and present & ADMINISTRATORS:
        return gettext(MIXED_TOO)
    if any(office.kind for office in offices) and own_roles.parts_of(db.session, {role}) != {CLERK}:
        return gettext(BELOW)
    levels = {office.region.level for office in offices}
    return gettext(ELSEWHERE) if role in SEATS and levels != {SEATS[role]} else ""


def short_title(role: str) -> str:
    return gettext(SHORT[role]) if role in SHORT else role_title(role)
