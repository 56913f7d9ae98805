"""The second factor: demanded by role, bound at the next login, never by-passed, never replayed, counted like a password."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from sqlalchemy import func, select, update

from app.demo.users import PASSWORD
from app.engine.access.roles import CLERK, COUNTY_ADMIN
from app.engine.sessions import second_factor, tries
from app.engine.sessions.logins import Login
from app.engine.sessions.second_factor import SecondFactor
from app.extensions import db
from app.registers.ciphers import text_of
from tests.desk.clerks import Desk
from tests.desk.logins import BASE, WRONG, Facts, changed, staff_of, try_in
from tests.desk.roles import ROLES as OWN_ROLES
from tests.desk.roles import TITLE, name_of, own, ticked
from tests.desk.second_factor import CODE, INSIDE, code_of, demand, events, halfway, secret_on
from tests.security.permissions import addresses


@pytest.fixture
def bound(demo_app):
    """(browser, secret) of a clerk who has just bound a telephone; its codes are unused again."""
    demand(demo_app, CLERK)
    client = halfway(demo_app)
    secret = secret_on(client.get(CODE).text)
    assert client.post(CODE, data={"code": code_of(secret)}).headers["Location"] == "/"
    forget_steps(demo_app)
    return client, secret


def forget_steps(app) -> None:
    with app.app_context():
        db.session.execute(update(SecondFactor).values(last_step=0))
        db.session.commit()


def test_a_demand_logs_out_and_the_next_login_binds(demo_app):
    clerk, reviewer = Desk(demo_app, "clerk"), Desk(demo_app, "reviewer")
    demand(demo_app, CLERK)
    assert clerk.client.get(INSIDE).status_code == 302 and reviewer.client.get(INSIDE).status_code == 200
    client = halfway(demo_app)
    page = client.get(CODE).text
    secret = secret_on(page)
    assert "<path d=" in page and client.get(CODE).text.count(secret[:4]), "the same one until it is bound"
    assert client.post(CODE, data={"code": "000000"}).status_code == 401
    assert (
        client.post(CODE, data={"code": f" {code_of(secret)[:3]} {code_of(secret)[3:]}"}).status_code == 302
    )
    assert client.get(INSIDE).status_code == 200
    assert events(demo_app)[-3:] == ["code_failed", "second_factor_bound", "login"]


def test_without_the_code_every_address_is_a_strangers(demo_app):
    demand(demo_app, CLERK)
    client, stranger = halfway(demo_app), demo_app.test_client()
    free = ("/login/code/", "/logout/", "/desk/language", "/login/")
    for method, rule, _ in addresses(demo_app):
        address = re.sub(r"<[^>]+>", "0", rule)
        if rule not in free:
            answers = [c.open(address, method=method) for c in (client, stranger)]
            assert len({(a.status_code, a.headers.get("Location")) for a in answers}) == 1, (method, rule)
    assert client.get(CODE).status_code == 200, "still waiting"
    client.post("/logout/")
    assert client.get(CODE).status_code == 302
    with demo_app.app_context():
        assert (
            db.session.scalar(
                select(func.count())
                .select_from(Login)
                .join(Login.staff)
                .where(Login.user_id == staff_of("clerk").user_id)
            )
            == 0
        )


def test_a_code_is_taken_once(demo_app, bound):
    _, secret = bound
    code = code_of(secret)
    first, second = halfway(demo_app), halfway(demo_app)
    assert 'class="secret"' not in first.get(CODE).text, "a bound secret is never shown again"
    assert first.post(CODE, data={"code": code}).status_code == 302
    assert second.post(CODE, data={"code": code}).status_code == 401
    assert second.post(CODE, data={"code": code_of(secret, -1)}).status_code == 401, "nor an older one"


def test_a_code_is_taken_once_by_many_at_once(demo_app, bound):
    with demo_app.app_context():
        user, vault, now = staff_of("clerk").user_id, demo_app.extensions["vault"], time.time()

    def use(_) -> bool:
        with demo_app.app_context():
            taken = second_factor.accept(db.session, vault, user, pyotp.TOTP(bound[1]).at(now), now)
            db.session.commit()
            return taken

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(use, range(12))) == 1


def test_wrong_codes_and_wrong_passwords_lock_together(demo_app, bound):
    """Typing the right password again between the codes wins no further tries."""
    _, secret = bound
    try_in(demo_app, "clerk", WRONG)
    for _ in range(tries.TRIES_HERE - 1):
        assert "验证码不正确" in halfway(demo_app).post(CODE, data={"code": "12345"}).text
    client = demo_app.test_client()
    assert "已锁定到" in client.post("/login/", data={"username": "clerk", "password": PASSWORD}).text
    assert events(demo_app)[-1] == "login_locked"


def test_a_locked_account_takes_no_right_code(demo_app, bound):
    waiting = halfway(demo_app)
    for _ in range(tries.TRIES_HERE):
        try_in(demo_app, "clerk", WRONG)
    answer = waiting.post(CODE, data={"code": code_of(bound[1])})
    assert answer.status_code == 401 and "已锁定到" in answer.text


def test_the_session_gets_another_token_and_the_waiting_cookie_opens_nothing(demo_app, bound):
    client = halfway(demo_app)
    kept = client.get_cookie("session").value
    assert client.post(CODE, data={"code": code_of(bound[1])}).status_code == 302
    thief = demo_app.test_client()
    thief.set_cookie("session", kept)
    assert thief.get(INSIDE).status_code == 302 and thief.get(CODE).status_code == 302


def test_whoever_has_bound_is_asked_though_no_role_demands_it(demo_app, bound):
    demand(demo_app)
    assert "验证码" in halfway(demo_app).get(CODE).text


def test_the_secret_lies_sealed(demo_app, bound):
    with demo_app.app_context():
        (held,) = db.session.scalars(select(SecondFactor))
        assert bound[1].encode() not in bytes(held.secret_cipher)
        assert text_of(demo_app.extensions["vault"], held, SecondFactor.secret_cipher) == bound[1]
    with halfway(demo_app).session_transaction() as kept:
        assert "secret" not in kept["half"]


def test_a_lost_telephone_is_reset_by_an_administrator_above_only(demo_app, bound):
    client, secret = bound
    with demo_app.app_context():
        pk = staff_of("clerk").user_id
    reset = f"/settings/second_factor/reset/{pk}"
    Desk(demo_app, "reviewer").post(reset, expect=403)
    keeper = Desk(demo_app, "county_admin")
    assert reset in keeper.get("/settings/second_factor/list/")
    keeper.post(reset)
    assert client.get(INSIDE).status_code == 302, "the session has ended"
    assert events(demo_app)[-1] == "second_factor_reset"
    assert secret_on(halfway(demo_app).get(CODE).text) != secret


def test_a_stronger_accounts_second_factor_is_not_reset(demo_app):
    demand(demo_app, COUNTY_ADMIN)
    client = halfway(demo_app, "county_admin")
    client.post(CODE, data={"code": code_of(secret_on(client.get(CODE).text))})
    with demo_app.app_context():
        pk = staff_of("county_admin").user_id
    assert client.get("/settings/second_factor/list/").status_code == 200
    assert client.post(f"/settings/second_factor/reset/{pk}").status_code == 409, "not the own"
    Desk(demo_app, "province_admin").post(f"/settings/second_factor/reset/{pk}")


def test_the_login_log_shows_the_own_subtree_and_no_business(demo_app):
    for name in ("clerk", "clerk_b"):
        for _ in range(tries.TRIES_HERE + 1):
            try_in(demo_app, name, WRONG)
    Desk(demo_app, "reviewer")
    page = Desk(demo_app, "county_admin").get("/settings/login_log/list/")
    assert page.count("<td>登录失败</td>") == tries.TRIES_HERE
    assert "错误次数过多，拒绝登录</td>" in page and "reviewer" in page and "127.0.0.1" in page
    assert "clerk_b" not in page and "导入名单" not in page
    found = Desk(demo_app, "county_admin").get("/settings/login_log/list/?event=login_failed&subject=clerk")
    assert "reviewer" not in found


def test_an_address_of_mail_is_no_second_name_to_try(demo_app):
    for _ in range(2):
        assert try_in(demo_app, "clerk@localhost", PASSWORD).status_code == 401


def test_an_own_role_that_comes_to_need_one_ends_the_sessions_that_came_without(demo_app):
    """A role of clerks that somebody holds gets the reviewer's part, of which a code is demanded."""
    facts, admin = Facts(demo_app), Desk(demo_app, "county_admin")
    admin.post(f"{OWN_ROLES}/add", {"title": TITLE, "parts": ["clerk"]})
    number = own(facts)
    roles = [name_of(facts, number)]
    admin.post(f"{BASE}/change/{facts.id('clerk')}", changed(facts, admin, "clerk", roles=roles))
    demand(demo_app, "reviewer")
    clerk, auditor = Desk(demo_app, "clerk"), Desk(demo_app, "auditor")
    may = ticked(admin.get(f"{OWN_ROLES}/edit/{number}"))
    admin.post(f"{OWN_ROLES}/edit/{number}", {"title": TITLE, "parts": ["clerk", "reviewer"], "may": may})
    assert clerk.client.get(INSIDE).status_code == 302 and auditor.client.get(INSIDE).status_code == 200
    assert halfway(demo_app).get(CODE).status_code == 200


@pytest.mark.parametrize("by", ["role", "demand"])
def test_a_session_that_began_beside_the_demand_opens_nothing(demo_app, by, monkeypatch):
    """The login had asked whether a code is needed just before it was, and comes in just after."""
    facts = Facts(demo_app)
    if by == "role":
        demand(demo_app, "auditor")
        admin = Desk(demo_app, "county_admin")
        form = changed(facts, admin, "clerk", roles=["clerk", "auditor"])
        admin.post(f"{BASE}/change/{facts.id('clerk')}", form)
    else:
        demand(demo_app, CLERK)
    with monkeypatch.context() as before:
        before.setattr("app.engine.access.demands.wanted", lambda *_: False)
        client = demo_app.test_client()
        client.post("/login/", data={"username": "clerk", "password": PASSWORD})
    assert client.get(INSIDE).status_code == 302
    client = halfway(demo_app)
    assert client.post(CODE, data={"code": code_of(secret_on(client.get(CODE).text))}).status_code == 302
    assert client.get(INSIDE).status_code == 200
