"""就业创业服务补助: an institution or a person is paid for each person placed with an enterprise."""

from pathlib import Path

from app.engine.policy import Policy
from app.engine.programme import Programme, Wording
from app.kernel.messages import N_
from app.programmes.service_subsidy.model import ServiceApplication, ServiceClaim
from app.programmes.service_subsidy.rules import RULES
from app.programmes.service_subsidy.sheet import SHEET
from app.programmes.service_subsidy.workflow import WORKFLOW

PROGRAMME = Programme(
    code="service_subsidy",
    title=N_("就业创业服务补助"),
    prefix="FW",
    application=ServiceApplication,
    claim=ServiceClaim,
    sheet=SHEET,
    rules=RULES,
    workflow=WORKFLOW,
    policy=Policy.load(Path(__file__).parent / "policy.yaml"),
    judged={"category": "category", "starts_on": "contract_start", "ends_on": "contract_end"},
    placed=True,
    wording=Wording(begin=N_("申请人")),
    menu=(N_("业务经办"), N_("机构服务"), N_("疫情就业创业服务补助")),
)
