"""HS-01 … HS-05 against a second opinion: the same rules in plain Python over lists, on seeded random people."""

from __future__ import annotations

import calendar
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select

from app.engine.access.roles import CLERK
from app.engine.cases.claims import Check, Claim, FailedRow
from app.engine.policy_values import PolicyValue
from tests.bench import registers
from tests.bench.county import LABELS, County
from tests.desk.subsidies import STRANDED_MIGRANT, UNEMPLOYED
from tests.engine.rules.cases import MONTHS, first_day, later, month_of, near

TODAY = date(2026, 11, 23)
PEOPLE = 1500
HOME, NEIGHBOUR = "510104", "510105"
COVERED = {
    "contributions": (date(2025, 1, 1), date(2026, 10, 31)),
    "unemployment": (date(2025, 3, 1), date(2026, 9, 30)),
    "transfers": (date(2025, 2, 1), date(2026, 8, 31)),
}
CHANGES = [
    *((code, value, date(2020, 1, 1), None) for code, value in MONTHS.items()),
    ("latest_contribution_months", 4, date(2025, 9, 1), date(2025, 12, 31)),
    ("uninsured_months", 4, date(2025, 11, 15), date(2026, 2, 14)),
    ("least_unemployed_months", 3, date(2026, 2, 28), None),
    ("least_contract_months", 6, date(2026, 5, 31), date(2026, 6, 30)),
    ("latest_contribution_months", 0, date(2026, 7, 1), None),
    ("uninsured_months", 0, date(2026, 7, 15), None),
]


@dataclass
class Life:
    """One person's contract and everything that the registers say."""

    category: str
    start: date
    end: date | None
    months: list[tuple[int, bool, bool, bool]] = field(default_factory=list)
    """(year * 12 + month - 1, own employer, own region, paid)"""
    spells: list[tuple[date, date | None]] = field(default_factory=list)
    left: list[date] = field(default_factory=list)


def reaches(kind: str, day: date) -> bool:
    """Some day of the month of `day` is covered."""
    first, last = COVERED[kind]
    return month_of(first) <= month_of(day) <= month_of(last)


def policy_at(day: date) -> dict[str, int]:
    values: dict[str, int] = {}
    for code, value, first, last in CHANGES:
        if first <= day and (last is None or day <= last):
            values[code] = value
    return values


def lacking(kind: str, first: int, last: int) -> list[int]:
    """The months from one to another, and none after today's, that aren't loaded."""
    return [m for m in range(first, min(last, month_of(TODAY)) + 1) if not reaches(kind, first_day(m))]


def insured(life: Life, policy: dict[str, int]) -> tuple[str, str]:
    this, since = month_of(TODAY), month_of(life.start)
    floor = this - policy["latest_contribution_months"]
    months = [m for m, employer, region, paid in life.months if employer and region and paid and m >= since]
    if months and max(months) >= floor:
        return "pass", "paid"
    if since > this:
        return "fail", "future"
    if lacking("contributions", max(since, floor), this):
        return "unknown", ""
    return "fail", "stale" if months else "none"


def contract_term(life: Life, policy: dict[str, int]) -> tuple[str, str]:
    if life.end is None:
        return "pass", "open_ended"
    least = later(life.start, policy["least_contract_months"]) - timedelta(days=1)
    return ("pass", "long_enough") if life.end >= least else ("fail", "short")


def registered(life: Life, policy: dict[str, int]) -> tuple[str, str]:
    wait = policy["least_unemployed_months"]
    loaded = month_of(COVERED["unemployment"][0])
    still = [s for s in life.spells if s[1] is None or s[1] >= life.start]
    if good := [on for on, _ in still if later(on, wait) <= life.start]:
        last = month_of(min(life.start - timedelta(days=1), TODAY))
        unloaded = lacking("unemployment", min(max(month_of(max(good)), loaded), last), last)
        return ("unknown", "") if unloaded else ("pass", "registered")
    days = (life.start - timedelta(days=back) for back in range(400))
    last = month_of(min(next(day for day in days if later(day, wait) <= life.start), TODAY))
    if lacking("unemployment", min(loaded, last), last):
        return "unknown", ""
    if not life.spells:
        return "fail", "none"
    return "fail", "short" if max(life.spells) in still else "cancelled"


def transferred(life: Life, policy: dict[str, int]) -> tuple[str, str]:
    if any(day <= life.start for day in life.left):
        return "pass", "left"
    last = month_of(min(life.start, TODAY))
    first = min(month_of(COVERED["transfers"][0]), last)
    return ("unknown", "") if lacking("transfers", first, last) else ("fail", "none")


def enrolment(paid: set[int], count: int) -> tuple[int, bool]:
    """(first month of the run that holds the latest paid month, whether the months before it are free)."""
    first = max(paid)
    while first - 1 in paid:
        first -= 1
    return first, not paid & set(range(first - count, first))


def uninsured(life: Life, policy: dict[str, int]) -> tuple[str, str]:
    """A failure is unknown where some months that aren't loaded, taken as paid, would make it pass: every stretch is tried."""
    paid, count = (
        {month for month, employer, _, paid in life.months if employer and paid},
        policy["uninsured_months"],
    )
    if not paid:
        return "pass", "no_months"
    first, free = enrolment(paid, count)
    if free:
        known = all(reaches("contributions", first_day(month)) for month in range(first - count, first))
        return ("pass", "uninsured") if known else ("unknown", "")
    unloaded = lacking("contributions", min(paid) - count, month_of(TODAY))
    stretches = [
        set(unloaded[start:end])
        for start in range(len(unloaded))
        for end in range(start + 1, len(unloaded) + 1)
    ]
    pairs = [*stretches, *(one | other for one in stretches for other in stretches if max(one) < min(other))]
    changed = any(enrolment(paid | more, count)[1] for more in pairs)
    return ("unknown", "") if changed else ("fail", "insured")


MODEL = {
    UNEMPLOYED: {"HS-01": insured, "HS-02": contract_term, "HS-03": registered},
    STRANDED_MIGRANT: {
        "HS-01": insured,
        "HS-02": contract_term,
        "HS-04": transferred,
        "HS-05": uninsured,
    },
}
MODELLED = {code for rules in MODEL.values() for code in rules}


def life(random: Random) -> Life:
    """Facts close to where verdicts turn; months' ends are more frequent than in a calendar."""
    start = later(date(2025, 1, random.randint(1, 31)), random.randint(0, 24))
    if random.random() < 0.3:
        start = start.replace(day=calendar.monthrange(start.year, start.month)[1])
    term = random.choice((6, 12, 12))
    end = near(random, later(start, term), 60) if random.random() < 0.8 else None
    told = Life(random.choice((UNEMPLOYED, STRANDED_MIGRANT)), start, end)
    told.months = sorted(
        {
            (month, employer, region): (month, employer, region, random.random() < 0.9)
            for employer, region, first, length in _runs(random, start)
            for month in range(first, first + length)
            if month <= month_of(TODAY)
        }.values()
    )
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        on = near(random, later(start, -random.choice((3, 6))), 200)
        off = max(on, near(random, start, 90)) if random.random() < 0.5 else None
        if on not in dict(told.spells):
            told.spells.append((on, off))
    told.left = sorted({near(random, start, 200) for _ in range(random.choice((0, 1, 1, 2)))})
    return told


def _runs(random: Random, start: date):
    for _ in range(random.choice((0, 1, 2, 2, 3))):
        first = month_of(start) + random.randint(-8, 8)
        yield random.random() < 0.85, random.random() < 0.7, first, random.randint(1, 10)


@pytest.fixture(
    params=[(TODAY, 19), (COVERED["contributions"][1], 18)], ids=["this month loaded", "not loaded"]
)
def reached(request, monkeypatch):
    """The number of different verdicts; where this month isn't loaded, nobody fails for want of a contribution."""
    until, kinds = request.param
    monkeypatch.setitem(COVERED, "contributions", (COVERED["contributions"][0], until))
    return kinds


@pytest.fixture
def county(app, session, reached):
    vault = app.extensions["vault"]
    for code, value, first, last in CHANGES:
        row = {"programme": "hiring_subsidy", "parameter": code, "value": str(value), "document": "测试"}
        session.add(PolicyValue(**row, starts_on=first, ends_on=last))
    for kind in registers.UNDATED:
        registers.cover(session, kind, [HOME], TODAY, TODAY)
    for kind, days in COVERED.items():
        registers.cover(session, kind, [HOME], *days)
    (employer,) = registers.add_employers(session, ["small"], HOME)
    return County(session, vault, registers.residents(PEOPLE, HOME, TODAY), employer)


def test_rules_agree_with_the_model(county, reached):
    random = Random(20261123)
    lives = [life(random) for _ in county.people]
    ids = registers.add_persons(county.session, county.vault, county.people)
    (other,) = registers.add_employers(county.session, ["small"], NEIGHBOUR)
    _register(county, lives, ids, other)
    clerk = county.staff("clerk", CLERK)
    application = county.open(clerk)
    rows = [
        county.typed(
            n,
            category=LABELS[told.category],
            contract_start=told.start.isoformat(),
            contract_end=told.end.isoformat() if told.end else "",
        )
        for n, told in enumerate(lives)
    ]
    report = county.check(clerk, application, rows)
    assert report.passed + report.failed == PEOPLE
    wanted = {
        person: {code: rule(told, policy_at(told.start)) for code, rule in MODEL[told.category].items()}
        for person, told in zip(ids, lives, strict=True)
    }
    found = _found(county.session)
    wrong = [(told, found[p], wanted[p]) for p, told in zip(ids, lives, strict=True) if found[p] != wanted[p]]
    assert not wrong, (len(wrong), wrong[:3])
    seen = Counter((code, *said) for verdicts in found.values() for code, said in verdicts.items())
    assert len(seen) == reached and min(seen.values()) >= 5, seen


def _register(county: County, lives: list[Life], ids: list[int], other: int) -> None:
    registers.add_contributions(
        county.session,
        (
            (p, county.employer if own else other, HOME if here else NEIGHBOUR, first_day(month), paid)
            for p, told in zip(ids, lives, strict=True)
            for month, own, here, paid in told.months
        ),
    )
    pairs = list(zip(ids, lives, strict=True))
    registers.add_unemployment(county.session, ((p, *spell) for p, told in pairs for spell in told.spells))
    registers.add_transfers(county.session, ((p, day) for p, told in pairs for day in told.left))


def _found(session) -> dict[int, dict[str, tuple[str, str]]]:
    """Person → rule → verdict and reason, of those who passed and of those who failed."""
    passed = session.execute(select(Claim.person_id, Check.findings).join(Check, Check.claim_id == Claim.id))
    failed = session.execute(select(FailedRow.person_id, FailedRow.findings))
    return {
        person: {
            f["rule"]: (f["verdict"], "" if f["verdict"] == "unknown" else f["evidence"]["why"])
            for f in findings
            if f["rule"] in MODELLED
        }
        for person, findings in (*passed, *failed)
    }
