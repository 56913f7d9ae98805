"""What is shown of one login: its roles in words with their last days, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import g
from markupsafe import Markup

from app.engine.access import accounts, grants
from app.engine.access.roles import TITLES
from app.engine.sessions import logins, second_factor, tries
from app.extensions import db
from app.registers.organisation import Staff
from app.web.staff import granting, pending_duties, role_words, standings
from app.web.wording.titles import role_title
from app.web.wording.translations import gettext


def card(row: Staff) -> dict:
    """Return what the drawer and the page of a login show of its roles and its logins."""
    present = accounts.roles_of(row.user)
    return {
        "held": role_words.held_words(row),
        "offers": role_words.offered({row.office_id: row.office}, [present]),
        "terms": granting.terms(),
        "waits": pending_duties.sentences(row.user_id, present),
        "waiting": pending_duties.of_users([row.user_id]).get(row.user_id, set()),
        "locked": bool(tries.locked(db.session, [row.user.username])),
        "coded": second_factor.enrolled(db.session, row.user_id),
        "sessions": logins.of_user(db.session, row.user_id),
        "last_login": standings.clock(row.user.last_login),
    }


def known(row: Staff) -> tuple[Mapping[str, date], set[str | None]]:
    """Return the last days of a login's roles, and which of them wait."""
    if "role_ends" not in g:
        g.role_ends = grants.ends_of(db.session, [row.user_id])
        g.role_waits = pending_duties.of_users([row.user_id])
    return g.role_ends.get(row.user_id, {}), g.role_waits.get(row.user_id, set())


def titles(row: Staff) -> list[Markup]:
    """Return the roles of a login, each with its last day; what is over is marked."""
    roles, (ends, pending) = accounts.roles_of(row.user), known(row)
    titles = []
    for role in sorted(roles, key=lambda name: (name not in TITLES, [*TITLES, name].index(name), name)):
        day = ends.get(role)
        until = gettext("（至{day}）").format(day=day) if day else ""
        over = Markup(' <span class="tag tag--warn">{}</span>').format(gettext("已到期"))
        waits = Markup(' <span class="tag tag--warn">{}</span>').format(gettext("待确认"))
        marks = (over if day and day < g.today else "") + (waits if {role, None} & pending else "")
        titles.append(Markup("{}{}").format(role_title(role), until) + marks)
    return titles
