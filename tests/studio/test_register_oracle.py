"""Compiled rules that ask registers, against a reader who answers person by person; and whatever may be typed of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import pytest
from flask import current_app
from sqlalchemy import text

from app.engine import rules
from app.kernel.dates import add_months
from app.registers.definitions import library
from app.studio import statements
from app.studio.building import edition
from app.studio.conditions import condition, vocabulary
from app.studio.expressions import Fault
from app.studio.questions import lookups
from app.studio.schema import read
from tests.desk.definitions import changed
from tests.studio.expressions.guesses import both, either
from tests.studio.registers_world import (
    Candidate,
    World,
    candidates,
    fill,
    knows,
    knows_months,
    make_world,
)

MONTHS = "所在月(劳动合同开始日期), 所在月(提交日)"
MILLISECONDS = 2_000
Oracle = Callable[[World, Candidate], object]


def stands(world: World, one: Candidate, day: date | None) -> bool | None:
    return world.spell(one, day) is not None if knows(one.region, day) else None


def category(world: World, one: Candidate, day: date | None) -> str | None:
    spell = world.spell(one, day) if knows(one.region, day) else None
    return spell and spell[2]


def since(world: World, one: Candidate, day: date | None) -> date | None:
    spell = world.spell(one, day) if knows(one.region, day) else None
    return spell and spell[0]


def paid(world: World, one: Candidate) -> dict | None:
    known = knows_months(one.region, one.starts, one.day)
    return world.months(one, one.starts, one.day) if known else None


def total(world: World, one: Candidate, *parts: str) -> Decimal | None:
    months = paid(world, one)
    if months is None:
        return None
    return sum(
        (sum_ for of in months.values() for part, sum_ in of.items() if part in parts or not parts),
        Decimal(0),
    )


def less(one: object, other: object) -> bool | None:
    return None if one is None or other is None else one < other


def negated(one: bool | None) -> bool | None:
    return None if one is None else not one


def chosen(met: bool | None, one: object, other: object) -> object:
    return None if met is None else one if met else other


def among(one: str | None, *wanted: str) -> bool | None:
    return None if one is None else one in wanted


RULES: dict[str, Oracle] = {
    '就业困难人员认定库(提交日) 且 hardship_category(提交日) 在 ["残疾人员", "older"]': lambda w, c: both(
        stands(w, c, c.day), among(category(w, c, c.day), "disabled", "older")
    ),
    "非 hardship(劳动合同开始日期) 或 培训课时 > 49": lambda w, c: either(
        negated(stands(w, c, c.starts)), less(49, c.hours)
    ),
    "加月(hardship_recognised_on(提交日), 6) < 提交日": lambda w, c: less(
        (first := since(w, c, c.day)) and add_months(first, 6), c.day
    ),
    "hardship(hardship_recognised_on(提交日) + 400)": lambda w, c: _after(w, c),
    f"分险种缴费库_月数({MONTHS}) > 2": lambda w, c: less(2, None if (p := paid(w, c)) is None else len(p)),
    f"amounts_unit_part_total_pension({MONTHS}) + amounts_unit_part_total_medical({MONTHS}) > 1500": lambda w, c: (
        less(1500, total(w, c, "pension", "medical"))
    ),
    f"若(hardship(提交日), amounts_months({MONTHS}) > 3, 培训课时 > 20)": lambda w, c: chosen(
        stands(w, c, c.day), less(3, None if (p := paid(w, c)) is None else len(p)), less(20, c.hours)
    ),
    "已知(hardship_category(劳动合同开始日期))": lambda w, c: category(w, c, c.starts) is not None,
}
AMOUNT = f"最小(amounts_unit_part_total({MONTHS}) × 33.3%, 参数(amount_senior))"


def _after(world: World, one: Candidate) -> bool | None:
    first = since(world, one, one.day)
    return None if first is None else stands(world, one, date.fromordinal(first.toordinal() + 400))


def amount(world: World, one: Candidate) -> Decimal | None:
    sum_ = total(world, one)
    if sum_ is None:
        return None
    return min(sum_ * Decimal("0.333"), Decimal(2000)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def document(expressions, amount_: str | None = None):
    def change(data: dict) -> None:
        data["rules"] += [
            {"code": f"LK-{n:02}", "title": "甲", "asks": "甲", "fails": "甲", "expression": one}
            for n, one in enumerate(expressions, 1)
        ]
        data["amount"] = amount_ or data["amount"]

    return read(changed(change))


VERDICTS = {True: "pass", False: "fail", None: "unknown"}


@pytest.mark.parametrize("count", [2_000, pytest.param(100_000, marks=pytest.mark.soak)])
def test_verdicts_and_amounts_are_those_of_a_reader(app, session, count):
    dice = Random(count)
    world = make_world(session, current_app.extensions["vault"], dice)
    people = candidates(world, dice, count)
    made = edition(document(RULES, AMOUNT), 1)
    rules.make_tables(session, made.periods(()))
    fill(session, people, made.amount)
    own = [rule for rule in made.rules if rule.code.startswith("LK-")]
    rules.judge(session, "skills_bonus", [(1, own)], date(2026, 11, 23))
    rows = session.execute(
        text("SELECT c.amount, o.findings FROM candidates c JOIN outcomes o USING (row_id) ORDER BY c.row_id")
    ).all()
    seen = set()
    for one, (paid_out, findings) in zip(people, rows, strict=True):
        assert paid_out == amount(world, one), one
        by_rule = {finding["rule"]: finding["verdict"] for finding in findings}
        for n, (written, oracle) in enumerate(RULES.items(), 1):
            wanted = VERDICTS[oracle(world, one)]
            assert by_rule[f"LK-{n:02}"] == wanted, (written, one)
            seen.add((n, wanted))
    assert len(seen) == 3 * len(RULES) - 1, "已知 is never unknown"


DATES = ("提交日", "劳动合同开始日期", "2024-02-29", "0001-01-01", "9999-12-31", "hardship_recognised_on({date})", "{date} + {number}",
         "加月({date}, {number})", "market_registered_on({date})", "deaths_died_on({date})")  # fmt: skip
NUMBERS = ("培训课时", "1", "-30", "99999999999999999999", "0.005", "amounts_months({month}, {month})", "{number} ÷ {number}",
           "amounts_unit_part_total({month}, {month})", "{number} × {number}", "{date} - {date}", "参数(least_hours)")  # fmt: skip
MONTHLY = ("所在月({date})", "{month} + {number}", "amounts_month({date})")
YES = ("hardship({date})", "blacklist({date})", "{date} < {date}", "{number} ≥ {number}", "非 ({yes})", "({yes}) 且 ({yes})",
       'hardship_category({date}) 在 ["older", "残疾人员"]', "({yes}) 或 ({yes})", "已知({date})", "graduates({date})",
       'graduates_school({date}) = "四川大学"')  # fmt: skip
WAYS = {"date": DATES, "number": NUMBERS, "month": MONTHLY, "yes": YES}
PIECES = (
    *"()，+-×÷<≥=“”[]'\"%:;\\",
    "hardship",
    "market_state",
    "提交日",
    "分险种缴费库_月数",
    "persons",
    "id_cipher",
    "pg_sleep",
    "且",
    "非",
    "9" * 30,
)


def guess(dice: Random, kind: str, depth: int) -> str:
    ways = WAYS[kind] if depth else [one for one in WAYS[kind] if "{" not in one] or ["所在月(提交日)"]
    if kind == "yes" and not depth:
        return "hardship(提交日)"
    return re.sub(r"\{(\w+)\}", lambda part: guess(dice, part[1], depth - 1), dice.choice(ways))


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.soak)])
def test_whatever_is_asked_of_registers_compiles_or_is_refused_at_its_place(app, session, count):
    """No statement fails, none but examined SQL comes about, and none takes longer than its time."""
    dice, compiled = Random(count + 1), 0
    world = make_world(session, current_app.extensions["vault"], dice, 10)
    made = edition(document([]), 1)
    rules.make_tables(session, made.periods(()))
    fill(session, candidates(world, dice, 12), made.amount)
    session.execute(text(f"SET LOCAL statement_timeout = {MILLISECONDS}"))
    plain = document([])
    known = vocabulary(plain, "c", lookups(plain, "c", library.shipped()))
    titles = {one.code: one.title.zh for one in library.shipped()}
    for n in range(count):
        written = guess(dice, "yes", dice.randrange(1, 4))
        if n % 2:
            place = dice.randrange(len(written))
            written = written[:place] + dice.choice(PIECES) + written[place + dice.randrange(3) :]
        entry = {"code": "LK-01", "title": "甲", "asks": "甲", "fails": "甲", "expression": written}
        try:
            rule = condition(entry, plain, known, titles)
        except Fault as fault:
            assert 0 <= fault.place <= len(written) and fault.length >= 1, written
            assert not re.search(r"\{[a-z]+\}", str(fault)), written
            continue
        compiled += 1
        statements.examine(rule.sql)
        session.execute(text("DELETE FROM outcomes"))
        rules.judge(session, "skills_bonus", [(1, [rule])], date(2026, 11, 23))
        findings = session.scalars(text("SELECT findings FROM outcomes")).all()
        assert len(findings) == 12, written
        for (finding,) in findings:
            assert "{" not in rule.explain(finding["verdict"], finding["evidence"]).text()
    assert compiled > count / 3
