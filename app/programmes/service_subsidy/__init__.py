"""就业创业服务补助: an institution or a person is paid for each person placed with an enterprise."""

from pathlib import Path

import yaml

from app.engine.intake.contract import FIELDS
from app.engine.policy import Policy
from app.engine.programme import PLACED, Programme, Wording
from app.engine.rules.listing import listed_rules
from app.kernel.bilingual import english_of
from app.kernel.messages import N_
from app.programmes.service_subsidy.sheet import SHEET
from app.programmes.service_subsidy.workflow import WORKFLOW

FOLDER = Path(__file__).parent
POLICY = Policy.load(FOLDER / "policy.yaml")
RULES = yaml.safe_load((FOLDER / "rules.yaml").read_text(encoding="utf-8"))

PROGRAMME = Programme(
    code="service_subsidy",
    title=N_("就业创业服务补助"),
    prefix="FW",
    sheet=SHEET,
    rules=listed_rules(RULES, FIELDS, POLICY.units, PLACED),
    english=english_of(RULES),
    workflow=WORKFLOW,
    policy=POLICY,
    judged={"category": "category", "starts_on": "contract_start", "ends_on": "contract_end"},
    policy_date="contract_start",
    placed=True,
    wording=Wording(begin=N_("申请人")),
    menu=(N_("业务经办"), N_("机构服务"), N_("疫情就业创业服务补助")),
)
