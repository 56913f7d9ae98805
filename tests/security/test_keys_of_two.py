"""A key that loads registers is issued by the office above or by two people, dies with its maker's right, and leaves traces."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from app.engine.access.api_keys import CASE_READ, REGISTER_LOAD, ApiKey
from app.engine.access.duties import AccountDeed
from app.engine.audit import AuditEntry
from app.engine.scope import Scope, seeing
from app.extensions import db
from app.registers.models import Coverage, RegisterLoad
from tests.desk.administrators import CHENGDU, administrator, migrated_again
from tests.desk.api import Caller, person
from tests.desk.clerks import JINJIANG, Desk
from tests.desk.days import TODAY, after, month
from tests.desk.logins import BASE, Facts, changed

KEYS = "/settings/keys"


def issue(
    desk: Desk, facts: Facts, office: str = JINJIANG, abilities=(REGISTER_LOAD, CASE_READ)
) -> tuple[str, int]:
    """A key made on the screen: its text and its number."""
    form = {
        "name": "交换平台",
        "office": facts.office(office),
        "abilities": list(abilities),
        "ends_on": str(after(30)),
    }
    page = desk.post(f"{KEYS}/add", form, expect=200)
    return re.search(r"key_[\w-]{43}", page)[0], facts.query(select(func.max(ApiKey.id)))[0][0]


def entries(facts: Facts, event: str) -> list[AuditEntry]:
    return [entry for (entry,) in facts.query(select(AuditEntry).where(AuditEntry.event == event))]


def test_a_county_administrator_alone_invents_no_facts(demo_app, facts):
    admin = Desk(demo_app, "county_admin")
    key, number = issue(admin, facts)
    caller = Caller(demo_app, key)
    caller.load("persons", [person(1)], 401)
    caller.get("cases", 401)
    assert "您不能确认这把密钥" in admin.post(f"{KEYS}/confirm/{number}", expect=409)
    assert "待确认：须由" in admin.get(f"{KEYS}/list/") and f"confirm-{number}" not in admin.get(
        f"{KEYS}/list/"
    )
    province = Desk(demo_app, "province_admin")
    for desk in (admin, province):
        assert re.search(
            r'<span class="what">待确认接口密钥</span>\s*<span class="note">1 把<', desk.get("/")
        )
    assert f"confirm-{number}" in province.get(f"{KEYS}/list/")
    province.post(f"{KEYS}/confirm/{number}")
    assert caller.load("persons", [person(1)])["stored"] == 1
    province.post(f"{KEYS}/confirm/{number}", expect=409)
    (entry,) = entries(facts, "key_confirmed")
    assert entry.actor_id == facts.id("province_admin") and entry.subject == f"交换平台 · {number}"


def test_the_office_above_issues_a_key_at_once(demo_app, facts):
    city = Desk(demo_app, administrator(demo_app, "city", CHENGDU, "prefecture_admin"))
    key, _ = issue(city, facts)
    assert Caller(demo_app, key).load("persons", [person(1)])["stored"] == 1
    own, number = issue(city, facts, CHENGDU)
    Caller(demo_app, own).load("persons", [person(2)], 401)
    Desk(demo_app, "county_admin").post(f"{KEYS}/confirm/{number}", expect=404)
    Desk(demo_app, "province_admin").post(f"{KEYS}/confirm/{number}")
    Caller(demo_app, own).load("persons", [person(2)])


def test_two_of_one_office_issue_a_key_when_neither_has_handled_the_others_account(demo_app, facts):
    colleague = Desk(demo_app, administrator(demo_app, "county_admin2", JINJIANG, "county_admin"))
    key, number = issue(Desk(demo_app, "county_admin"), facts)
    pair = {"user_id": facts.id("county_admin"), "by_id": facts.id("county_admin2")}
    with demo_app.app_context():
        db.session.execute(insert(AccountDeed).values(**pair, deed="reset"))
        db.session.commit()
    colleague.post(f"{KEYS}/confirm/{number}", expect=409)
    with demo_app.app_context():
        db.session.execute(text("DELETE FROM account_deeds"))
        db.session.commit()
    colleague.post(f"{KEYS}/confirm/{number}")
    Caller(demo_app, key).load("persons", [person(1)])


def test_a_key_that_only_reads_needs_nobody_else(demo_app, facts):
    key, _ = issue(Desk(demo_app, "county_admin"), facts, abilities=[CASE_READ])
    Caller(demo_app, key).get("cases")


def test_keys_of_the_release_before_are_suspended_until_confirmed(demo_app, facts):
    admin = Desk(demo_app, "county_admin")
    loads, number = issue(admin, facts)
    reads, _ = issue(admin, facts, abilities=[CASE_READ])
    Desk(demo_app, "province_admin").post(f"{KEYS}/confirm/{number}")
    migrated_again(demo_app)
    Caller(demo_app, reads).get("cases")
    Caller(demo_app, loads).load("persons", [person(1)], 401)
    made = facts.query(select(ApiKey.made_by_id, ApiKey.made_in_id).where(ApiKey.id == number))
    assert made == [(facts.id("county_admin"), facts.office(JINJIANG))]
    Desk(demo_app, "county_admin").post(f"{KEYS}/confirm/{number}", expect=409)
    Desk(demo_app, "province_admin").post(f"{KEYS}/confirm/{number}")
    Caller(demo_app, loads).load("persons", [person(1)])


@pytest.mark.parametrize("lost", ["stopped", "moved", "no role", "ended"])
def test_a_key_dies_with_its_makers_right(demo_app, facts, lost):
    key, _ = issue(Desk(demo_app, "county_admin"), facts, abilities=[CASE_READ])
    Caller(demo_app, key).get("cases")
    province = Desk(demo_app, "province_admin")
    form = changed(facts, province, "county_admin")
    if lost == "stopped":
        form.pop("active")
    elif lost == "moved":
        form["office"] = facts.office("510105")
    elif lost == "no role":
        form["roles"] = []
    else:
        form["until-county_admin"] = str(TODAY)
    province.post(f"{BASE}/change/{facts.id('county_admin')}", form)
    if lost == "ended":
        Caller(demo_app, key).get("cases")
        demo_app.config["TODAY"] = after(1)
    try:
        Caller(demo_app, key).get("cases", 401)
        assert "失效：发放人已停用、调离或不再是管理员" in Desk(demo_app, "province_admin").get(
            f"{KEYS}/list/"
        )
    finally:
        demo_app.config["TODAY"] = TODAY


def test_a_load_is_written_down_with_what_it_changed(demo_app, facts):
    city = Desk(demo_app, administrator(demo_app, "city", CHENGDU, "prefecture_admin"))
    caller = Caller(demo_app, issue(city, facts)[0])
    caller.load("persons", [person(1), person(2, phone="13800000001")])
    caller.load("persons", [{**person(1), "name": "改了名"}, person(2), person(3)])
    spell = {"citizen_id": person(1)["citizen_id"], "registered_on": str(after(-300))}
    caller.load("unemployment", [spell])
    caller.load("unemployment", [{**spell, "cancelled_on": str(after(-270))}])
    mine = [e.after for e in entries(facts, "register_load") if e.actor_name.startswith("API")]
    assert [(one["kind"], one["added"], one["changed"]) for one in mine] == [
        ("persons", 2, {}),
        ("persons", 1, {"name": 1, "phone": 1}),
        ("unemployment", 1, {}),
        ("unemployment", 0, {"cancelled_on": 1}),
    ]
    assert mine[0]["coverage"] == {JINJIANG: f"{TODAY} — {TODAY}"}
    page = Desk(demo_app, "auditor").get("/settings/audit/list/?event=register_load")
    assert "API · 交换平台" in page


def test_months_are_counted_by_what_they_say(demo_app, facts):
    city = Desk(demo_app, administrator(demo_app, "city", CHENGDU, "prefecture_admin"))
    caller = Caller(demo_app, issue(city, facts)[0])
    firm = facts.query(text("SELECT uscc FROM employers WHERE region_code = '510104' ORDER BY id LIMIT 1"))[
        0
    ][0]
    row = {
        "citizen_id": person(1)["citizen_id"],
        "uscc": firm,
        "month": f"{TODAY:%Y-%m}",
        "insured_region": JINJIANG,
    }
    caller.load("contributions", [{**row, "paid": False}])
    caller.load("contributions", [{**row, "paid": True}, {**row, "month": f"{month(1):%Y-%m}", "paid": True}])
    mine = [e.after for e in entries(facts, "register_load") if e.actor_name.startswith("API")]
    assert [(one["added"], one["changed"]) for one in mine] == [(1, {}), (1, {"paid": 1})]
    assert facts.query(select(func.max(Coverage.last_day)))[0][0] == TODAY


def test_what_a_load_covers_does_not_lie_in_the_future(demo_app, facts):
    city = Desk(demo_app, administrator(demo_app, "city", CHENGDU, "prefecture_admin"))
    caller = Caller(demo_app, issue(city, facts)[0])
    before = facts.query(select(func.count(RegisterLoad.id)))
    declared = {"regions": JINJIANG, "first": str(month(10)), "last": str(after(1))}
    assert "晚于今天" in caller.load("persons", [person(1)], 409, **declared)["message"]
    assert facts.query(select(func.count(RegisterLoad.id))) == before
    caller.load("persons", [person(1)], **{**declared, "last": str(TODAY)})


def test_each_call_that_reads_cases_is_one_entry(demo_app, facts):
    key, number = issue(Desk(demo_app, "county_admin"), facts, abilities=[CASE_READ])
    caller = Caller(demo_app, key)
    rows = len(caller.get("cases", state="submitted", uscc="51010419800101001X")["result"])
    caller.get("cases/0", 404)
    (entry,) = entries(facts, "api_read")
    assert entry.actor_name == f"API · 交换平台 · {number}" and entry.after["rows"] == rows
    assert entry.after["asked"] == {"state": "submitted", "after": "0", "limit": "50"}


def test_the_database_refuses_a_key_of_one(demo_app, facts):
    _, number = issue(Desk(demo_app, "county_admin"), facts)
    row = {"name": "x", "office_id": facts.office(JINJIANG), "abilities": [REGISTER_LOAD], "digest": "0" * 64}
    maker = {
        "made_by": "罗丽华",
        "made_by_id": facts.id("county_admin"),
        "made_in_id": facts.office(JINJIANG),
    }
    own = update(ApiKey).where(ApiKey.id == number)
    for statement in (
        insert(ApiKey).values(**row, **maker, ends_on=TODAY, confirmed_at=func.now()),
        own.values(confirmed_at=func.now()),
        own.values(confirmed_at=func.now(), confirmed_by_id=facts.id("county_admin")),
        own.values(confirmed_at=func.now(), confirmed_by_id=facts.id("clerk_b")),
        own.values(made_by_id=facts.id("province_admin")),
        own.values(abilities=[CASE_READ]),
    ):
        everything = seeing(db.session, Scope.everything())
        with demo_app.app_context(), everything, pytest.raises(IntegrityError):
            db.session.execute(statement)
            db.session.commit()
