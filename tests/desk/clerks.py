"""A person at the desk, for tests: logs in, opens pages, posts forms, ticks rows and acts."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask
from lxml import html

from app.demo.sheets import NOTE
from app.demo.users import PASSWORD

JINJIANG, QINGYANG = "510104", "510105"
ACCOUNT = {
    "bank_name": "中国建设银行成都锦江支行",
    "branch_no": "105651000006",
    "number": "6217003810012345678",
}


class Desk:
    """A test client with a login; pages come back as text and must not be errors unless a test expects one."""

    def __init__(self, app: Flask, username: str):
        self.client, self.username = app.test_client(), username
        page = self.client.post("/login/", data={"username": username, "password": PASSWORD})
        assert page.status_code == 302, page.text

    def get(self, path: str, expect: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == expect, (path, answer.status_code, answer.text)
        return answer.text

    def post(self, path: str, data: dict | None = None, expect: int = 302) -> str:
        """The address that follows, or the page when none does."""
        answer = self.client.post(path, data=data or {})
        assert answer.status_code == expect, (path, answer.status_code, answer.text)
        return answer.headers.get("Location", answer.text)


class HiringDesk(Desk):
    """The hiring subsidy's screens."""

    base = "/hiring"

    def open_application(self, uscc: str, region: str = JINJIANG) -> str:
        """The number of the new application, as its address names it."""
        address = self.post(f"{self.base}/applications/add", {"employer": uscc, "region": region})
        return re.search(r"/show/(\d+)", address)[1]

    def check(self, application: str, sheet: Path, expect: int = 302) -> str:
        with sheet.open("rb") as file:
            return self.post(
                f"{self.base}/applications/check/{application}", {"sheet": (file, sheet.name)}, expect
            )

    def bank(self, application: str) -> None:
        self.post(f"{self.base}/applications/account/{application}", self.account(application))

    def account(self, application: str, **typed: str) -> dict[str, str]:
        """An account as the form takes it; holder and kind are those that the page offers."""
        page = self.get(f"{self.base}/applications/show/{application}")
        holder = re.search(r'name="holder"[^>]*value="([^"]*)"', page)[1]
        kind = re.search(r'<option selected value="(\w+)">(?:基本存款账户|本人银行卡)', page)[1]
        return ACCOUNT | {"holder": holder, "kind": kind} | typed

    def apply(self, application: str) -> str:
        return self.confirm(self.post(f"{self.base}/applications/apply/{application}"))

    def hand_in(self, folder: Path, sheet: str) -> str:
        """A sheet of the demonstration from a new application to its submission; the application's number."""
        application = self.open_application(uscc_of(folder, sheet))
        self.check(application, folder / sheet)
        self.bank(application)
        self.apply(application)
        return application

    def act(
        self, stage: str, action: str, rows: list[str] | None = None, query: str = "", **params: str
    ) -> str:
        """A bulk action on rows, or on the whole filter when no rows are given; returns the result page."""
        form = {"action": action, "query": query, "all": "0" if rows else "1", "rowid": rows or []}
        return self.confirm(self.post(f"{self.base}/{stage}/action_post", form), **params)

    def confirm(self, dialog: str, **params: str) -> str:
        self.get(dialog)
        return self.get(self.post(f"{dialog}/run", params))


def uscc_of(folder: Path, sheet: str) -> str:
    """The employer that the demonstration's note names for a sheet."""
    note = (folder / NOTE).read_text(encoding="utf-8-sig")
    return re.search(rf"{re.escape(sheet)}：.*?（([0-9A-Z]{{18}})，", note, re.DOTALL)[1]


class ServiceDesk(HiringDesk):
    base = "/service"

    def open_for_unit(self, uscc: str) -> str:
        facts = {"payee_kind": "unit", "employer": uscc}
        return re.search(r"/show/(\d+)", self.post(f"{self.base}/applications/add", facts))[1]

    def open_for_person(self, citizen_id: str, name: str) -> str:
        facts = {"payee_kind": "person", "citizen_id": citizen_id, "name": name}
        return re.search(r"/show/(\d+)", self.post(f"{self.base}/applications/add", facts))[1]


def moved(page: str) -> int:
    return int(re.search(r'id="moved">(\d+)<', page)[1])


def opened(page: str) -> dict:
    """What a browser would post of a page's form, as it was opened."""
    form = next(f for f in html.fromstring(page).forms if "data-guard" in f.attrib)
    facts: dict = {}
    for name, value in form.form_values():
        facts[name] = [*facts.get(name, []), value]
    return {name: values if len(values) > 1 else values[0] for name, values in facts.items()}
