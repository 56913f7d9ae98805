"""An inconsistent programme is refused when the product starts, each time with the reason."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from app.engine.policy import Policy
from app.engine.programme import PLACED, Programme
from app.engine.sheets import Column, Kind
from app.programmes.training import PROGRAMME as TRAINING
from tests.desk.subsidies import HIRING, SERVICE

SHEET, SUBMIT = HIRING.sheet, HIRING.transitions["submit"]
WITHOUT_DATE = replace(SHEET, columns=tuple(c for c in SHEET.columns if c.field != "contract_start"))
WITH_LEVEL = replace(SHEET, columns=(*SHEET.columns, Column("skill_level", "技能等级", Kind.TEXT)))
LEAST = "least_publicity_days"

PROBLEMS = {
    "a rule code stands twice": {"rules": (*HIRING.rules, HIRING.rules[0])},
    "a transition stands twice": {"workflow": (*HIRING.workflow, SUBMIT)},
    "transition submit names an unknown state": {"workflow": (replace(SUBMIT, target="lost"),)},
    "transition bless is no event of the audit log": {"workflow": (replace(SUBMIT, name="bless"),)},
    "TrainingApplication belongs to another programme": {"application": TRAINING.application},
    "TrainingClaim belongs to another programme": {"claim": TRAINING.claim},
    "rule HS-01 reads a column that the sheet lacks": {"sheet": WITHOUT_DATE},
    "the sheet of people placed elsewhere lacks the employing enterprise or the insured region": {
        "placed": True
    },
    "judged column category has no field kind": {"judged": {**HIRING.judged, "category": "kind"}},
    "judged column colour has no field category": {"judged": {**HIRING.judged, "colour": "category"}},
    "judged column ends_on has no field citizen_id": {"judged": {**HIRING.judged, "ends_on": "citizen_id"}},
    "signed_on, which picks the policy, is kept nowhere": {"policy_date": "signed_on"},
    "own field skill_level is neither in the sheet nor a column of the claim": {"own": ("skill_level",)},
    "the sheet's columns ['skill_level'] are kept nowhere": {"sheet": WITH_LEVEL},
    "rule HS-01 names a parameter that the policy lacks": {
        "policy": Policy(
            p for p in HIRING.policy.parameters.values() if p.code != "latest_contribution_months"
        )
    },
    "the policy lacks least_publicity_days": {
        "policy": Policy(p for p in HIRING.policy.parameters.values() if p.code != LEAST)
    },
}


def built(programme: Programme, **changed) -> Programme:
    parts = {f.name: getattr(programme, f.name) for f in fields(programme) if f.init}
    return Programme(**{**parts, **changed})


@pytest.mark.parametrize("problem", PROBLEMS)
def test_an_inconsistent_programme_is_refused(problem):
    with pytest.raises(ValueError) as refused:
        built(HIRING, **PROBLEMS[problem])
    assert str(refused.value) == f"programme hiring_subsidy: {problem}"


@pytest.mark.parametrize("programme", [HIRING, SERVICE], ids=lambda p: p.code)
def test_the_shipped_programmes_are_consistent(programme):
    again = built(programme)
    assert list(again.transitions) == [t.name for t in programme.workflow]
    assert set(again.kept) & {"name", "citizen_id", *PLACED} == set()
