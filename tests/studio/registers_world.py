"""People, facts in defined registers and coverage out of a seed, and what a reader of these would answer, one question at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app.demo.identities import Resident, make_id
from app.kernel.dates import add_months
from app.registers.definitions.models import RegisterFact
from app.registers.models import RegisterLoad
from tests.bench import registers

TODAY = date(2026, 11, 23)
REGIONS = ("510104", "510105", "510107")
SPANS = {
    "510104": [(date(2023, 1, 1), TODAY)],
    "510105": [(date(2023, 6, 15), date(2024, 2, 10)), (date(2024, 5, 31), date(2026, 9, 1))],
}
"""510107 was never loaded; 510105 lacks March and April of 2024, and what came after September 2026."""
PARTS = ("pension", "medical", "unemployment")


@dataclass(frozen=True)
class Candidate:
    person: int
    employer: int
    region: str
    starts: date | None
    day: date
    hours: int | None


@dataclass
class World:
    """`spells`: person → (first, last, category); `paid`: (person, employer) → month → insurance → the unit's part."""

    people: Sequence[int]
    firms: Sequence[int]
    spells: dict[int, list[tuple[date, date | None, str]]] = field(default_factory=dict)
    paid: dict[tuple[int, int], dict[date, dict[str, Decimal]]] = field(default_factory=dict)

    def spell(self, one: Candidate, day: date | None) -> tuple[date, date | None, str] | None:
        """The recognition that holds on a day, of several the one that began last; no day, no recognition."""
        valid = (
            []
            if day is None
            else [s for s in self.spells.get(one.person, ()) if s[0] <= day <= (s[1] or date.max)]
        )
        return max(valid, default=None, key=lambda spell: spell[0])

    def months(self, one: Candidate, first: date, last: date) -> dict[date, dict[str, Decimal]]:
        first, last = first.replace(day=1), last.replace(day=1)
        return {
            m: of for m, of in self.paid.get((one.person, one.employer), {}).items() if first <= m <= last
        }


def months_from(first: date, last: date) -> list[date]:
    month, found = first.replace(day=1), []
    while month <= last:
        found.append(month)
        month = add_months(month, 1)
    return found


def _loaded(region: str, month: date) -> bool:
    end = add_months(month, 1) - timedelta(days=1)
    return any(first <= end and last >= month for first, last in SPANS.get(region, ()))


def knows(region: str, day: date | None) -> bool:
    """Whether each month is loaded from the first load to the day, or to today."""
    if day is None or region not in SPANS:
        return False
    day = min(day, TODAY)
    return all(_loaded(region, month) for month in months_from(min(SPANS[region][0][0], day), day))


def knows_months(region: str, first: date | None, last: date | None) -> bool:
    if first is None or last is None or region not in SPANS:
        return False
    return all(_loaded(region, month) for month in months_from(first, min(last, TODAY)))


def some_day(dice: Random, first: date = date(2022, 6, 1), last: date = date(2027, 3, 1)) -> date:
    return first + timedelta(days=dice.randrange((last - first).days))


def make_world(session: Session, vault, dice: Random, people: int = 60) -> World:
    residents = [
        Resident(i, "某人", "", REGIONS[0]) for i in {make_id(dice, TODAY): None for _ in range(people)}
    ]
    ids = registers.add_persons(session, vault, residents)
    world = World(ids, registers.add_employers(session, ["small", "small"], REGIONS[0]))
    for region, spans in SPANS.items():
        for first, last in spans:
            for kind in ("hardship", "amounts"):
                registers.cover(session, kind, [region], first, last)
    load = RegisterLoad(kind="hardship", source="made", rows_read=0, rows_stored=0, rows_refused=0)
    session.add(load)
    session.flush()
    common = {"region_code": REGIONS[0], "load_id": load.id}
    rows = [
        {**common, "register": "hardship", "person_id": p, "employer_id": None, "follows": "person", "key": str(first),
         "valid": Range(first, None if last is None else last + timedelta(days=1)),
         "facts": {"category": category, "recognised_on": str(first)} | ({"ended_on": str(last)} if last else {})}
        for p in ids for first, last, category in _spells(world, dice, p)
    ]  # fmt: skip
    rows += [
        {**common, "register": "amounts", "person_id": p, "employer_id": e, "follows": None, "key": f"{month} {part}",
         "valid": Range(month, add_months(month, 1)),
         "facts": {"month": f"{month:%Y-%m}", "insurance": part, "unit_part": str(sum_), "personal_part": "1.00"}}
        for p in ids for e in world.firms for month, part, sum_ in _paid(world, dice, p, e)
    ]  # fmt: skip
    session.execute(insert(RegisterFact), rows)
    return world


def _spells(world: World, dice: Random, person: int) -> list[tuple[date, date | None, str]]:
    firsts = {some_day(dice, last=TODAY) for _ in range(dice.randrange(4))}
    spells = [(first, dice.choice([None, some_day(dice, first, first + timedelta(days=700))]), dice.choice(["older", "disabled", "other"]))
              for first in sorted(firsts)]  # fmt: skip
    world.spells[person] = spells
    return spells


def _paid(world: World, dice: Random, person: int, firm: int) -> list[tuple[date, str, Decimal]]:
    months = {some_day(dice, date(2023, 1, 1), TODAY).replace(day=1) for _ in range(dice.randrange(12))}
    rows = [
        (month, part, Decimal(dice.randrange(1, 99_999)) / 100)
        for month in sorted(months)
        for part in PARTS
        if dice.random() < 0.7
    ]
    for month, part, amount in rows:
        world.paid.setdefault((person, firm), {}).setdefault(month, {})[part] = amount
    return rows


def candidates(world: World, dice: Random, count: int) -> list[Candidate]:
    return [
        Candidate(
            dice.choice(world.people),
            dice.choice(world.firms),
            dice.choice(REGIONS),
            None if dice.random() < 0.05 else some_day(dice),
            some_day(dice, date(2023, 1, 1), TODAY),
            dice.choice([None, 0, 20, 50, 80]),
        )
        for _ in range(count)
    ]


FILL = """
    INSERT INTO candidates (row_id, person_id, employer_id, insured_region, starts_on, own, submission_day, policy, amount)
    SELECT candidates.*, {amount}
    FROM (SELECT u.n AS row_id, u.person_id, u.employer_id, u.insured_region, u.starts_on, u.own, u.submission_day, p.values
          FROM unnest(CAST(:people AS bigint[]), CAST(:firms AS bigint[]), CAST(:regions AS text[]), CAST(:starts AS date[]),
                      CAST(:own AS jsonb[]), CAST(:days AS date[]))
               WITH ORDINALITY u (person_id, employer_id, insured_region, starts_on, own, submission_day, n)
          CROSS JOIN policy_periods p) candidates (row_id, person_id, employer_id, insured_region, starts_on, own, submission_day, policy)
"""


def fill(session: Session, people: Sequence[Candidate], amount) -> None:
    own = [json.dumps({"skill_hours": one.hours} if one.hours is not None else {}) for one in people]
    facts = {
        "people": [one.person for one in people],
        "firms": [one.employer for one in people],
        "regions": [one.region for one in people],
        "starts": [one.starts for one in people],
        "days": [one.day for one in people],
        "own": own,
        "today": TODAY,
    }
    session.execute(text(FILL.format(amount=amount.sql)), {**facts, **amount.values})
