"""The days of a publicity in the calendar: what is filled in, which count, how many are left."""

from __future__ import annotations

from datetime import date, timedelta

from lxml import html

from app.registers.calendar.workdays import WorkCalendar
from app.web.stages.spans import span_of
from tests.desk.clerks import HiringDesk
from tests.desk.days import TODAY

FIRST, LAST = date(2026, 9, 28), date(2026, 10, 9)
OFF = {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True}
CALENDAR = WorkCalendar({2026, 2027}, OFF)


def test_the_days_of_a_span_are_numbered_over_a_holiday(demo_app):
    with demo_app.test_request_context():
        span = span_of(CALENDAR, FIRST, LAST, FIRST)
    assert (span.working, span.left) == (5, 5)
    words = {one.day.day: one.word for one in span.days if "span" in one.kind}
    assert words == {28: "第1天", 29: "第2天", 30: "第3天"} | dict.fromkeys(range(1, 8), "休") | {
        8: "第4天",
        9: "第5天",
    }
    after = {one.day.day: (one.word, one.kind) for one in span.days if one.day > LAST}
    assert after == {10: ("上班", ""), 11: ("休", "off")}
    assert span.days[0].day.weekday() == 0 and span.days[-1].day.weekday() == 6


def test_what_is_left_counts_from_today(demo_app):
    with demo_app.test_request_context():
        for today, left in (
            (date(2026, 9, 30), 3),
            (date(2026, 10, 3), 2),
            (LAST, 1),
            (LAST + timedelta(1), 0),
        ):
            assert span_of(CALENDAR, FIRST, LAST, today).left == left
        ahead = span_of(CALENDAR, FIRST, LAST, FIRST, timedelta(weeks=2))
    assert ahead.days[-1].day == date(2026, 10, 25)


def test_a_publicity_begins_with_its_earliest_lawful_days_filled_in(demo_app, demo_files):
    clerk, reviewer = HiringDesk(demo_app, "clerk"), HiringDesk(demo_app, "reviewer")
    clerk.hand_in(demo_files, "1-good.xlsx")
    reviewer.act("review", "approve")
    dialog = reviewer.post("/hiring/publicity/action_post", {"action": "publicize", "all": "1", "query": ""})
    page = html.fromstring(reviewer.get(dialog))
    typed = {name: page.xpath(f"//input[@name='{name}']/@value")[0] for name in ("start", "end")}
    assert typed["start"] == TODAY.isoformat()
    (choice,) = page.xpath("//*[@data-span]")
    assert choice.get("data-least") == "5" and "5 个工作日" in choice.text_content()
    assert len([day for day in choice.find_class("span") if "第" in day.text_content()]) == 5
    assert 'id="moved">40<' in reviewer.get(reviewer.post(f"{dialog}/run", typed))
    shorter = (date.fromisoformat(typed["end"]) - timedelta(1)).isoformat()
    assert f"最早为{typed['end']}" in _refused(demo_app, shorter)


def _refused(app, end: str) -> str:
    """What is said of an end before that: it is the earliest."""
    reviewer = HiringDesk(app, "reviewer")
    dialog = reviewer.post("/hiring/publicity/action_post", {"action": "publicize", "all": "1", "query": ""})
    return reviewer.post(f"{dialog}/run", {"start": TODAY.isoformat(), "end": end}, expect=422)
