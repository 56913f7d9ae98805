from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.dates import SHANGHAI, add_months, month_start, parse_date, parse_month, serial_date


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2020, 1, 31), 1, date(2020, 2, 29)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2020, 8, 31), 6, date(2021, 2, 28)),
        (date(2020, 12, 1), 1, date(2021, 1, 1)),
        (date(2020, 3, 31), -1, date(2020, 2, 29)),
        (date(2020, 1, 15), -1, date(2019, 12, 15)),
        (date(2020, 1, 15), 0, date(2020, 1, 15)),
    ],
)
def test_add_months(day, months, expected):
    assert add_months(day, months) == expected


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(-240, 240))
def test_add_months_moves_the_month_exactly_and_the_day_at_most_back(day, months):
    moved = add_months(day, months)
    assert (moved.year - day.year) * 12 + moved.month - day.month == months
    assert moved.day <= day.day


def test_month_start():
    assert month_start(date(2020, 2, 29)) == date(2020, 2, 1)


def test_shanghai_is_eight_hours_ahead():
    assert SHANGHAI.key == "Asia/Shanghai"


@pytest.mark.parametrize(
    "text",
    [
        "2020/3/1",
        "2020-03-01",
        "2020-3-1",
        "20200301",
        "2020.3.1",
        "2020年3月1日",
        "2020年03月01日",
        "2020 年 3 月 1 日",
        "2020年3月1号",
        "２０２０／３／１",
        "２０２００３０１",
        "２０２０．３．１",
        " 2020 - 03 - 01　",
        "2020-03-01 00:00:00",
        "2020/3/1 0:00",
        "2020-03-01T00:00:00.000",
    ],
)
def test_every_way_people_write_a_date(text):
    assert parse_date(text) == date(2020, 3, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "无",
        "2020",
        "2020-03",
        "202031",
        "2020/3-1",
        "2020-02-30",
        "20-3-1",
        "3/1/2020",
        "43891",
        "0020-03-01",
        "长期",
    ],
)
def test_what_is_no_date(text):
    assert parse_date(text) is None


@given(
    st.dates(date(1900, 1, 1), date(9999, 12, 31)),
    st.sampled_from(
        ["{0}-{1}-{2}", "{0}/{1:02}/{2:02}", "{0}.{1}.{2}", "{0}年{1}月{2}日", "{0}{1:02}{2:02}"]
    ),
)
def test_what_is_written_is_read(day, writing):
    assert parse_date(writing.format(day.year, day.month, day.day)) == day


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-03-01T00:00:00Z", date(2026, 3, 1)),
        ("2026-02-28T16:00:00.000Z", date(2026, 3, 1)),
        ("2026-02-28T15:59:59Z", date(2026, 2, 28)),
        ("2026-02-28t16:00:00z", date(2026, 3, 1)),
        ("2026-02-28T16:00:00+08:00", date(2026, 2, 28)),
        ("2026-03-01T08:00", date(2026, 3, 1)),
        ("2026。3。1", date(2026, 3, 1)),
        ("2026–03–01", date(2026, 3, 1)),
        ("2026年3月1", date(2026, 3, 1)),
        ("2026-13-01T00:00:00Z", None),
        ("9999-12-31T23:00:00Z", None),
    ],
)
def test_moments_and_other_punctuation(typed, day):
    assert parse_date(typed) == day


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("46284", date(2026, 9, 19)),
        ("43891", date(2020, 3, 1)),
        ("46284.5", date(2026, 9, 19)),
        ("４６２８４", date(2026, 9, 19)),
        ("32874", date(1990, 1, 1)),
        ("73050", date(2099, 12, 31)),
        ("32873", None),
        ("73051", None),
        ("2026", None),
        ("202603", None),
        ("", None),
    ],
)
def test_a_serial_number_is_the_spreadsheets_day(typed, day):
    assert serial_date(typed) == day


@pytest.mark.parametrize(
    "text",
    [
        "2026-03",
        "2026-3",
        "2026/3",
        "2026.03",
        "2026年3月",
        "2026年03月份",
        "202603",
        "２０２６．３",
        " 2026 年 3 月",
    ],
)
def test_a_month_is_read_as_its_first_day(text):
    assert parse_month(text) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-0", "202600", "1899-12", "三月", "2026-03-01", "20263"]
)
def test_what_is_no_month_is_none(text):
    assert parse_month(text) is None


def test_a_month_that_has_lost_its_last_zero_is_none():
    """A spreadsheet keeps 2026.10 as 2026.1."""
    assert [parse_month(text) for text in ("2026.1", "2026.10", "2026.01")] == [
        None,
        date(2026, 10, 1),
        date(2026, 1, 1),
    ]
