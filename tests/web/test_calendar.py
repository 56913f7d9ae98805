"""The turn of the year through the web: cautious publicity, the year's confirmation, what it makes too short, its extension."""

import re
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.engine.audit import AuditEntry
from app.engine.cases.claims import Notice
from app.engine.scope import Scope
from app.extensions import db
from app.registers.calendar.festivals import statutory_days
from tests.desk.clerks import Desk, HiringDesk
from tests.desk.days import DECEMBER

START, END = date(2026, 12, 30), date(2027, 1, 6)
PROCLAIMED = (date(2027, 1, 4), date(2027, 1, 5))
"""Holidays that nobody could foresee."""


@pytest.fixture
def demonstration(demonstrations):
    """As of that December, on whichever day the tests run."""
    return demonstrations(DECEMBER)


@pytest.fixture
def demo_files(demonstration):
    return demonstration.files


@pytest.fixture(scope="module")
def stage(application, cluster, demonstrations):
    december = demonstrations(DECEMBER)

    def walk():
        clerk, reviewer = HiringDesk(application, "clerk"), HiringDesk(application, "reviewer")
        clerk.hand_in(december.files, "1-good.xlsx")
        reviewer.act("review", "approve")
        return reviewer, Desk(application, "policy")

    return cluster.walked(application, december.template, START, walk)


@pytest.fixture
def winter(system, demo_app, stage, monkeypatch):
    """(reviewer, policy officer): approved claims on 30 December 2026, when nobody has confirmed 2027."""
    monkeypatch.setitem(demo_app.config, "TODAY", START)
    return stage.given


def dialog(reviewer: HiringDesk) -> str:
    form = {"action": "publicize", "query": "state=approved", "all": "1", "rowid": []}
    return reviewer.post("/hiring/publicity/action_post", form)


def publicize(reviewer: HiringDesk) -> str:
    """The notice's address."""
    reviewer.confirm(dialog(reviewer), start=START.isoformat(), end=END.isoformat())
    with reviewer.client.application.app_context():
        db.session.info["scope"] = Scope.everything()
        return f"/hiring/notices/show/{db.session.scalar(select(Notice.id))}"


def enter_year(policy: Desk, more: tuple[date, ...] = ()) -> None:
    policy.post("/settings/years/add", {"year": "2027", "document": "国办发明电〔2026〕9号"})
    for day in sorted(statutory_days(2027) | set(more)):
        if day.weekday() < 5:
            enter_day(policy, day)


def enter_day(policy: Desk, day: date) -> None:
    policy.post("/settings/calendar/add", {"day": day.isoformat(), "working": "0", "name": "放假"})


def confirm(policy: Desk) -> str:
    return policy.post("/settings/years/confirm/2027")


def test_the_dialog_says_that_the_reckoning_is_cautious_and_who_confirms_where(winter):
    reviewer, policy = winter
    page = reviewer.get(dialog(reviewer))
    assert f"结束日期最早为{END}" in page and "2027年的放假安排尚未确认" in page
    assert "省级政策管理员" in page and "放假安排年份" in page
    enter_year(policy)
    assert "尚未确认" in reviewer.get(dialog(reviewer))
    confirm(policy)
    assert "尚未确认" not in reviewer.get(dialog(reviewer))


def test_a_day_before_the_cautious_end_is_refused_and_the_notice_says_why(winter):
    reviewer, _ = winter
    said = reviewer.post(f"{dialog(reviewer)}/run", {"start": "2026-12-30", "end": "2027-01-05"}, expect=422)
    assert f"结束日期最早为{END}" in said and "尚未确认" in said
    assert "2027年的放假安排尚未确认" in reviewer.get(publicize(reviewer))


def test_a_year_is_confirmed_once_its_statutory_holidays_are_entered(winter):
    _, policy = winter
    policy.post("/settings/years/add", {"year": "2027", "document": "国办发明电〔2026〕9号"})
    assert "未确认，从严计算" in policy.get("/settings/years/list/")
    assert 'href="/settings/calendar/add"' in policy.get("/settings/years/confirm/2027")
    for day in sorted(day for day in statutory_days(2027) if day.weekday() < 5):
        said = policy.post("/settings/years/confirm/2027", expect=422)
        assert "还没有登记齐全" in said and day.isoformat() in said
        enter_day(policy, day)
    assert "2027-01-01" in policy.get("/settings/years/confirm/2027")
    assert confirm(policy).endswith("/settings/years/list/")
    assert "未确认" not in policy.get("/settings/years/list/").split("<tbody>")[1]
    assert "已经确认" in policy.post("/settings/years/confirm/2027", expect=422)


def test_a_confirmation_lists_publicity_that_became_too_short(winter, demo_app, monkeypatch):
    reviewer, policy = winter
    notice = publicize(reviewer)
    assert "没有公示期不足的公示" in reviewer.get("/notices/short/list/")
    enter_year(policy, PROCLAIMED)
    assert confirm(policy).endswith("/notices/short/list/")
    for desk in (policy, reviewer):
        page = desk.get("/notices/short/list/")
        assert "XN-GS-510104-2026-001" in page and "2027-01-08" in page
        assert (notice in page) is (desk is reviewer)
    monkeypatch.setitem(demo_app.config, "TODAY", date(2027, 1, 7))
    page = reviewer.act("publicity", "pass_publicity", query="state=publicizing")
    assert 'id="moved">0<' in page and "最早应到2027-01-08" in page and "延长公示" in page
    assert "至少延长到2027-01-08" in reviewer.get(notice)


def test_a_running_publicity_is_extended_and_never_shortened(winter, demo_app, monkeypatch):
    reviewer, policy = winter
    notice = publicize(reviewer)
    extend = notice.replace("show", "extend")
    enter_year(policy, PROCLAIMED)
    confirm(policy)
    assert "只能延长，不能缩短" in reviewer.post(extend, {"end": "2027-01-06"}, expect=422)
    assert "结束日期最早为2027-01-08" in reviewer.post(extend, {"end": "2027-01-07"}, expect=422)
    assert reviewer.post(extend, {"end": "2027-01-08"}).endswith(notice)
    assert "2027-01-08" in reviewer.get(notice) and "公示期不足" not in reviewer.get(notice).split("<main")[1]
    assert "没有公示期不足的公示" in reviewer.get("/notices/short/list/")
    with demo_app.app_context():
        db.session.info["scope"] = Scope.everything()
        told = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "extend_publicity")).one()
        assert (told.before, told.after) == ({"ends_on": "2027-01-06"}, {"ends_on": "2027-01-08"})
        with pytest.raises(IntegrityError, match="extended only"):
            db.session.execute(update(Notice).values(ends_on=END))
        db.session.rollback()
    monkeypatch.setitem(demo_app.config, "TODAY", date(2027, 1, 9))
    assert 'id="moved">40<' in reviewer.act("publicity", "pass_publicity", query="state=publicizing")
    assert "不需要延长" in reviewer.post(extend, {"end": "2027-02-26"}, expect=422)


def test_days_between_an_end_that_is_past_and_the_extension_were_no_publicity(winter, demo_app, monkeypatch):
    reviewer, policy = winter
    notice = publicize(reviewer)
    enter_year(policy, PROCLAIMED)
    confirm(policy)
    monkeypatch.setitem(demo_app.config, "TODAY", date(2027, 1, 11))
    extend = notice.replace("show", "extend")
    assert "结束日期最早为2027-01-12" in reviewer.post(extend, {"end": "2027-01-11"}, expect=422)
    assert reviewer.post(extend, {"end": "2027-01-12"}).endswith(notice)


def test_a_day_corrected_in_a_confirmed_year_counts_at_once(winter):
    reviewer, policy = winter
    enter_year(policy)
    confirm(policy)
    publicize(reviewer)
    assert "公示期不足" not in reviewer.get("/").partition("<main")[2].partition("我的功能")[0]
    enter_day(policy, date(2027, 1, 5))
    home = re.sub(r"<[^>]+>|\s", "", reviewer.get("/").partition("<main")[2].partition("我的功能")[0])
    assert "公示期不足1份" in home
    assert "公示期不足" in policy.get("/settings/calendar/list/").split("<main")[1]
    page = reviewer.get("/notices/short/list/")
    assert "XN-GS-510104-2026-001" in page and "2027-01-07" in page
    policy.post("/settings/calendar/edit/2027-01-05", edited(policy, "2027-01-05") | {"working": "1"})
    assert "没有公示期不足的公示" in reviewer.get("/notices/short/list/")


def edited(policy: Desk, day: str) -> dict[str, str]:
    page = policy.get(f"/settings/calendar/edit/{day}")
    return {"seen": page.split('name="seen" value="')[1].split('"')[0], "day": day, "name": "放假"}
