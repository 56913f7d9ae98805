"""Seeded requests of nonsense to every address, by people who are logged in: a page each time, and nothing stored.

Real ids are asked for, never sent to: whatever a form of nonsense could mean, it is about a case that nobody has.
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable

import pytest

from tests.desk.clerks import Desk
from tests.security.addresses import CHANGES_THE_SESSION, filled, form
from tests.security.cases import ALL_A, digest
from tests.security.hostile import crashed
from tests.security.permissions import addresses, moves

PARTS, REQUESTS = 6, 500
SHORT = 100
"""Of each part in the default run; all 3,000 in soak."""
PEOPLE = (ALL_A, "clerk", "reviewer", "cashier", "county_admin", "province_admin", "policy", "admin")
NONSENSE = (
    "",
    " ",
    "\x00",
    "0",
    "-1",
    "1e400",
    "٣",
    "9" * 40,
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "'\"\\%_",
    "{{7*7}}${7*7}#{7*7}",
    "../../etc/passwd",
    "Ⅷ王ＡＢ\u202e\u200b\ufeff",
    "\U0001f4a3" * 50,
    "长" * 3000,
    "a\r\nSet-Cookie: x=1",
    "__class__.__init__",
    "true",
    "[]",
    "null",
)
LISTING = (
    "page",
    "size",
    "order",
    "direction",
    "after",
    "before",
    "at",
    "end",
    "q",
    "by",
    "level",
    "year",
    "state",
)
HEADERS = {
    "Referer": ("//evil.example", "http://localhost/\u00ff", "x" * 4000),
    "Accept-Language": ("zz;q=9", "en;q=x,,;", "zh-CN,zh;q=0.9"),
    "X-Forwarded-For": ("' OR 1=1", "::::", "1.2.3.4, 5.6.7.8"),
    "Range": ("bytes=-1", "bytes=9-0,0-", "lines=1"),
    "If-Modified-Since": ("yesterday", "Thu, 99 Foo 9999 99:99:99 GMT"),
    "Content-Type": (
        "text/\u00ff",
        "multipart/form-data",
        "application/json; charset=none",
        "x/y; boundary=",
    ),
    "X-Requested-With": ("XMLHttpRequest",),
    "User-Agent": ("", "a" * 5000),
}
BROKEN = (
    b"",
    b"\xff\xfe\x00%%%=&&;=",
    b"a=%ZZ&%=%&=&b",
    b'{"a": [' + b"[" * 500,
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="\xff"\r\n\r\nPK\x03\x04',
    "姓名=王".encode("gbk"),
)


class Fuzz:
    """Draws requests from a seed; the same seed draws the same."""

    def __init__(self, app, known, seed: int):
        self.draw = random.Random(seed)
        bulk = {rule for rule, _ in moves(app)}
        self.routes = [a for a in addresses(app) if a[1] not in CHANGES_THE_SESSION | {"/settings/password/"}]
        self.names = (*LISTING, *form(known), "query", "view", "csrf_token", "next", "language", "version")
        self.app, self.known, self.bulk = app, known, bulk

    def request(self) -> dict:
        """What a test client's `open` takes."""
        method, rule, endpoint = self.draw.choice(self.routes)
        wanted = {"path": self._path(method, rule, endpoint), "method": method, "headers": self._headers()}
        if self.draw.random() < 0.7:
            wanted["query_string"] = self._pairs(5)
        if method == "POST":
            wanted |= self._body()
        return wanted

    def _path(self, method: str, rule: str, endpoint: str) -> str:
        real = filled(self.app, self.known, method, rule, endpoint) if method == "GET" else []
        if real and self.draw.random() < 0.5:
            return self.draw.choice(real)
        while "<" in rule:
            head, _, tail = rule.partition("<")
            rule = (
                head
                + self.draw.choice(("0", "-1", "x", "9" * 30, "%00", "%F0%9F%92%A3"))
                + tail.partition(">")[2]
            )
        return rule

    def _pairs(self, most: int) -> dict[str, list[str]]:
        names = self.draw.sample(self.names, self.draw.randint(1, most))
        return {name: self.draw.choices(NONSENSE, k=self.draw.choice((1, 1, 1, 3))) for name in names}

    def _headers(self) -> list[tuple[str, str]]:
        names = self.draw.sample(sorted(HEADERS), self.draw.choice((0, 0, 1, 2)))
        return [(name, self.draw.choice(HEADERS[name])) for name in names]

    def _body(self) -> dict:
        kinds: tuple[Callable[[], dict], ...] = (self._form, self._form, self._upload, self._json, self._raw)
        return self.draw.choice(kinds)()

    def _form(self) -> dict:
        return {"data": self._pairs(12)}

    def _upload(self) -> dict:
        content = io.BytesIO(self.draw.choice(BROKEN) + self.draw.randbytes(200))
        name = self.draw.choice(("x.xlsx", "\u202excod.xlsx", "../../x.pdf", ".", "王.csv"))
        return {"data": {**self._pairs(4), self.draw.choice(("sheet", "file")): (content, name)}}

    def _json(self) -> dict:
        return {"data": json.dumps(self._pairs(6)), "content_type": "application/json"}

    def _raw(self) -> dict:
        kind = self.draw.choice(
            ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x/y")
        )
        return {"data": self.draw.choice(BROKEN), "content_type": kind}


@pytest.mark.parametrize("requests", [SHORT, pytest.param(REQUESTS, marks=pytest.mark.soak)])
@pytest.mark.parametrize("seed", range(PARTS))
def test_nonsense_is_answered_and_changes_nothing(cases_app, known, seed, requests, record_property):
    fuzz, bad = Fuzz(cases_app, known, seed), {}
    desks = [Desk(cases_app, name).client for name in PEOPLE]
    before = digest(cases_app)
    for number in range(requests):
        asked = fuzz.request()
        answer = desks[number % len(desks)].open(**asked)
        if (
            crashed(answer)
            or b"<script>alert(1)" in answer.data
            or "x=1" in str(answer.headers.getlist("Set-Cookie"))
        ):
            bad[number, asked["method"], asked["path"]] = answer.status_code
    record_property("fuzzed requests", requests)
    assert bad == {}
    assert [desk.get("/").status_code for desk in desks] == [200] * len(desks), "all are logged in still"
    assert digest(cases_app) == before
