"""The day on which the tests' people sit at their desks; `TEST_TODAY=2027-06-15` runs the whole suite as of another."""

from __future__ import annotations

import os
from datetime import date, timedelta

import pytest

from app.kernel.dates import add_months, month_start
from app.registers.calendar.workdays import WorkCalendar

TODAY = date.fromisoformat(os.environ.get("TEST_TODAY", "2026-11-23"))
DECEMBER = date(2026, 12, 28)
"""From here on publicity reaches into a year that nobody has confirmed."""


def after(days: int, day: date = TODAY) -> date:
    return day + timedelta(days=days)


def month(back: int, day: date = TODAY) -> date:
    """The first day of the month so many months ago."""
    return add_months(month_start(day), -back)


def publicity_end(start: date = TODAY, least: int = 5) -> date:
    """A last day that is late enough whether the years are confirmed or not."""
    return WorkCalendar(set(), {}).reach(start, least)


END = publicity_end()
OVER = after(1, END)

at_the_turn = pytest.mark.parametrize(
    "demonstration",
    [TODAY, pytest.param(DECEMBER, marks=pytest.mark.system)],
    indirect=True,
    ids=str,
)
"""For a walk that is made in late December too, whose module takes `demo_files` from `demonstration`."""
