"""What officers set: policy parameters; what auditors read; who works where."""

from __future__ import annotations

from flask import g
from flask_appbuilder.models.sqla.interface import SQLAInterface
from wtforms import DateField, Form, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.engine.policy import PolicyValue
from app.extensions import db
from app.kernel.errors import BadValue
from app.kernel.messages import N_
from app.registers.organisation import Office
from app.web.audit import AuditView
from app.web.options import options
from app.web.programmes import programme_of, programmes
from app.web.roles import (
    AUDITOR,
    CLERK,
    COUNTY_ADMIN,
    POLICY,
    PREFECTURE_ADMIN,
    PROVINCE_ADMIN,
    REVIEWER,
    SYSTEM,
)
from app.web.translations import gettext
from app.web.views import READ, ModelView

PLACE = (N_("系统管理"),)
WRITE = (*READ, "can_add", "can_edit")
KEEPERS = {"list", "show", "add", "edit"}


class PolicyForm(Form):
    parameter = SelectField(N_("参数"))
    value = StringField(
        N_("值"),
        [Length(max=60)],
        description=N_("金额填元，月数、天数、次数填整数，日期填如 2026-03-01；日期留空表示不限"),
    )
    starts_on = DateField(N_("生效日期"), [InputRequired(N_("请填写生效日期。"))])
    ends_on = DateField(N_("失效日期"), [Optional()], description=N_("当日仍有效；留空表示长期有效"))
    document = StringField(N_("文件依据"), [InputRequired(N_("请填写文件依据。")), Length(max=200)])

    def __init__(self, *args, obj=None, **kwargs):
        super().__init__(*args, obj=obj, **kwargs)
        self.parameter.choices = options(
            (f"{p.code}.{x.code}", f"{gettext(p.title)} · {gettext(x.title)}")
            for p in programmes()
            for x in p.policy.parameters.values()
        )
        if obj is not None and obj.programme and not self.parameter.raw_data:
            self.parameter.data = f"{obj.programme}.{obj.parameter}"

    def populate_obj(self, obj: PolicyValue) -> None:
        super().populate_obj(obj)
        obj.programme, obj.parameter = self.parameter.data.split(".", 1)


class PolicyView(ModelView):
    datamodel = SQLAInterface(PolicyValue)
    route_base = "/settings/policy"
    menu = PLACE
    menu_title = N_("政策参数")
    include_route_methods = KEEPERS
    granted = {POLICY: WRITE, AUDITOR: READ, CLERK: READ, REVIEWER: READ}
    form = PolicyForm
    list_template = "policy.html"
    change_event = "policy_change"
    label_columns = {
        "programme": N_("补贴项目"),
        "parameter": N_("参数"),
        "value": N_("值"),
        "starts_on": N_("生效日期"),
        "ends_on": N_("失效日期"),
        "document": N_("文件依据"),
    }
    list_columns = show_columns = ["programme", "parameter", "value", "starts_on", "ends_on", "document"]
    order_columns = ["starts_on"]

    def cell(self, row: object, column: str) -> str:
        if column == "programme":
            return gettext(programme_of(row.programme).title)
        if column == "parameter":
            return gettext(programme_of(row.programme).policy.parameters[row.parameter].title)
        return super().cell(row, column)

    def list_more(self, rows) -> dict:
        return {"programmes": programmes()}

    def save(self, row: PolicyValue) -> None:
        parameter = programme_of(row.programme).policy.parameters[row.parameter]
        parameter.parse(row.value)
        row.value = row.value or None
        if row.ends_on and row.ends_on < row.starts_on:
            raise BadValue(
                N_("失效日期{ends_on}早于生效日期{starts_on}。请核对日期。"),
                ends_on=row.ends_on,
                starts_on=row.starts_on,
            )
        twin = db.session.query(PolicyValue).filter(
            PolicyValue.programme == row.programme,
            PolicyValue.parameter == row.parameter,
            PolicyValue.starts_on == row.starts_on,
            PolicyValue.id != (row.id or 0),
        )
        with db.session.no_autoflush:
            if twin.first() is not None:
                raise BadValue(
                    N_("该参数从{starts_on}起已有一个值。请修改那一行，或换一个生效日期。"),
                    starts_on=row.starts_on,
                )
        row.created_by = row.created_by or g.actor.user_id


class OfficeForm(Form):
    address = StringField(
        N_("办公地址"), [Length(max=200)], filters=[lambda text: (text or "").strip() or None]
    )
    phone = StringField(N_("联系电话"), [Length(max=60)], filters=[lambda text: (text or "").strip() or None])


class OfficeView(ModelView):
    """The offices; an administrator sees the own subtree, and says where people can reach it."""

    datamodel = SQLAInterface(Office)
    route_base = "/settings/offices"
    menu = PLACE
    menu_title = N_("经办机构")
    include_route_methods = {"list", "show", "edit"}
    granted = {
        **dict.fromkeys((COUNTY_ADMIN, PREFECTURE_ADMIN, PROVINCE_ADMIN), (*READ, "can_edit")),
        SYSTEM: READ,
    }
    form = OfficeForm
    change_event = "office_change"
    loads = ("region", "parent")
    label_columns = {
        "code": N_("机构代码"),
        "name": N_("机构名称"),
        "region": N_("地区"),
        "region.name": N_("地区"),
        "parent.name": N_("上级机构"),
        "address": N_("办公地址"),
        "phone": N_("联系电话"),
    }
    list_columns = show_columns = ["code", "name", "region.name", "parent.name", "address", "phone"]
    search_columns = ("code", "name", "region")
    order_columns = ["code", "name"]
    base_order = ("code", "asc")

    def base_query(self):
        scope = g.actor.scope
        query = super().base_query()
        return (
            query if SYSTEM in g.actor.roles or scope.whole else query.filter(Office.id.in_(scope.office_ids))
        )


SETTINGS_VIEWS = (PolicyView, AuditView, OfficeView)
