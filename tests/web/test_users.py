"""Logins: administrators change those of their subtree and find no way up; everybody has an own password."""

from __future__ import annotations

import re

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from app.demo.users import JINJIANG, PASSWORD, PREFECTURE, PROVINCE, QINGYANG, USERS
from app.engine.access import accounts
from app.engine.access.roles import COUNTY_ADMIN, PREFECTURE_ADMIN, SYSTEM
from app.engine.actor import Actor
from app.engine.scope import Scope
from app.kernel.errors import Refused
from app.registers.organisation import Office, Staff
from tests.desk.clerks import Desk
from tests.desk.logins import BASE, agree, changed, login, new, password_on

OWN = "/settings/password/"
NEW = "Spring-2027"


def test_an_administrator_sees_the_own_subtree_only(demo_app):
    county = Desk(demo_app, "county_admin").get(f"{BASE}/list/")
    assert ">clerk</td>" in county and "clerk_b" not in county and "province_admin" not in county
    province = Desk(demo_app, "province_admin").get(f"{BASE}/list/")
    assert all(f">{user.username}</td>" in province for user in USERS)
    assert "经办" in province and "锦江区就业服务管理局" in province


def test_a_search_finds_by_name_username_and_office(demo_app):
    desk = Desk(demo_app, "province_admin")
    assert "clerk_b" not in desk.get(f"{BASE}/list/?user=陈小")
    assert ">clerk</td>" in desk.get(f"{BASE}/list/?user=陈小")
    assert ">clerk</td>" in desk.get(f"{BASE}/list/?user=CLERK")
    assert "clerk_b" in desk.get(f"{BASE}/list/?office=青羊")


def test_a_new_login_works_with_the_password_shown_once(demo_app, facts):
    desk = Desk(demo_app, "county_admin")
    answer = desk.client.post(f"{BASE}/add", data=new(facts, roles=["clerk", "cashier"]))
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    password = password_on(answer.text)
    _, status = login(demo_app, "wang.li", password)
    assert status == 302
    assert facts.user("wang.li")[:3] == ("王丽", JINJIANG, True)
    assert facts.roles("wang.li") == {"clerk", "cashier"}
    events = facts.events("wang.li")
    assert ("role_change", "罗丽华", {"roles": []}, {"roles": ["cashier", "clerk"]}) in events
    assert ("user_change", "罗丽华", None, {"name": "王丽", "office": JINJIANG, "active": True}) in events
    assert password not in str(events) and password not in desk.get(f"{BASE}/list/")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"username": "clerk"}, "已被使用"),
        ({"username": "Clerk"}, "小写字母"),
        ({"username": "x@localhost"}, "小写字母"),
        ({"name": " "}, "请填写姓名"),
        ({"username": ""}, "请填写用户名"),
    ],
)
def test_a_new_login_is_refused_with_the_reason(demo_app, facts, more, says):
    before = facts.everything()
    page = Desk(demo_app, "county_admin").post(f"{BASE}/add", new(facts, **more), expect=422)
    assert says in page
    assert facts.everything() == before


def test_a_change_is_written_with_before_and_after(demo_app, facts):
    desk = Desk(demo_app, "county_admin")
    form = changed(facts, desk, "clerk", name="陈敏", roles=["reviewer", "auditor"])
    desk.post(f"{BASE}/change/{facts.id('clerk')}", form)
    assert facts.user("clerk")[0] == "陈敏" and facts.roles("clerk") == {"reviewer", "auditor"}
    assert facts.events("clerk") == [
        (
            "user_change",
            "罗丽华",
            {"name": "陈小敏", "office": JINJIANG, "active": True},
            {"name": "陈敏", "office": JINJIANG, "active": True},
        ),
        ("role_change", "罗丽华", {"roles": ["clerk"]}, {"roles": ["auditor", "reviewer"]}),
        ("duty_given", "罗丽华", None, {"roles": ["reviewer"], "cause": "given"}),
    ]


def test_the_form_shows_what_is_held(demo_app, facts):
    page = Desk(demo_app, "county_admin").get(f"{BASE}/change/{facts.id('clerk')}")
    ticked = re.findall(r"<input[^>]*checked[^>]*>", page)
    assert [re.search(r'value="(\w+)"', box)[1] for box in ticked] == ["clerk", "y"]
    assert re.search(r"<option selected value=\"\d+\">510104 ", page) and 'value="陈小敏"' in page


def test_whoever_is_changed_feels_it_at_the_next_request(demo_app, facts):
    admin, clerk = Desk(demo_app, "county_admin"), Desk(demo_app, "clerk")
    clerk.get("/hiring/applications/add")
    clerk.get("/hiring/disbursement/list/", expect=403)
    address = f"{BASE}/change/{facts.id('clerk')}"
    admin.post(address, changed(facts, admin, "clerk", roles=["cashier"]))
    assert "/login/" in clerk.client.get("/hiring/applications/add").headers["Location"]
    assert agree(facts, "clerk") == 1
    clerk.get("/hiring/disbursement/list/", expect=302)
    clerk = Desk(demo_app, "clerk")
    clerk.get("/hiring/applications/add", expect=403)
    clerk.get("/hiring/disbursement/list/")
    stopped = changed(facts, admin, "clerk")
    stopped.pop("active")
    admin.post(address, stopped)
    assert "/login/" in clerk.client.get("/hiring/disbursement/list/").headers["Location"]
    assert login(demo_app, "clerk", PASSWORD)[1] == 401
    admin.post(address, changed(facts, admin, "clerk", active="y"))
    assert login(demo_app, "clerk", PASSWORD)[1] == 302


def test_a_login_moves_with_its_sight(demo_app, facts):
    admin, clerk = Desk(demo_app, "province_admin"), Desk(demo_app, "clerk")
    form = changed(facts, admin, "clerk", office=facts.office(QINGYANG))
    admin.post(f"{BASE}/change/{facts.id('clerk')}", form)
    assert "/login/" in clerk.client.get("/").headers["Location"]
    assert "青羊区就业服务管理局" in Desk(demo_app, "clerk").get("/")
    assert ">clerk</td>" not in Desk(demo_app, "county_admin").get(f"{BASE}/list/")


def test_a_stale_change_is_refused(demo_app, facts):
    admin = Desk(demo_app, "county_admin")
    address, stale = f"{BASE}/change/{facts.id('clerk')}", changed(facts, admin, "clerk", roles=["reviewer"])
    admin.post(address, changed(facts, admin, "clerk", roles=["cashier"]))
    faulty = admin.post(address, {**stale, "name": ""}, expect=422)
    again = re.search(r'name="seen" value="([^"]+)"', faulty)[1]
    for form in (stale, {**stale, "seen": again}):
        assert "已被他人修改" in admin.post(address, form, expect=422)
    assert facts.roles("clerk") == {"cashier"}


def test_a_reset_ends_the_old_password_and_its_sessions(demo_app, facts):
    admin, clerk = Desk(demo_app, "county_admin"), Desk(demo_app, "clerk")
    password = password_on(admin.post(f"{BASE}/reset/{facts.id('clerk')}", expect=200))
    assert "/login/" in clerk.client.get("/").headers["Location"]
    assert login(demo_app, "clerk", PASSWORD)[1] == 401
    assert login(demo_app, "clerk", password)[1] == 302
    assert ("password_change", "罗丽华", None, None) in facts.events("clerk")


# The ways up, each tried by a county administrator (or by whom it names) and found closed.


@pytest.fixture
def climb(demo_app, facts):
    """Tries one way; nothing may have changed. Answers with the page."""
    desks: dict[str, Desk] = {}

    def attempt(address: str, data: dict, status: int, by: str = "county_admin", method: str = "POST") -> str:
        if by not in desks:
            desks[by] = Desk(demo_app, by)
        before, tried = facts.everything(), facts.refusals()
        answer = desks[by].client.open(address, method=method, data=data)
        assert answer.status_code == status, answer.text
        assert facts.everything() == before
        if method == "POST":
            assert facts.refusals() == [*tried, (desks[by].username, address, status)]
        return answer.text

    return attempt


def test_no_role_beyond_the_list_is_given_to_a_new_login(climb, facts):
    for role in [COUNTY_ADMIN, PREFECTURE_ADMIN, "province_admin", "policy_officer", SYSTEM, "Admin"]:
        climb(f"{BASE}/add", new(facts, roles=[role]), 422)


def test_no_role_beyond_the_list_is_given_to_an_old_login(demo_app, climb, facts):
    for role in [COUNTY_ADMIN, SYSTEM]:
        form = changed(facts, Desk(demo_app, "county_admin"), "clerk", roles=["clerk", role])
        climb(f"{BASE}/change/{facts.id('clerk')}", form, 422)


def test_no_role_is_given_by_its_id(climb, facts):
    form = new(facts, roles=[facts.role_id(SYSTEM)])
    climb(f"{BASE}/add", form, 422)


@pytest.mark.parametrize("field", ["role", "groups", "permissions", "roles-0"])
def test_fields_that_the_form_does_not_have_give_nothing(demo_app, facts, field):
    desk = Desk(demo_app, "county_admin")
    desk.post(f"{BASE}/add", new(facts, **{field: [SYSTEM, facts.role_id(SYSTEM)]}), expect=200)
    assert facts.roles("wang.li") == {"clerk"}


@pytest.mark.parametrize("office", [QINGYANG, PREFECTURE, PROVINCE])
def test_no_login_is_made_or_moved_outside_the_subtree(demo_app, climb, facts, office):
    climb(f"{BASE}/add", new(facts, office), 422)
    form = changed(facts, Desk(demo_app, "county_admin"), "clerk", office=facts.office(office))
    climb(f"{BASE}/change/{facts.id('clerk')}", form, 422)


def test_nobody_outside_the_subtree_is_there(climb, facts):
    for target in ["clerk_b", "reviewer_b", "province_admin", "admin", "policy"]:
        address = f"{BASE}/change/{facts.id(target)}"
        climb(address, {}, 404, method="GET")
        climb(address, new(facts), 404)
        climb(f"{BASE}/reset/{facts.id(target)}", {}, 404)


@pytest.mark.parametrize("by", ["county_admin", "province_admin"])
def test_nobody_changes_or_resets_the_own_account(demo_app, climb, facts, by):
    form = {"name": "我", "office": facts.office(JINJIANG), "roles": ["clerk"], "active": "y", "seen": ""}
    text = climb(f"{BASE}/change/{facts.id(by)}", form, 409, by)
    assert "不能修改本人的账号" in text
    climb(f"{BASE}/reset/{facts.id(by)}", {}, 409, by)
    assert f"/change/{facts.id(by)}" not in Desk(demo_app, by).get(f"{BASE}/list/")


def test_no_equal_administrator_is_changed_or_reset(demo_app, climb, facts):
    form = new(facts, username="second", roles=[COUNTY_ADMIN])
    Desk(demo_app, "province_admin").post(f"{BASE}/add", form, expect=200)
    second = facts.id("second")
    climb(f"{BASE}/change/{second}", new(facts), 409)
    climb(f"{BASE}/reset/{second}", {}, 409)


def test_the_system_administrator_is_nobodys_to_change(climb, facts):
    climb(f"{BASE}/change/{facts.id('admin')}", new(facts), 409, "province_admin")
    climb(f"{BASE}/reset/{facts.id('admin')}", {}, 409, "province_admin")


def test_administrator_and_business_roles_never_meet(climb, facts):
    form = new(facts, roles=["clerk", COUNTY_ADMIN])
    assert "不能与业务角色同时" in climb(f"{BASE}/add", form, 422, "province_admin")


@pytest.mark.parametrize(
    ("role", "office"),
    [
        (COUNTY_ADMIN, PROVINCE),
        (COUNTY_ADMIN, PREFECTURE),
        (PREFECTURE_ADMIN, JINJIANG),
        ("policy_officer", JINJIANG),
    ],
)
def test_a_role_of_one_level_is_not_held_at_another(climb, facts, role, office):
    form = new(facts, office, roles=[role])
    assert "级别不符" in climb(f"{BASE}/add", form, 422, "province_admin")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["change", "add"])
def test_reading_changes_nothing(climb, facts, method, path):
    query = f"roles={SYSTEM}&name=x&office={facts.office(JINJIANG)}&active=y&username=climber"
    address = f"{BASE}/add" if path == "add" else f"{BASE}/change/{facts.id('clerk')}"
    climb(f"{address}?{query}", {}, 200, method=method)


def test_a_reset_takes_a_post(climb, facts):
    for method in ("GET", "HEAD"):
        climb(f"{BASE}/reset/{facts.id('clerk')}", {}, 405, method=method)


@pytest.mark.parametrize("by", ["clerk", "reviewer", "cashier", "auditor", "policy", "admin"])
def test_nobody_else_has_the_screen(demo_app, climb, facts, by):
    climb(f"{BASE}/list/", {}, 403, by, "GET")
    climb(f"{BASE}/add", new(facts), 403, by)
    climb(f"{BASE}/change/{facts.id('clerk')}", new(facts), 403, by)
    climb(f"{BASE}/reset/{facts.id('clerk')}", {}, 403, by)
    assert BASE not in Desk(demo_app, by).get("/")


def test_the_refusals_hold_without_any_form(session):
    """Who calls `accounts` from elsewhere finds the same ways closed."""
    offices = {office.code: office for office in session.scalars(select(Office))}
    scope = Scope.of_office(session, offices[JINJIANG])
    admin = Actor(
        99, "罗丽华", offices[JINJIANG].id, JINJIANG, "", "10.0.0.1", scope, frozenset({COUNTY_ADMIN})
    )
    user = accounts.make_user(
        session, Actor.command(), "clerk", "陈小敏", offices[JINJIANG], ["clerk"], PASSWORD
    )
    session.flush()
    staff = session.get(Staff, user.id)
    for office, roles in (
        (JINJIANG, {COUNTY_ADMIN}),
        (JINJIANG, {SYSTEM}),
        (JINJIANG, {"policy_officer"}),
        (QINGYANG, {"clerk"}),
        (PROVINCE, {"clerk"}),
    ):
        with pytest.raises(Refused):
            accounts.make_user(session, admin, "wang.li", "王丽", offices[office], roles, PASSWORD)
        with pytest.raises(Refused):
            accounts.change_user(
                session, admin, staff, name="陈小敏", office=offices[office], roles=roles, active=True
            )
    assert session.scalar(select(func.count(User.id))) == 1 and accounts.roles_of(user) == {"clerk"}


def test_a_strangers_post_is_refused(demo_app, facts, monkeypatch):
    """With the protection on, as it runs: a form from elsewhere acts on nothing."""
    desk = Desk(demo_app, "county_admin")
    monkeypatch.setitem(demo_app.config, "WTF_CSRF_ENABLED", True)
    before = facts.everything()
    desk.post(f"{BASE}/reset/{facts.id('clerk')}", expect=400)
    desk.post(f"{BASE}/add", new(facts), expect=400)
    assert facts.everything() == before


# One's own password.


def own(old: str = PASSWORD, new: str = NEW, again: str | None = None) -> dict:
    return {"old": old, "new": new, "again": new if again is None else again}


@pytest.mark.parametrize("by", ["clerk", "admin", "county_admin"])
def test_everybody_changes_the_own_password(demo_app, facts, by):
    here, elsewhere = Desk(demo_app, by), Desk(demo_app, by)
    here.get(OWN)
    here.post(OWN, own())
    assert "密码已修改" in here.get(OWN)
    assert "/login/" in elsewhere.client.get("/").headers["Location"]
    assert login(demo_app, by, PASSWORD)[1] == 401 and login(demo_app, by, NEW)[1] == 302
    events = [event for event, *_ in facts.events(by)]
    assert events == ["login", "login", "password_change", "login_failed", "login"]


@pytest.mark.parametrize(
    ("form", "says"),
    [
        (own(old="wrong"), "原密码不正确"),
        (own(new="Short-1"), "至少10个字符"),
        (own(new="onlyletters"), "字母和数字"),
        (own(new="1234567890"), "字母和数字"),
        (own(again="Spring-2028"), "不一致"),
        (own(new=PASSWORD), "最近用过的密码相同"),
        ({}, "请填写原密码"),
    ],
)
def test_a_password_is_refused_with_the_reason(demo_app, facts, form, says):
    desk = Desk(demo_app, "clerk")
    before = facts.everything()
    assert says in desk.post(OWN, form, expect=422)
    assert facts.everything() == before


# The first administrator.


def test_the_first_administrator_is_made_by_command(app, session):
    run = app.test_cli_runner().invoke
    made = run(args=["create-admin", "first", "--password", NEW])
    assert made.exit_code == 0, made.output
    assert "province_admin" in made.output and NEW not in made.output
    desk = app.test_client()
    assert desk.post("/login/", data={"username": "first", "password": NEW}).status_code == 302
    assert desk.get(f"{BASE}/list/").status_code == 200
    for wrong in (
        ["second", "--password", "short1"],
        ["first", "--password", NEW],
        ["second", "--password", NEW, "--office", "999999"],
        ["second", "--password", NEW, "--role", "clerk"],
        ["second", "--password", NEW, "--role", "county_admin"],
    ):
        refused = run(args=["create-admin", *wrong])
        assert refused.exit_code != 0 and "Traceback" not in refused.output, refused.output
        assert isinstance(refused.exception, SystemExit), refused.exception
    session.rollback()
    assert session.scalar(select(func.count(User.id))) == 1


def test_without_the_demonstration_nobody_has_a_known_password(app, session):
    assert session.scalar(select(func.count(User.id))) == 0
    for user in USERS:
        assert login(app, user.username, PASSWORD)[1] == 401
    assert PASSWORD not in app.test_client().get("/login/").text
    refused = app.test_cli_runner().invoke(args=["demo", "load"])
    assert refused.exit_code != 0
    assert session.scalar(select(func.count(User.id))) == 0


def test_an_administrator_finds_where_to_add_a_user(demo_app):
    assert 'href="/settings/users/add"' in Desk(demo_app, "county_admin").get("/settings/users/list/")
