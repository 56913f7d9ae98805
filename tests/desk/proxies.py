"""Web hosts as deploy/ starts them, and HAProxy or nginx in front of them as deploy/ has those."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.faults.product import until

ROOT = Path(__file__).parents[2]
SERVERS = re.compile(r"server (web\d) \S+:8080")
CERTIFICATE = re.compile(r"/etc/ssl/\S+?\.(?:pem|key)")
PACKAGED = "daemon off; user root; pid nginx.pid; error_log stderr; events {} "
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
SHIPPED = {
    "haproxy": ("haproxy.cfg", ["-c", "-f"], ["-db", "-f"]),
    "nginx": ("nginx.conf", ["-p", ".", "-t", "-c"], ["-p", ".", "-c"]),
}
"""The file in deploy/, how to check it and how to start it."""


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


def host(url: str, keys: dict[str, str], port: int, **environ: str) -> subprocess.Popen:
    """A web host: gunicorn as deploy/ starts it, of one worker unless told otherwise."""
    given = {"DATABASE_URL": url, "SECRET_KEY": "shared by all hosts", "PORT": str(port), "WEB_WORKERS": "1"}
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "app:create_app()"]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | keys | given | environ)


def answers(url: str, **more) -> bool:
    try:
        return requests.get(url, timeout=5, **more).status_code == 200
    except requests.RequestException:
        return False


@contextmanager
def running_hosts(
    url: str, keys: dict[str, str], count: int, **environ: str
) -> Iterator[list[tuple[str, subprocess.Popen]]]:
    """(address, process) of so many hosts that are ready."""
    ports = [free_port() for _ in range(count)]
    running = [host(url, keys, port, **environ) for port in ports]
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


@contextmanager
def balancer(configured: Callable, hosts: list[str], place: Path) -> Iterator[tuple[str, str]]:
    """The addresses (with TLS, without) of a balancer in front of hosts."""
    name = configured.__name__
    program = shutil.which(name)
    assert program, f"the tests need `{name}` on the PATH"
    certificate(place / "site.pem")
    secure, plain = free_port(), free_port()
    shipped, check, start = SHIPPED[name]
    config = CERTIFICATE.sub(str(place / "site.pem"), (ROOT / "deploy" / shipped).read_text("utf-8"))
    path = place / shipped
    path.write_text(configured(config, hosts, plain, secure))
    subprocess.run([program, *check, path], check=True, cwd=place)
    running = subprocess.Popen([program, *start, path], cwd=place)
    address = f"https://127.0.0.1:{secure}"
    try:
        until(lambda: answers(f"{address}/health/live", verify=False), name)
        yield address, f"http://127.0.0.1:{plain}"
    finally:
        running.terminate()
        running.wait()
