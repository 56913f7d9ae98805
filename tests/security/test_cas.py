"""Single sign-on against a real CAS server: from its login form into ours, without rights until taken in, and out both ways."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
import requests
from sqlalchemy import delete, func, select
from werkzeug.serving import make_server

from app.engine.access.roles import CLERK
from app.engine.audit import AuditEntry
from app.engine.scope import Scope
from app.engine.sessions.logins import Login
from app.engine.sessions.second_factor import SecondFactor
from app.engine.sessions.tries import TRIES_HERE
from app.extensions import db
from app.registers.organisation import Office
from tests.desk.administrators import administrator, waiting
from tests.desk.clerks import JINJIANG, Desk
from tests.desk.logins import Facts, changed
from tests.desk.second_factor import code_of, demand, secret_on

PASSWORD = "Cas-2026!"


@pytest.fixture(scope="module")
def cas_address(system, tmp_path_factory):
    """The address of a running CAS server."""
    command = [sys.executable, Path(__file__).with_name("cas_process.py"), tmp_path_factory.mktemp("cas")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        said = process.stdout.readline().split()
        assert said[:1] == ["ready"], "the CAS server did not start"
        yield f"http://127.0.0.1:{said[1]}/cas"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def address(demo_app, cas_address, monkeypatch):
    """Our own address: the product answers on a port, for the CAS server calls back; CSRF protection is on."""
    monkeypatch.setitem(demo_app.config, "CAS_SERVER_URL", cas_address)
    monkeypatch.setitem(demo_app.config, "WTF_CSRF_ENABLED", True)
    server = make_server("127.0.0.1", 0, demo_app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


class Browser(requests.Session):
    """Follows where it is led, and fills in forms as they come."""

    def submit(self, page: requests.Response, **typed: str) -> requests.Response:
        """The page's last form with its hidden fields."""
        hidden = dict(
            re.findall(r'name="(csrf_token|csrfmiddlewaretoken|lt|service)"[^>]*value="([^"]*)"', page.text)
        )
        back = {"Referer": page.url}
        return self.post(page.url, data={**hidden, **typed}, headers=back, timeout=20)

    def sign_on(self, address: str, username: str = "zhou.min", target: str = "") -> requests.Response:
        """From our login link through the CAS server's form, which a known browser isn't asked for again."""
        page = self.get(f"{address}/login/cas/", params={"next": target} if target else {}, timeout=20)
        if "/cas/login" not in page.url:
            return page
        return self.submit(page, username=username, password=PASSWORD)

    def logout(self, address: str) -> requests.Response:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get(f"{address}/", timeout=20).text)[1]
        return self.post(
            f"{address}/logout/", data={"csrf_token": token}, headers={"Referer": address}, timeout=20
        )


def take_in(app, username: str = "zhou.min") -> None:
    """The administrator of the office above gives the person an office and a role."""
    with app.app_context():
        office = db.session.scalar(select(Office.id).where(Office.code == JINJIANG))
    facts = {"username": username, "name": "周敏", "office": office, "roles": [CLERK]}
    app.config["WTF_CSRF_ENABLED"] = False
    assert Desk(app, "province_admin").post("/settings/pending/", facts).endswith("/settings/users/list/")
    app.config["WTF_CSRF_ENABLED"] = True


def events(app) -> list[str]:
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        asked = select(AuditEntry.event).where(AuditEntry.subject == "zhou.min").order_by(AuditEntry.id)
        return list(db.session.scalars(asked))


def test_a_person_comes_by_cas_is_taken_in_works_and_leaves_both_ways(demo_app, address, cas_address):
    browser = Browser()
    assert "统一认证登录" in browser.get(f"{address}/login/", timeout=20).text
    page = browser.sign_on(address)
    assert page.status_code == 403 and "账号尚未授权" in page.text and "zhou.min" in page.text
    for path in (
        "/hiring/query/list/",
        "/settings/password/",
        "/desk/waiting",
        "/help/",
        "/settings/users/list/",
    ):
        assert browser.get(address + path, timeout=20).status_code == 403, path
    assert events(demo_app) == ["cas_provisioned", "login"]

    take_in(demo_app)
    assert browser.get(f"{address}/hiring/query/list/", timeout=20).url.startswith(f"{address}/login/"), (
        "ended"
    )
    page = browser.sign_on(address, target="/hiring/query/list/")
    assert page.status_code == 200 and page.url == f"{address}/hiring/query/list/" and "周敏" in page.text

    left = browser.logout(address)
    assert f"{cas_address}/logout" in [step.url.partition("?")[0] for step in left.history], (
        "ours leads to theirs"
    )
    assert left.url == f"{address}/login/", "and back"
    assert "/cas/login" in browser.get(f"{address}/login/cas/", timeout=20).url, "who has left is asked again"

    browser.sign_on(address)
    assert browser.get(f"{address}/hiring/query/list/", timeout=20).status_code == 200
    browser.get(f"{cas_address}/logout", timeout=20)
    page = browser.get(f"{address}/hiring/query/list/", timeout=20)
    assert page.url.startswith(f"{address}/login/"), "the server's logout ends ours"
    assert events(demo_app)[-1] == "cas_logout"
    with demo_app.app_context():
        here = Login.staff.has()
        assert (
            db.session.scalar(
                select(func.count()).select_from(Login).where(here, Login.ticket_digest.is_not(None))
            )
            == 0
        )


def test_cas_never_opens_a_local_account(demo_app, address):
    page = Browser().sign_on(address, "clerk")
    assert page.status_code == 401 and "是本系统的本地账号" in page.text


def test_the_second_factor_is_asked_after_cas_too(demo_app, address):
    demo_app.config["WTF_CSRF_ENABLED"] = False
    demand(demo_app, CLERK)
    demo_app.config["WTF_CSRF_ENABLED"] = True
    Browser().sign_on(address)
    take_in(demo_app)
    browser = Browser()
    page = browser.sign_on(address)
    assert page.url == f"{address}/login/code/"
    assert browser.get(f"{address}/hiring/query/list/", timeout=20).url.startswith(f"{address}/login/")
    page = browser.submit(
        browser.get(f"{address}/login/code/", timeout=20), code=code_of(secret_on(page.text))
    )
    assert page.status_code == 200 and page.url == f"{address}/"
    assert browser.get(f"{address}/hiring/query/list/", timeout=20).status_code == 200


def test_a_locked_or_disabled_account_is_closed_to_cas(demo_app, address):
    browser = Browser()
    browser.sign_on(address)
    take_in(demo_app)
    stranger = Browser()
    for _ in range(TRIES_HERE):
        stranger.submit(
            stranger.get(f"{address}/login/", timeout=20), username="zhou.min", password="wrong-1"
        )
    assert "已被锁定" in stranger.sign_on(address).text
    assert "已被锁定" not in browser.sign_on(address).text, "it has been there before"
    with demo_app.app_context():
        from flask_appbuilder.security.sqla.models import User

        from app.engine.sessions.tries import unlock

        unlock(db.session, "zhou.min")
        db.session.scalars(select(User).where(User.username == "zhou.min")).one().active = False
        db.session.commit()
    assert "已停用" in browser.sign_on(address).text


@pytest.fixture
def signing_on(demo_app, monkeypatch):
    """Somebody on the way back from a CAS server that nobody runs; calls it with an address of the server."""

    def begin(server: str):
        monkeypatch.setitem(demo_app.config, "CAS_SERVER_URL", server)
        client = demo_app.test_client()
        asked = client.get("/login/cas/").headers["Location"]
        assert asked.startswith(f"{server.rstrip('/')}/login?service=")
        return client, re.search(r"state%3D([\w-]+)", asked)[1]

    return begin


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_a_server_that_is_down_is_a_sentence(signing_on):
    client, state = signing_on(f"http://127.0.0.1:{closed_port()}/cas/")
    answer = client.get("/login/cas/", query_string={"ticket": "ST-1", "state": state})
    assert answer.status_code == 401 and "没有正常应答" in answer.text


@pytest.mark.parametrize("body", [b"", b"<html>", b"not xml", b"<a/>", b"<a><authenticationSuccess/></a>"])
def test_a_server_that_talks_nonsense_is_a_sentence(signing_on, body):
    from werkzeug.wrappers import Response

    server = make_server("127.0.0.1", 0, Response(body, content_type="text/xml"))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        client, state = signing_on(f"http://127.0.0.1:{server.server_port}/cas")
        answer = client.get("/login/cas/", query_string={"ticket": "ST-1", "state": state})
    finally:
        server.shutdown()
        thread.join()
    assert answer.status_code == 401


def test_a_server_that_is_silent_is_not_waited_for(signing_on, monkeypatch):
    monkeypatch.setattr("app.web.login.cas_client.PATIENCE", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client, state = signing_on(f"http://127.0.0.1:{silent.getsockname()[1]}/cas")
        answer = client.get("/login/cas/", query_string={"ticket": "ST-1", "state": state})
    assert answer.status_code == 401 and "没有正常应答" in answer.text


def test_somebody_elses_ticket_is_not_even_asked_about(signing_on):
    """A link with a ticket of the attacker's would log the victim in as the attacker."""
    client, _ = signing_on("http://127.0.0.1:1/cas")
    for state in ("", "x", "é"):
        answer = client.get("/login/cas/", query_string={"ticket": "ST-1", "state": state})
        assert answer.status_code == 401 and "不是从本页开始" in answer.text


LOGOUT = """<?xml version="1.0" encoding="UTF-8"?>
<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="1" Version="2.0">
<samlp:SessionIndex>{}</samlp:SessionIndex></samlp:LogoutRequest>"""


def test_a_logout_by_the_server_needs_the_ticket(demo_app, monkeypatch):
    monkeypatch.setitem(demo_app.config, "CAS_SERVER_URL", "http://127.0.0.1:1/cas")
    clerk = Desk(demo_app, "clerk")
    server = demo_app.test_client()
    for ticket in ("ST-unknown", "None"):
        assert server.post("/login/cas/", data={"logoutRequest": LOGOUT.format(ticket)}).status_code == 204
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb">]>' + LOGOUT.format("&b;")
    for said in ("", "x", "<a/>", LOGOUT.format(""), bomb):
        assert server.post("/login/cas/", data={"logoutRequest": said}).status_code == 400, said
    assert clerk.client.get("/").status_code == 200


def test_without_a_server_there_is_no_way_by_cas(demo_app):
    client = demo_app.test_client()
    assert client.get("/login/cas/").status_code == 404
    assert client.post("/login/cas/", data={"logoutRequest": LOGOUT.format("ST-1")}).status_code == 404
    assert "统一认证" not in client.get("/login/").text


def test_only_the_province_sees_who_waits_and_nobody_gives_more_than_the_own(demo_app, address):
    Browser().sign_on(address)
    demo_app.config["WTF_CSRF_ENABLED"] = False
    county, province = Desk(demo_app, "county_admin"), Desk(demo_app, "province_admin")
    assert "周敏" in province.get("/settings/pending/") and "周敏" not in county.get("/settings/pending/")
    with demo_app.app_context():
        ids = dict(db.session.execute(select(Office.code, Office.id)).all())
    good = {"username": "zhou.min", "name": "周敏", "office": ids[JINJIANG], "roles": ["clerk"]}
    for wrong in (
        {"office": ids["510105"]},
        {"roles": ["province_admin"]},
        {"username": "zhou"},
        {"username": "clerk"},
    ):
        county.post("/settings/pending/", {**good, **wrong}, expect=422)
    with demo_app.app_context():
        db.session.execute(delete(SecondFactor))
        db.session.commit()
    refused = county.post("/settings/pending/", good, expect=422)
    assert "由上级机构接收" in refused and "成都市就业服务管理局" in refused
    province.post("/settings/pending/", good)
    province.post("/settings/pending/", good, expect=422)


def test_the_provinces_own_people_are_taken_in_by_two_administrators(demo_app, address):
    """Nothing works before the second one's word, whatever the first adds; refused, the person waits again."""
    Browser().sign_on(address)
    demo_app.config["WTF_CSRF_ENABLED"] = False
    facts = Facts(demo_app)
    administrator(demo_app, "province2", "510000", "province_admin")
    first, second = Desk(demo_app, "province_admin"), Desk(demo_app, "province2")
    taken = {"username": "zhou.min", "name": "周敏", "office": facts.office("510000"), "roles": []}
    first.post("/settings/pending/", taken)
    form = changed(facts, first, "zhou.min", roles=["policy_officer"])
    first.post(f"/settings/users/change/{facts.id('zhou.min')}", form)
    browser = Browser()
    assert "须由四川省" in browser.sign_on(address).text
    assert browser.get(f"{address}/settings/policy/list/", timeout=20).status_code == 403
    (grant,) = waiting(facts, "zhou.min")
    first.post(f"/settings/confirmations/agree/{grant}", expect=409)
    second.post(f"/settings/confirmations/refuse/{grant}")
    assert facts.user("zhou.min") is None and facts.roles("zhou.min") == set()
    assert "周敏" in second.get("/settings/pending/")
    second.post("/settings/pending/", {**taken, "roles": ["policy_officer"]})
    (grant,) = waiting(facts, "zhou.min")
    first.post(f"/settings/confirmations/agree/{grant}")
    browser = Browser()
    browser.sign_on(address)
    assert browser.get(f"{address}/settings/policy/list/", timeout=20).status_code == 200
