"""付后核查 over all programmes: who was paid although a rule failed on the day of payment; nothing is moved here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Query

from app.engine.access.roles import AUDITOR, CASHIER
from app.engine.cases.claims import Claim
from app.kernel.messages import N_
from app.programmes.installed import programme_for, programmes
from app.web.crud.search import SearchField
from app.web.crud.views import ModelView
from app.web.page.addresses import claim_url, page_url
from app.web.page.findings import readable
from app.web.page.templating import may
from app.web.wording.titles import programme_title
from app.web.wording.translations import gettext


class PostChecksView(ModelView):
    """What was paid against a rule, programme by programme; a name leads to what its reader looks into."""

    datamodel = SQLAInterface(Claim)
    route_base = "/post_checks"
    menu = (N_("业务经办"),)
    menu_title = N_("付后核查")
    menu_icon = "audit"
    include_route_methods: ClassVar[set[str]] = {"list"}
    granted = dict.fromkeys((CASHIER, AUDITOR), ("can_list",))
    list_template = "post_checks.html"
    tab_field = "programme"
    loads = ("payment_checks",)
    sorts_by = {"person.name": "name"}
    label_columns = {
        "person": N_("人员"),
        "person.name": N_("姓名"),
        "person.masked_id": N_("公民身份号码"),
        "programme": N_("补贴项目"),
        "reasons": N_("发放时不通过的规则"),
        "employer": N_("单位"),
        "employer.name": N_("单位"),
        "amount": N_("金额（元）"),
        "paid_on": N_("发放日期"),
        "voucher_no": N_("凭证号"),
        "payment_list": N_("发放清单"),
        "application": N_("申请单号"),
        "application.number": N_("申请单号"),
        "office": N_("经办机构"),
        "office.name": N_("经办机构"),
    }
    list_columns = [
        "person.name",
        "person.masked_id",
        "programme",
        "reasons",
        "employer.name",
        "amount",
        "paid_on",
        "office.name",
        "application.number",
    ]
    export_columns = [*list_columns, "voucher_no"]
    search_columns = ["person", "employer", "office", "application", "payment_list", "paid_on"]
    order_columns = ["person.name", "amount", "paid_on"]

    def base_query(self) -> Query:
        return super().base_query().filter(Claim.post_check)

    def tab_states(self) -> Mapping[str, str]:
        return {programme.code: programme.title for programme in programmes()}

    def more_fields(self) -> list[SearchField]:
        """Return the field by which the list is parted; it is drawn as tabs."""

        def clause(text: str) -> ColumnElement[bool]:
            return Claim.programme == text

        return [SearchField("programme", N_("补贴项目"), "tabs", clause, self.tab_states())]

    def row_address(self, row: Claim) -> str:
        """Return the person's dossier; the case, for who may open none."""
        return page_url("DossierView", row.person_id) if may("can_show", "DossierView") else claim_url(row)

    def value(self, row: Claim, column: str) -> object:
        if column == "programme":
            return programme_title(row.programme)
        return _reasons(row) if column == "reasons" else super().value(row, column)


def _reasons(claim: Claim) -> str:
    """Return the rules that failed on the day of payment, by their titles."""
    findings = claim.payment_checks[-1].findings if claim.payment_checks else ()
    stops = [one.title for one in readable(programme_for(claim), findings) if one.stops]
    return "、".join(stops) or gettext("发放时复核未通过")
