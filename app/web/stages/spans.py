"""A publicity in the calendar: which of its days count, how many are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.registers.calendar.workdays import WorkCalendar
from app.web.wording.translations import gettext

WEEK = 7
LONGEST = timedelta(weeks=8)
"""What is drawn of a very long span."""


@dataclass(frozen=True)
class SpanDay:
    """One day: the word below its number, and how it is set."""

    day: date
    word: str
    kind: str


@dataclass(frozen=True)
class Span:
    """From a first to a last day, both counted: whole weeks to draw, working days in all and from today on."""

    first: date
    last: date
    days: Sequence[SpanDay]
    working: int
    left: int

    @property
    def done(self) -> int:
        """Working days that have passed."""
        return self.working - self.left


def span_of(calendar: WorkCalendar, first: date, last: date, today: date) -> Span:
    """Return the span of a publicity."""
    left = calendar.count(max(first, today), last) if last >= today else 0
    shown = min(last, first + LONGEST)
    monday = first - timedelta(days=first.weekday())
    sunday = shown + timedelta(days=WEEK - 1 - shown.weekday())
    days, number = [], 0
    for n in range((sunday - monday).days + 1):
        day = monday + timedelta(days=n)
        inside, working = first <= day <= last, calendar.is_working(day)
        number += inside and working
        word = gettext("第{n}天").format(n=number) if inside and working else _word(calendar, day, working)
        kinds = {
            "span": inside,
            "off": not working,
            "today": day == today,
            "end": day == last,
            "past": day < today,
        }
        days.append(SpanDay(day, word, " ".join(kind for kind, so in kinds.items() if so)))
    return Span(first, last, days, calendar.count(first, last), left)


def _word(calendar: WorkCalendar, day: date, working: bool) -> str:
    if working:
        return gettext("上班") if day.weekday() >= WEEK - 2 else ""
    return gettext("休")
