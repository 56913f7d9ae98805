"""The cautious reckoning against the arrangements of 2004–2026, from the recurring holidays alone."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from app.registers.calendar.festivals import before_new_year, possible_holidays, statutory_days
from app.registers.calendar.workdays import WorkCalendar

FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
PROCLAIMED = {date(2015, 9, 3), date(2015, 9, 4)}
"""The parade of 2015 and the day joined to it, proclaimed in May of that year."""
CAUTIOUS = WorkCalendar(set(), {})
LEAST = (1, 3, 5, 7, 10, 15, 20, 30)


def worked(day: date) -> bool:
    return chinese_calendar.is_workday(day)


def real_ends(least: int) -> dict[date, date]:
    """Start → the true end of a publicity of so many working days; none where it reaches beyond 2026."""
    working = [day for day in DAYS if worked(day)]
    ends, at = {}, 0
    for start in DAYS:
        at += at < len(working) and working[at] < start
        if at + least > len(working):
            break
        ends[start] = working[at + least - 1]
    return ends


def test_only_days_that_were_worked_count():
    counted = {day for day in DAYS if CAUTIOUS.is_working(day)}
    assert {day for day in counted if not worked(day)} == PROCLAIMED


@pytest.mark.parametrize("least", LEAST)
def test_no_publicity_is_too_short_whenever_it_starts(least):
    too_short, late = [], []
    for start, end in real_ends(least).items():
        cautious = CAUTIOUS.reach(start, least)
        late.append((cautious - end).days)
        if cautious < end:
            too_short.append(start)
    for start in too_short:
        missed = {day for day in PROCLAIMED if start <= day <= CAUTIOUS.reach(start, least)}
        assert missed, f"a publicity from {start} on is too short without a holiday proclaimed once"
    mean = sum(late) / len(late)
    print(
        f"{least} days: {mean:.2f} days later on average, {max(late)} at most, {len(too_short)} starts too short"
    )
    assert mean < 0.5 + least / 8 and max(late) <= 21


def test_the_last_days_of_december_wait_for_the_next_years_arrangement():
    """As it stood before the next year's notice: what that notice took of December is not entered yet."""
    for year in range(2004, 2026):
        own = {
            day: worked(day)
            for day in DAYS
            if day.year == year and worked(day) != (day.weekday() < 5) and (day.month, day.day) < (12, 29)
        }
        calendar = WorkCalendar({year}, own)
        december = [date(year, 12, n) for n in range(1, 32)]
        assert [day for day in december if calendar.is_working(day) and not worked(day)] == []
    assert before_new_year(2018) == {date(2018, 12, 31)}


def test_a_bridge_is_what_lies_between_a_weekend_and_new_year():
    found = {year: sorted(day.day for day in before_new_year(year)) for year in range(2024, 2032)}
    assert found == {
        2024: [30, 31],
        2025: [],
        2026: [],
        2027: [],
        2028: [],
        2029: [31],
        2030: [30, 31],
        2031: [],
    }


def test_the_festivals_are_known_for_long():
    assert {year for year in range(2008, 2100) if not 36 <= len(possible_holidays(year)) <= 50} == set()
    with pytest.raises(KeyError):
        possible_holidays(2100)


def test_statutory_days_were_free_in_every_year():
    assert [day for year in range(2004, 2027) for day in sorted(statutory_days(year)) if worked(day)] == []
