"""Days that may be statutory holidays in a year whose arrangement nobody has confirmed yet.

The State Council fixes holidays and make-up days a few weeks before the year begins; the festivals themselves are known for long.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from holidays.countries.china import China

LAST_YEAR = 2099
"""The library knows the lunar festivals of this year and of the next, whose New Year reaches back into it."""

TUESDAY, WEDNESDAY = 1, 2

AROUND = {
    "New Year's Day": (2, 2),
    "Chinese New Year (Spring Festival)": (2, 8),
    "Tomb-Sweeping Day": (2, 2),
    "Labor Day": (2, 6),
    "Dragon Boat Festival": (2, 2),
    "Mid-Autumn Festival": (2, 2),
    "National Day": (2, 7),
}
"""Festival → days before and after its first day that an arrangement of 2004–2026 has ever made holidays of.

One day makes a block of three with a weekend on either side; a golden week had up to nine days, Spring Festival of 2020 was prolonged to the ninth day.
"""


@cache
def possible_holidays(year: int) -> frozenset[date]:
    """Every day of the year that may be a holiday, weekends of blocks included. Raises KeyError outside 1950–2099."""
    if not China.start_year <= year <= LAST_YEAR:
        raise KeyError(year)
    days: set[date] = set()
    for each in (year - 1, year, year + 1):
        for name, first in _first_days(each).items():
            before, after = AROUND[name]
            days.update(first + timedelta(days=n) for n in range(-before, after + 1))
    return frozenset(day for day in days if day.year == year)


def before_new_year(year: int) -> frozenset[date]:
    """The days of December that the next year's arrangement may still take: they bridge a weekend and New Year (2007-12-31, 2018-12-31)."""
    new_year = date(year + 1, 1, 1)
    bridged = new_year.weekday() if new_year.weekday() in (TUESDAY, WEDNESDAY) else 0
    return frozenset(new_year - timedelta(days=n) for n in range(1, bridged + 1))


@cache
def _first_days(year: int) -> dict[str, date]:
    """Festival → its first statutory day; the eve of Spring Festival, days proclaimed once and substitute days left out."""
    found: dict[str, date] = {}
    for day, names in sorted(China(years=year, observed=False, language="en_US").items()):
        for name in names.split("; "):
            if name in AROUND:
                found.setdefault(name, day)
    return found
