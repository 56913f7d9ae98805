"""The declared students: query, review of the declaration, publicity by person, disbursement."""

from __future__ import annotations

from flask_appbuilder.models.sqla.interface import SQLAInterface

from app.engine.cases.claims import Notice
from app.engine.cases.payments import PaymentList
from app.kernel.messages import N_
from app.programmes.training import PROGRAMME
from app.programmes.training.model import TrainingClaim
from app.web.cases.claims import ClaimQueryView
from app.web.cases.subsidy import (
    FIND,
    DisbursementView,
    OutcomeView,
    PostCheckView,
    PublicityView,
    ReviewView,
)
from app.web.crud.views import ModelView
from app.web.stages.labels import LABELS
from app.web.stages.notices import NoticesView
from app.web.stages.payments import PaymentListsView
from app.web.stages.stage import StageView

COHORT = "enrolment.training_class.cohort_no"
STUDENT = ["person.name", "person.masked_id", "employer.name", COHORT]
DATES = ["opens_on", "closes_on", "hours"]


class Training(ModelView):
    """What the screens share: the programme, its place in the menu, the class's own columns."""

    programme = PROGRAMME
    menu = PROGRAMME.menu


class Students(Training):
    """A list of declared students."""

    datamodel = SQLAInterface(TrainingClaim)
    label_columns = {**LABELS, **PROGRAMME.labels, COHORT: N_("培训期号")}
    order_columns = ["person.name", "opens_on", "amount", "submitted_on"]
    choices = {}


class TrainingQueryView(Students, ClaimQueryView):
    route_base = "/training/query"
    menu_title = N_("培训补贴查询")
    list_columns = [*STUDENT, *DATES, "amount", "state", "submitted_on", "paid_on", "office.name"]
    search_columns = [
        "mine",
        "state",
        "person",
        "employer",
        COHORT,
        "application",
        "office",
        "submitted_on",
        "paid_on",
        "post_check",
    ]


class TrainingReviewView(Students, ReviewView):
    route_base = "/training/review"
    menu_title = N_("培训补贴申报审核")
    list_columns = [*STUDENT, *DATES, "amount", "submitted_on", "application.number"]
    search_columns = ["person", "employer", COHORT, "application", "office", "submitted_on"]


class TrainingPublicityView(Students, PublicityView):
    route_base = "/training/publicity"
    menu_title = N_("疫情培训补贴公示")
    list_columns = [*STUDENT, "amount", "state", "notice.number", "notice.starts_on", "notice.ends_on"]
    search_columns = ["state", COHORT, *FIND]


class TrainingOutcomeView(Students, OutcomeView):
    route_base = "/training/outcome"
    menu_title = N_("疫情培训补贴公示期满")
    list_columns = [*STUDENT, "amount", "notice.number", "notice.ends_on"]
    search_columns = [COHORT, *FIND]


class TrainingNoticesView(Training, NoticesView):
    datamodel = SQLAInterface(Notice)
    route_base = "/training/notices"
    menu_title = N_("疫情培训补贴公示名册")


class TrainingDisbursementView(Students, DisbursementView):
    route_base = "/training/disbursement"
    menu_title = N_("培训补贴发放")
    list_columns = [*STUDENT, "account", "amount", "notice.number", "payment_list.number"]
    search_columns = [COHORT, *FIND, "payment_list"]


class TrainingPaymentListsView(Training, PaymentListsView):
    datamodel = SQLAInterface(PaymentList)
    route_base = "/training/payment_lists"
    menu_title = N_("培训补贴发放清单")


class TrainingPostCheckView(Students, PostCheckView):
    route_base = "/training/post_check"
    menu_title = N_("培训补贴付后核查")
    list_columns = [*STUDENT, "amount", "paid_on", "voucher_no", "payment_list.number", "office.name"]
    search_columns = [COHORT, *FIND, "payment_list", "paid_on"]


CLAIM_VIEWS: tuple[type[StageView] | type, ...] = (
    TrainingQueryView,
    TrainingReviewView,
    TrainingPublicityView,
    TrainingOutcomeView,
    TrainingNoticesView,
    TrainingDisbursementView,
    TrainingPaymentListsView,
    TrainingPostCheckView,
)
