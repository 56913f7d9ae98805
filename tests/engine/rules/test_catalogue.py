"""What the catalogue offers, and what it takes: every slot filled rightly, and each slip told with its place."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from app.engine.rules.catalogue import CATALOGUE
from app.engine.rules.field import Field, FieldKind
from app.engine.rules.listing import listed_rules
from app.engine.rules.slot import FIELDS as OF_FIELDS
from app.engine.rules.slot import OF_REGISTERS, UNITS, SlotKind
from app.kernel.errors import BadValue
from app.registers.definitions import library
from tests.desk.subsidies import FIELDS
from tests.desk.subsidies import HIRING as PROGRAMME
from tests.engine.rules.cases import Case

START, CATEGORY = FIELDS["contract_start"], FIELDS["category"]
LICENSED = Field("licensed_on", "执照日期", FieldKind.DATE, "c.ends_on")
TERM = {"code": "XX-01", "rule": "least_term"}
TERM_WITH = {"since": "contract_start", "until": "contract_end", "months": "least_contract_months"}
LABOUR = re.compile("合同|招用|农民工|登记失业半年")


def sentences(rule) -> list[str]:
    advice = rule.words.advice
    return [
        rule.words.title,
        rule.words.asks,
        *rule.words.sentences.values(),
        *(advice.headline, advice.remedy, *advice.brief.values()),
        *(slot.title for slot in rule.slots),
    ]


@pytest.mark.parametrize("rule", CATALOGUE.values(), ids=CATALOGUE)
def test_a_rule_says_whatever_a_definition_needs_of_it(rule):
    """Its example fills its slots; its texts name what it finds and was given, and no labour contract."""
    assert not LABOUR.search("".join(sentences(rule)))
    given = {slot.name for slot in rule.slots}
    assert {slot.name for slot in rule.slots if slot.required} <= set(rule.example) <= given
    assert {slot.of for slot in rule.slots if slot.of} <= given
    assert set(rule.passes) | set(rule.words.advice.brief) <= set(rule.words.sentences)
    assert set(rule.words.advice.suggests) <= given
    named = {name for text in sentences(rule) for _, name, _, _ in Formatter().parse(text) if name}
    titles = {f"{slot.name}_title" for slot in rule.slots if slot.kind not in UNITS}
    assert named <= {*rule.evidence, *titles, *given}
    of_asks = {name for _, name, _, _ in Formatter().parse(rule.words.asks) if name}
    assert {slot.name for slot in rule.slots if slot.kind in UNITS and slot.required} <= of_asks


@pytest.mark.parametrize("rule", CATALOGUE.values(), ids=CATALOGUE)
def test_a_rule_finds_what_its_texts_name(rule):
    given = {slot.name: FIELD_OF.get(slot.kind, rule.example.get(slot.name)) for slot in rule.slots}
    given |= {slot.name: ["one"] for slot in rule.slots if slot.kind is SlotKind.VALUES and slot.of}
    given |= {slot.name: registers_of(given[slot.name]) for slot in rule.slots if slot.kind in OF_REGISTERS}
    made = rule.make("XX-01", given)
    flat = made.sql.replace("\n", " ")
    assert not [name for name in rule.evidence if f"'{name}'," not in flat]
    assert bool(made.registers) == ("'unknown'" in made.sql)


def registers_of(codes):
    known = {one.code: one for one in library.shipped()}
    return [known[code] for code in codes] if isinstance(codes, list) else known[codes]


FIELD_OF = {
    kind: Field("a_field", "栏目", next(iter(kinds)), "c.starts_on", (("one", "甲"),))
    for kind, kinds in OF_FIELDS.items()
}


def test_general_texts_name_the_fields_and_parameters_that_they_are_given():
    (rule,) = listed_rules([{**TERM, "with": TERM_WITH}], FIELDS, PROGRAMME.policy.units)
    evidence = {
        "why": "short",
        "starts_on": "2026-03-01",
        "ends_on": "2026-06-30",
        "least_end": "2027-02-28",
        "months": 12,
    }
    assert rule.explain("fail", evidence).text() == (
        "自2026-03-01至2026-06-30，不足12个月，劳动合同终止日期应不早于2027-02-28。"
        "请核对劳动合同开始日期和劳动合同终止日期。"
    )
    assert (
        rule.with_facts(rule.advice.remedy, evidence).text()
        == "劳动合同终止日期应不早于劳动合同开始日期满12个月的前一天"
    )
    assert rule.parameters == ["least_contract_months"]
    assert rule.fields == ("contract_start", "contract_end")
    assert rule.advice.suggests == {"contract_end": "least_end"}


WRONG = {
    "规则XX-01的“rule”不认识“least_trem”，是否为“least_term”？": {"rule": "least_trem"},
    "规则XX-01的“条目”不认识“wiht”，是否为“with”？": {"wiht": {}},
    "规则XX-01的“期限”不认识“untl”，是否为“until”？": {"with": {**TERM_WITH, "untl": "contract_end"}},
    "规则XX-01的“终止日期”不认识“contract_edn”，是否为“contract_end”？": {
        "with": {**TERM_WITH, "until": "contract_edn"}
    },
    "规则XX-01的“终止日期”应为日期栏目，不能是“人员类别”。": {"with": {**TERM_WITH, "until": "category"}},
    "规则XX-01的“最少月数”没有填写，应为以月为单位的政策参数。": {
        "with": {"since": "contract_start", "until": "contract_end"}
    },
    "规则XX-01的“最少月数”应为以月为单位的政策参数，不能是“amount”。": {
        "with": {**TERM_WITH, "months": "amount"}
    },
    "规则XX-01的“最少月数”不认识“least_contract_month”，是否为“least_contract_months”？": {
        "with": {**TERM_WITH, "months": "least_contract_month"}
    },
    "规则XX-01的“只适用于”不认识“unemployd”，是否为“unemployed”？": {"only": {"category": ["unemployd"]}},
    "规则XX-01的“只适用于”应为一个选项栏目和其中的选项。": {"only": {"contract_start": ["2026-03-01"]}},
    "规则XX-01的“用语”不认识“tilte”，是否为“title”？": {"words": {"tilte": "期限"}},
    "规则XX-01的“sentences”不认识“shrot”，是否为“short”？": {"words": {"sentences": {"shrot": "太短"}}},
    "规则XX-01的“short”不认识“{end_on}”，是否为“{ends_on}”？": {
        "words": {"sentences": {"short": "到{end_on}"}}
    },
    "规则XX-01的“asks”不认识“{least_contract_month}”，是否为“{least_contract_months}”？": {
        "words": {"asks": "满{least_contract_month}个月"}
    },
    "规则XX-01的“headline”应为一段文字，或中英文各一段。": {"words": {"advice": {"headline": 3}}},
    "“{ends_on.real}”中的花括号应成对，其中只能写一个名称，如 {months}。": {
        "words": {"sentences": {"short": "{ends_on.real}"}}
    },
}


@pytest.mark.parametrize("sentence", WRONG)
def test_a_slip_is_told_with_its_place_and_the_nearest_name(sentence):
    with pytest.raises(BadValue) as refused:
        listed_rules([{**TERM, "with": TERM_WITH, **WRONG[sentence]}], FIELDS, PROGRAMME.policy.units)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("code", ["x'); DROP TABLE claims; --", "A", "1st", "", "月", 3, None])
def test_a_parameters_code_is_a_plain_name(code):
    with pytest.raises(BadValue):
        CATALOGUE["previously_uninsured"].make("XX-01", {"months": code})


def test_choices_are_those_of_their_field():
    one_of = CATALOGUE["one_of"]
    made = one_of.make("XX-01", {"field": CATEGORY, "choices": ["unemployed"]})
    assert made.explain("fail", {"why": "other"}).text() == (
        "人员类别不是登记失业半年以上人员，不能享受本项补贴。请核对人员类别。"
    )
    with pytest.raises(BadValue) as refused:
        one_of.make("XX-01", {"field": CATEGORY, "choices": ["unemployd"]})
    assert str(refused.value) == "规则XX-01的“选项”不认识“unemployd”，是否为“unemployed”？"


@pytest.mark.parametrize("day", ["10-32", "1-1", "2026-10-10", "10-10'", 1010, "", None])
def test_a_day_of_the_year_is_a_month_and_a_day(day):
    with pytest.raises(BadValue):
        CATALOGUE["date_not_after"].make("XX-01", {"day": START, "limit": day})


@pytest.mark.parametrize("scales", [["huge"], [], "small", [None]])
def test_a_choice_of_values_is_one_of_those_offered(scales):
    with pytest.raises(BadValue):
        CATALOGUE["employer_scale"].make("XX-01", {"scales": scales})


def test_a_rule_is_called_as_rules_are():
    with pytest.raises(BadValue) as refused:
        CATALOGUE["valid_citizen_id"].make("C-01' OR '1", {})
    assert "应为大写字母、连字符和数字" in str(refused.value)


def test_a_blank_field_is_unknown_and_rows_of_other_choices_are_silent(table):
    """Where nothing else stops it: the sheet asks for it in one version, and a claim of another hasn't got it."""
    table.rules = [
        CATALOGUE["policy_window"].make(
            "XX-01", {"day": LICENSED, "first": "window_from", "last": "window_to"}
        ),
        CATALOGUE["transferred"].make("XX-02", {"day": START}, only=(CATEGORY, ["stranded_migrant"])),
    ]
    found = table.judge(
        [
            Case("blank", None),
            Case("filled", None, end="2026-03-01"),
            Case("early", None, end="2019-03-01"),
            Case("migrant", None, category="stranded_migrant", end="2026-03-01"),
            Case("of neither", None, category=None, end="2026-03-01"),
        ]
    )
    assert {label: f["XX-01"].verdict for label, f in found.items()} == {
        "blank": "unknown",
        "filled": "pass",
        "early": "fail",
        "migrant": "pass",
        "of neither": "pass",
    }
    assert found["blank"]["XX-01"].sentence == "没有填写“执照日期”，无法判断。请补填后再次校验。"
    assert {label for label, f in found.items() if "XX-02" in f} == {"migrant", "of neither"}
    assert found["migrant"]["XX-02"].verdict == "fail"
    assert found["of neither"]["XX-02"].sentence == "没有填写“人员类别”，无法判断。请补填后再次校验。"


def test_a_failure_or_a_lack_that_only_warns_says_why(table):
    table.rules = [CATALOGUE["transferred"].make("XX-01", {"day": START}, warns=True)]
    found = table.judge([Case("none", None), Case("not loaded", None, region="510107")])
    assert {label: f["XX-01"].verdict for label, f in found.items()} == {"none": "warn", "not loaded": "warn"}
    assert "没有在劳动合同开始日期2026-03-01之前外出" in found["none"]["XX-01"].sentence
    assert "登记库未加载：转移就业库没有武侯区" in found["not loaded"]["XX-01"].sentence
    assert table.outcomes() == [(False, True)] * 2
