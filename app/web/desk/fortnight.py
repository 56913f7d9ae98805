"""The home page's calendar: this week and the next, with days off and the publicity that ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.engine.oversight.flow import Ending
from app.registers.calendar.workdays import WorkCalendar
from app.web.wording.translations import gettext

DAYS = 14


@dataclass(frozen=True)
class Day:
    """One day as the calendar shows it: the word below its number, and how it is set."""

    day: date
    word: str
    kind: str


def first_day(today: date) -> date:
    """Return the Monday of this week."""
    return today - timedelta(days=today.weekday())


def last_day(today: date) -> date:
    """Return the last day that is shown."""
    return first_day(today) + timedelta(days=DAYS - 1)


def fortnight(calendar: WorkCalendar, endings: Sequence[Ending], today: date) -> list[Day]:
    """Return the fourteen days."""
    ends = {ending.ends_on for ending in endings}
    return [_day(calendar, first_day(today) + timedelta(days=n), ends, today) for n in range(DAYS)]


def _day(calendar: WorkCalendar, day: date, ends: set[date], today: date) -> Day:
    working, weekend = calendar.is_working(day), day.weekday() >= 5
    word = ""
    if weekend and working:
        word = gettext("上班")
    elif not working and (not weekend or day in calendar.exceptions):
        word = gettext("休")
    if day in ends:
        word = gettext("期满")
    if day == today:
        word = gettext("今天")
    kinds = {"off": not working, "today": day == today, "due": day in ends, "past": day < today}
    return Day(day, word, " ".join(kind for kind, so in kinds.items() if so))
