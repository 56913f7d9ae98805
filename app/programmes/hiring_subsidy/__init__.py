"""一次性吸纳就业补贴: an employer is paid once for each person it hires from two categories."""

from pathlib import Path

from app.engine.policy import Policy
from app.engine.programme import Programme
from app.kernel.messages import N_
from app.programmes.hiring_subsidy.model import HiringApplication, HiringClaim
from app.programmes.hiring_subsidy.rules import RULES
from app.programmes.hiring_subsidy.sheet import SHEET
from app.programmes.hiring_subsidy.workflow import WORKFLOW

PROGRAMME = Programme(
    code="hiring_subsidy",
    title=N_("一次性吸纳就业补贴"),
    prefix="XN",
    application=HiringApplication,
    claim=HiringClaim,
    sheet=SHEET,
    rules=RULES,
    workflow=WORKFLOW,
    policy=Policy.load(Path(__file__).parent / "policy.yaml"),
    judged={"category": "category", "starts_on": "contract_start", "ends_on": "contract_end"},
    menu=(N_("业务经办"), N_("单位服务"), N_("一次性吸纳就业补贴")),
)
