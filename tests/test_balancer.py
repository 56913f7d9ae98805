"""Two web hosts behind HAProxy as deploy/ has it: requests go on when one host dies, and nobody can pretend to be the proxy."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select

from app.engine.audit import AuditEntry
from app.engine.scope import Scope
from app.extensions import db
from app.web.demo.users import PASSWORD
from tests.conftest import DEMO
from tests.faults.product import until

ROOT = Path(__file__).parents[1]
SHIPPED = (ROOT / "deploy/haproxy.cfg").read_text(encoding="utf-8")
SERVERS = re.compile(r"server (web\d) \S+:8080")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def certificate(path: Path) -> None:
    """One of our own making for this machine, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begins = datetime.now(UTC) - timedelta(days=1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(begins)
    signed = made.not_valid_after(begins + timedelta(days=3)).sign(key, hashes.SHA256())
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def host(cluster, keys, port: int) -> subprocess.Popen:
    """A web host: gunicorn as deploy/ starts it."""
    environ = os.environ | keys | {"DATABASE_URL": cluster.urls.runtime, "SECRET_KEY": "shared by all hosts"}
    environ |= {
        "PORT": str(port),
        "WEB_WORKERS": "1",
        "HTTPS": "1",
        "PROXIES": "1",
        "METRICS_TOKEN": "x" * 20,
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "app:create_app()"]
    return subprocess.Popen(command, cwd=ROOT, env=environ)


def answers(url: str, **more) -> bool:
    try:
        return requests.get(url, timeout=5, **more).status_code == 200
    except requests.RequestException:
        return False


@pytest.fixture
def hosts(application, cluster, keys, demo_files):
    """(address, process) of two hosts that are ready."""
    with application.app_context():
        db.session.remove()
        db.engine.dispose()
    cluster.fresh(DEMO)
    ports = [free_port(), free_port()]
    running = [host(cluster, keys, port) for port in ports]
    try:
        for port in ports:
            until(lambda port=port: answers(f"http://127.0.0.1:{port}/health/ready"), "a web host")
        yield list(zip([f"127.0.0.1:{port}" for port in ports], running, strict=True))
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


@pytest.fixture
def balanced(hosts, tmp_path):
    """The address of HAProxy in front of them, with what was shipped but for places."""
    certificate(tmp_path / "site.pem")
    places = iter(hosts)
    secure, plain = free_port(), free_port()
    config = SERVERS.sub(lambda found: f"server {found[1]} {next(places)[0]}", SHIPPED)
    config = config.replace("/etc/ssl/private/benefits.pem", str(tmp_path / "site.pem"))
    config = config.replace("bind :80\n", f"bind 127.0.0.1:{plain}\n").replace(
        "bind :443", f"bind 127.0.0.1:{secure}"
    )
    path = tmp_path / "haproxy.cfg"
    path.write_text(config)
    program = shutil.which("haproxy")
    assert program, "the tests need a `haproxy` on the PATH"
    subprocess.run([program, "-c", "-f", path], check=True)
    running = subprocess.Popen([program, "-db", "-f", path])
    address = f"https://127.0.0.1:{secure}"
    try:
        until(lambda: answers(f"{address}/health/live", verify=False), "HAProxy")
        yield address, f"http://127.0.0.1:{plain}"
    finally:
        running.terminate()
        running.wait()


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_a_day_behind_a_balancer(balanced, hosts, application):
    address, plain = balanced
    browser = requests.Session()
    browser.verify, browser.trust_env = False, False
    browser.headers["X-Forwarded-For"] = "6.6.6.6"
    moved = requests.get(f"{plain}/login/?x=1", allow_redirects=False)
    assert (moved.status_code, moved.headers["Location"][:8]) == (301, "https://")
    page = browser.get(f"{address}/login/")
    assert re.fullmatch(r"[0-9A-F]{8,64}", page.headers["X-Request-ID"])
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    typed = {"username": "clerk", "password": PASSWORD, "csrf_token": token}
    browser.post(f"{address}/login/", data=typed, headers={"Referer": address}).raise_for_status()
    assert "__Host-session" in browser.cookies
    assert browser.get(f"{address}/metrics").status_code == 404
    seen = {browser.get(f"{address}/hiring/query/list/").status_code for _ in range(6)}
    hosts[0][1].kill()
    seen |= {browser.get(f"{address}/hiring/query/list/").status_code for _ in range(12)}
    assert seen == {200}
    with application.app_context():
        db.session.info["scope"] = Scope.everything()
        login = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "login")).one()
    assert login.address == "127.0.0.1", "where the browser is, not what it claims"
