"""A client as light as it can be, for many at once on the machine of the server: what it asks, how long it waits, what fails."""

from __future__ import annotations

import http.client
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from statistics import quantiles
from threading import Lock
from urllib.parse import urlencode
from uuid import uuid4

from app.demo.users import PASSWORD

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
FORM = "application/x-www-form-urlencoded"
MOVED = (301, 302, 303)


@dataclass
class Record:
    """Milliseconds by kind of request, and what went wrong; shared by all clients."""

    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def note(self, kind: str, seconds: float, wrong: str = "") -> None:
        with self.lock:
            self.taken[kind].append(seconds * 1000)
            if wrong:
                self.errors.append(f"{kind}: {wrong}")

    def start_anew(self) -> None:
        with self.lock:
            self.taken.clear()

    def line(self, kind: str) -> str:
        return f"{kind:28} {len(self.taken[kind]):6}  " + spread(self.taken[kind])


def spread(taken: list[float]) -> str:
    middle, p95, p99 = (at(taken, share) for share in (0.5, 0.95, 0.99))
    return f"p50 {middle:7.1f} ms  p95 {p95:7.1f} ms  p99 {p99:7.1f} ms"


def at(taken: list[float], share: float) -> float:
    """A quantile; of a single value, that."""
    return quantiles(taken, n=100)[round(share * 100) - 1] if len(taken) > 1 else taken[0]


class Client:
    """A browser without a window, which keeps its cookies and follows an address that it is sent to."""

    def __init__(self, port: int, username: str, record: Record):
        self.port, self.username, self.record = port, username, record
        self.cookies: dict[str, str] = {}
        self.token, self.place = "", ""

    def login(self) -> None:
        self.token = TOKEN.search(self.get("login page", "/login/"))[1]
        page = self.post("login", "/login/", {"username": self.username, "password": PASSWORD})
        self.token = TOKEN.search(page)[1]

    def get(self, kind: str, path: str) -> str:
        return self._ask(kind, "GET", path, None, {}).decode()

    def post(self, kind: str, path: str, form: dict, file: tuple[str, str, bytes] | None = None) -> str:
        """The page to which the form leads."""
        return self.fetch(kind, path, form, file).decode()

    def fetch(self, kind: str, path: str, form: dict, file: tuple[str, str, bytes] | None = None) -> bytes:
        fields = {**form, "csrf_token": self.token}
        if file is None:
            return self._ask(
                kind, "POST", path, urlencode(fields, doseq=True).encode(), {"Content-Type": FORM}
            )
        mark = uuid4().hex
        body = _parts(fields, file, mark)
        return self._ask(kind, "POST", path, body, {"Content-Type": f"multipart/form-data; boundary={mark}"})

    def _ask(self, kind: str, method: str, path: str, body: bytes | None, headers: dict) -> bytes:
        """Each request is timed for itself; `place` is the address at which it ended."""
        while True:
            start = time.perf_counter()
            try:
                status, location, said = self._once(method, path, body, headers)
            except (OSError, http.client.HTTPException) as failure:
                self.record.note(kind, time.perf_counter() - start, f"{path}: {failure!r}")
                raise
            wrong = f"{path}: {status}" if status >= 400 else ""
            self.record.note(kind, time.perf_counter() - start, wrong)
            self.place = path
            if status not in MOVED:
                return said
            kind, method, path, body, headers = f"{kind} →", "GET", location, None, {}

    def _once(self, method: str, path: str, body, headers: dict) -> tuple[int, str, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            connection.request(method, path, body, {**headers, "Cookie": cookies})
            answer = connection.getresponse()
            said = answer.read()
            for line in answer.headers.get_all("Set-Cookie") or ():
                self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
            return answer.status, answer.headers.get("Location", ""), said
        finally:
            connection.close()


def _parts(fields: dict, file: tuple[str, str, bytes], mark: str) -> bytes:
    name, filename, content = file
    said = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    ]
    said.append(
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return "".join(said).encode() + content + f"\r\n--{mark}--\r\n".encode()
