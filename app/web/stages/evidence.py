"""The evidence of a claim, in sentences and as pictures: what its newest check says, what the registers hold of the time."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from flask import g
from sqlalchemy import func, select

from app.engine.cases.claims import Check, Claim
from app.engine.programme import Programme
from app.engine.scope import OPEN
from app.extensions import db
from app.kernel.dates import add_months, month_start
from app.kernel.messages import N_
from app.registers.models import Contribution
from app.web.page.findings import ReadableFinding, readable
from app.web.wording.translations import gettext

YEAR = 12
LONGEST = 24
BEFORE = 3
"""Months that the picture shows before the contract where there is room."""
INSIDE = 32
"""Percent of the width from which on a bar has room for its words."""
SPELLS = (
    (N_("失业登记"), "registered_on", "cancelled_on", N_("{day} 登记"), N_("{day} 登记，{end} 注销")),
    (N_("转移就业"), "left_on", "returned_on", N_("{day} 外出"), N_("{day} 外出，{end} 返乡")),
)
"""Lanes of registers that hold spells: title, the evidence's first and last day, what the bar says open and ended."""


@dataclass(frozen=True)
class Month:
    """One month of contributions under the claim's employer: `state` is on (paid), none (not loaded yet) or empty."""

    day: date
    state: str
    marked: bool

    @property
    def label(self) -> str:
        """Return the month as a scale names it: with its year in January."""
        return f"{self.day.year}.{self.day.month}" if self.day.month == 1 else str(self.day.month)


@dataclass(frozen=True)
class Bar:
    """A span of time in its lane; places are percents of the width."""

    title: str
    kind: str
    text: str
    left: float
    right: float

    @property
    def width(self) -> float:
        return max(self.right - self.left, 0.4)

    @property
    def place(self) -> str:
        """Return where the words stand: in the bar, or on the side of it that has more room."""
        if self.width >= INSIDE:
            return "inside"
        return "after" if 100 - self.right > self.left else "before"


@dataclass(frozen=True)
class Evidence:
    """The newest check of a claim, None before the first, and what the pictures show."""

    check: Check | None
    findings: Sequence[ReadableFinding]
    months: Sequence[Month]
    bars: Sequence[Bar]

    @property
    def open(self) -> list[ReadableFinding]:
        """What somebody has to read: failures, what could not be judged, warnings."""
        return [finding for finding in self.findings if not finding.passes]

    @property
    def passed(self) -> list[ReadableFinding]:
        folded = self.routine
        return [f for f in self.findings if f.passes and f not in folded]

    @cached_property
    def routine(self) -> list[ReadableFinding]:
        """Passes that fold into one line; a single one stands by itself."""
        routine = [finding for finding in self.findings if finding.passes and finding.routine]
        return routine if len(routine) > 1 else []

    @property
    def year(self) -> Sequence[Month]:
        """The last twelve months."""
        return self.months[-YEAR:]

    @property
    def marked(self) -> Month | None:
        """The contract's first month, if the picture shows it."""
        return next((month for month in self.year if month.marked), None)

    @property
    def paid(self) -> list[str]:
        """The paid months, as a sentence names them."""
        return [f"{month.day:%Y-%m}" for month in self.months if month.state == "on"]


def term_of(programme: Programme) -> str:
    """Return what the time that a claim rests on is called."""
    return gettext(programme.classes.place if programme.classes else N_("劳动合同"))


def evidence_of(programme: Programme, claim: Claim) -> Evidence:
    """Return the evidence of one claim, in one statement.

    Of the register it shows what the rules about the claim read: the months at its own employer, wherever insured; to an office
    below the county, which has no registers, nothing but the findings.
    """
    months = select(func.array_agg(Contribution.month.distinct())).where(
        Contribution.person_id == claim.person_id,
        Contribution.employer_id == claim.employer_id,
        Contribution.paid,
    )
    wanted = select(Check, months.scalar_subquery()).where(Check.claim_id == claim.id)
    newest = wanted.order_by(Check.id.desc()).limit(1)
    row = db.session.execute(newest, execution_options=OPEN).one_or_none()
    if row is None:
        return Evidence(None, [], [], [])
    check, paid_months = row
    findings = readable(programme, check.findings)
    if g.actor.scope.receives:
        return Evidence(check, findings, [], [])
    fields = (programme.judged.get(name) for name in ("starts_on", "ends_on"))
    starts_on, ends_on = (programme.value(claim, field) if field else None for field in fields)
    scale = _Scale.around(check.day, starts_on)
    facts: dict = {}
    for finding in findings:
        facts = {**finding.evidence, **facts}
    return Evidence(
        check,
        findings,
        list(_months(scale, paid_months or (), findings, starts_on)),
        [*_spells(scale, facts), *_contract(scale, programme, starts_on, ends_on)],
    )


@dataclass(frozen=True)
class _Scale:
    """The months that a picture shows, from the first day of `first`."""

    first: date
    count: int

    @classmethod
    def around(cls, day: date, starts_on: date | None) -> _Scale:
        """Return the year up to a day, longer where the contract began before it."""
        last, first = month_start(day), add_months(month_start(day), 1 - YEAR)
        if starts_on:
            first = min(first, add_months(month_start(starts_on), -BEFORE))
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        return cls(add_months(last, 1 - min(count, LONGEST)), min(count, LONGEST))

    def __iter__(self) -> Iterator[date]:
        return (add_months(self.first, n) for n in range(self.count))

    def place(self, day: date) -> float:
        """Return where a day lies, in percent of the width; at an end what lies outside."""
        months = (day.year - self.first.year) * 12 + day.month - self.first.month
        part = (day.day - 1) / monthrange(day.year, day.month)[1]
        return round(min(max((months + part) / self.count, 0), 1) * 100, 2)

    def bar(self, title: str, kind: str, text: str, first: date, last: date | None) -> Bar:
        return Bar(title, kind, text, self.place(first), self.place(last) if last else 100)


def _months(
    scale: _Scale, paid: Sequence[date], findings: Sequence[ReadableFinding], starts_on: date | None
) -> Iterator[Month]:
    """Yield every month of the scale; what a finding missed, and what lies behind the load, is not known."""
    of_register = [f.evidence for f in findings if f.evidence.get("register") == "contributions"]
    missing = {month for facts in of_register for month in facts.get("missing", ())}
    until = max((facts.get("until", "") for facts in of_register), default="")
    for day in scale:
        name = f"{day:%Y-%m}"
        unknown = name in missing or (until and name > until)
        state = "on" if day in paid else "none" if unknown else ""
        yield Month(day, state, starts_on is not None and day == month_start(starts_on))


def _spells(scale: _Scale, facts: Mapping) -> Iterator[Bar]:
    for title, begins, ends, running, ended in SPELLS:
        if day := facts.get(begins):
            end = facts.get(ends)
            text = gettext(ended if end else running).format(day=day, end=end)
            last = date.fromisoformat(end) if end else None
            yield scale.bar(gettext(title), "soft", text, date.fromisoformat(day), last)


def _contract(
    scale: _Scale, programme: Programme, starts_on: date | None, ends_on: date | None
) -> Iterator[Bar]:
    if starts_on is None:
        return
    text = gettext("{starts_on} 至 {ends_on}") if ends_on else gettext("自 {starts_on} 起，无固定期限")
    text = text.format(starts_on=starts_on, ends_on=ends_on)
    yield scale.bar(term_of(programme), "ink", text, starts_on, ends_on)
