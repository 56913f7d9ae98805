"""技能培训奖补: a made-up programme that proves how little a new one takes; with columns and a rule of its own."""

from pathlib import Path

from skills_bonus.model import SkillsApplication, SkillsClaim
from skills_bonus.rules import RULES
from skills_bonus.sheet import SHEET
from skills_bonus.workflow import WORKFLOW

from app.engine.policy import Policy
from app.engine.programme import Programme
from app.kernel.messages import N_

PROGRAMME = Programme(
    code="skills_bonus",
    title=N_("技能培训奖补"),
    prefix="JN",
    application=SkillsApplication,
    claim=SkillsClaim,
    sheet=SHEET,
    rules=RULES,
    workflow=WORKFLOW,
    policy=Policy.load(Path(__file__).parent / "policy.yaml"),
    judged={"starts_on": "contract_start"},
    own=("skill_level", "skill_hours"),
    amount="""CAST(candidates.policy->>('amount_' || (candidates.own->>'skill_level')) AS numeric(12, 2))""",
    menu=(N_("业务经办"), N_("单位服务"), N_("技能培训奖补")),
)
