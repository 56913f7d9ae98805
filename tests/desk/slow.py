"""Many connections that give or take a byte every few seconds: what broken lines do, and who wants to stop a host."""

from __future__ import annotations

import re
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

import requests

from app.demo.users import PASSWORD

MANY = 200
EVERY_SECONDS = 4.0
HEAD = "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
FORM = HEAD + "Content-Length: {length}\r\n\r\n"
BEGINNINGS = {
    "nothing": b"",
    "half a head": b"GET /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    "a login": FORM.format(method="POST", path="/login/", length=9_000).encode() + b"username=",
    # more than a proxy keeps before it passes a request on
    "a long login": FORM.format(method="POST", path="/login/", length=60_000).encode() + b"x" * 20_000,
    "a stranger's upload": FORM.format(method="POST", path="/desk/exports/start", length=60_000).encode()
    + b"x" * 20_000,
    "chunks": HEAD.format(method="POST", path="/login/").encode()
    + b"Transfer-Encoding: chunked\r\n\r\n2000\r\nusername=",
    "a picture": HEAD.format(method="GET", path="/static/manual/service-outcome.png").encode() + b"\r\n",
}
LINK = re.compile(r'href="(/[^"#?]*)"')
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Crowd:
    """`many` connections to an address, each kept open or opened again for as long as the block lasts."""

    address: str
    many: int = MANY
    counted: list[int] = field(default_factory=list)
    """Open ones, as counted every half second since all are there."""

    def __post_init__(self) -> None:
        self._open: dict[socket.socket, str] = {}
        self._kinds = (kind for _ in count() for kind in BEGINNINGS)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.check_hostname, self._context.verify_mode = False, ssl.CERT_NONE
        self._full, self._ends = threading.Event(), threading.Event()

    @contextmanager
    def at_work(self) -> Iterator[Crowd]:
        thread = threading.Thread(target=self._work)
        thread.start()
        try:
            assert self._full.wait(60), f"{len(self._open)} connections are open"
            yield self
        finally:
            self._ends.set()
            thread.join()
            for connection in self._open:
                connection.close()

    def _work(self) -> None:
        due = 0.0
        while not self._ends.is_set():
            for connection in self._closed():
                del self._open[connection]
                connection.close()
            while len(self._open) < self.many and not self._ends.is_set():
                with suppress(OSError):
                    self._begin()
            if not self._ends.is_set():
                self.counted.append(len(self._open))
                self._full.set()
            if time.monotonic() >= due:
                due = time.monotonic() + EVERY_SECONDS
                for connection, kind in self._open.items():
                    with suppress(OSError):
                        self._step(connection, kind)
            self._ends.wait(0.5)

    def _begin(self) -> None:
        place, kind = urlsplit(self.address), next(self._kinds)
        connection = socket.socket()
        if kind == "a picture":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.settimeout(5)
        connection.connect((place.hostname, place.port))
        if place.scheme == "https":
            connection = self._context.wrap_socket(connection)
        connection.sendall(BEGINNINGS[kind])
        connection.setblocking(False)
        self._open[connection] = kind

    def _step(self, connection: socket.socket, kind: str) -> None:
        if kind == "a picture":
            connection.recv(1)
        elif kind != "nothing":
            connection.send(b"x")

    def _closed(self) -> list[socket.socket]:
        """Those that the other side has ended; of an answer, that it has come is enough."""
        with selectors.DefaultSelector() as selector:
            for connection, kind in self._open.items():
                if kind != "a picture":
                    selector.register(connection, selectors.EVENT_READ)
            ready = [key.fileobj for key, _ in selector.select(0)]
        return [connection for connection in ready if _ended(connection)]


def _ended(connection: socket.socket) -> bool:
    try:
        while connection.recv(65_536):
            pass
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True
    return True


class Visitor:
    """Somebody at the desk, who waits for a page so long and no longer."""

    def __init__(self, address: str, patience: float) -> None:
        self.address, self._patience = address, patience
        self.seconds: dict[str, list[float]] = {}
        self._asking = requests.Session()
        self._asking.verify = self._asking.trust_env = False
        self._asking.headers["Host"] = "127.0.0.1"

    def login(self) -> list[str]:
        """The pages of the menu. Raises what a visitor who gets no page would see."""
        token = TOKEN.search(self.ask("/login/").text)[1]
        typed = {"username": "clerk", "password": PASSWORD, "csrf_token": token}
        self.ask("/login/", typed)
        links = dict.fromkeys(LINK.findall(self.ask("/").text))
        return [link for link in links if not link.startswith("/static/") and "export" not in link]

    def ask(self, path: str, typed: dict | None = None) -> requests.Response:
        begun = time.monotonic()
        origin = {"Referer": f"{urlsplit(self.address).scheme}://127.0.0.1/"}
        method = "POST" if typed else "GET"
        answer = self._asking.request(
            method,
            self.address + path,
            data=typed,
            headers=origin,
            timeout=self._patience,
            allow_redirects=False,
        )
        assert answer.status_code in (200, 302), (path, answer.status_code)
        self.seconds.setdefault(path, []).append(time.monotonic() - begun)
        return answer

    def look_around(self, seconds: float) -> None:
        """Logs in and opens every page of the menu, again and again for so long."""
        end = time.monotonic() + seconds
        pages = self.login()
        assert len(pages) > 10, pages
        while True:
            for page in pages:
                self.ask(page)
            if time.monotonic() > end:
                return
