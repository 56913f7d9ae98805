"""The desk of an administrator: what waits for a second one, posts and who holds them, what was changed, who is in."""

from __future__ import annotations

from collections.abc import Iterator

from flask import g, url_for

from app.engine.access import duties
from app.engine.access.posts import Post, StaffDesk, staff_desk
from app.engine.access.roles import AUDITOR, CASHIER, CLERK, KEEPERS, REVIEWER, TITLES
from app.extensions import db
from app.kernel.messages import N_
from app.web.desk.lines import Line, by_day, of_tasks
from app.web.staff import account_changes
from app.web.wording.titles import role_title
from app.web.wording.translations import gettext

STEPS = (CLERK, REVIEWER, CASHIER, AUDITOR)
"""The posts that an office must man, in the order of its work."""
NOBODY = N_("没有人，这一步办不下去")
ALONE = N_("只有一人，不在岗时没人能办")


def facts() -> dict:
    """Return what the page shows."""
    desk = staff_desk(db.session, g.actor, account_changes.OF_ACCOUNTS, g.today)
    return {
        "lines": by_day([*_lines(desk), *of_tasks("ConfirmationView")]),
        "desk": desk,
        "posts": list(_posts(desk)),
        "changes": [
            (change, account_changes.in_words(change, desk.offices), _way_back(change.event))
            for change in desk.changes
        ],
    }


def _lines(desk: StaffDesk) -> Iterator[Line]:
    waiting = url_for("ConfirmationView.list")
    for one in desk.pending:
        duty = role_title(one.role) if one.role else gettext("全部角色")
        deed = gettext("{deed}{duty}").format(deed=gettext(duties.CAUSES[one.cause]), duty=duty)
        what = gettext("{name}，{deed}").format(name=one.name, deed=deed)
        note = gettext("{who} {at} 提出").format(who=one.giver, at=one.at)
        if one.confirmable:
            yield Line(what, note, gettext("查看"), waiting, g.today, gettext("待您确认"))
        else:
            aside = gettext("您提出的") if one.own else one.giver
            yield Line(what, gettext("须由另一名管理员确认"), gettext("查看"), waiting, aside=aside)
    for person in desk.locked:
        what = gettext("{name}，口令或验证码连错").format(name=person.name)
        note = gettext("一刻钟后自动解开；急用可以现在解锁")
        yield Line(what, note, gettext("解锁"), _page(person.user_id), g.today, gettext("锁定"))
    for ending in desk.ending:
        what = gettext("角色到期，{name}的{role}").format(name=ending.name, role=role_title(ending.role))
        note = gettext("{day}当日仍有效，次日起不能再办").format(day=ending.last_day)
        yield Line(what, note, gettext("延期"), _page(ending.user_id), ending.last_day)
    if desk.roleless:
        what = gettext("{count} 人还没有角色").format(count=len(desk.roleless))
        names = gettext("、").join(person.name for person in desk.roleless)
        address = url_for("UserView.list", standing="roleless")
        yield Line(what, names, gettext("授权"), address, aside=gettext("不限期"))


def _posts(desk: StaffDesk) -> Iterator[tuple[str, Post, str]]:
    """Yield each post's name, who holds it, and what is to be known of it; the steps of the work stand there unmanned too."""
    manned = {post.role: post for post in desk.posts}
    order = [*STEPS, *(role for role in TITLES if role in manned and role not in STEPS)]
    for role in [*order, *sorted(set(manned) - set(order))]:
        post = manned.get(role, Post(role, 0, (), None))
        step = role in STEPS or role in KEEPERS
        word = gettext(NOBODY) if not post.holders else gettext(ALONE) if step and post.holders == 1 else ""
        yield role_title(role), post, word


def _way_back(event: str) -> bool:
    return event in account_changes.changes.REVERSIBLE


def _page(user_id: int) -> str:
    return url_for("UserView.show", pk=user_id)
