"""超期: what is past its time limit over all programmes; nothing is moved here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from flask import g
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Query, with_expression
from sqlalchemy.orm.interfaces import ORMOption

from app.engine.access.roles import AUDITOR, CASHIER, REVIEWER
from app.engine.cases.claims import Claim
from app.engine.oversight.limits import PAYMENT, REVIEW, since
from app.kernel.messages import N_
from app.programmes.installed import programmes
from app.web.crud.search import SearchField
from app.web.crud.views import ModelView
from app.web.page.addresses import claim_url
from app.web.page.clocks import limits
from app.web.wording.titles import programme_title, state_title


class LateView(ModelView):
    """Cases past one time limit (`limit`), programme by programme."""

    limit: ClassVar[str]
    datamodel = SQLAInterface(Claim)
    menu = (N_("业务经办"),)
    menu_icon = "calendar"
    include_route_methods: ClassVar[set[str]] = {"list"}
    list_template = "late.html"
    tab_field = "programme"
    sorts_by = {"person.name": "name"}
    label_columns = {
        "person": N_("人员"),
        "person.name": N_("姓名"),
        "person.masked_id": N_("公民身份号码"),
        "programme": N_("补贴项目"),
        "employer": N_("单位"),
        "employer.name": N_("单位"),
        "amount": N_("金额（元）"),
        "state": N_("状态"),
        "waiting_since": N_("起算日期"),
        "due": N_("办理期限"),
        "application": N_("申请单号"),
        "application.number": N_("申请单号"),
        "office": N_("经办机构"),
        "office.name": N_("经办机构"),
    }
    list_columns = [
        "person.name",
        "person.masked_id",
        "programme",
        "employer.name",
        "amount",
        "state",
        "waiting_since",
        "due",
        "office.name",
        "application.number",
    ]
    search_columns = ["person", "employer", "office", "application"]
    order_columns = ["person.name", "amount"]

    def base_query(self) -> Query:
        return super().base_query().filter(limits().late(self.limit, g.today))

    def reckoned(self) -> list[ORMOption]:
        return [with_expression(Claim.waiting_since, since())]

    def tab_states(self) -> Mapping[str, str]:
        return {programme.code: programme.title for programme in programmes()}

    def more_fields(self) -> list[SearchField]:
        """Return the field by which the list is parted; it is drawn as tabs."""

        def clause(text: str) -> ColumnElement[bool]:
            return Claim.programme == text

        return [SearchField("programme", N_("补贴项目"), "tabs", clause, self.tab_states())]

    def row_address(self, row: Claim) -> str:
        return claim_url(row)

    def cell(self, row: Claim, column: str) -> str:
        return state_title(row.state, row.programme) if column == "state" else super().cell(row, column)

    def value(self, row: Claim, column: str) -> object:
        if column == "programme":
            return programme_title(row.programme)
        if column == "due":
            return limits().due(row.programme, row.state, row.waiting_since)
        return super().value(row, column)


class LateReviewView(LateView):
    limit = REVIEW
    route_base = "/late_reviews"
    menu_title = N_("超期未审核")
    granted = dict.fromkeys((REVIEWER, AUDITOR), ("can_list",))


class LatePaymentView(LateView):
    limit = PAYMENT
    route_base = "/late_payments"
    menu_title = N_("超期未拨付")
    granted = dict.fromkeys((CASHIER, AUDITOR), ("can_list",))


LATE_VIEWS = (LateReviewView, LatePaymentView)
