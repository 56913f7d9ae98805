"""Policy parameters: dated values with their documents, the time line of each, and what a new row would do to others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import ClassVar

from flask import abort, g, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import Form, SelectField

from app.engine import policy_signing
from app.engine.access.roles import AUDITOR, CLERK, POLICY, REVIEWER
from app.engine.policy_values import IN_FORCE, PolicyValue
from app.extensions import db
from app.kernel.errors import BadValue
from app.kernel.messages import N_
from app.programmes.installed import programme_of, programmes
from app.registers.shipping import region_labels
from app.web.crud.options import LongSelect, options
from app.web.crud.views import READ, ModelView
from app.web.page.lanes import Scale
from app.web.page.sidebar import SETTINGS
from app.web.page.templating import may
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
        self.region_code.data = self.region_code.data or ""
        own = frozenset(g.actor.scope.region_codes)
        places = [(code, full) for code, _, full in region_labels() if code in own and not _is_province(code)]
        self.region_code.choices = options([("", gettext("全省")), *places])

    def populate_obj(self, obj: PolicyValue) -> None:
        super().populate_obj(obj)
        obj.programme, obj.parameter = self.parameter.data.split(".", 1)
        obj.region_code = self.region_code.data or None


class PolicyView(ModelView):
    datamodel = SQLAInterface(PolicyValue)
    route_base = "/settings/policy"
    menu = SETTINGS
    menu_title = N_("政策参数")
    menu_icon = "policy"
    include_route_methods = {"list", "show", "add", "edit", "sign", "discard"}
    granted = {
        POLICY: (*READ, "can_add", "can_edit", "can_sign"),
        AUDITOR: READ,
        CLERK: READ,
        REVIEWER: READ,
    }
    permission_titles: ClassVar[dict[str, str]] = {"can_sign": N_("签发")}
    form_base = PolicyForm
    add_columns = edit_columns = ["parameter", "region_code", "value", "starts_on", "ends_on", "document"]
    add_form_extra_fields = edit_form_extra_fields = {
        "parameter": SelectField(N_("参数")),
        "region_code": SelectField(N_("地区"), widget=LongSelect()),
    }
    description_columns = {
        "region_code": N_("只有开放给各地的参数可以选市（州）或区县；本地的值优先于全省的值"),
        "value": N_("金额填元，月数、天数、次数填整数，日期填如 2026-03-01；日期留空表示不限"),
        "ends_on": N_("当日仍有效；留空表示长期有效"),
    }
    add_template = edit_template = "policy_form.html"
    list_template = "policy.html"
    change_event = "policy_change"
    label_columns = {
        "programme": N_("补贴项目"),
        "parameter": N_("参数"),
        "region_code": N_("地区"),
        "region.name": N_("地区"),
        "signed_at": N_("签发时间"),
        "value": N_("值"),
        "starts_on": N_("生效日期"),
        "ends_on": N_("失效日期"),
        "document": N_("文件依据"),
    }
    list_columns = ["programme", "parameter", "region.name", "value", "starts_on", "ends_on", "document"]
    show_columns = [*list_columns, "signed_at"]
    order_columns = ["starts_on"]

    def cell(self, row: PolicyValue, column: str) -> str:
        if column == "programme":
            return gettext(programme_of(row.programme).title)
        if column == "parameter":
            return gettext(programme_of(row.programme).policy.parameters[row.parameter].title)
        return super().cell(row, column)

    def list_more(self, rows) -> dict:
        """Return the programme's time lines, and of the chosen one the spans in words; what an address names wrongly is the first."""
        people = (
            selectinload(PolicyValue.author),
            selectinload(PolicyValue.signer),
            selectinload(PolicyValue.region),
        )
        stored = db.session.scalars(select(PolicyValue).options(*people).order_by(PolicyValue.id)).all()
        in_force = [row for row in stored if row.in_force]
        lines = list(timelines([row for row in in_force if row.region_code is None], g.today))
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
            "unsigned": [row for row in stored if not row.in_force],
            "of_regions": [row for row in in_force if row.region_code and _is_of(row, chosen)],
            "may_sign": self._may_sign,
            "may_edit": self._may_edit,
        }

    def _may_edit(self, row: PolicyValue) -> bool:
        """Return whether this login may change a value, or propose another in its place."""
        return may("can_edit", self.class_permission_name) and _is_own(row.region_code)

    def _may_sign(self, row: PolicyValue) -> bool:
        """Return whether this login may put a value in force."""
        own = row.created_by == g.actor.user_id
        return not own and may("can_sign", self.class_permission_name) and _is_own(row.region_code)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk):
        """Change a value that waits for its signature, or propose another in the place of one that is in force."""
        row = self.item(pk, lock=request.method == "POST")
        if not _is_own(row.region_code):
            abort(404)
        if not row.in_force:
            return self._form_page(row, self._facts(row))
        facts = {name: getattr(row, name) for name in ("programme", *self.edit_columns)}
        return self._form_page(PolicyValue(**facts, replaces_id=row.id), None)

    @expose("/sign/<pk>", methods=["POST"])
    @has_access
    def sign(self, pk):
        """Put somebody else's value in force."""
        row = self.item(pk)
        if not _is_own(row.region_code):
            abort(404)
        signed = policy_signing.sign(db.session, g.actor, row.id)
        return self.finish(sentence=gettext("取值已签发，{day}起执行。").format(day=signed.starts_on))

    @expose("/discard/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def discard(self, pk):
        """Remove a value that nobody has signed."""
        row = self.item(pk)
        if not _is_own(row.region_code):
            abort(404)
        policy_signing.discard(db.session, g.actor, row.id)
        return self.finish(sentence=gettext("已删去未签发的取值。"))

    def pre_update(self, item: PolicyValue) -> None:
        policy = programme_of(item.programme).policy
        parameter = policy.parameters[item.parameter]
        if not _is_own(item.region_code):
            raise BadValue(N_("只能填写本机构辖区的值，请选择地区。"))
        item.value = (
            parameter.of_region(item.value, item.region_code)
            if item.region_code
            else parameter.canonical(item.value)
        )
        if item.ends_on and item.ends_on < item.starts_on:
            raise BadValue(
                N_("失效日期{ends_on}早于生效日期{starts_on}。请核对日期。"),
                ends_on=item.ends_on,
                starts_on=item.starts_on,
            )
        same = (
            PolicyValue.programme == item.programme,
            PolicyValue.parameter == item.parameter,
            PolicyValue.region_code.is_not_distinct_from(item.region_code),
        )
        mine = (item.id or 0, item.replaces_id or 0)
        others = select(PolicyValue).where(*same, IN_FORCE, PolicyValue.id.not_in(mine))
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
        item.created_by = g.actor.user_id


def _is_own(region: str | None) -> bool:
    """Return whether this login may set values of a region: the province's those whose office is the province's."""
    scope = g.actor.scope
    return scope.whole or (
        region in scope.region_codes if region else any(map(_is_province, scope.region_codes))
    )


def _is_province(region: str) -> bool:
    return region.endswith("0000")


def _is_of(row: PolicyValue, line: Timeline) -> bool:
    return (row.programme, row.parameter) == (line.programme.code, line.parameter.code)


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
