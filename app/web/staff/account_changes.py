"""What administrators did to accounts, in words, and the way back: a list of it, and a button beside each answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from flask import g, url_for
from flask_appbuilder.models.sqla.interface import SQLAInterface
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Query

from app.engine.access import changes, own_roles
from app.engine.access.posts import Change
from app.engine.access.roles import KEEPERS, TITLES
from app.engine.audit import EVENTS, AuditEntry
from app.extensions import db
from app.kernel.free_text import without_numbers
from app.kernel.messages import N_
from app.registers.organisation import Office
from app.web.crud.views import ModelView
from app.web.page.sidebar import SETTINGS
from app.web.wording.titles import event_title, role_title
from app.web.wording.translations import gettext

OF_ACCOUNTS = (
    *changes.REVERSIBLE,
    "own_role_change",
    "duty_confirmed",
    "duty_refused",
    "duty_recalled",
    "duty_rule",
    "handover",
    "unlock",
    "kick",
    "second_factor_reset",
    "second_factor_roles",
)


class AccountChangeView(ModelView):
    """These entries of the audit log and no others: administrators see no business."""

    datamodel = SQLAInterface(AuditEntry)
    route_base = "/settings/changes"
    menu = SETTINGS
    menu_title = N_("变动记录")
    menu_icon = "undo"
    include_route_methods: ClassVar[set[str]] = {"list"}
    granted = dict.fromkeys(KEEPERS, ("can_list",))
    list_template = "change_list.html"
    choices: ClassVar = {"event": {event: EVENTS[event] for event in OF_ACCOUNTS}}
    loads = ["office"]
    label_columns = {
        "at": N_("时间"),
        "subject": N_("用户名"),
        "what": N_("变动"),
        "actor_name": N_("经办管理员"),
        "office": N_("机构"),
        "office.name": N_("机构"),
        "event": N_("事项"),
    }
    list_columns = ["at", "subject", "what", "actor_name", "office.name"]
    search_columns = ["subject", "event", "office", "at"]

    def base_query(self) -> Query:
        return super().base_query().filter(AuditEntry.event.in_(OF_ACCOUNTS))

    def columns(self) -> list[tuple[str, str]]:
        return [(column, "wrap" if column == "what" else kind) for column, kind in super().columns()]

    def value(self, row: AuditEntry, column: str) -> object:
        return in_words(row, offices()) if column == "what" else super().value(row, column)

    def list_more(self, rows: Sequence[AuditEntry]) -> dict:
        return {"reversible": changes.REVERSIBLE}


def offices() -> Mapping[str, str]:
    """Return code → name of the offices, read once a request."""
    if "office_names" not in g:
        g.office_names = dict(db.session.execute(select(Office.code, Office.name)).all())
    return g.office_names


def in_words(entry: AuditEntry | Change, names: Mapping[str, str]) -> str:
    """Return what was changed on an account, as one says it; `names` are those of the offices by code."""
    before, after = entry.before or {}, entry.after or {}
    if entry.event == changes.ROLES:
        return "；".join(_of_roles(before, after)) or event_title(entry.event)
    if entry.event == changes.PERSON:
        return "；".join(_of_person(before, after, names)) or event_title(entry.event)
    if entry.event == "handover":
        return gettext("移交{count}份申请给{to}").format(count=after["applications"], to=after["to"])
    roles = gettext("、").join(map(_title, after.get("roles", ()))) if entry.event.startswith("duty_") else ""
    return f"{event_title(entry.event)} {roles}".strip()


def _of_roles(before: Mapping, after: Mapping) -> list[str]:
    had, has = set(before.get("roles", ())), set(after.get("roles", ()))
    ends, until = before.get("ends", {}), after.get("ends", {})
    given = [_dated(role, until) for role in sorted(has - had)]
    longer = [_dated(role, until) for role in sorted(has & had) if ends.get(role) != until.get(role)]
    words = [gettext("授予{roles}").format(roles=gettext("、").join(given))] if given else []
    if gone := sorted(had - has):
        words.append(gettext("收回{roles}").format(roles=gettext("、").join(map(_title, gone))))
    if longer:
        words.append(gettext("改期限为{roles}").format(roles=gettext("、").join(longer)))
    return words


def _dated(role: str, ends: Mapping) -> str:
    day = ends.get(role)
    until = gettext("至{day}").format(day=day) if day else gettext("长期")
    return gettext("{role}（{until}）").format(role=_title(role), until=until)


def _title(role: str) -> str:
    """Return what a role is called, of an office's own that is no longer there too."""
    known = role in TITLES or role in own_roles.known(db.session)
    return role_title(role) if known else gettext("已删除的角色")


def _of_person(before: Mapping, after: Mapping, names: Mapping[str, str]) -> list[str]:
    office = names.get(after["office"], after["office"])
    if not before:
        return [gettext("新增用户{name}，{office}").format(name=after["name"], office=office)]
    words = []
    if before["active"] != after["active"]:
        words.append(gettext("重新启用") if after["active"] else gettext("停用账号"))
    if before["office"] != after["office"]:
        words.append(gettext("调到{office}").format(office=office))
    if before["name"] != after["name"]:
        words.append(gettext("姓名由{old}改为{new}").format(old=before["name"], new=after["name"]))
    return [without_numbers(word) for word in words]


def answer(name: str, username: str) -> str:
    """Return what the actor has just changed on an account, with the way back where it was one thing."""
    made = changes.made_now(db.session, g.actor, username)
    if not made:
        return gettext("{name}：没有改动。").format(name=name)
    words = "；".join(in_words(entry, offices()) for entry in made)
    sentence = gettext("{name}：{words}。").format(name=name, words=words)
    return sentence if len(made) > 1 else Markup("{} {}").format(sentence, undo(made[0].id))


def undo(entry_id: int) -> Markup:
    """Return the button that takes a change back."""
    button = Markup('<button class="btn btn--link" form="undo" formaction="{}">{}</button>')
    return button.format(url_for("UserView.take_back", pk=entry_id), gettext("改回"))
