"""Policy parameters: dated values with their documents, the time line of each, and what a new row would do to others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from flask import g, request
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import Form, SelectField

from app.engine.access.roles import AUDITOR, CLERK, POLICY, REVIEWER
from app.engine.policy import PolicyValue
from app.extensions import db
from app.kernel.errors import BadValue
from app.kernel.messages import N_
from app.programmes.installed import programme_of, programmes
from app.web.crud.options import options
from app.web.crud.views import READ, ModelView
from app.web.page.lanes import Scale
from app.web.page.sidebar import SETTINGS
from app.web.page.timelines import Timeline, timelines
from app.web.wording.titles import user_title
from app.web.wording.translations import gettext

YEARS_BACK, YEARS_AHEAD, AHEAD = 6, 3, timedelta(days=200)
CONFIRMED = "split"
"""The form's field that confirms, after a warning, that another row is cut in two."""


class PolicyForm(Form):
    """The parameter is chosen with its programme, as one code."""

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
    menu = SETTINGS
    menu_title = N_("政策参数")
    menu_icon = "policy"
    include_route_methods = {"list", "show", "add", "edit"}
    granted = {POLICY: (*READ, "can_add", "can_edit"), AUDITOR: READ, CLERK: READ, REVIEWER: READ}
    form_base = PolicyForm
    add_columns = edit_columns = ["parameter", "value", "starts_on", "ends_on", "document"]
    add_form_extra_fields = edit_form_extra_fields = {"parameter": SelectField(N_("参数"))}
    description_columns = {
        "value": N_("金额填元，月数、天数、次数填整数，日期填如 2026-03-01；日期留空表示不限"),
        "ends_on": N_("当日仍有效；留空表示长期有效"),
    }
    add_template = edit_template = "policy_form.html"
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

    def cell(self, row: PolicyValue, column: str) -> str:
        if column == "programme":
            return gettext(programme_of(row.programme).title)
        if column == "parameter":
            return gettext(programme_of(row.programme).policy.parameters[row.parameter].title)
        return super().cell(row, column)

    def list_more(self, rows) -> dict:
        """Return the programme's time lines, and of the chosen one the spans in words; what an address names wrongly is the first."""
        stored = db.session.scalars(select(PolicyValue).options(selectinload(PolicyValue.author))).all()
        lines = list(timelines(stored, g.today))
        code, wanted = request.args.get("programme"), request.args.get("parameter")
        own = [line for line in lines if line.programme.code == code]
        shown = own or [line for line in lines if line.programme is lines[0].programme]
        chosen = next((line for line in shown if line.parameter.code == wanted), shown[0])
        return {
            "subsidies": [(programme, len(programme.policy.parameters)) for programme in programmes()],
            "lines": shown,
            "chosen": chosen,
            "scale": _scale(shown),
            "user_title": user_title,
        }

    def pre_update(self, item: PolicyValue) -> None:
        policy = programme_of(item.programme).policy
        item.value = policy.parameters[item.parameter].canonical(item.value)
        if item.ends_on and item.ends_on < item.starts_on:
            raise BadValue(
                N_("失效日期{ends_on}早于生效日期{starts_on}。请核对日期。"),
                ends_on=item.ends_on,
                starts_on=item.starts_on,
            )
        same = PolicyValue.programme == item.programme, PolicyValue.parameter == item.parameter
        others = select(PolicyValue).where(*same, PolicyValue.id != (item.id or 0))
        with db.session.no_autoflush:
            rows = db.session.scalars(others).all()
        if any(other.starts_on == item.starts_on for other in rows):
            raise BadValue(
                N_("该参数从{starts_on}起已有一个值。请修改那一行，或换一个生效日期。"),
                starts_on=item.starts_on,
            )
        if (cut := policy.split_by(rows, item)) and CONFIRMED not in request.form:
            g.splits = True
            raise _split(cut, item)
        item.created_by = item.created_by or g.actor.user_id


def _split(cut: PolicyValue, row: PolicyValue) -> BadValue:
    return BadValue(
        N_(
            "{cut_from}起执行的值（{value}，{document}）会被截成两段：{starts_on}至{ends_on}改按本行，之后恢复原值。"
            "这样安排无误的，请勾选“确认截成两段”后保存；否则请改本行的失效日期。"
        ),
        cut_from=cut.starts_on,
        value=cut.value or "—",
        document=cut.document,
        starts_on=row.starts_on,
        ends_on=row.ends_on or "—",
    )


def _scale(lines: Sequence[Timeline]) -> Scale:
    """Return the years to show: from the first value that somebody gave, at most eight, to a year and a half ahead."""
    days = [span.first for line in lines for span in line.spans if span.row]
    ahead = [day for day in days if day > g.today]
    first = max(min([*days, g.today]).year, g.today.year - YEARS_BACK)
    last = max([g.today + AHEAD, *ahead]).year
    return Scale(
        date(min(first, g.today.year - 1), 1, 1), date(min(last, g.today.year + YEARS_AHEAD), 12, 31)
    )
