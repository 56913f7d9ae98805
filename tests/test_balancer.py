"""Two web hosts behind HAProxy or nginx as deploy/ has them: requests go on when one host dies, and nobody can pretend to be the proxy."""

from __future__ import annotations

import re
import socket
import ssl
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import select

from app.demo.users import PASSWORD
from app.engine.audit import AuditEntry
from app.engine.scope import Scope
from app.extensions import db
from tests.desk.database import DEMO
from tests.desk.proxies import balancer, haproxy, nginx, running_hosts

HALF_AN_UPLOAD = b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nhalf"
BEHIND_A_PROXY = {"HTTPS": "1", "PROXIES": "1", "METRICS_TOKEN": "x" * 20}


@pytest.fixture
def hosts(system, application, cluster, keys, demo_files):
    """(address, process) of two hosts that are ready."""
    with (
        cluster.copied(application, DEMO),
        running_hosts(cluster.urls.runtime, keys, 2, **BEHIND_A_PROXY) as running,
    ):
        yield running


@pytest.fixture(params=[haproxy, nginx])
def balanced(request, hosts, tmp_path):
    """The addresses (with TLS, without) of a balancer in front of them."""
    with balancer(request.param, [place for place, _ in hosts], tmp_path) as addresses:
        yield addresses


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_a_day_behind_a_balancer(balanced, hosts, application):
    address, plain = balanced
    browser = requests.Session()
    browser.verify, browser.trust_env = False, False
    browser.headers.update({"X-Forwarded-For": "6.6.6.6", "Host": "127.0.0.1"})
    moved = requests.get(f"{plain}/login/?x=1", allow_redirects=False)
    assert (moved.status_code, moved.headers["Location"][:8]) == (301, "https://")
    page = browser.get(f"{address}/login/")
    assert re.fullmatch(r"[0-9A-Fa-f]{8,64}", page.headers["X-Request-ID"])
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    typed = {"username": "clerk", "password": PASSWORD, "csrf_token": token}
    answer = browser.post(
        f"{address}/login/", data=typed, headers={"Referer": "https://127.0.0.1/"}, allow_redirects=False
    )
    assert answer.status_code == 302
    assert "__Host-session" in browser.cookies
    assert browser.get(f"{address}/metrics").status_code == 404
    with stalled_uploads(address, len(hosts)):
        assert browser.get(f"{address}/hiring/query/list/", timeout=5).status_code == 200
    seen = {browser.get(f"{address}/hiring/query/list/").status_code for _ in range(6)}
    hosts[0][1].kill()
    seen |= {browser.get(f"{address}/hiring/query/list/").status_code for _ in range(12)}
    assert seen == {200}
    with application.app_context():
        db.session.info["scope"] = Scope.everything()
        login = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "login")).one()
    assert login.address == "127.0.0.1", "where the browser is, not what it claims"


@contextmanager
def stalled_uploads(address: str, count: int):
    """As many as there are workers: the balancer waits for what they send, no worker does."""
    place = urlsplit(address)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with ExitStack() as open_ones:
        for _ in range(count):
            plain = open_ones.enter_context(socket.create_connection((place.hostname, place.port)))
            secured = open_ones.enter_context(context.wrap_socket(plain))
            secured.sendall(HALF_AN_UPLOAD)
        yield
