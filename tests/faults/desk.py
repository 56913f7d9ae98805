"""A person at a browser without a screen, asking the real server: the same words as at the desk of the other tests."""

from __future__ import annotations

import re

import requests

from app.demo.users import PASSWORD
from tests.desk.clerks import HiringDesk

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class DistantDesk(HiringDesk):
    """Answers come over the wire; one that never comes is a `requests.RequestException`."""

    def __init__(self, address: str, username: str):
        self.address, self.username, self.asking = address, username, requests.Session()
        self.token = TOKEN.search(self.get("/login/"))[1]
        self.post("/login/", {"username": username, "password": PASSWORD})
        self.token = TOKEN.search(self.get("/"))[1]

    def get(self, path: str, expect: int = 200) -> str:
        answer = self.asking.get(self.address + path, timeout=60)
        assert answer.status_code == expect, (path, answer.status_code, answer.text)
        return answer.text

    def send(self, path: str, data: dict | None = None) -> requests.Response:
        """A form, with its file if there is one."""
        fields = {"csrf_token": self.token}
        files = {}
        for name, value in (data or {}).items():
            if isinstance(value, tuple):
                files[name] = (value[1], value[0])
            else:
                fields[name] = value
        where = self.address + path
        return self.asking.post(where, fields, files=files or None, timeout=60, allow_redirects=False)

    def post(self, path: str, data: dict | None = None, expect: int | tuple = (302, 303)) -> str:
        answer = self.send(path, data)
        wanted = (expect,) if isinstance(expect, int) else expect
        assert answer.status_code in wanted, (path, answer.status_code, answer.text)
        return answer.headers.get("Location", answer.text)
