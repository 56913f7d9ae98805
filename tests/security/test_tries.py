"""Who guesses passwords locks out nobody but anyone who sits at the same place; many places together are counted too."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.demo.users import PASSWORD
from app.engine.sessions import attempts, tries
from app.engine.sessions.attempts import Attempt
from app.extensions import db
from tests.desk.clerks import Desk
from tests.desk.logins import WRONG, staff_of
from tests.desk.second_factor import events

HALL, ELSEWHERE = "10.1.0.1", "10.9.0.1"


def browser_at(app, address: str):
    """A browser that has never been here."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


def enter(client, username: str, password: str = PASSWORD):
    """The page that follows; the session ends at once."""
    answer = client.post("/login/", data={"username": username, "password": password})
    if answer.status_code == 302:
        client.post("/logout/")
    return answer


def guess(app, username: str, addresses: int, each: int = tries.TRIES_HERE) -> None:
    for number in range(addresses):
        client = browser_at(app, f"10.2.{number}.1")
        for _ in range(each):
            assert enter(client, username, WRONG).status_code == 401


def test_wrong_passwords_from_one_address_lock_the_account_there_only(demo_app):
    thief = browser_at(demo_app, ELSEWHERE)
    for _ in range(tries.TRIES_HERE):
        assert "用户名或密码不正确" in enter(thief, "clerk", WRONG).text
    assert "在这里已锁定到" in enter(thief, "clerk").text
    assert enter(browser_at(demo_app, HALL), "clerk").status_code == 302


def test_many_addresses_lock_it_everywhere_but_in_a_browser_that_knows_it(demo_app):
    own, others = browser_at(demo_app, HALL), browser_at(demo_app, HALL)
    assert enter(own, "clerk").status_code == 302
    assert enter(others, "reviewer").status_code == 302
    guess(demo_app, "clerk", tries.TRIES_ANYWHERE // tries.TRIES_HERE)
    assert "此账号已锁定到" in enter(browser_at(demo_app, HALL), "clerk").text
    assert "此账号已锁定到" in enter(others, "clerk").text, "it knows somebody else"
    assert enter(own, "clerk").status_code == 302


def test_a_known_browser_has_its_own_count_and_can_be_locked_too(demo_app):
    own = browser_at(demo_app, HALL)
    enter(own, "clerk")
    for _ in range(tries.TRIES_HERE):
        assert "用户名或密码不正确" in enter(own, "clerk", WRONG).text
    assert "在这里已锁定到" in enter(own, "clerk").text
    assert enter(browser_at(demo_app, HALL), "clerk").status_code == 302


def test_known_browsers_together_win_no_more_tries_than_strangers(demo_app):
    marks = []
    for _ in range(tries.TRIES_ANYWHERE // tries.TRIES_HERE + 1):
        marks.append(browser_at(demo_app, HALL))
        enter(marks[-1], "clerk")
    for client in marks[:-1]:
        for _ in range(tries.TRIES_HERE):
            assert "用户名或密码不正确" in enter(client, "clerk", WRONG).text
    assert "已锁定到" in enter(marks[-1], "clerk").text


@pytest.fixture
def few(monkeypatch) -> int:
    """How many wrong ones lock an address, fewer than the hundred of the product: each costs a request."""
    assert (
        tries.LIMITS["address"] == (tries.TRIES_OF_ADDRESS, tries.OF_ADDRESS)
        and tries.TRIES_OF_ADDRESS == 100
    )
    monkeypatch.setitem(tries.LIMITS, "address", (20, tries.OF_ADDRESS))
    return 20


def test_a_hall_behind_one_address_is_locked_by_many_wrong_ones_and_by_nothing_else(demo_app, few):
    own = browser_at(demo_app, HALL)
    assert enter(own, "reviewer").status_code == 302
    for number in range(few):
        assert enter(browser_at(demo_app, HALL), "clerk").status_code == 302, number
        enter(browser_at(demo_app, HALL), f"nobody_{number // tries.TRIES_HERE}", WRONG)
    refused = enter(browser_at(demo_app, HALL), "clerk")
    assert refused.status_code == 401 and "从您的网络地址登录的错误次数过多" in refused.text
    assert events(demo_app)[-1] == "login_locked"
    assert enter(own, "reviewer").status_code == 302
    assert enter(browser_at(demo_app, ELSEWHERE), "clerk").status_code == 302


def test_what_is_refused_counts_nowhere_else(demo_app, few):
    for _ in range(tries.TRIES_HERE + few):
        enter(browser_at(demo_app, HALL), "clerk", WRONG)
    assert enter(browser_at(demo_app, HALL), "reviewer").status_code == 302
    assert enter(browser_at(demo_app, ELSEWHERE), "clerk").status_code == 302


def test_an_administrator_unlocks_it_everywhere(demo_app):
    guess(demo_app, "clerk", tries.TRIES_ANYWHERE // tries.TRIES_HERE)
    with demo_app.app_context():
        pk = staff_of("clerk").user_id
        assert tries.locked(db.session, ["clerk", "reviewer"]) == {"clerk"}
    Desk(demo_app, "county_admin").post(f"/settings/users/unlock/{pk}")
    assert enter(browser_at(demo_app, HALL), "clerk").status_code == 302
    with demo_app.app_context():
        assert tries.locked(db.session, ["clerk", "reviewer"]) == set()


def test_the_list_of_users_shows_who_is_locked_at_one_place(demo_app):
    guess(demo_app, "clerk", 1)
    with demo_app.app_context():
        pk = staff_of("clerk").user_id
    keeper = Desk(demo_app, "county_admin")
    assert "已锁定" in keeper.get("/settings/users/list/?standing=locked")
    assert f"/settings/users/unlock/{pk}" in keeper.get(f"/settings/users/show/{pk}")


def turned(kept: str) -> str:
    """Return a signed value with another signature: not its last character, of which two bits say nothing."""
    value, _, signature = kept.rpartition(".")
    return f"{value}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


@pytest.mark.parametrize("forge", [lambda kept: kept[:-1], turned, lambda kept: "W10.x.y"])
def test_a_browser_proves_by_signature_that_it_has_been_here(demo_app, forge):
    own = browser_at(demo_app, HALL)
    enter(own, "clerk")
    kept = own.get_cookie("device")
    assert kept.http_only and kept.same_site == "Lax" and not kept.secure
    assert kept.max_age == 180 * 24 * 60 * 60
    guess(demo_app, "clerk", tries.TRIES_ANYWHERE // tries.TRIES_HERE)
    thief = browser_at(demo_app, ELSEWHERE)
    thief.set_cookie("device", forge(kept.value))
    assert "已锁定到" in enter(thief, "clerk").text


def test_codes_are_counted_from_anywhere_as_before(demo_app):
    this = [tries.Try("clerk", f"10.3.{n}.1", by_code=True) for n in range(tries.TRIES_HERE + 1)]
    with demo_app.app_context():
        for one in this[:-1]:
            tries.reserve(db.engine, one)
        with pytest.raises(tries.Refused, match="验证码错误次数过多"):
            tries.reserve(db.engine, this[-1])
        counted = select(func.sum(Attempt.count)).where(Attempt.subject.startswith("account:"))
        assert db.session.scalar(counted) == tries.TRIES_HERE, "the refused one counts nowhere else"
        assert attempts.LOCKED_FOR.total_seconds() == 15 * 60
