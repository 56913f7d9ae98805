"""The general texts of rules, as pages say them: with the titles of fields and choices, and the values in force, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.engine.rules.catalogue import CATALOGUE
from app.web.desk.rule_catalogue import dated_values, explain
from app.web.page.findings import readable
from app.web.wording.translations import speaking
from tests.desk.days import TODAY
from tests.desk.subsidies import FIELDS, HIRING

UNEMPLOYED = {"day": FIELDS["contract_start"], "months": "least_unemployed_months"}
RULES = (
    CATALOGUE["registered_unemployed"].make(
        "XX-01", UNEMPLOYED, only=(FIELDS["category"], ["unemployed", "stranded_migrant"])
    ),
    CATALOGUE["employer_scale"].make("XX-02", {"scales": ["micro", "small"]}),
)
GENERAL = replace(HIRING, rules=RULES)
ASKS = {
    "zh": [
        "只对登记失业半年以上人员、因疫情无法返岗农民工：失业登记到劳动合同开始日期已满<b>6</b>个月，而且在劳动合同开始日期之前没有注销。",
        "单位登记的规模为微型、小型。",
    ],
    "en": [
        "For Registered unemployed for over half a year, Migrant worker stranded by the epidemic only: "
        "The unemployment registration is at least <b>6</b> months old on Contract start date and is not cancelled before Contract start date.",
        "The employer's registered size is Micro, Small.",
    ],
}
LARGE = {"rule": "XX-02", "verdict": "fail", "evidence": {"why": "large", "employer": "某公司"}}
SAID = {
    "zh": (
        "某公司登记的规模不是微型、小型，不能享受本项补贴。请核对所选单位；规模有误的，请单位先办理变更登记。",
        "某公司登记的规模不是微型、小型",
    ),
    "en": (
        "The registered size of 某公司 is not Micro, Small, so it is not entitled to this subsidy. Check the employer; "
        "if its size is wrong, it must have its registration changed first.",
        "the registered size of 某公司 is not Micro, Small",
    ),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_rules_ask(app, language):
    in_force = {code: values[0] for code, values in dated_values(GENERAL, [], TODAY).items()}
    with app.test_request_context(), speaking(language):
        explained = explain(GENERAL, in_force)
        assert [one.asks.unescape() for one in explained] == ASKS[language]
        assert [[p.parameter.code for p in one.parameters] for one in explained] == [
            ["least_unemployed_months"],
            [],
        ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_rules_find(app, language):
    with app.test_request_context(), speaking(language):
        (finding,) = readable(GENERAL, [LARGE])
        assert (finding.sentence, str(finding.brief)) == SAID[language]
