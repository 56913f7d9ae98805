"""What administrators say of logins, and what everybody says of the own password."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from flask import g, request
from sqlalchemy import select
from wtforms import BooleanField, Form, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.engine.access import accounts, handover
from app.extensions import db
from app.kernel.dates import parse_date
from app.kernel.errors import BadValue
from app.kernel.free_text import without_numbers
from app.kernel.messages import N_
from app.registers.organisation import Office
from app.web.crud.options import LongSelect, options
from app.web.wording.titles import role_title


def _stripped(text: str | None) -> str:
    return (text or "").strip()


class ChangeForm(Form):
    """What an administrator says of a login; offices and roles are those that the administrator may give."""

    name = StringField(
        N_("姓名"), [DataRequired(N_("请填写姓名。")), Length(max=60)], filters=[_stripped, without_numbers]
    )
    office = SelectField(N_("机构"), coerce=int, widget=LongSelect())
    roles = SelectMultipleField(
        N_("角色"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    active = BooleanField(N_("启用"), description=N_("停用后此人立即退出，不能再登录"))

    def __init__(self, formdata=None, data=MappingProxyType({}), **kwargs):
        super().__init__(formdata, data=data, **kwargs)
        self.office.choices = options((o.id, f"{o.code} {o.name}") for o in _offices())
        self.roles.choices = options(
            (role, role_title(role)) for role in accounts.grantable(db.session, g.actor)
        )
        days = {role: (formdata or {}).get(f"until-{role}") for role, *_ in self.roles.choices}
        self.ends = data.get("ends", {}) | {role: day for role, day in days.items() if day is not None}
        """Role → its last day, as held or typed."""

    def facts(self, current: Mapping[str, str] = MappingProxyType({})) -> dict:
        """Return them as `accounts.change_user` takes them; the office is one of the choices. Raises BadValue for a last day.

        `current` are the last days so far: one that is over may stay, but none is given.
        """
        office, roles = db.session.get(Office, self.office.data), set(self.roles.data or ())
        ends = {role: day for role in roles if (day := _last_day(role, current.get(role)))}
        return {"name": self.name.data, "office": office, "roles": roles, "ends": ends}


class NewForm(ChangeForm):
    username = StringField(
        N_("用户名"),
        [DataRequired(N_("请填写用户名。")), Length(max=30)],
        filters=[_stripped],
        description=N_("2至30个小写字母、数字、点、横线或下划线，以字母开头"),
    )
    active = None


class HandoverForm(Form):
    """Who takes over, and what else happens."""

    receiver = SelectField(N_("接收人"), coerce=int, widget=LongSelect())
    roles = BooleanField(N_("同时把其角色授予接收人"))
    stop = BooleanField(N_("同时停用其账号"), default=True)

    def wishes(self) -> handover.Wishes:
        return handover.Wishes(roles=self.roles.data, stop=self.stop.data)


def _offices() -> list[Office]:
    """Return the offices of the subtree, from the province down."""
    scope = g.actor.scope
    query = select(Office).order_by(Office.code)
    return list(db.session.scalars(query if scope.whole else query.where(Office.id.in_(scope.office_ids))))


def _last_day(role: str, ends: str | None) -> date | None:
    """Return the last day that the form names for a role. Raises BadValue."""
    text = request.form.get(f"until-{role}", "").strip()
    if not text:
        return None
    day = parse_date(text)
    if day is None or (text != ends and day < g.today):
        raise BadValue(
            N_("角色“{role}”的截止日期须是今天或以后的日期，如2026-12-31。请重新填写，长期有效的不填。"),
            role=role_title(role),
        )
    return day
