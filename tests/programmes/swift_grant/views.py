"""The screens of every subsidy; those that the switches leave nothing to do on aren't offered."""

from flask_appbuilder.models.sqla.interface import SQLAInterface
from swift_grant import PROGRAMME
from swift_grant.model import SwiftApplication, SwiftClaim

from app.engine.cases.claims import Notice
from app.engine.cases.payments import PaymentList
from app.kernel.messages import N_
from app.web.cases import subsidy
from app.web.cases.applications import ApplicationView
from app.web.stages.notices import NoticesView
from app.web.stages.payments import PaymentListsView

PERSON = ["application.number", "person.name", "contract_start", "amount", "state"]
STAGES = {
    "query": (subsidy.QueryView, SwiftClaim, N_("快办补贴查询")),
    "review": (subsidy.ReviewView, SwiftClaim, N_("快办补贴审核")),
    "second_review": (subsidy.SecondReviewView, SwiftClaim, N_("快办补贴复审")),
    "publicity": (subsidy.PublicityView, SwiftClaim, N_("快办补贴公示")),
    "outcome": (subsidy.OutcomeView, SwiftClaim, N_("快办补贴公示期满")),
    "notices": (NoticesView, Notice, N_("快办补贴公示名册")),
    "disbursement": (subsidy.DisbursementView, SwiftClaim, N_("快办补贴发放")),
    "payment_lists": (PaymentListsView, PaymentList, N_("快办补贴发放清单")),
    "applications": (ApplicationView, SwiftApplication, N_("快办补贴申请")),
}


def made(stage: str) -> type:
    base, model, title = STAGES[stage]
    facts = {
        "programme": PROGRAMME,
        "menu": PROGRAMME.menu,
        "datamodel": SQLAInterface(model),
        "route_base": f"/swift/{stage}",
        "menu_title": title,
    }
    if model is SwiftClaim:
        facts |= {
            "list_columns": PERSON,
            "search_columns": ("state", "person", "application"),
            "order_columns": ["person.name", "contract_start", "amount"],
            "choices": {},
        }
    return type(f"Swift{stage.title().replace('_', '')}View", (base,), facts)


VIEWS = tuple(made(stage) for stage in STAGES)
