"""What registers know decides a definition's rules and amounts: as an expression asks it, or a rule of the catalogue."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from app.engine import rules
from app.registers.definitions import library
from app.registers.loads.loading import Declared
from app.registers.models import Employer, Person
from app.studio import publishing, statements
from app.studio.building import build, edition
from app.studio.schema import BadDefinition, read
from tests.desk.definitions import changed
from tests.desk.registers import ANNA, BEN, FILES, TODAY, USCC, take_into

HOME, NEVER = "510104", "510107"
ASKED = {"title": "甲", "asks": "甲", "fails": "类别是{hardship_category}。"}
SINCE = "所在月(劳动合同开始日期), 所在月(提交日)"

FILL = """
    INSERT INTO candidates (row_id, person_id, employer_id, insured_region, starts_on, own, submission_day, policy, amount)
    SELECT candidates.*, {amount}
    FROM (SELECT u.n AS row_id, u.person_id, CAST(:employer AS bigint) AS employer_id, u.insured_region,
                 CAST(:starts AS date) AS starts_on, CAST(:own AS jsonb) AS own, CAST(:today AS date) AS submission_day,
                 p.values AS policy
          FROM unnest(CAST(:people AS bigint[]), CAST(:regions AS text[])) WITH ORDINALITY u (person_id, insured_region, n)
          CROSS JOIN policy_periods p) candidates
"""


def with_rules(*entries: dict, amount: str | None = None, **more) -> dict:
    def change(data: dict) -> None:
        data["rules"] += [{"code": f"LK-{n:02}", **entry} for n, entry in enumerate(entries, 1)]
        data.update({"amount": amount} if amount else {}, examples=[], **more)

    return changed(change)


def expression(written: str) -> dict:
    return {**ASKED, "expression": written}


@pytest.fixture
def judged(app, session):
    """Judges Anna, Ben and Anna where nothing is loaded, by the rules LK and the amount of a document."""
    for kind in ("persons", "employers"):
        take_into(app, session, kind, FILES[kind])
    loaded = Declared((HOME,), date(2024, 1, 1), TODAY)
    files = {
        "hardship": f"citizen_id,recognised_on,category,ended_on\n{ANNA},2026-01-05,disabled,\n",
        "blacklist": f"uscc,listed_on,reason,removed_on\n{USCC},2025-01-05,欠薪,2025-12-31\n",
        "deaths": "citizen_id,died_on\n",
        "market": f"uscc,registered_on,representative,state,ended_on\n{USCC},2025-12-24,安娜,active,\n",
        "amounts": "citizen_id,uscc,month,insurance,insured_region,unit_part,personal_part\n"
        + "".join(
            f"{ANNA},{USCC},2026-{month:02},{insurance},{HOME},{part},9\n"
            for month in (8, 9)
            for insurance, part in (("pension", "100.00"), ("medical", "50.50"), ("injury", "1.25"))
        ),
    }
    for kind, content in files.items():
        take_into(app, session, kind, content, declared=loaded)
    vault = app.extensions["vault"]
    ids = {bytes(one.id_hash): one.id for one in session.scalars(select(Person))}
    employer = session.scalar(select(Employer.id).where(Employer.uscc == USCC))

    def judge(data: dict, starts: str = "2026-08-20") -> list[dict]:
        made = edition(read(data), 1)
        statements.digest_of(read(data), made)
        rules.make_tables(session, made.periods(()))
        people = [(ANNA, HOME), (BEN, HOME), (ANNA, NEVER)]
        facts = {
            "employer": employer,
            "people": [ids[vault.hash(one)] for one, _ in people],
            "regions": [region for _, region in people],
            "starts": starts,
            "own": json.dumps({"skill_level": "senior", "skill_hours": 80}),
            "today": TODAY,
        }
        session.execute(text(FILL.format(amount=made.amount.sql)), {**facts, **made.amount.values})
        rules.judge(session, "skills_bonus", [(1, made.rules)], TODAY)
        by_code = {rule.code: rule for rule in made.rules}
        rows = session.execute(
            text(
                "SELECT c.row_id, c.amount, o.findings FROM candidates c LEFT JOIN outcomes o USING (row_id) ORDER BY 1"
            )
        )
        return [
            {
                "amount": amount,
                **{
                    one["rule"]: (
                        one["verdict"],
                        by_code[one["rule"]].explain(one["verdict"], one["evidence"]).text(),
                        one["evidence"],
                    )
                    for one in findings
                },
            }
            for _, amount, findings in rows
        ]

    return judge


def verdicts(found: Sequence[dict], code: str = "LK-01") -> list[str]:
    return [one[code][0] for one in found]


def test_a_register_decides_and_one_that_cannot_know_is_named(judged):
    disabled = '就业困难人员认定库(提交日) 且 就业困难人员认定库_困难类别(提交日) = "残疾人员"'
    found = judged(with_rules(expression(disabled), expression("非 hardship(提交日)")))
    assert verdicts(found) == ["pass", "fail", "unknown"]
    assert verdicts(found, "LK-02") == ["fail", "pass", "unknown"]
    assert found[0]["LK-01"][2]["hardship_category"] == "残疾人员"
    assert found[0]["LK-02"][1] == "类别是—。"
    assert found[2]["LK-01"][1].count("登记库未加载：就业困难人员认定库没有") == 2
    assert "2026-11-23的数据（数据截至—）" in found[2]["LK-02"][1]


def test_what_the_others_settle_needs_no_register(judged):
    found = judged(
        with_rules(
            expression("hardship(提交日) 或 培训课时 > 10"), expression("hardship(提交日) 且 培训课时 > 90")
        )
    )
    assert verdicts(found) == ["pass"] * 3
    assert verdicts(found, "LK-02") == ["fail"] * 3


def test_a_value_without_a_row_is_named_among_what_lacks(judged):
    found = judged(with_rules(expression("hardship_recognised_on(提交日) < 提交日")))
    assert verdicts(found) == ["pass", "unknown", "unknown"]
    assert "就业困难人员认定库_认定日期没有填写或算不出来" in found[1]["LK-01"][1]


def test_an_answer_may_be_asked_of_an_answer(judged):
    found = judged(
        with_rules(
            expression(
                "market(加月(hardship_recognised_on(提交日), 1)) 且 blacklist(2025-06-30) 且 非 blacklist(提交日)"
            )
        )
    )
    assert verdicts(found) == ["pass", "unknown", "unknown"]


def test_an_amount_sums_what_the_unit_paid(judged):
    three = " + ".join(f"amounts_unit_part_total_{one}({SINCE})" for one in ("pension", "medical", "injury"))
    found = judged(with_rules(expression(f"分险种缴费库_月数({SINCE}) = 2"), amount=three))
    assert [one["amount"] for one in found] == [Decimal("303.50"), Decimal(0), None]
    assert verdicts(found) == ["pass", "fail", "unknown"]
    assert ["P-02" in one for one in found] == [False, False, True]
    assert "分险种缴费库没有" in found[2]["P-02"][1] and "2026-08～2026-11" in found[2]["P-02"][1]


def test_an_amount_that_no_column_holds_stops(judged):
    found = judged(with_rules(amount="参数(amount_senior) × 99999999"))
    assert {one["P-02"][0] for one in found} == {"unknown"}
    assert "超出范围" in found[0]["P-02"][1]


OFFERED = [
    ("in_register", {"register": "hardship"}, ["pass", "fail", "unknown"]),
    ("in_register", {"register": "hardship", "values": {"category": ["older"]}}, ["fail", "fail", "unknown"]),
    (
        "in_register",
        {"register": "market", "values": {"state": ["active", "suspended"]}},
        ["pass", "pass", "unknown"],
    ),
    ("not_in_register", {"register": "hardship"}, ["fail", "pass", "unknown"]),
    (
        "not_in_register",
        {"register": "market", "values": {"representative": ["他人"]}},
        ["pass", "pass", "unknown"],
    ),
    ("in_no_register", {"registers": ["deaths", "blacklist"]}, ["pass", "pass", "unknown"]),
    ("in_no_register", {"registers": ["deaths", "hardship"]}, ["fail", "pass", "unknown"]),
    ("in_no_register", {"registers": ["payroll", "hardship"]}, ["fail", "unknown", "unknown"]),
    ("months_in_register", {"register": "market", "months": "ten"}, ["pass", "pass", "unknown"]),
    ("months_in_register", {"register": "market", "months": "eleven"}, ["fail", "fail", "unknown"]),
]
TEN = {
    name: {"title": name, "unit": "months", "default": count, "document": "测试文件"}
    for name, count in (("ten", 10), ("eleven", 11))
}


@pytest.mark.parametrize(("rule", "given", "wanted"), OFFERED)
def test_the_catalogue_asks_registers_too(judged, rule, given, wanted):
    data = with_rules({"rule": rule, "with": {"day": "submission_day", **given}})
    data["parameters"] |= TEN
    found = judged(data)
    assert verdicts(found) == wanted
    for one in found:
        assert "{" not in one["LK-01"][1]
        assert "—" not in one["LK-01"][1].replace("截至—", "")


def test_months_are_complete_on_their_day(judged):
    """Registered on 24 December 2025; what falls short says from when on it is enough."""
    data = with_rules(
        {
            "rule": "months_in_register",
            "with": {"register": "market", "day": "contract_start", "months": "eleven"},
        }
    )
    data["parameters"] |= TEN
    assert verdicts(judged(data, "2026-11-24")) == ["pass", "pass", "unknown"]
    assert "最早2026-11-24" in judged(data, "2026-11-22")[0]["LK-01"][1]


def test_what_is_asked_stands_with_what_is_loaded():
    programme = build(
        read(with_rules(expression("hardship(提交日)"), amount=f"amounts_unit_part_total({SINCE})"))
    )
    asked = {"persons": "人员登记库", "amounts": "分险种缴费库", "hardship": "就业困难人员认定库"}
    assert programme.registers == asked


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        (
            {"rule": "in_register", "with": {"day": "submission_day", "register": "hardhip"}},
            "是否为“hardship”",
        ),
        (
            {
                "rule": "in_register",
                "with": {"day": "submission_day", "register": "hardship", "values": {"categry": ["older"]}},
            },
            "是否为“category”",
        ),
        (
            {
                "rule": "in_register",
                "with": {"day": "submission_day", "register": "hardship", "values": {"category": ["old"]}},
            },
            "是否为“older”",
        ),
        (
            {
                "rule": "in_register",
                "with": {"day": "submission_day", "register": "hardship", "values": {"category": "older"}},
            },
            "取值",
        ),
        (
            {
                "rule": "months_in_register",
                "with": {"day": "submission_day", "register": "graduates", "months": "ten"},
            },
            "有开始日期的登记库",
        ),
        ({"rule": "in_no_register", "with": {"day": "submission_day", "registers": []}}, "一个或几个登记库"),
        (expression("hardship()"), "要1个值，这里是0个"),
        (expression("hardship(培训课时)"), "这里需要日期"),
        (expression("hardshi(提交日)"), "是不是“hardship”"),
        (expression('hardship_category(提交日) = "老人"'), "没有“老人”这一项"),
    ],
)
def test_a_slip_is_told_with_the_nearest_name(entry, what):
    data = with_rules(entry)
    data["parameters"] |= TEN
    with pytest.raises(BadDefinition, match=what):
        build(read(data))


def test_codes_of_the_systems_own_rules_are_not_given():
    data = with_rules(expression("培训课时 > 1"))
    data["rules"][-1]["code"] = "P-07"
    with pytest.raises(BadDefinition, match="由系统使用"):
        build(read(data))


EXAMPLE: dict = {
    "title": "困难人员",
    "facts": {"contract_start": "2026-03-01", "skill_level": "高级工", "skill_hours": "80"},
    "day": "2026-06-01",
    "stops": [],
    "amount": "303.50",
    "registers": {"就业困难人员认定库_困难类别": "残疾人员", "amounts_unit_part_total": "303.5"},
}


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({}, []),
        (
            {"registers": {"hardship_category": "older", "amounts_unit_part_total": "303.5"}},
            ["应由 — 拦下，实际是 LK-01"],
        ),
        (
            {"registers": {"就业困难人员认定库_困难类别": None, "amounts_unit_part_total": "303.5"}},
            ["应由 — 拦下，实际是 LK-01"],
        ),
        ({"registers": {"amounts_unit_part_total": "303.5"}}, []),
        ({"registers": {}, "amount": None, "stops": []}, []),
        ({"registers": {"hardship_categry": "older"}}, ["没有“hardship_categry”这个登记库查询"]),
        ({"registers": {"amounts_unit_part_total": "多"}}, ["读不出来，应为数"]),
        ({"registers": {"amounts_unit_part_total": True}}, ["读不出来，应为数"]),
    ],
)
def test_an_example_answers_for_the_registers(session, change, faults):
    written = {**EXAMPLE, **change}
    data = with_rules(
        expression('hardship_category(提交日) = "残疾人员"'), amount=f"amounts_unit_part_total({SINCE})"
    )
    data["examples"] = [written]
    try:
        publishing.approved(session, read(data), 1)
        wrong = []
    except BadDefinition as refused:
        wrong = [one.message.text() for one in refused.faults]
    assert len(wrong) == len(faults) and all(want in one for want, one in zip(faults, wrong, strict=True)), (
        wrong
    )


def test_a_name_of_two_registers_is_neithers(session):
    """Whoever defines a register can't make others' definitions fail."""
    permits = {one.code: one for one in library.shipped()}["hardship"]
    other = type(permits)(
        "hardship_category",
        permits.title,
        permits.of,
        permits.supplier,
        permits.columns,
        permits.key,
        permits.first,
    )
    data = read(with_rules(expression("hardship(提交日)")))
    build(data, registers=[*library.shipped(), other])
    with pytest.raises(BadDefinition):
        build(read(with_rules(expression('hardship_category(提交日) = "older"'))), registers=[permits, other])
