"""快办补贴: a made-up programme of other switches: two reviewers from a sum on, and no publicity."""

from decimal import Decimal
from pathlib import Path

from swift_grant.model import SwiftApplication, SwiftClaim
from swift_grant.sheet import SHEET

from app.engine.policy import Policy
from app.engine.programme import Programme
from app.engine.rules.catalogue import CATALOGUE
from app.engine.workflow.flow import Flow
from app.kernel.messages import N_

RULES = {
    "C-01": "valid_citizen_id",
    "C-02": "once_in_application",
    "C-03": "name_agrees",
    "C-04": "not_yet_claimed",
}

PROGRAMME = Programme(
    code="swift_grant",
    title=N_("快办补贴"),
    prefix="KB",
    application=SwiftApplication,
    claim=SwiftClaim,
    sheet=SHEET,
    rules=tuple(CATALOGUE[name].make(code, {}) for code, name in RULES.items()),
    policy=Policy.load(Path(__file__).parent / "policy.yaml"),
    judged={"starts_on": "contract_start"},
    menu=(N_("业务经办"), N_("单位服务"), N_("快办补贴")),
    flow=Flow(second_review_from=Decimal("1500.00"), publicity=None),
)
