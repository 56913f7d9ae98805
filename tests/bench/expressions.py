"""`python -m tests.bench.expressions [--rows 100000]`: rules as expressions against the same rules written by hand, in one run.

Each pair judges the same candidates in turn; what counts is the ratio of the fastest runs.
"""

from __future__ import annotations

import argparse
import time
from random import Random

from sqlalchemy import text

from app.engine import rules
from app.engine.rules.catalogue import CATALOGUE
from app.engine.rules.rule import RiskRule
from app.registers.definitions import library
from app.studio.building import SUBMITTED, edition
from app.studio.schema import read
from tests.bench.server import everything, product
from tests.desk.definitions import changed
from tests.studio.registers_world import TODAY, candidates, fill, make_world

RUNS = 5
JUDGED = """
    SELECT c.row_id, CASE WHEN {holds} THEN 'pass' WHEN NOT {holds} THEN 'fail' ELSE 'unknown' END AS verdict,
           jsonb_build_object('why', CASE WHEN {holds} THEN 'holds' WHEN NOT {holds} THEN 'fails' ELSE 'unclear' END,
                              {facts}) AS evidence
    FROM candidates c
"""
HOURS = "CAST(c.own->>'skill_hours' AS numeric)"
PAIRS = {
    "hours": (
        "培训课时 ≥ 参数(least_hours)",
        JUDGED.format(
            holds=f"{HOURS} >= CAST(c.policy->>'least_hours' AS numeric)",
            facts=f"'skill_hours', {HOURS}, 'least_hours', c.policy->>'least_hours'",
        ),
    ),
    "months": (
        "加月(劳动合同开始日期, 12) ≤ 提交日 或 培训课时 > 40",
        JUDGED.format(
            holds=f"((c.starts_on + interval '12 months')::date <= c.submission_day OR {HOURS} > 40)",
            facts=f"'contract_start', c.starts_on, 'submission_day', c.submission_day, 'skill_hours', {HOURS}",
        ),
    ),
}


def rule_of(written: str) -> RiskRule:
    """The rule of an expression in a definition."""
    entry = {"code": "LK-01", "title": "甲", "asks": "甲", "fails": "甲", "expression": written}
    made = edition(read(changed(lambda data: data["rules"].append(entry))), 1)
    return next(rule for rule in made.rules if rule.code == "LK-01")


def by_hand(sql: str) -> RiskRule:
    return RiskRule("LK-01", "甲", "甲", sql, (), {}, ("holds",))


def pairs() -> dict[str, tuple[RiskRule, RiskRule]]:
    made = {name: (rule_of(written), by_hand(sql)) for name, (written, sql) in PAIRS.items()}
    hardship = next(one for one in library.shipped() if one.code == "hardship")
    given = {"register": hardship, "day": SUBMITTED}
    return made | {"register": (rule_of("hardship(提交日)"), CATALOGUE["in_register"].make("LK-01", given))}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with product() as (app, _), everything(app) as session:
        dice = Random(1)
        world = make_world(session, app.extensions["vault"], dice, 2_000)
        made = edition(read(changed(lambda data: None)), 1)
        rules.make_tables(session, made.periods(()))
        fill(session, candidates(world, dice, rows), made.amount)
        for name, pair in pairs().items():
            best = [min(seconds(session, rule) for _ in range(RUNS)) for rule in pair]
            print(
                f"{name}: expression {best[0]:.2f} s, by hand {best[1]:.2f} s, ratio {best[0] / best[1]:.2f}"
            )


def seconds(session, rule: RiskRule) -> float:
    session.execute(text("DELETE FROM outcomes"))
    start = time.perf_counter()
    rules.judge(session, "skills_bonus", [(1, [rule])], TODAY)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
