"""Working days across the holidays and make-up days of 2020 and 2026."""

from datetime import date

import pytest

from app.kernel.errors import BadValue
from app.registers.models import CalendarDay, CalendarYear
from app.registers.workdays import WorkCalendar


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
    assert WorkCalendar.load(session, first, last).count(first, last) == days


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
    calendar = WorkCalendar.load(session, first, last)
    assert calendar.reach(first, wanted) == last
    assert calendar.count(first, last) == wanted


def test_a_year_that_nobody_has_entered_is_refused(session):
    calendar = WorkCalendar.load(session, date(2026, 12, 28), date(2027, 1, 4))
    with pytest.raises(BadValue) as refused:
        calendar.count(date(2026, 12, 28), date(2027, 1, 4))
    assert "2027" in str(refused.value) and "政策管理员" in str(refused.value)
    with pytest.raises(BadValue):
        calendar.reach(date(2026, 12, 30), 5)


def test_the_policy_officer_extends_the_calendar(session):
    session.add(CalendarYear(year=2027, document="国务院办公厅通知"))
    session.flush()
    session.add(CalendarDay(day=date(2027, 1, 1), year=2027, working=False, name="元旦"))
    session.flush()
    calendar = WorkCalendar.load(session, date(2026, 12, 28), date(2027, 1, 4))
    assert calendar.count(date(2026, 12, 28), date(2027, 1, 4)) == 5
