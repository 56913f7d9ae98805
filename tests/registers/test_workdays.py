"""Working days across the holidays and make-up days of 2020 and 2026, and in years that nobody has confirmed."""

from datetime import date, timedelta

import pytest

from app.kernel.errors import BadValue
from app.registers.calendar.workdays import WorkCalendar
from app.registers.models import CalendarDay, CalendarYear


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        # Spring Festival 2020, 24 to 30 January, made up on the 19th; prolonged to 2 February, a Sunday.
        (date(2020, 1, 18), date(2020, 2, 3), 6),
        # National Day and Mid-Autumn 2020, 1 to 8 October, made up on 27 September and 10 October.
        (date(2020, 9, 25), date(2020, 10, 12), 8),
        # Spring Festival 2026, 15 to 23 February, made up on the 14th and 28th.
        (date(2026, 2, 13), date(2026, 3, 2), 8),
        # National Day 2026, 1 to 7 October, made up on 20 September and 10 October.
        (date(2026, 9, 18), date(2026, 10, 12), 13),
        (date(2026, 3, 2), date(2026, 3, 6), 5),
        (date(2026, 3, 7), date(2026, 3, 8), 0),
        (date(2026, 3, 2), date(2026, 3, 1), 0),
    ],
)
def test_both_ends_are_counted(session, first, last, days):
    assert WorkCalendar.load(session, first).count(first, last) == days


@pytest.mark.parametrize(
    ("first", "wanted", "last"),
    [
        (date(2020, 1, 22), 5, date(2020, 2, 5)),
        (date(2026, 2, 13), 5, date(2026, 2, 26)),
        (date(2026, 9, 30), 5, date(2026, 10, 12)),
        (date(2026, 3, 7), 1, date(2026, 3, 9)),
        (date(2026, 3, 2), 1, date(2026, 3, 2)),
    ],
)
def test_the_earliest_end_of_a_publicity(session, first, wanted, last):
    calendar = WorkCalendar.load(session, first)
    assert calendar.reach(first, wanted) == last
    assert calendar.count(first, last) == wanted


def enter(session, year: int, days: dict[date, bool], confirmed: bool) -> None:
    confirmed_on = date(year - 1, 12, 1) if confirmed else None
    session.add(CalendarYear(year=year, document="国务院办公厅通知", confirmed_on=confirmed_on))
    session.flush()
    session.add_all(CalendarDay(day=d, year=year, working=w, name="元旦") for d, w in days.items())
    session.flush()


DECEMBER, JANUARY = date(2026, 12, 28), date(2027, 1, 4)
NEW_YEAR = {date(2027, 1, 1): False}


def test_a_year_that_nobody_has_confirmed_is_reckoned_cautiously(session):
    """New Year's Day is a Friday: the last days of December count, the days after don't."""
    calendar = WorkCalendar.load(session, DECEMBER)
    assert calendar.count(DECEMBER, JANUARY) == 5
    assert calendar.reach(DECEMBER, 5) == JANUARY
    assert calendar.reach(date(2026, 12, 30), 5) == date(2027, 1, 6)
    assert calendar.unconfirmed(DECEMBER, date(2026, 12, 31)) == []
    assert calendar.unconfirmed(DECEMBER, JANUARY) == [2027]
    caution = str(calendar.caution(DECEMBER, JANUARY))
    assert "2027" in caution and "政策管理员" in caution and "放假安排年份" in caution


@pytest.mark.parametrize("holiday", [date(2027, 2, 6), date(2027, 4, 5), date(2027, 6, 9), date(2027, 9, 15)])
def test_a_festival_of_an_unconfirmed_year_counts_on_neither_side(session, holiday):
    calendar = WorkCalendar.load(session, date(2027, 1, 1))
    around = [holiday + timedelta(days=n) for n in (-2, -1, 0, 1, 2)]
    assert [calendar.is_working(day) for day in around] == [False] * 5


def test_days_that_were_entered_count_once_the_year_is_confirmed(session):
    enter(session, 2027, NEW_YEAR | {date(2027, 1, 2): True}, confirmed=False)
    calendar = WorkCalendar.load(session, DECEMBER)
    assert calendar.count(DECEMBER, JANUARY) == 5 and calendar.caution(DECEMBER, JANUARY)
    session.get(CalendarYear, 2027).confirmed_on = date(2026, 12, 1)
    session.flush()
    calendar = WorkCalendar.load(session, DECEMBER)
    assert calendar.count(DECEMBER, JANUARY) == 6 and calendar.caution(DECEMBER, JANUARY) is None


def test_the_bridge_to_new_year_is_the_next_years_to_arrange(session):
    """1 January 2030 is a Tuesday: the Monday before it was taken in 2007 and 2018."""
    for year in (2027, 2028, 2029):
        enter(session, year, {}, confirmed=True)
    monday, sunday = date(2029, 12, 31), date(2029, 12, 30)
    calendar = WorkCalendar.load(session, monday)
    assert not calendar.is_working(monday) and calendar.unconfirmed(sunday, monday) == [2030]
    assert calendar.unconfirmed(sunday, sunday) == []
    enter(session, 2030, {date(2030, 1, 1): False}, confirmed=True)
    calendar = WorkCalendar.load(session, monday)
    assert calendar.is_working(monday) and calendar.unconfirmed(sunday, monday) == []


@pytest.mark.parametrize("last", [date(2100, 1, 4), date(9999, 12, 31)])
def test_a_year_whose_festivals_nobody_knows_is_refused(session, last):
    calendar = WorkCalendar.load(session, date(2099, 12, 28))
    with pytest.raises(BadValue) as refused:
        calendar.count(date(2099, 12, 28), last)
    assert "2100" in str(refused.value) and "政策管理员" in str(refused.value)
