"""The home page is a desk: what waits, by when it is due, how far each programme's cases have come."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from app.engine.oversight import flow
from app.engine.oversight.flow import Ending, Step
from app.engine.oversight.limits import Limits
from app.extensions import db
from app.programmes.installed import by_code
from app.registers.calendar.workdays import WorkCalendar
from app.registers.organisation import Staff
from app.web.desk.fortnight import DAYS, first_day, fortnight
from app.web.desk.home import greeting
from tests.desk.clerks import Desk, HiringDesk
from tests.desk.days import TODAY
from tests.desk.logins import staff_of


@pytest.fixture
def limits(demo_app):
    with demo_app.app_context():
        return Limits(WorkCalendar.load(db.session, TODAY), by_code())


@pytest.fixture
def sent(demo_app, demo_files):
    """One application of passed and failed rows, sent today."""
    clerk = HiringDesk(demo_app, "clerk")
    clerk.hand_in(demo_files, "2-mixed.xlsx")
    return clerk


def step(state, since):
    return Step("hiring_subsidy", state, 1, Decimal(1000), since)


def test_limits_are_counted_in_working_days_from_the_day_after(limits):
    for state, days in (("submitted", 10), ("in_second_review", 10), ("publicized", 5)):
        due = flow.due(step(state, TODAY), limits, TODAY)
        assert limits.calendar.count(TODAY + timedelta(days=1), due) == days, state
        assert limits.calendar.is_working(due)


def test_what_came_back_is_due_today_and_what_has_no_limit_never(limits):
    assert flow.due(step("returned", None), limits, TODAY) == TODAY
    assert flow.due(step("approved", None), limits, TODAY) is None
    assert flow.due(step("draft", TODAY), limits, TODAY) == TODAY + flow.STALE_AFTER
    assert flow.due(step(flow.ENDED, TODAY), limits, TODAY) == TODAY + timedelta(days=1)


def test_the_reviewers_line_says_when_leads_on_and_agrees_with_the_strip(demo_app, sent):
    home = Desk(demo_app, "reviewer").get("/")
    line = re.search(r"""<span class="what">待审核 \d+ 人</span>.*?</li>""", home, re.S)[0]
    people = re.search(r"待审核 (\d+) 人", line)[1]
    address = re.search(r'href="([^"]+)"', line)[1]
    assert f"共{people}条" in Desk(demo_app, "reviewer").get(address)
    assert "天后" in home and "今天没有到期的" in home
    assert re.search(rf'<span class="k">审核</span>\s*<span class="v">{people}<', home)


def test_another_county_sees_none_of_it(demo_app, sent):
    home = Desk(demo_app, "reviewer_b").get("/")
    assert "都办完了" in home and 'class="v">' not in home


def test_the_application_worked_on_last_is_one_click_away(demo_app, sent):
    home = sent.get("/")
    (address,) = re.findall(r'<a class="cut" href="([^"]+)"', home)
    assert "人员名单" in sent.get(address)
    assert 'id="touched"' not in Desk(demo_app, "reviewer").get("/")


def test_the_fortnight_begins_on_monday_and_marks_what_ends(limits, application):
    calendar = limits.calendar
    ends = first_day(TODAY) + timedelta(days=9)
    with application.test_request_context():
        days = fortnight(calendar, [Ending("GS-1", ends, 3)], TODAY)
    assert len(days) == DAYS and days[0].day.weekday() == 0
    assert [day.day for day in days if "due" in day.kind.split()] == [ends]
    assert [day.day for day in days if "today" in day.kind.split()] == [TODAY]
    assert all(("off" in day.kind.split()) != calendar.is_working(day.day) for day in days)


@pytest.mark.parametrize(("hour", "said"), [(8, "上午好"), (12, "下午好"), (17, "下午好"), (18, "晚上好")])
def test_the_greeting_goes_by_the_hour(application, hour, said):
    with application.test_request_context():
        assert greeting(hour) == said


def test_the_colour_scheme_is_kept_with_the_person(demo_app):
    clerk = Desk(demo_app, "clerk")
    assert "data-theme" not in clerk.get("/")
    clerk.post("/desk/theme", {"theme": "dark", "next": "/"})
    assert 'data-theme="dark"' in clerk.get("/")
    assert 'data-theme="dark"' in Desk(demo_app, "clerk").get("/"), "in the next session too"
    assert "data-theme" not in Desk(demo_app, "reviewer").get("/")
    with demo_app.app_context():
        assert staff_of("clerk").theme == "dark"
    clerk.post("/desk/theme", {"theme": "purple"}, expect=404)


def test_nobody_has_no_colour_scheme(demo_app):
    answer = demo_app.test_client().post("/desk/theme", data={"theme": "dark"})
    assert answer.status_code in (302, 400) and "/login" in answer.headers.get("Location", "/login")
    with demo_app.app_context():
        assert not db.session.query(Staff).filter(Staff.theme.is_not(None)).count()
