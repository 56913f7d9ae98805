"""一次性吸纳就业补贴: an employer is paid once for each person it hires from two categories."""

from pathlib import Path

import yaml

from app.engine.intake.contract import FIELDS
from app.engine.policy import Policy
from app.engine.programme import Programme
from app.engine.rules.listing import listed_rules
from app.kernel.bilingual import english_of
from app.kernel.messages import N_
from app.programmes.hiring_subsidy.sheet import SHEET
from app.programmes.hiring_subsidy.workflow import WORKFLOW

FOLDER = Path(__file__).parent
POLICY = Policy.load(FOLDER / "policy.yaml")
RULES = yaml.safe_load((FOLDER / "rules.yaml").read_text(encoding="utf-8"))

PROGRAMME = Programme(
    code="hiring_subsidy",
    title=N_("一次性吸纳就业补贴"),
    prefix="XN",
    sheet=SHEET,
    rules=listed_rules(RULES, FIELDS, POLICY.units),
    english=english_of(RULES),
    workflow=WORKFLOW,
    policy=POLICY,
    judged={"category": "category", "starts_on": "contract_start", "ends_on": "contract_end"},
    policy_date="contract_start",
    menu=(N_("业务经办"), N_("单位服务"), N_("一次性吸纳就业补贴")),
)
