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
    """Return every day of the year that may be a holiday, weekends of blocks included. Raises KeyError outside 1950–2099."""
    if not China.start_year <= year <= LAST_YEAR:
        raise KeyError(year)
    days: set[date] = set()
    for each in (year - 1, year, year + 1):
        for name, named in _festivals(each).items():
            before, after = AROUND[name]
            days.update(min(named) + timedelta(days=n) for n in range(-before, after + 1))
    return frozenset(day for day in days if day.year == year)


def before_new_year(year: int) -> frozenset[date]:
    """Return the days of December that the next year's arrangement may still take: they bridge a weekend and New Year (2007-12-31, 2018-12-31)."""
    new_year = date(year + 1, 1, 1)
    bridged = new_year.weekday() if new_year.weekday() in (TUESDAY, WEDNESDAY) else 0
    return frozenset(new_year - timedelta(days=n) for n in range(1, bridged + 1))


def statutory_days(year: int) -> frozenset[date]:
    """Return the days that every arrangement of the year gives free; none where the festivals aren't known."""
    return frozenset(day for days in _festivals(year).values() for day in days)


@cache
def _festivals(year: int) -> dict[str, set[date]]:
    """Return festival → its statutory days; the eve of Spring Festival, days proclaimed once and substitute days left out."""
    festivals: dict[str, set[date]] = {}
    for day, names in China(years=year, observed=False, language="en_US").items():
        for name in names.split("; "):
            if name in AROUND:
                festivals.setdefault(name, set()).add(day)
    return festivals
