"""Without a session every address leads to the login and back to where somebody was, or says so to a script."""

from __future__ import annotations

import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, update

from app.demo.users import PASSWORD
from app.engine.sessions import logins
from app.engine.sessions.logins import Login
from app.extensions import db
from app.web.site.returning import BY_SCRIPT
from tests.desk.clerks import Desk
from tests.security.addresses import address
from tests.security.permissions import moves, routes

HOST, PAGE = "http://localhost", "/hiring/applications/list/?state=draft"
SCRIPT = {BY_SCRIPT: "fetch"}
CREDENTIALS = {"username": "clerk", "password": PASSWORD}


def led_to(answer) -> str | None:
    """Where the login that an answer leads to leads back; fails when it leads elsewhere."""
    assert answer.status_code == 302, (answer.request.path, answer.status_code)
    target = urlsplit(answer.location)
    assert (target.netloc, target.path) == ("", "/login/"), answer.location
    return parse_qs(target.query).get("next", [None])[0]


def ended(app, username: str = "clerk"):
    """A browser with the cookie of a session that has been idle for too long."""
    client = Desk(app, username).client
    with app.app_context():
        db.session.execute(update(Login).values(seen_at=func.now() - logins.IDLE))
        db.session.commit()
    return client


@pytest.fixture(params=[False, True], ids=["without tokens", "with tokens"])
def guarded(demo_app, monkeypatch, request):
    """The browser of an ended session; with CSRF protection too, which comes before every view."""
    client = ended(demo_app)
    monkeypatch.setitem(demo_app.config, "WTF_CSRF_ENABLED", request.param)
    return client


def test_every_address_leads_to_the_login_and_back_to_one_that_opens(demo_app, guarded):
    adapter, count = demo_app.url_map.bind(""), 0
    for (method, rule), allowed in routes(demo_app).items():
        if {"everybody", "keys"} & allowed:
            continue
        answer = guarded.open(address(rule), method=method, headers={"Referer": HOST + PAGE})
        if answer.status_code == 404 and "nobody" in allowed:
            continue
        back = led_to(answer)
        if back is not None:
            adapter.match(urlsplit(back).path, method="GET")
        assert back == (PAGE if method == "POST" else None if rule == "/" else address(rule))
        assert answer.headers["Cache-Control"] == "no-store"
        count += 1
    assert count > 100


def test_every_bulk_action_leads_to_the_login(demo_app, guarded):
    for rule, move in moves(demo_app):
        data = {"action": move, "rowid": ["1"]}
        assert led_to(guarded.post(rule, data=data, headers={"Referer": HOST + PAGE})) == PAGE


@pytest.mark.parametrize(
    "path", ["/hiring/applications/attach/1", "/hiring/applications/check/1", "/training/classes/add"]
)
def test_an_upload_leads_to_the_page_on_which_it_stood(guarded, path):
    data = {"file": (io.BytesIO(b"x" * 100_000), "x.pdf")}
    assert led_to(guarded.post(path, data=data, headers={"Referer": HOST + PAGE})) == PAGE


@pytest.mark.parametrize(
    "referrer",
    [
        None,
        "",
        "http://evil.example/hiring/query/list/",
        "//evil.example/",
        f"{HOST}//evil.example/",
        f"{HOST}/hiring/query/action_post",
        f"{HOST}/login/?next=/hiring/query/list/",
        f"{HOST}/logout/",
        f"{HOST}/no/such/page",
    ],
)
def test_no_other_page_and_none_that_cannot_be_opened_is_led_back_to(guarded, referrer):
    headers = {"Referer": referrer} if referrer is not None else {}
    assert led_to(guarded.post("/hiring/query/action_post", headers=headers)) is None


def test_nobody_is_named_by_the_way_back(guarded):
    """What identifies somebody stands in no address that the product makes."""
    named = "/registers/persons/list/?person=510104199001010019"
    assert led_to(guarded.get(named)) == "/registers/persons/list/"
    posted = guarded.post("/desk/search", headers={"Referer": HOST + named})
    assert led_to(posted) == "/registers/persons/list/"


@pytest.mark.parametrize("headers", [SCRIPT, {"Accept": "application/json"}], ids=["fetch", "json"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/desk/waiting"), ("POST", "/desk/person"), ("GET", "/session/")]
)
def test_a_script_hears_where_to_log_in(guarded, headers, method, path):
    answer = guarded.open(path, method=method, headers={"Referer": HOST + PAGE, **headers})
    assert answer.status_code == 401
    assert set(answer.json) == {"error", "login"}
    assert answer.json["login"] == "/login/?next=/hiring/applications/list/?state%3Ddraft"
    assert "登录已超时" in answer.json["error"]


def test_a_dialog_hears_where_to_log_in(guarded):
    assert guarded.get("/training/completion/student/1", headers=SCRIPT).status_code == 401


def test_the_login_leads_back_and_only_within_this_site(demo_app):
    for target, expected in {
        PAGE: PAGE,
        "//evil.example/": "/",
        "http://evil.example/": "/",
        "/\\evil.example": "/",
        "javascript:alert(1)": "/",
        "": "/",
    }.items():
        client = demo_app.test_client()
        page = client.get("/login/", query_string={"next": target})
        action = re.search(r'<form method="post"[^>]* action="([^"]+)" data-next', page.text)[1]
        assert ("登录后回到刚才的页面" in page.text) == bool(target)
        assert client.post(action.replace("&amp;", "&"), data=CREDENTIALS).location == expected
        again = client.get("/login/", query_string={"next": target})
        assert again.location == expected, "who has logged in by another tab is led on too"


def test_a_password_that_must_be_changed_lies_on_the_way(demo_app):
    from app.registers.organisation import Staff

    with demo_app.app_context():
        db.session.execute(update(Staff).values(must_change_password=True))
        db.session.commit()
    client = demo_app.test_client()
    location = client.post("/login/", query_string={"next": PAGE}, data=CREDENTIALS).location
    change = client.get(location).location
    assert urlsplit(change).path == "/settings/password/"
    own = {"old": PASSWORD, "new": "My-Own-2026", "again": "My-Own-2026"}
    assert client.post(change, data=own).location == PAGE


def test_a_page_older_than_the_session_is_led_back_to_with_what_was_typed(demo_app, monkeypatch):
    """Another tab has logged in again: the old token is worth nothing, the session is open."""
    clerk = Desk(demo_app, "clerk").client
    monkeypatch.setitem(demo_app.config, "WTF_CSRF_ENABLED", True)
    stale = {"data": {"csrf_token": "stale"}, "headers": {"Referer": HOST + PAGE}}
    answer = clerk.post("/hiring/query/action_post", **stale)
    assert answer.status_code == 400
    assert f'href="{PAGE}" data-form>返回填写' in answer.text
    stale["headers"] |= SCRIPT
    answer = clerk.post("/training/completion/student/1", **stale)
    assert (answer.status_code, answer.json["login"]) == (401, PAGE)


def test_leaving_after_the_end_leads_to_the_login_alone(guarded):
    assert led_to(guarded.post("/logout/", headers={"Referer": HOST + PAGE})) is None


def test_a_form_at_the_login_that_is_too_old_says_so(demo_app, monkeypatch):
    monkeypatch.setitem(demo_app.config, "WTF_CSRF_ENABLED", True)
    assert demo_app.test_client().post("/login/", data=CREDENTIALS).status_code == 400
