"""Rules of the catalogue that no shipped programme uses yet, against a second opinion in plain Python on seeded random people."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import text

from app.engine.rules.catalogue import CATALOGUE
from app.engine.rules.field import Field, FieldKind
from tests.desk.subsidies import FIELDS, STRANDED_MIGRANT, UNEMPLOYED
from tests.engine.rules.cases import (
    BARE,
    BROKEN,
    HOME,
    LAGGING,
    SPANS,
    STALE,
    TODAY,
    Case,
    first_day,
    later,
    month_of,
    near,
)

PEOPLE = 600
SINCE = FIELDS["contract_start"]
UNTIL = Field("contract_end", "劳动合同终止日期", FieldKind.DATE, "c.ends_on")
NOW = Field("submission_day", "提交日期", FieldKind.DATE, "CAST(:today AS date)", in_sheet=False)
LEAST, MOST = "least_contract_months", "uninsured_months"
"""Parameters that the tables' policy has, whatever they are called."""


def agree(table, rule, cases: dict[str, Case], oracle, least: int) -> dict:
    """Every verdict and reason as the oracle says; each of its answers occurs `least` times."""
    table.rules = [rule]
    found = table.judge(list(cases.values()))
    said = {label: (f[rule.code].verdict, f[rule.code].why) for label, f in found.items()}
    wanted = {label: oracle(case) for label, case in cases.items()}
    wrong = [(cases[label], said[label], wanted[label]) for label in cases if said[label] != wanted[label]]
    assert not wrong, (len(wrong), wrong[:3])
    seen = Counter(wanted.values())
    assert min(seen.values()) >= least, seen
    for label, f in found.items():
        assert "{" not in f[rule.code].sentence and "—" not in f[rule.code].sentence.replace("截至—", ""), (
            label
        )
    return found


def numbered(make) -> dict[str, Case]:
    return {str(n): make(str(n)) for n in range(PEOPLE)}


def month_end(random: Random, day: date) -> date:
    return first_day(month_of(day) + 1) - timedelta(days=1) if random.random() < 0.3 else day


def test_months_since(table):
    random = Random(1)

    def case(label: str) -> Case:
        start = month_end(random, date(2023, random.randint(1, 12), random.randint(1, 28)))
        least, most = random.choice((0, 1, 6, 12)), random.choice((12, 18))
        end = near(random, later(start, random.choice((least, most))), 90)
        policy = {LEAST: least, MOST: most}
        return Case(label, None, start=start.isoformat(), end=end.isoformat(), policy=policy)

    def oracle(one: Case) -> tuple[str, str]:
        since, day = date.fromisoformat(one.start), date.fromisoformat(one.end)
        if day < later(since, one.policy[LEAST]):
            return "fail", "short"
        return ("fail", "late") if day > later(since, one.policy[MOST]) else ("pass", "enough")

    made = CATALOGUE["months_since"].make(
        "XX-01", {"since": SINCE, "day": UNTIL, "least": LEAST, "most": MOST}
    )
    found = agree(table, made, numbered(case), oracle, 30)
    short = next(f["XX-01"] for f in found.values() if f["XX-01"].why == "short")
    assert f"{short.evidence['earliest']}起才满" in short.sentence


def test_months_since_without_most(table):
    made = CATALOGUE["months_since"].make("XX-01", {"since": SINCE, "day": NOW, "least": LEAST})
    assert made.fields == ("contract_start",) and made.parameters == [LEAST]
    cases = [
        Case("on the day", "pass", "enough", start="2025-11-23"),
        Case("a day too early", "fail", "short", start="2025-11-24"),
        Case("long ago", "pass", "enough", start="1990-01-01"),
    ]
    table.rules = [made]
    table.check("XX-01", cases)


def test_date_not_after(table):
    made = CATALOGUE["date_not_after"].make("XX-01", {"day": UNTIL, "limit": "10-10"})
    table.rules = [made]
    found = table.check(
        "XX-01",
        [
            Case("the day", "pass", "within", end="2026-10-10"),
            Case("the day after", "fail", "after", end="2026-10-11"),
            Case("early in a later year", "pass", "within", end="2030-01-01"),
            Case("late in an earlier year", "fail", "after", end="2020-12-31"),
            Case("blank", "unknown"),
        ],
    )
    assert "劳动合同终止日期2026-10-11晚于当年的10-10" in found["the day after"].sentence


def test_one_of_and_the_kind_of_employer(table):
    table.rules = [
        CATALOGUE["one_of"].make("XX-01", {"field": FIELDS["category"], "choices": [UNEMPLOYED]}),
        CATALOGUE["employer_kind"].make("XX-02", {"kinds": ["enterprise"]}),
        CATALOGUE["employer_kind"].make("XX-03", {"kinds": ["hr_institution"]}),
        CATALOGUE["employer_kind"].make("XX-04", {"kinds": ["hr_institution", "enterprise"]}),
    ]
    found = table.judge(
        [
            Case("one", None),
            Case("another", None, category=STRANDED_MIGRANT),
            Case("blank", None, category=None),
        ]
    )
    assert [f["XX-01"].verdict for f in found.values()] == ["pass", "fail", "unknown"]
    assert [found["one"][f"XX-0{n}"].verdict for n in (2, 3, 4)] == ["pass", "fail", "pass"]
    assert "510104第1有限公司登记的类型不是人力资源服务机构" in found["one"]["XX-03"].sentence
    assert "（人力资源服务机构、企业）" in found["one"]["XX-04"].sentence


def insured(random: Random):
    """Makes people with months of insurance around a window, in regions that are loaded in parts."""

    def case(label: str) -> Case:
        first = month_of(date(2026, 6, 1)) + random.randint(-6, 6)
        start, end = (
            first_day(first),
            first_day(first + random.randint(0, 6)) + timedelta(days=random.randint(0, 27)),
        )
        months = range(first - 2, min(first + 9, month_of(TODAY)) + 1)
        likely = random.choice((0, 0.3, 0.8))
        paid, unpaid, other = [], [], []
        for month in months:
            name = first_day(month).strftime("%Y-%m")
            (paid if random.random() < likely else unpaid).append(name)
            if random.random() < 0.05:
                other.append(name)
        region = random.choice((HOME, HOME, STALE, BARE, BROKEN, LAGGING))
        facts = {"paid": paid, "unpaid": unpaid, "paid_under_other": other, "region": region}
        policy = {LEAST: random.randint(0, 6)}
        return Case(label, None, start=start.isoformat(), end=end.isoformat(), policy=policy, **facts)

    return case


def window(one: Case) -> list[str]:
    first, last = month_of(date.fromisoformat(one.start)), month_of(min(date.fromisoformat(one.end), TODAY))
    return [first_day(month).strftime("%Y-%m") for month in range(first, last + 1)]


def loaded(region: str, month: str) -> bool:
    return any(first[:7] <= month <= last[:7] for first, last in SPANS[region])


def test_not_insured_elsewhere(table):
    def oracle(one: Case) -> tuple[str, str | None]:
        if set(window(one)) & set(one.paid_under_other):
            return "fail", "elsewhere"
        known = all(loaded(one.region, month) for month in window(one))
        return ("pass", "free") if known else ("unknown", None)

    made = CATALOGUE["not_insured_elsewhere"].make("XX-01", {"since": SINCE, "until": UNTIL})
    found = agree(table, made, numbered(insured(Random(2))), oracle, 60)
    other = next(f["XX-01"] for f in found.values() if f["XX-01"].why == "elsewhere")
    assert other.evidence["contribution_ids"] and other.evidence["paid"] in other.sentence


@pytest.mark.parametrize("own", [True, False])
def test_insured_months(table, own):
    def oracle(one: Case) -> tuple[str, str | None]:
        months, paid = set(window(one)), set(one.paid) | (set() if own else set(one.paid_under_other))
        count = len(months & paid)
        if count >= one.policy[LEAST]:
            return "pass", "enough"
        unseen = {month for month in months - paid if not loaded(one.region, month)}
        return ("unknown", None) if count + len(unseen) >= one.policy[LEAST] else ("fail", "short")

    given = {"since": SINCE, "until": UNTIL, "months": LEAST, "own_employer": own}
    agree(table, CATALOGUE["insured_months"].make("XX-01", given), numbered(insured(Random(3))), oracle, 60)


def aged(random: Random, ages: tuple[int, ...]):
    def case(label: str) -> Case:
        day = month_end(
            random, date(random.randint(2024, 2040), random.randint(1, 12), random.randint(1, 28))
        )
        born = min(near(random, later(day, -12 * random.choice(ages)), 400), TODAY - timedelta(days=1))
        if random.random() < 0.1:
            born = date(1980, 2, 29)
        return Case(label, None, end=day.isoformat(), born=born, male=random.random() < 0.5)

    return case


def test_age_between(table):
    def oracle(one: Case) -> tuple[str, str]:
        age = max(n for n in range(100) if later(one.born, 12 * n) <= date.fromisoformat(one.end))
        return ("fail", "young") if age < 16 else ("fail", "old") if age > 59 else ("pass", "within")

    made = CATALOGUE["age_between"].make("XX-01", {"day": UNTIL, "least": LEAST, "most": MOST})
    cases = {
        label: Case(**{**vars(case), "policy": {LEAST: 16, MOST: 59}})
        for label, case in numbered(aged(Random(4), (16, 59, 60, 40))).items()
    }
    found = agree(table, made, cases, oracle, 30)
    assert not any("born" in str(f["XX-01"].evidence) for f in found.values())


TABLE = {
    (True, "1964-12-31"): "2024-12-31",
    (True, "1965-01-15"): "2025-02-15",
    (True, "1965-05-01"): "2025-07-01",
    (True, "1976-08-31"): "2039-07-31",
    (True, "1976-09-01"): "2039-09-01",
    (True, "1990-03-05"): "2053-03-05",
    ("55", "1970-01-31"): "2025-02-28",
    ("55", "1981-09-01"): "2039-09-01",
    ("50", "1975-01-10"): "2025-02-10",
    ("50", "1975-03-10"): "2025-05-10",
    ("50", "1984-11-20"): "2039-11-20",
}
"""Who, born when, retires on which day: lines of the annexed tables."""


@pytest.mark.parametrize("at_55", [True, False])
def test_retirement_as_the_annexed_tables_have_it(table, at_55):
    women = "55" if at_55 else "50"
    cases, wanted = [], {}
    for (who, born), day in TABLE.items():
        if who in (True, women):
            before = date.fromisoformat(day) - timedelta(days=1)
            for end, verdict in ((before.isoformat(), "pass"), (day, "fail")):
                label = f"{who} {born} {end}"
                cases.append(Case(label, None, end=end, born=date.fromisoformat(born), male=who is True))
                wanted[label] = verdict
    table.rules = [CATALOGUE["before_retirement"].make("XX-01", {"day": UNTIL, "women_at_55": at_55})]
    assert {label: f["XX-01"].verdict for label, f in table.judge(cases).items()} == wanted


@pytest.mark.parametrize("at_55", [True, False])
def test_retirement_month_by_month(table, at_55):
    def oracle(one: Case) -> tuple[str, str]:
        former, since, step, most = (
            (60, 1965, 4, 36) if one.male else (55, 1970, 4, 36) if at_55 else (50, 1975, 2, 60)
        )
        born, delay = month_of(one.born), 0
        for nth, first in enumerate(range(since * 12, since * 12 + step * most, step), 1):
            delay = nth if born >= first else delay
        retires = later(one.born, former * 12 + delay)
        return ("pass", "before") if date.fromisoformat(one.end) < retires else ("fail", "retired")

    made = CATALOGUE["before_retirement"].make("XX-01", {"day": UNTIL, "women_at_55": at_55})
    agree(table, made, numbered(aged(Random(5), (50, 52, 55, 58, 60, 63))), oracle, 100)


def test_whom_the_register_does_not_know_has_no_age(table):
    table.rules = [CATALOGUE["age_between"].make("XX-01", {"day": NOW, "least": LEAST})]
    found = table.check(
        "XX-01",
        [
            Case("absent", "fail", "absent", name=None),
            Case("never loaded", "unknown", name=None, region=BARE),
        ],
    )
    assert "登记库未加载：人员登记库没有武侯区" in found["never loaded"].sentence


def test_an_id_that_does_not_open_has_no_age_and_stops_nobody_else(table):
    table.rules = [CATALOGUE["age_between"].make("XX-01", {"day": NOW, "least": LEAST})]
    cases = [
        Case("one", None, born=date(1990, 1, 1)),
        Case("two", None, born=date(1991, 1, 1), typed="李四", name="李四"),
    ]
    spoil = text("UPDATE persons SET id_cipher = substr(id_cipher, 1, 20) WHERE name = '李四'")
    register = table._register
    table._register = lambda cases: (register(cases), table.session.execute(spoil))[0]
    found = table.judge(cases)
    assert [f["XX-01"].verdict for f in found.values()] == ["pass", "unknown"]
