"""The stages that every subsidy of labour contracts has, with the columns that people work by."""

from __future__ import annotations

from collections.abc import Collection

from flask import g
from flask_appbuilder.baseviews import AbstractViewApi
from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.models.sqla.filters import FilterEqual, FilterIn
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Query

from app.engine.access.roles import AUDITOR, CASHIER
from app.engine.cases.claims import Claim, Notice
from app.engine.oversight import figures
from app.extensions import fab
from app.kernel.messages import N_
from app.web.cases.claims import ClaimQueryView
from app.web.crud.views import ModelView
from app.web.stages.payments import PaymentListsView
from app.web.stages.publicity import ENDED, Publicity
from app.web.stages.stage import StageView

PERSON = ["person.name", "person.masked_id", "employer.name", "category"]
CONTRACT = ["contract_start", "contract_end"]
FIND = ("person", "employer", "application", "notice", "office")


def _publicity_over() -> ColumnElement[bool]:
    return Claim.notice.has(Notice.ends_on < g.today)


class PublicityOver(BaseFilter):
    """Claims whose publicity has ended; takes no value."""

    def apply(self, query: Query, value: None) -> Query:
        return query.filter(_publicity_over())


def _out_of_publicity(states: Collection[str]) -> Select:
    """Return claims whose publicity has ended and that wait for its outcome."""
    return figures.counting(states).where(_publicity_over())


class ContractStage(ModelView):
    """What the stages share beside their programme."""

    order_columns = ["person.name", "contract_start", "contract_end", "amount", "submitted_on", "paid_on"]


class QueryView(ContractStage, ClaimQueryView):
    """查询."""

    list_columns = [
        *PERSON,
        *CONTRACT,
        "amount",
        "state",
        "submitted_on",
        "paid_on",
        "office.name",
        "application.number",
    ]
    search_columns = [
        "mine",
        "state",
        "person",
        "payee",
        "employer",
        "application",
        "category",
        "office",
        "contract_start",
        "submitted_on",
        "paid_on",
        "post_check",
    ]


class ReviewView(ContractStage, StageView):
    """审核."""

    menu_short = N_("审核")
    menu_icon = "review"
    base_filters = [["state", FilterIn, ("submitted",)]]
    moves = ("approve", "reject", "return")
    clock_column = "submitted_on"
    list_columns = [*PERSON, *CONTRACT, "amount", "warned", "submitted_on", "application.number"]
    search_columns = ["person", "employer", "application", "category", "warned", "office", "submitted_on"]


class SecondReviewView(ContractStage, StageView):
    """复审: what a second reviewer looks at, of programmes that are reviewed by two."""

    menu_short = N_("复审")
    menu_icon = "review"
    base_filters = [["state", FilterIn, ("in_second_review",)]]
    moves = ("approve_second", "reject", "return")
    clock_column = "submitted_on"
    list_columns = [*PERSON, *CONTRACT, "amount", "warned", "submitted_on", "application.number"]
    search_columns = ["person", "employer", "application", "category", "warned", "office", "submitted_on"]


class PublicityView(Publicity, ContractStage, StageView):
    """公示与公示结果."""

    menu_short = N_("公示")
    menu_icon = "publicize"
    base_filters = [["state", FilterIn, ("approved", "publicizing", "publicized")]]
    moves = ("publicize", "pass_publicity", "fail_publicity", "revoke")
    loads = ["notice"]
    list_columns = [
        *PERSON,
        "amount",
        "state",
        "notice.number",
        "notice.starts_on",
        "notice.ends_on",
        "application.number",
    ]
    search_columns = ["state", *FIND]


class OutcomeView(Publicity, ContractStage, StageView):
    """公示期满: what waits for its outcome."""

    publicity_tab = ENDED
    menu_short = waits_as = N_("公示期满")
    menu_icon = "calendar"
    base_filters = [["state", FilterIn, ("publicizing",)], ["notice", PublicityOver, None]]
    moves = ("pass_publicity", "fail_publicity")
    loads = ["notice"]
    list_columns = [*PERSON, "amount", "notice.number", "notice.ends_on", "application.number"]
    search_columns = [*FIND]
    counting = staticmethod(_out_of_publicity)


class PostCheckView(ContractStage, StageView):
    """付后核查: who was paid although a rule failed on the day of payment; nothing is moved here."""

    menu_short = N_("付后核查")
    menu_icon = "audit"
    base_filters = [["state", FilterIn, ("disbursed",)], ["post_check", FilterEqual, True]]
    readers = (CASHIER, AUDITOR)
    include_route_methods = {"list", "show", "beside"}
    loads = ["payment_list"]
    list_columns = [
        *PERSON,
        "amount",
        "paid_on",
        "voucher_no",
        "payment_list.number",
        "office.name",
        "application.number",
    ]
    search_columns = [*FIND, "payment_list", "paid_on"]

    def menu_head(self) -> AbstractViewApi:
        """Return the list over all programmes."""
        return fab().views["PostChecksView"]


class DisbursementView(ContractStage, StageView):
    """发放; where there is no publicity, also what was approved by mistake is revoked here."""

    menu_short = N_("发放")
    menu_icon = "pay"
    base_filters = [["state", FilterIn, ("publicized",)]]
    moves: tuple[str, ...] = ("list", "disburse")
    clock_column = "amount"
    loads = ["account", "payment_list"]
    list_columns = [
        *PERSON,
        "account",
        "amount",
        "notice.number",
        "payment_list.number",
        "application.number",
    ]
    search_columns = [*FIND, "payment_list"]

    def __init__(self, **kwargs):
        flow = self.programme.flow
        if not flow.publicity:
            self.base_filters = [["state", FilterIn, (flow.payable,)]]
            self.moves = (*self.moves, "revoke")
        super().__init__(**kwargs)


def has_place(view: type) -> bool:
    """Return whether the switches of a screen's programme leave anything to do on it; one of no programme has its own place."""
    programme = getattr(view, "programme", None)
    if programme is None:
        return True
    flow = programme.flow
    if issubclass(view, SecondReviewView):
        return flow.reviews_twice
    if issubclass(view, Publicity):
        return flow.publicity is not None
    return flow.by_list or not issubclass(view, PaymentListsView)
