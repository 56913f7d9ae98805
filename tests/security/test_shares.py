"""What one person looks up and takes away is counted and written down, and numbers reach the log in no column."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from app.engine.access.accounts import USERNAME
from app.engine.actor import Actor
from app.engine.audit import AuditEntry, record
from app.engine.longwork import works
from app.engine.sessions import logins, shares
from app.engine.sessions.attempts import Attempt
from app.extensions import db
from app.registers.ciphers import text_of
from app.registers.models import Person
from app.web.longwork import works as web_works
from tests.desk.clerks import Desk
from tests.desk.logins import WRONG, try_in

ID, PHONE = "510104198806182938", "13800001234"


def whole_id(app) -> str:
    """Of somebody in the register."""
    with app.app_context():
        person = db.session.scalars(select(Person).limit(1), execution_options={"scope": "open"}).one()
        return text_of(app.extensions["vault"], person, Person.id_cipher)


def entries(app, event: str) -> list[AuditEntry]:
    with app.app_context():
        wanted = select(AuditEntry).where(AuditEntry.event == event).order_by(AuditEntry.id)
        found = db.session.scalars(wanted, execution_options={"scope": "open"}).all()
        db.session.expunge_all()
        return found


def test_a_look_up_is_written_down_whatever_it_finds(demo_app):
    desk, known = Desk(demo_app, "clerk"), whole_id(demo_app)
    assert desk.client.post("/desk/person", data={"citizen_id": known}).json
    assert desk.client.post("/desk/person", data={"citizen_id": ID}).json == {}
    assert desk.client.post("/desk/person", data={"citizen_id": "5101"}).json == {}
    told = [(entry.subject, entry.after["found"]) for entry in entries(demo_app, "lookup")]
    assert told == [(f"{known[:4]}**********{known[-4:]}", True), ("5101**********2938", False)]


def test_the_register_beyond_ones_own_scope_counts_as_a_look_up(demo_app):
    desk = Desk(demo_app, "clerk")
    page = desk.client.get(f"/registers/persons/list/?citizen_id={ID}", follow_redirects=True)
    assert page.status_code == 200
    assert [entry.after["found"] for entry in entries(demo_app, "lookup")] == [False]


def test_look_ups_end_with_the_hours_share(demo_app, monkeypatch):
    monkeypatch.setattr(shares, "LOOKUPS", 2)
    desk = Desk(demo_app, "clerk")
    for _ in range(2):
        desk.client.post("/desk/person", data={"citizen_id": ID})
    answer = desk.client.post("/desk/person", data={"citizen_id": ID})
    assert answer.status_code == 409
    assert "按号码查询已达2次" in answer.text
    other = Desk(demo_app, "clerk_b").client.post("/desk/person", data={"citizen_id": ID})
    assert other.status_code == 200


def test_the_nights_tidying_keeps_the_counts_of_the_hour(demo_app, monkeypatch):
    monkeypatch.setattr(shares, "LOOKUPS", 1)
    desk = Desk(demo_app, "clerk")
    desk.client.post("/desk/person", data={"citizen_id": ID})
    with demo_app.app_context():
        ago = func.now() - timedelta(minutes=40)
        db.session.execute(update(Attempt).where(Attempt.subject.startswith("lookup:")).values(began_at=ago))
        logins.drop_old(db.session)
        db.session.commit()
    assert desk.client.post("/desk/person", data={"citizen_id": ID}).status_code == 409


def test_a_refused_look_up_tells_the_script_why(demo_app, monkeypatch):
    monkeypatch.setattr(shares, "LOOKUPS", 0)
    desk = Desk(demo_app, "clerk")
    asked = {"data": {"citizen_id": ID}, "headers": {"Accept": "application/json"}}
    answer = desk.client.post("/desk/person", **asked)
    assert answer.status_code == 409
    assert answer.json["error"].startswith("一小时内按号码查询已达0次。请到")


@pytest.mark.parametrize("words", ["employer=成都", "person=张", "concerns=张"])
def test_searches_of_lists_end_with_the_hours_share(demo_app, monkeypatch, words):
    """By words, however the list is asked for: by its card or its address, page after page. States and days are nobody."""
    monkeypatch.setattr(shares, "SEARCHES", 2)
    view, lists, who = {
        "employer": ("HiringQueryView", "/hiring/query/list/", "clerk"),
        "person": ("HiringQueryView", "/hiring/query/list/", "clerk"),
        "concerns": ("AuditView", "/settings/audit/list/", "auditor"),
    }[words.split("=")[0]]
    desk = Desk(demo_app, who)
    name, word = words.split("=")
    address = desk.post("/desk/search", {"view": view, name: word}, expect=303)
    desk.get(address)
    desk.get(f"{lists}?{words}&end=1")
    for asked in (address, f"{lists}?{words}&after=0"):
        assert "一小时内查询列表已达2次" in desk.get(asked, expect=409)
    desk.get(lists)
    desk.get(f"{lists}?order=id&direction=asc&state=submitted")


def test_searches_of_another_person_go_on(demo_app, monkeypatch):
    monkeypatch.setattr(shares, "SEARCHES", 1)
    address = "/hiring/query/list/?employer=成都"
    clerk, other = Desk(demo_app, "clerk"), Desk(demo_app, "clerk_b")
    clerk.get(address)
    clerk.get(address, expect=409)
    other.get(address)


def test_a_clerks_day_fits_into_the_shares():
    """Five hundred cases in an eight hours' day, each searched for and paged through some times."""
    assert 8 * shares.SEARCHES >= 500 * 10


def test_exports_end_with_the_hours_share(demo_app, monkeypatch):
    monkeypatch.setattr(shares, "EXPORTS", 1)
    desk, asked = Desk(demo_app, "auditor"), {"view": "PersonView", "query": ""}
    assert desk.client.post("/desk/exports/start", data=asked).status_code == 200
    assert "一小时内导出已达1次" in desk.post("/desk/exports/start", asked, expect=409)


def test_works_of_one_person_wait_for_each_other_and_are_few(demo_app, monkeypatch):
    monkeypatch.setattr(web_works, "AT_ONCE", 0)
    desk, asked = Desk(demo_app, "auditor"), {"view": "PersonView", "query": ""}
    for _ in range(works.MOST_UNDER_WAY):
        desk.post("/desk/exports/start", asked, expect=303)
    page = desk.post("/desk/exports/start", asked, expect=409)
    assert "您已有5项工作在办理：“导出 · 人员登记库”" in page
    Desk(demo_app, "clerk").post("/desk/exports/start", asked, expect=303)
    taking = text("SELECT (procrastinate_fetch_job_v2(NULL, procrastinate_register_worker_v1())).lock")
    with demo_app.app_context():
        taken = [db.session.scalar(taking) for _ in range(3)]
    assert len(set(taken[:2])) == 2
    assert taken[2] is None


def test_no_number_reaches_the_log_in_any_column(demo_app):
    actor = Actor(None, f"张三{PHONE}", None, "", "", "127.0.0.1", None)
    facts = {"before": {"contact": PHONE}, "after": {"rows": [{"teacher": f"李四{ID}"}], "count": 1}}
    with demo_app.app_context():
        record(db.session, actor, "edit", subject=f"甲\u202e{ID}", note=PHONE, **facts)
        db.session.commit()
    entry = entries(demo_app, "edit")[-1]
    assert (entry.actor_name, entry.note) == ("张三*******1234", "*******1234")
    assert entry.subject == "甲\\u202e**************2938"
    assert entry.before == {"contact": "*******1234"}
    assert entry.after == {"rows": [{"teacher": "李四**************2938"}], "count": 1}


def test_a_name_that_nobody_has_is_not_logged(demo_app):
    try_in(demo_app, "my-secret-Password1", WRONG)
    try_in(demo_app, "clerk", WRONG)
    assert [entry.subject for entry in entries(demo_app, "login_failed")] == [None, "clerk"]


@pytest.mark.parametrize("name", [f"u{PHONE}", "u138-0000-1234", f"u{ID}"])
def test_nobody_is_named_by_a_number(demo_app, name):
    assert not USERNAME.fullmatch(name)
    assert USERNAME.fullmatch("zhang.san-2026")
