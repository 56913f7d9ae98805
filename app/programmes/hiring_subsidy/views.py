"""The hiring subsidy's screens (manual 2.1.1): application, query, review, publicity and outcome, disbursement."""

from flask_appbuilder.models.sqla.interface import SQLAInterface

from app.engine.rules.contracts import CATEGORIES
from app.kernel.messages import N_
from app.programmes.hiring_subsidy import PROGRAMME
from app.programmes.hiring_subsidy.model import HiringApplication, HiringClaim
from app.web.applications import ApplicationView
from app.web.claims import ClaimQueryView
from app.web.stages import StageView

PERSON = ["application.number", "person.name", "person.masked_id", "employer.name", "category"]
CONTRACT = ["contract_start", "contract_end"]


class HiringApplicationView(ApplicationView):
    datamodel = SQLAInterface(HiringApplication)
    route_base = "/hiring/applications"
    programme = PROGRAMME
    menu = PROGRAMME.menu
    menu_title = N_("一次性吸纳就业补贴申请")


class HiringStage(StageView):
    """What the stages share: the programme, its place in the menu, the category's names."""

    datamodel = SQLAInterface(HiringClaim)
    programme = PROGRAMME
    menu = PROGRAMME.menu
    choices = {"category": dict(CATEGORIES)}
    order_columns = ["contract_start", "contract_end", "amount", "submitted_on"]


class HiringReviewView(HiringStage):
    route_base = "/hiring/review"
    menu_title = N_("一次性吸纳就业补贴审核")
    states = ("submitted",)
    transitions = ("approve", "reject", "return")
    list_columns = [*PERSON, *CONTRACT, "amount", "warned", "submitted_on"]
    search_columns = ("person", "employer", "application", "category", "warned", "office", "submitted_on")


class HiringPublicityView(HiringStage):
    route_base = "/hiring/publicity"
    menu_title = N_("一次性吸纳就业补贴公示与公示结果")
    states = ("approved", "publicizing", "publicized")
    transitions = ("publicize", "pass_publicity", "fail_publicity", "revoke")
    loads = ("notice",)
    list_columns = [*PERSON, "amount", "state", "notice.number", "notice.starts_on", "notice.ends_on"]
    search_columns = ("state", "person", "employer", "application", "notice", "office")


class HiringDisbursementView(HiringStage):
    route_base = "/hiring/disbursement"
    menu_title = N_("一次性吸纳就业补贴发放")
    states = ("publicized",)
    transitions = ("disburse",)
    list_columns = [*PERSON, "account", "amount", "notice.number"]
    search_columns = ("person", "employer", "application", "notice", "office")


class HiringQueryView(ClaimQueryView, HiringStage):
    route_base = "/hiring/query"
    menu_title = N_("一次性吸纳就业补贴查询")
    list_columns = [*PERSON, *CONTRACT, "amount", "state", "submitted_on", "paid_on", "office.name"]
    search_columns = (
        "state",
        "person",
        "employer",
        "application",
        "category",
        "office",
        "contract_start",
        "submitted_on",
        "paid_on",
    )


VIEWS = (
    HiringApplicationView,
    HiringReviewView,
    HiringPublicityView,
    HiringDisbursementView,
    HiringQueryView,
)
