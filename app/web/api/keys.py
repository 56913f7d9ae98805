"""The keys of other systems: made and revoked by an administrator of the office's subtree, shown once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from flask import g, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import func, select
from wtforms import Form, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from app.engine.access import api_keys
from app.engine.access.api_keys import ABILITIES, LONGEST, ApiKey
from app.engine.access.roles import COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN
from app.extensions import db
from app.kernel.messages import N_
from app.registers.organisation import Office
from app.web.api import makers
from app.web.api.document import document
from app.web.crud.options import LongSelect, options
from app.web.crud.views import ModelView
from app.web.page.sidebar import SETTINGS
from app.web.page.waiting import Task
from app.web.staff import pending_duties
from app.web.wording.translations import gettext


class KeyForm(Form):
    """Offices are those of the administrator's subtree."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offices = select(Office).where(Office.id.in_(g.actor.scope.office_ids), Office.kind.is_(None))
        self.office.choices = options(
            (o.id, f"{o.code} {o.name}") for o in db.session.scalars(offices.order_by(Office.code))
        )
        self.abilities.choices = options(ABILITIES.items())


class KeyView(ModelView):
    """A key acts when it is made, one that loads registers when it is confirmed; no longer when it is revoked."""

    datamodel = SQLAInterface(ApiKey)
    route_base = "/settings/keys"
    menu = SETTINGS
    menu_title = N_("接口密钥")
    menu_icon = "key"
    include_route_methods: ClassVar[set[str]] = {"list", "add", "confirm", "revoke", "openapi"}
    watched = True
    granted = dict.fromkeys(
        (COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN), ("can_list", "can_add", "can_agree", "can_revoke")
    )
    permission_titles = {"can_revoke": N_("撤销")}
    list_template = "key_list.html"
    label_columns = {
        "name": N_("名称"),
        "office": N_("机构"),
        "office.name": N_("机构"),
        "abilities": N_("用途"),
        "ends_on": N_("截止日期"),
        "made_by": N_("发放人"),
        "used_at": N_("最近使用"),
        "standing": N_("状态"),
    }
    form_base = KeyForm
    add_columns = ["name", "office", "abilities", "ends_on"]
    add_form_extra_fields = {
        "office": SelectField(
            N_("机构"),
            coerce=int,
            widget=LongSelect(),
            description=N_(
                "密钥只能看到和写入此机构及下级机构的数据；为本机构发放的装载密钥，须由另一名管理员确认"
            ),
        ),
        "abilities": SelectMultipleField(
            N_("用途"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
        ),
    }
    description_columns = {
        "name": N_("使用此密钥的系统，如“市人社局数据交换平台”"),
        "ends_on": N_("当日仍有效；最长一年"),
    }
    list_columns = ["name", "office.name", "abilities", "ends_on", "made_by", "used_at", "standing"]
    search_columns = ["name", "office"]
    order_columns = ["ends_on"]

    def value(self, row: ApiKey, column: str) -> object:
        if column == "abilities":
            return gettext("、").join(gettext(ABILITIES[ability]) for ability in row.abilities)
        if column == "standing":
            return self._standing(row)
        return super().value(row, column)

    def _standing(self, row: ApiKey) -> str:
        if row.revoked_at is not None:
            return gettext("已撤销")
        if row.ends_on < g.today:
            return gettext("已过期")
        if row.id in _dead():
            return gettext("失效：发放人已停用、调离或不再是管理员")
        if row.waits:
            by = pending_duties.by_whom(row.made_in or row.office)
            return gettext("待确认：须由{by}确认后才能使用").format(by=by)
        return gettext("有效")

    def list_more(self, rows: Sequence[ApiKey]) -> dict:
        word = api_keys.may_confirm(
            ApiKey.made_by_id, func.coalesce(ApiKey.made_in_id, ApiKey.office_id), g.actor.user_id
        )
        own = ApiKey.id.in_([row.id for row in rows if row.waits])
        return {"confirmable": set(db.session.scalars(select(ApiKey.id).where(own, word)))}

    def tasks(self) -> list[Task]:
        """Return what waits, for the home page of administrators."""
        if not self.appbuilder.sm.has_access("can_agree", self.class_permission_name):
            return []
        waiting = select(func.count()).select_from(ApiKey)
        waiting = waiting.where(ApiKey.revoked_at.is_(None), ApiKey.ends_on >= g.today, ~api_keys.confirmed())
        count = db.session.scalar(waiting)
        title = gettext("待确认接口密钥")
        return (
            [Task(title, self.endpoint, url_for("KeyView.list"), count, None, gettext("把"))] if count else []
        )

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self):
        first = {"office": g.actor.office_id, "ends_on": g.today + LONGEST}
        form = self.add_form(request.form or None, data=first)
        return self.form_page(form, lambda: self._make(form), "key_form.html")

    def _make(self, form: Form):
        """Make the key; the only page that ever shows it."""
        office = db.session.get_one(Office, form.office.data)
        facts = form.name.data.strip(), office, form.abilities.data, form.ends_on.data
        key, text = api_keys.make(db.session, g.actor, *facts, g.today)
        by = pending_duties.by_whom(office) if key.waits else ""
        page = self.render_template("key_made.html", view=self, key=key, text=text, by=by)
        db.session.commit()
        return page, 200, {"Cache-Control": "no-store"}

    @expose("/confirm/<pk>", methods=["POST"])
    @has_access
    @permission_name("agree")
    def confirm(self, pk):
        """Confirm, as the second administrator, a key that loads registers."""
        api_keys.confirm(db.session, g.actor, self.item(pk).id)
        return self.finish(sentence=gettext("密钥已确认，现在可以使用。"))

    @expose("/revoke/<pk>", methods=["POST"])
    @has_access
    def revoke(self, pk):
        api_keys.revoke(db.session, g.actor, self.item(pk))
        return self.finish(sentence=gettext("密钥已撤销，立即失效。"))

    @expose("/openapi")
    @has_access
    @permission_name("list")
    def openapi(self):
        """Show the document to who connects the other system."""
        return document()


def _dead() -> set[int]:
    """Return the keys in sight whose makers may make none any more; asked once a request, for a list says it of every row."""
    if "dead_keys" not in g:
        g.dead_keys = set(db.session.scalars(select(ApiKey.id).where(~makers.in_office(g.today))))
    return g.dead_keys
