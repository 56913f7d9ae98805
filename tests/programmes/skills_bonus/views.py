"""The screens: each a few lines."""

from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.models.sqla.filters import FilterIn
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access
from skills_bonus import PROGRAMME
from skills_bonus.model import SkillsApplication, SkillsClaim
from skills_bonus.sheet import LEVELS

from app.engine.access.roles import AUDITOR, REVIEWER
from app.engine.cases.claims import Notice
from app.engine.cases.payments import PaymentList
from app.kernel.messages import N_
from app.web.cases.applications import ApplicationView
from app.web.cases.claims import ClaimQueryView
from app.web.crud.views import Screen
from app.web.stages.labels import LABELS
from app.web.stages.notices import NoticesView
from app.web.stages.payments import PaymentListsView
from app.web.stages.stage import StageView


class Skills:
    programme = PROGRAMME
    menu = PROGRAMME.menu


class SkillsStage(Skills):
    choices = {"skill_level": dict(LEVELS)}
    label_columns = {**LABELS, "skill_level": N_("技能等级"), "skill_hours": N_("培训课时")}
    list_columns = ["application.number", "person.name", "skill_level", "skill_hours", "amount", "state"]
    search_columns = ("state", "person", "application", "skill_level")


class SkillsApplicationView(Skills, ApplicationView):
    datamodel = SQLAInterface(SkillsApplication)
    route_base = "/skills/applications"
    menu_title = N_("技能培训奖补申请")


class SkillsQueryView(SkillsStage, ClaimQueryView):
    datamodel = SQLAInterface(SkillsClaim)
    route_base = "/skills/query"
    menu_title = N_("技能培训奖补查询")


class SkillsReviewView(SkillsStage, StageView):
    datamodel = SQLAInterface(SkillsClaim)
    route_base = "/skills/review"
    menu_title = N_("技能培训奖补审核")
    base_filters = [["state", FilterIn, ("submitted",)]]
    moves = ("approve", "reject", "return")


class SkillsPublicityView(SkillsStage, StageView):
    datamodel = SQLAInterface(SkillsClaim)
    route_base = "/skills/publicity"
    menu_title = N_("技能培训奖补公示")
    base_filters = [["state", FilterIn, ("approved", "publicizing", "publicized")]]
    moves = ("publicize", "pass_publicity", "fail_publicity", "revoke")


class SkillsNoticesView(Skills, NoticesView):
    datamodel = SQLAInterface(Notice)
    route_base = "/skills/notices"
    menu_title = N_("技能培训奖补公示名册")


class SkillsDisbursementView(SkillsStage, StageView):
    datamodel = SQLAInterface(SkillsClaim)
    route_base = "/skills/disbursement"
    menu_title = N_("技能培训奖补发放")
    base_filters = [["state", FilterIn, ("publicized",)]]
    moves = ("list", "disburse")


class SkillsPaymentListsView(Skills, PaymentListsView):
    datamodel = SQLAInterface(PaymentList)
    route_base = "/skills/payment_lists"
    menu_title = N_("技能培训奖补发放清单")


class SkillNotesView(Screen, BaseView):
    """A screen that belongs to no programme."""

    route_base = "/skill_notes"
    default_view = "show"
    menu = (N_("业务经办"),)
    menu_title = N_("技能札记")
    entry_permission = "can_show"
    granted = dict.fromkeys((REVIEWER, AUDITOR), ("can_show",))

    @expose("/")
    @has_access
    def show(self):
        return f"<h1>{self.menu_title}</h1>"


VIEWS = (
    SkillsApplicationView,
    SkillsQueryView,
    SkillsReviewView,
    SkillsPublicityView,
    SkillsNoticesView,
    SkillsDisbursementView,
    SkillsPaymentListsView,
    SkillNotesView,
)
