"""The same promises of a real server with two workers: one count of wrong passwords, and what ends a session ends it in both."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from app.demo.users import PASSWORD
from app.engine.sessions.tries import TRIES_HERE
from tests.browser.server import running_demo

pytestmark = pytest.mark.soak
ASKED = 12
"""Requests in a row, so that both workers answer some."""


class Visitor(requests.Session):
    """A browser without a screen."""

    def __init__(self, address: str):
        super().__init__()
        self.address = address

    def send_form(self, path: str, form_path: str | None = None, **typed: str) -> requests.Response:
        page = self.get(self.address + (form_path or path), timeout=30).text
        typed["csrf_token"] = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        return self.post(self.address + path, data=typed, timeout=30)

    def login(self, username: str, password: str = PASSWORD) -> str:
        return self.send_form("/login/", username=username, password=password).text

    def inside(self) -> set[bool]:
        """Whether the session is open, as asked many times."""
        pages = (self.get(f"{self.address}/help/", timeout=30).url for _ in range(ASKED))
        return {"/login/" not in url for url in pages}


def test_two_workers_keep_one_count_and_one_list_of_sessions():
    with running_demo() as demo:
        with ThreadPoolExecutor(6) as pool:
            tried = pool.map(lambda _: Visitor(demo.address).login("reviewer", "wrong-1"), range(20))
        assert sum("用户名或密码不正确" in page for page in tried) == TRIES_HERE
        assert "已锁定到" in Visitor(demo.address).login("reviewer")

        here, there = Visitor(demo.address), Visitor(demo.address)
        for visitor in (here, there):
            visitor.login("clerk")
            assert visitor.inside() == {True}
        copy = Visitor(demo.address)
        copy.cookies.update(there.cookies)
        there.send_form("/logout/", "/")
        assert copy.inside() == {False}
        again = Visitor(demo.address)
        again.login("clerk")
        new = {"old": PASSWORD, "new": "Another-2026", "again": "Another-2026"}
        here.send_form("/settings/password/", **new)
        assert here.inside() == {True} and again.inside() == {False}
