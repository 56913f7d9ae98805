"""In which state logins are, as a list of users parts them into tabs; how they stand beside their names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from flask import g
from flask_appbuilder.security.sqla.models import Role
from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, case, exists, func, select, true
from sqlalchemy.orm import aliased

from app.engine.access import accounts
from app.engine.access.duties import DutyGrant
from app.engine.sessions import tries
from app.extensions import db
from app.kernel.dates import SHANGHAI
from app.kernel.messages import N_
from app.registers.organisation import RoleEnd, Staff, User
from app.web.crud.search import SearchField
from app.web.page.tabs import Filtered, Tab, count_of
from app.web.wording.titles import role_title
from app.web.wording.translations import gettext

SOON = timedelta(days=30)
"""A role that ends by then is asked about."""
TITLES = {
    "active": N_("在用"),
    "roleless": N_("未授权"),
    "waiting": N_("待第二人确认"),
    "ending": N_("快到期"),
    "locked": N_("已锁定"),
    "stopped": N_("已停用"),
}
NOW = ("waiting", "locked")
"""What needs somebody now."""


def conditions() -> Mapping[str, ColumnElement[bool]]:
    """Return the condition of each state, of rows of `Staff`."""
    user, end, grant = aliased(User), aliased(RoleEnd), aliased(DutyGrant)
    of_user = exists().where(user.id == Staff.user_id)
    soon = end.last_day.between(g.today, g.today + SOON)
    return {
        "active": of_user.where(user.active),
        "roleless": of_user.where(user.active, ~user.roles.any()),
        "waiting": exists().where(grant.user_id == Staff.user_id, grant.confirmed_at.is_(None)),
        "ending": exists().where(end.user_id == Staff.user_id, soon),
        "locked": of_user.where(tries.is_locked(user.username)),
        "stopped": of_user.where(~user.active),
    }


def field() -> SearchField:
    """Return the field by which the list is parted; it is drawn as tabs."""

    def clause(text: str) -> ColumnElement[bool] | None:
        return conditions().get(text)

    return SearchField("standing", N_("状态"), "tabs", clause, TITLES)


def role_field() -> SearchField:
    """Return the field by which one looks for the holders of a role."""

    def clause(text: str) -> ColumnElement[bool]:
        return Staff.user.has(User.roles.any(Role.name == text))

    known = {*accounts.grantable(db.session, g.actor), *g.actor.roles}
    return SearchField(
        "role", N_("角色"), "choice", clause, {role: role_title(role) for role in sorted(known)}
    )


def word(row: Staff, locked: Collection[str], waiting: Collection[str | None]) -> str | Markup:
    """Return how a login stands, in a word; only what keeps somebody out now is red."""
    if not row.user.active:
        return gettext(TITLES["stopped"])
    if row.user.username in locked:
        return Markup('<span class="seal">{}</span>').format(gettext(TITLES["locked"]))
    if waiting:
        return gettext("待确认")
    return gettext("正常") if row.user.roles else gettext(TITLES["roleless"])


def clock(moment: datetime | None) -> str | None:
    """Return when somebody last logged in: the hour of today, else the day."""
    if moment is None:
        return None
    if moment.date() == datetime.now(SHANGHAI).date():
        return gettext("今天 {clock}").format(clock=f"{moment:%H:%M}")
    return moment.date().isoformat()


def tabs(page: Filtered) -> list[Tab]:
    """Return a tab for each state, with how many logins in sight are in it, and one for all of them."""
    chosen, counted = page.typed.get("standing"), db.session.execute(counting()).one()
    tabs = []
    for (state, title), rows in zip([*TITLES.items(), (None, N_("全部"))], counted, strict=True):
        address = page.first(standing=state) if state else page.without("standing")
        now = rows > 0 and state in NOW
        tabs.append(Tab(gettext(title), address, count_of(rows), state == chosen, now))
    return tabs


def counting() -> Select:
    """Select how many logins in sight are in each state, and how many there are."""
    of = {name: func.count(case((clause, 1))) for name, clause in conditions().items()}
    scope = g.actor.scope
    seen = true() if scope.whole else Staff.office_id.in_(scope.office_ids)
    return select(*of.values(), func.count()).select_from(Staff).where(seen)
