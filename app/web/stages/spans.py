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
    """One day: whether it is worked, the word below its number in the span and outside of it, and how it is set."""

    day: date
    works: bool
    word: str
    plain: str
    kind: str


@dataclass(frozen=True)
class Span:
    """From a first to a last day, both counted: whole weeks to draw, days that count in all and from today on, a phrase for a number of them."""

    first: date
    last: date
    days: Sequence[SpanDay]
    working: int
    left: int
    counted: str

    @property
    def done(self) -> int:
        """Days that count and have passed."""
        return self.working - self.left


def span_of(
    calendar: WorkCalendar, first: date, last: date, today: date, ahead: timedelta = timedelta()
) -> Span:
    """Return the span of a publicity, drawn with the weeks behind it that `ahead` touches."""
    left = calendar.count(max(first, today), last) if last >= today else 0
    shown = min(last + ahead, first + LONGEST)
    monday = first - timedelta(days=first.weekday())
    sunday = shown + timedelta(days=WEEK - 1 - shown.weekday())
    days, number = [], 0
    for n in range((sunday - monday).days + 1):
        day = monday + timedelta(days=n)
        inside, works = first <= day <= last, calendar.is_working(day)
        number += inside and works
        plain = _word(day, works)
        word = gettext("第{n}天").format(n=number) if inside and works else plain
        marks = {
            "span": inside,
            "off": not works,
            "today": day == today,
            "end": day == last,
            "past": day < today,
        }
        days.append(SpanDay(day, works, word, plain, " ".join(mark for mark, so in marks.items() if so)))
    return Span(first, last, days, calendar.count(first, last), left, gettext(calendar.counted))


def _word(day: date, works: bool) -> str:
    if works:
        return gettext("上班") if day.weekday() >= WEEK - 2 else ""
    return gettext("休")
