"""Objections (公示异议): a clerk registers what somebody says, a reviewer decides; only that person waits."""

from __future__ import annotations

from flask import abort, g, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access
from markupsafe import Markup
from wtforms import Form, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.engine.access.roles import AUDITOR, CASHIER, CLERK, REVIEWER
from app.engine.audit import record
from app.engine.cases.finding import find_claim
from app.engine.casework import objections
from app.engine.casework.objections import Objection
from app.engine.oversight.limits import OBJECTION
from app.extensions import db
from app.kernel.messages import N_
from app.programmes.installed import programme_of
from app.registers.ciphers import text_of
from app.web.crud.options import options
from app.web.crud.table_forms import table_form
from app.web.crud.views import READ, ModelView
from app.web.page.addresses import page_url
from app.web.page.clocks import limits, mark_of
from app.web.wording.translations import gettext

LABELS = {
    "claim.person.name": N_("姓名"),
    "claim.person.masked_id": N_("公民身份号码"),
    "claim.programme": N_("补贴项目"),
    "claim.notice.number": N_("公示编号"),
    "raised_on": N_("提出日期"),
    "raised_by": N_("提出人"),
    "content": N_("异议内容"),
    "state": N_("处理结果"),
    "decision": N_("处理意见"),
    "decided_on": N_("处理日期"),
    "office": N_("经办机构"),
    "office.name": N_("经办机构"),
}
ObjectionForm = table_form(
    Objection,
    LABELS,
    ("raised_on", "raised_by", "contact", "content"),
    extra={"contact": StringField(N_("联系方式"), [Length(max=100)])},
)


class DecisionForm(Form):
    outcome = RadioField(
        N_("处理结果"),
        [InputRequired(N_("请选择处理结果。"))],
        choices=options(
            [("dismissed", N_("异议不成立，公示继续")), ("upheld", N_("异议成立，只能办理公示不通过"))]
        ),
    )
    opinion = TextAreaField(N_("处理意见"), [InputRequired(N_("请填写处理意见。")), Length(max=1000)])


class ObjectionView(ModelView):
    datamodel = SQLAInterface(Objection)
    route_base = "/objections"
    menu = (N_("业务经办"),)
    menu_title = N_("公示异议")
    menu_icon = "flag"
    include_route_methods = {"list", "show", "add", "decide", "contact"}
    show_template = "objection.html"
    granted = {
        CLERK: (*READ, "can_add"),
        REVIEWER: (*READ, "can_decide", "can_contact"),
        CASHIER: READ,
        AUDITOR: (*READ, "can_contact"),
    }
    permission_titles = {"can_decide": N_("处理异议"), "can_contact": N_("查看联系方式")}
    choices = {"state": objections.STATES}
    loads = ["claim", "office"]
    label_columns = LABELS
    list_columns = [
        "claim.person.name",
        "claim.person.masked_id",
        "claim.programme",
        "claim.notice.number",
        "raised_on",
        "state",
        "decided_on",
    ]
    show_columns = [*list_columns, "raised_by", "content", "decision", "office.name"]
    search_columns = ["state", "office", "raised_on"]
    order_columns = ["raised_on", "decided_on"]

    def cell(self, row: Objection, column: str) -> str:
        if column == "claim.programme":
            return gettext(programme_of(row.claim.programme).title)
        if column == "state":
            return gettext(objections.STATES[row.state])
        value = super().cell(row, column)
        if column == "raised_on" and row.state == "open":
            mark = mark_of(limits().last_day(row.claim.programme, OBJECTION, row.raised_on))
            return Markup("{} {}").format(value, mark) if mark else value
        return value

    def show_more(self, row: Objection) -> dict:
        return {"form": DecisionForm(), "reachable": row.contact_cipher is not None}

    @expose("/add/<int:claim_id>", methods=["GET", "POST"])
    @has_access
    def add(self, claim_id):
        claim = find_claim(db.session, claim_id)
        form = ObjectionForm(request.form, data={"raised_on": g.today})

        def save():
            made = objections.register(db.session, g.actor, claim_id, g.vault, g.today, **form.data)
            address = page_url(self.endpoint, made.id)
            return self.finish(address, gettext("异议已登记，处理前此人不能办理公示通过。"))

        return self.form_page(form, save, "objection_add.html", lambda: {"claim": claim})

    @expose("/contact/<int:pk>", methods=["POST"])
    @has_access
    def contact(self, pk):
        """Show how to reach who objected, once, on a page that is not kept; audited."""
        row = self.item(str(pk))
        full = text_of(g.vault, row, Objection.contact_cipher) or abort(404)
        facts = {"claim_id": row.claim_id, "office_id": row.office_id, "programme": row.claim.programme}
        record(db.session, g.actor, "reveal", **facts, after={"objection_id": row.id})
        return self.reveal_page(row, row.raised_by, full, gettext("异议人联系方式"))

    @expose("/decide/<int:pk>", methods=["POST"])
    @has_access
    def decide(self, pk):
        form = DecisionForm(request.form)

        def save():
            upheld = form.outcome.data == "upheld"
            objections.decide(db.session, g.actor, pk, upheld, form.opinion.data, g.today)
            return self.finish(page_url(self.endpoint, pk), gettext("处理结果已保存。"))

        return self.form_page(form, save, self.show_template, lambda: self.shown(pk))
