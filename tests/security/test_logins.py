"""Wrong passwords lock, sessions end when they should, passwords are one's own: over all workers, for they share the database."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.demo.users import PASSWORD
from app.engine.audit import AuditEntry
from app.engine.scope import Scope
from app.engine.sessions import attempts, logins, old_passwords, tries
from app.engine.sessions.attempts import Attempt
from app.engine.sessions.logins import Login
from app.extensions import db
from app.registers.organisation import Staff
from tests.desk.clerks import Desk
from tests.desk.logins import WRONG, staff_of, try_in


def is_in(desk: Desk) -> bool:
    return desk.client.get("/").status_code == 200


def test_the_sixth_try_is_locked_out_even_with_the_right_password(demo_app):
    for _ in range(tries.TRIES_HERE):
        assert try_in(demo_app, "clerk", WRONG).status_code == 401
    answer = try_in(demo_app, "clerk", PASSWORD)
    assert answer.status_code == 401 and "已锁定到" in answer.text
    assert try_in(demo_app, "reviewer", PASSWORD).status_code == 302, "others at the same address go on"


def test_an_account_is_locked_by_any_spelling_and_an_unknown_one_looks_the_same(demo_app):
    for name in ("Clerk", "CLERK", "clerk", "cLerk", "clerK"):
        try_in(demo_app, name, WRONG)
    assert "已锁定到" in try_in(demo_app, "clerk", PASSWORD).text
    said = [try_in(demo_app, "nobody_here", WRONG).text for _ in range(6)]
    assert "已锁定到" in said[-1] and "已锁定到" not in said[0]


def test_tries_at_once_do_not_outrun_the_count(demo_app):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: try_in(demo_app, "clerk", WRONG).text, range(20)))
    assert sum("用户名或密码不正确" in text for text in answers) == tries.TRIES_HERE


def test_the_own_password_form_is_no_way_to_guess(demo_app):
    clerk = Desk(demo_app, "clerk")
    for _ in range(tries.TRIES_HERE):
        clerk.post("/settings/password/", {"old": WRONG, "new": "Another-2026", "again": "Another-2026"}, 422)
    right = {"old": PASSWORD, "new": "Another-2026", "again": "Another-2026"}
    assert "已锁定到" in clerk.post("/settings/password/", right, 422)


def test_a_lock_ends_by_itself_by_an_administrator_and_by_success(demo_app):
    for _ in range(tries.TRIES_HERE - 1):
        try_in(demo_app, "clerk", WRONG)
    assert try_in(demo_app, "clerk", PASSWORD).status_code == 302
    for _ in range(tries.TRIES_HERE):
        try_in(demo_app, "clerk", WRONG)
    with demo_app.app_context():
        pk = staff_of("clerk").user_id
    keeper = Desk(demo_app, "county_admin")
    assert f"/settings/users/unlock/{pk}" in keeper.get(f"/settings/users/show/{pk}")
    keeper.post(f"/settings/users/unlock/{pk}")
    assert try_in(demo_app, "clerk", PASSWORD).status_code == 302
    for _ in range(tries.TRIES_HERE + 1):
        try_in(demo_app, "clerk", WRONG)
    with demo_app.app_context():
        db.session.execute(update(Attempt).values(began_at=func.now() - attempts.LONGEST_WINDOW))
        db.session.commit()
    assert try_in(demo_app, "clerk", PASSWORD).status_code == 302


@pytest.mark.parametrize(("column", "after"), [("seen_at", logins.IDLE), ("began_at", logins.LONGEST)])
def test_an_idle_or_old_session_is_over(demo_app, column, after):
    clerk = Desk(demo_app, "clerk")
    assert is_in(clerk)
    with demo_app.app_context():
        db.session.execute(update(Login).values({column: func.now() - after}))
        db.session.commit()
    assert not is_in(clerk)


@pytest.mark.parametrize(
    ("seen", "began", "left"),
    [(0, 0, 30), (20, 60, 10), (0, 715, 5), (20, 715, 5)],
    ids=["fresh", "idle", "old", "idle and old"],
)
def test_how_long_a_session_lasts_is_known_without_keeping_it_open(demo_app, seen, began, left):
    clerk = Desk(demo_app, "clerk")
    with demo_app.app_context():
        at = {
            "seen_at": func.now() - timedelta(minutes=seen),
            "began_at": func.now() - timedelta(minutes=began),
        }
        db.session.execute(update(Login).values(at))
        db.session.commit()
        before = db.session.scalar(select(Login.seen_at))
    asked = [clerk.client.get("/session/").json for _ in range(2)]
    assert all(left * 60 - 30 < one["left"] <= left * 60 for one in asked)
    assert {one["longest"] for one in asked} == {began == 715}
    with demo_app.app_context():
        assert db.session.scalar(select(Login.seen_at)) == before
    gone_on = clerk.client.post("/session/").json["left"]
    assert gone_on > 29 * 60 if began < 715 else gone_on <= 5 * 60
    page = clerk.get("/hiring/query/list/")
    assert abs(int(re.search(r'data-left="(\d+)"', page)[1]) - gone_on) < 30


def test_work_keeps_a_session_open(demo_app):
    clerk = Desk(demo_app, "clerk")
    with demo_app.app_context():
        db.session.execute(update(Login).values(seen_at=func.now() - logins.IDLE / 2))
        db.session.commit()
    assert is_in(clerk)
    with demo_app.app_context():
        idle = db.session.scalar(select(func.now() - Login.seen_at))
    assert idle < logins.TOUCHED_EVERY


def test_a_copied_cookie_is_worth_nothing_after_logout(demo_app):
    clerk = Desk(demo_app, "clerk")
    kept = clerk.client.get_cookie("session").value
    clerk.post("/logout/")
    thief = demo_app.test_client()
    thief.set_cookie("session", kept)
    assert thief.get("/").status_code == 302


def test_a_changed_password_ends_the_other_sessions_only(demo_app):
    here, there = Desk(demo_app, "clerk"), Desk(demo_app, "clerk")
    here.post("/settings/password/", {"old": PASSWORD, "new": "Another-2026", "again": "Another-2026"})
    assert is_in(here) and not is_in(there)


def test_a_changed_role_ends_every_session(demo_app):
    clerk = Desk(demo_app, "clerk")
    with demo_app.app_context():
        staff = staff_of("clerk")
        pk, office = staff.user_id, staff.office_id
    keeper = Desk(demo_app, "county_admin")
    page = keeper.get(f"/settings/users/change/{pk}")
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    keeper.post(
        f"/settings/users/change/{pk}",
        {"name": "陈小敏", "office": office, "roles": ["reviewer"], "active": "y", "seen": seen},
    )
    assert not is_in(clerk)


def test_an_administrator_sees_who_is_in_and_puts_them_out(demo_app):
    clerk, other = Desk(demo_app, "clerk"), Desk(demo_app, "clerk_b")
    keeper = Desk(demo_app, "county_admin")
    page = keeper.get("/settings/logins/list/")
    assert "陈小敏" in page and "杨雪梅" not in page
    assert page.count("强制退出</button>") == 1, "not the own session"
    with demo_app.app_context():
        whole = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36"
        db.session.execute(update(Login).values(browser=whole))
        db.session.commit()
    page = keeper.get("/settings/logins/list/")
    assert "<td>Chrome/109</td>" in page and "Mozilla" not in page, "the button stays in sight"
    with demo_app.app_context():
        ids = {row.staff.user.username: row.id for row in db.session.scalars(select(Login))}
    keeper.post(f"/settings/logins/kick/{ids['clerk_b']}", expect=404)
    keeper.post(f"/settings/logins/kick/{ids['county_admin']}", expect=409)
    keeper.post(f"/settings/logins/kick/{ids['clerk']}")
    assert not is_in(clerk) and is_in(other) and is_in(keeper)
    with demo_app.app_context():
        db.session.info["scope"] = Scope.everything()
        assert db.session.scalar(select(func.count()).where(AuditEntry.event == "kick")) == 1


def test_a_given_password_opens_nothing_but_the_form_that_replaces_it(demo_app):
    with demo_app.app_context():
        pk = staff_of("clerk").user_id
    page = Desk(demo_app, "county_admin").post(f"/settings/users/reset/{pk}", expect=200)
    given = re.search(r"<b[^>]*>([^<]{14})</b>|<code[^>]*>([^<]{14})</code>", page)
    password = next(text for text in given.groups() if text)
    client = demo_app.test_client()
    assert client.post("/login/", data={"username": "clerk", "password": password}).status_code == 302
    for address in ("/hiring/query/list/", "/desk/waiting"):
        assert client.get(address).headers["Location"] == f"/settings/password/?next={address}"
    assert client.get("/").headers["Location"] == "/settings/password/"
    assert "请先修改密码" in client.get("/settings/password/").text
    own = {"old": password, "new": "My-Own-2026", "again": "My-Own-2026"}
    assert client.post("/settings/password/", data=own).status_code == 302
    assert client.get("/hiring/query/list/").status_code == 200


def test_a_password_that_is_too_old_must_be_changed(demo_app):
    clerk = Desk(demo_app, "clerk")
    with demo_app.app_context():
        db.session.execute(update(Staff).values(password_set_at=func.now() - old_passwords.LONGEST_AGE))
        db.session.commit()
    assert clerk.client.get("/").headers["Location"] == "/settings/password/"


def test_the_last_passwords_do_not_come_back(demo_app):
    clerk, now = Desk(demo_app, "clerk"), PASSWORD
    had = [f"Password-{n}" for n in range(old_passwords.REMEMBERED + 1)]
    for new in had:
        clerk.post("/settings/password/", {"old": now, "new": new, "again": new})
        now = new
    for old in had[1:]:
        form = {"old": now, "new": old, "again": old}
        assert "最近用过的密码相同" in clerk.post("/settings/password/", form, expect=422)
    clerk.post("/settings/password/", {"old": now, "new": PASSWORD, "again": PASSWORD})


def test_no_token_and_no_password_stands_in_the_database(demo_app):
    clerk = Desk(demo_app, "clerk")
    with clerk.client.session_transaction() as kept, demo_app.app_context():
        token = kept["token"]
        assert db.session.scalar(select(func.count()).where(Login.digest == token)) == 0
        assert db.session.scalar(select(func.count()).select_from(Login)) == 1


def test_tries_and_sessions_that_are_over_are_forgotten_and_no_others(demo_app):
    try_in(demo_app, "nobody_here", WRONG)
    Desk(demo_app, "clerk")
    with demo_app.app_context():
        logins.drop_old(db.session)
        assert db.session.scalar(select(func.count()).select_from(Attempt)) > 0
        assert db.session.scalar(select(func.count()).select_from(Login)) == 1
        db.session.execute(update(Attempt).values(began_at=func.now() - attempts.LONGEST_WINDOW))
        db.session.execute(update(Login).values(seen_at=func.now() - logins.IDLE))
        logins.drop_old(db.session)
        assert db.session.scalar(select(func.count()).select_from(Attempt)) == 0
        assert db.session.scalar(select(func.count()).select_from(Login)) == 0
