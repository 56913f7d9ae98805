"""The hiring subsidy's screens (manual 2.1.1): application, query, review, publicity and outcome, disbursement."""

from flask_appbuilder.models.sqla.interface import SQLAInterface

from app.engine.cases.claims import Notice
from app.engine.cases.payments import PaymentList
from app.kernel.messages import N_
from app.programmes.hiring_subsidy import PROGRAMME
from app.programmes.hiring_subsidy.model import HiringApplication, HiringClaim
from app.web.cases.applications import ApplicationView
from app.web.cases.subsidy import (
    DisbursementView,
    OutcomeView,
    PostCheckView,
    PublicityView,
    QueryView,
    ReviewView,
)
from app.web.stages.notices import NoticesView
from app.web.stages.payments import PaymentListsView


class Hiring:
    """What the screens share: the programme and its place in the menu."""

    programme = PROGRAMME
    menu = PROGRAMME.menu


class HiringApplicationView(Hiring, ApplicationView):
    datamodel = SQLAInterface(HiringApplication)
    route_base = "/hiring/applications"
    menu_title = N_("一次性吸纳就业补贴申请")
    begins = PROGRAMME.title


class HiringQueryView(Hiring, QueryView):
    datamodel = SQLAInterface(HiringClaim)
    route_base = "/hiring/query"
    menu_title = N_("一次性吸纳就业补贴查询")


class HiringReviewView(Hiring, ReviewView):
    datamodel = SQLAInterface(HiringClaim)
    route_base = "/hiring/review"
    menu_title = N_("一次性吸纳就业补贴审核")


class HiringPublicityView(Hiring, PublicityView):
    datamodel = SQLAInterface(HiringClaim)
    route_base = "/hiring/publicity"
    menu_title = N_("一次性吸纳就业补贴公示与公示结果")


class HiringOutcomeView(Hiring, OutcomeView):
    datamodel = SQLAInterface(HiringClaim)
    route_base = "/hiring/outcome"
    menu_title = N_("一次性吸纳就业补贴公示期满")


class HiringNoticesView(Hiring, NoticesView):
    datamodel = SQLAInterface(Notice)
    route_base = "/hiring/notices"
    menu_title = N_("一次性吸纳就业补贴公示名册")


class HiringDisbursementView(Hiring, DisbursementView):
    datamodel = SQLAInterface(HiringClaim)
    route_base = "/hiring/disbursement"
    menu_title = N_("一次性吸纳就业补贴发放")


class HiringPaymentListsView(Hiring, PaymentListsView):
    datamodel = SQLAInterface(PaymentList)
    route_base = "/hiring/payment_lists"
    menu_title = N_("一次性吸纳就业补贴发放清单")


class HiringPostCheckView(Hiring, PostCheckView):
    datamodel = SQLAInterface(HiringClaim)
    route_base = "/hiring/post_check"
    menu_title = N_("一次性吸纳就业补贴付后核查")


VIEWS = (
    HiringApplicationView,
    HiringQueryView,
    HiringReviewView,
    HiringPublicityView,
    HiringOutcomeView,
    HiringNoticesView,
    HiringDisbursementView,
    HiringPaymentListsView,
    HiringPostCheckView,
)
