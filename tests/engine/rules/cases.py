"""Tables of cases for the rules: each line says a person's facts, and the verdict and reason they must yield.

All lines of a table are judged in one batch; the registers of every line lie side by side in one database.
"""

from __future__ import annotations

import calendar
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.demo.identities import Resident, make_id
from app.engine import rules
from app.engine.policy import as_json
from app.kernel import names
from app.kernel.identifiers import citizen_id
from tests.bench import registers
from tests.desk.subsidies import HIRING as PROGRAMME
from tests.desk.subsidies import UNEMPLOYED

TODAY = date(2026, 11, 23)
HOME, NEIGHBOUR, STALE, BARE, LATE, BROKEN, LAGGING = (
    "510104", "510105", "510106", "510107", "510108", "510112", "510113",
)  # fmt: skip
"""Covered until today; the same; until June only; never loaded; from 2026 on only; with nothing known of early 2026; but for this month."""

SPANS = {
    HOME: [("2024-11-01", "2026-11-23")],
    NEIGHBOUR: [("2024-11-01", "2026-11-23")],
    STALE: [("2024-11-01", "2026-06-30")],
    BARE: [],
    LATE: [("2026-01-01", "2026-11-23")],
    BROKEN: [("2024-11-01", "2025-12-31"), ("2026-06-01", "2026-11-23")],
    LAGGING: [("2024-11-01", "2026-10-31")],
}
OWN, OTHER = "own", "other"
MONTHS = {
    "least_contract_months": 12,
    "least_unemployed_months": 6,
    "uninsured_months": 3,
    "latest_contribution_months": 3,
}
"""What the tables reckon with, whatever the product ships."""
POLICY = {**as_json({code: p.default for code, p in PROGRAMME.policy.parameters.items()}), **as_json(MONTHS)}


@dataclass(frozen=True)
class Case:
    """`verdict` None: the rule says nothing. `paid` are months at the own employer in the row's region."""

    label: str
    verdict: str | None
    why: str | None = None
    start: str | None = "2026-03-01"
    end: str | None = None
    category: str = UNEMPLOYED
    region: str = HOME
    scale: str = "small"
    typed: str = "王芳"
    name: str | None = "王芳"
    paid: Sequence[str] = ()
    unpaid: Sequence[str] = ()
    paid_in: Mapping[str, Sequence[str]] = field(default_factory=dict)
    paid_under_other: Sequence[str] = ()
    unemployed: Sequence[tuple[str, str | None]] = ()
    left: Sequence[str] = ()
    policy: Mapping[str, object] = field(default_factory=dict)
    id_fault: str | None = None
    repeated: bool = False
    faults: Mapping[str, dict] = field(default_factory=dict)
    born: date | None = None
    male: bool = True


@dataclass(frozen=True)
class Found:
    """What one rule said of one case."""

    verdict: str | None
    why: str | None
    evidence: dict
    sentence: str


def months(first: str, last: str) -> list[str]:
    """Every month from one to another, YYYY-MM, both included."""
    (year, month), end = map(int, first.split("-")), tuple(map(int, last.split("-")))
    found = []
    while (year, month) <= end:
        found.append(f"{year}-{month:02}")
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def later(day: date, count: int) -> date:
    number = day.year * 12 + day.month - 1 + count
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def near(random: Random, day: date, spread: int) -> date:
    """A day at or close to `day`; half of all draws lie within two days of it."""
    return day + timedelta(days=random.choice((random.randint(-2, 2), random.randint(-spread, spread))))


class Table:
    """Judges cases: `found[label][rule]`."""

    def __init__(self, session: Session, vault, programme=PROGRAMME):
        self.session, self.vault, self.programme = session, vault, programme
        self.rules = programme.rules

    def judge(self, cases: Sequence[Case], *, loaded: bool = True) -> dict[str, dict[str, Found]]:
        assert len({case.label for case in cases}) == len(cases)
        if loaded:
            self._cover()
        self._fill(cases, self._register(cases))
        rules.judge(self.session, self.programme.code, [(1, self.rules)], TODAY)
        stored = dict(self.session.execute(text("SELECT row_id, findings FROM outcomes")).all())
        return {case.label: self._found(stored.get(n, [])) for n, case in enumerate(cases)}

    def check(self, code: str, cases: Sequence[Case], **how: bool) -> dict[str, dict[str, Found]]:
        """Judges a table and compares the verdict and reason of one rule, all lines at once."""
        found = self.judge(cases, **how)
        nothing = Found(None, None, {}, "")
        wanted = {case.label: (case.verdict, case.why) for case in cases}
        said = {label: findings.get(code, nothing) for label, findings in found.items()}
        assert {label: (f.verdict, f.why) for label, f in said.items()} == wanted
        return said

    def outcomes(self) -> list[tuple[bool, bool]]:
        """(stops, warns) of each line of the table judged last."""
        stored = self.session.execute(text("SELECT stops, warns FROM outcomes ORDER BY row_id"))
        return [tuple(row) for row in stored]

    def _found(self, findings: list[dict]) -> dict[str, Found]:
        by_code = {rule.code: rule for rule in self.rules}
        return {
            f["rule"]: Found(
                f["verdict"],
                f["evidence"].get("why") if f["verdict"] != "unknown" else None,
                f["evidence"],
                by_code[f["rule"]].explain(f["verdict"], f["evidence"]).text(),
            )
            for f in findings
        }

    def _cover(self) -> None:
        for region, spans in SPANS.items():
            for first, last in spans:
                for kind in registers.DATED + registers.UNDATED:
                    days = date.fromisoformat(first), date.fromisoformat(last)
                    registers.cover(self.session, kind, [region], *days)

    def _register(self, cases: Sequence[Case]) -> tuple[list[int | None], dict[str, int], int]:
        random = Random(5)
        scales = sorted({case.scale for case in cases})
        own = dict(zip(scales, registers.add_employers(self.session, scales, HOME), strict=True))
        (other,) = registers.add_employers(self.session, ["small"], NEIGHBOUR)
        known = [case for case in cases if case.name is not None and case.id_fault is None]
        people = [Resident(_id_of(n, case, random), case.name, "", HOME) for n, case in enumerate(known)]
        ids = dict(
            zip(
                (c.label for c in known), registers.add_persons(self.session, self.vault, people), strict=True
            )
        )
        paid = [
            row for case in known for row in _contributions(case, ids[case.label], own[case.scale], other)
        ]
        registers.add_contributions(self.session, paid)
        registers.add_unemployment(
            self.session, ((ids[c.label], day, off) for c in known for day, off in c.unemployed)
        )
        registers.add_transfers(self.session, ((ids[c.label], day) for c in known for day in c.left))
        return [ids.get(case.label) for case in cases], own, other

    def _fill(self, cases: Sequence[Case], registered: tuple[list[int | None], dict[str, int], int]) -> None:
        people, own, _ = registered
        rules.make_tables(self.session, [(date.min, date.max, 1, POLICY)])
        statement = """
            INSERT INTO candidates (row_id, person_id, id_fault, name, repeated, category, employer_id,
                                    insured_region, starts_on, ends_on, bad_fields, faults, policy)
            VALUES (:row, :person, :id_fault, :name, :repeated, :category, :employer, :region, :starts, :ends,
                    :bad, CAST(:faults AS jsonb), CAST(:policy AS jsonb))
        """
        self.session.execute(
            text(statement), [_candidate(n, c, people[n], own[c.scale]) for n, c in enumerate(cases)]
        )


def _candidate(number: int, case: Case, person: int | None, employer: int) -> dict:
    return {
        "row": number,
        "person": person,
        "id_fault": case.id_fault,
        "name": names.fold(case.typed),
        "repeated": case.repeated,
        "category": case.category,
        "employer": employer,
        "region": case.region,
        "starts": case.start,
        "ends": case.end,
        "bad": sorted(case.faults),
        "faults": json.dumps(dict(case.faults)),
        "policy": json.dumps({**POLICY, **{k: str(v) for k, v in case.policy.items()}}),
    }


def _id_of(number: int, case: Case, random: Random) -> str:
    if case.born is None:
        return make_id(random, TODAY)
    first17 = f"{510_100 + number // 499}{case.born:%Y%m%d}{number % 499 * 2 + case.male:03}"
    return first17 + citizen_id.check_digit(first17)


def _contributions(case: Case, person: int, own: int, other: int):
    for month in case.paid:
        yield person, own, case.region, f"{month}-01", True
    for month in case.unpaid:
        yield person, own, case.region, f"{month}-01", False
    for region, paid in case.paid_in.items():
        for month in paid:
            yield person, own, region, f"{month}-01", True
    for month in case.paid_under_other:
        yield person, other, case.region, f"{month}-01", True
