"""Two web hosts behind HAProxy or nginx as deploy/ has them: requests go on when one host dies, and nobody can pretend to be the proxy."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

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
SERVERS = re.compile(r"server (web\d) \S+:8080")
CERTIFICATE = re.compile(r"/etc/ssl/\S+?\.(?:pem|key)")
PACKAGED = "daemon off; user root; pid nginx.pid; error_log stderr; events {} "
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
SHIPPED = {
    "haproxy": ("haproxy.cfg", ["-c", "-f"], ["-db", "-f"]),
    "nginx": ("nginx.conf", ["-p", ".", "-t", "-c"], ["-p", ".", "-c"]),
}
"""The file in deploy/, how to check it and how to start it."""
HALF_AN_UPLOAD = b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nhalf"


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


def haproxy(config: str, hosts: list[str], plain: int, secure: int) -> str:
    """What was shipped, but for places."""
    places = iter(hosts)
    config = SERVERS.sub(lambda found: f"server {found[1]} {next(places)}", config)
    return config.replace("bind :80\n", f"bind 127.0.0.1:{plain}\n").replace(
        "bind :443", f"bind 127.0.0.1:{secure}"
    )


def nginx(config: str, hosts: list[str], plain: int, secure: int) -> str:
    """The same, in what Debian's own nginx.conf puts around it."""
    servers = "".join(f"server {place};" for place in hosts)
    config = config.replace("server 127.0.0.1:8080;", servers)
    config = config.replace("listen 80;", f"listen 127.0.0.1:{plain};")
    config = config.replace("listen 443 ", f"listen 127.0.0.1:{secure} ")
    own = "".join(f"{name}_temp_path {name};" for name in TEMPORARY)
    return f"{PACKAGED}http {{ access_log off; {own} {config} }}"


@pytest.fixture(params=[haproxy, nginx])
def balanced(request, hosts, tmp_path):
    """The addresses (with TLS, without) of a balancer in front of them."""
    name = request.param.__name__
    program = shutil.which(name)
    assert program, f"the tests need `{name}` on the PATH"
    certificate(tmp_path / "site.pem")
    secure, plain = free_port(), free_port()
    shipped, check, start = SHIPPED[name]
    config = CERTIFICATE.sub(str(tmp_path / "site.pem"), (ROOT / "deploy" / shipped).read_text("utf-8"))
    path = tmp_path / shipped
    path.write_text(request.param(config, [place for place, _ in hosts], plain, secure))
    subprocess.run([program, *check, path], check=True, cwd=tmp_path)
    running = subprocess.Popen([program, *start, path], cwd=tmp_path)
    address = f"https://127.0.0.1:{secure}"
    try:
        until(lambda: answers(f"{address}/health/live", verify=False), name)
        yield address, f"http://127.0.0.1:{plain}"
    finally:
        running.terminate()
        running.wait()


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
