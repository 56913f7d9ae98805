"""What people of each role do all day, one request after another; who waits for what is in `clerks`."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from urllib.parse import urlencode

from app.engine.access.roles import AUDITOR, CASHIER, CLERK, REVIEWER
from tests.bench.clients import Client
from tests.bench.county import County
from tests.desk.subsidies import HIRING as PROGRAMME

SHEET, PAGE = 20, 20
CASE = re.compile(r"/hiring/(?:query|review|disbursement)/show/(\d+)")
HOLDER = re.compile(r'name="holder"[^>]*value="([^"]*)"')
ACCOUNT = {
    "bank_name": "中国建设银行成都锦江支行",
    "branch_no": "105651000006",
    "kind": "basic",
    "number": "6217003810012345678",
}
TICK = re.compile(r'name="rowid" value="(\d+)"')
Step = Callable[[], object]


@dataclass
class People:
    """A county's folk, given out so that everybody stands in one sheet."""

    county: County
    uscc: str
    given: int
    lock: Lock = field(default_factory=Lock)

    def sheet(self) -> bytes:
        """Twenty people who stand in none yet."""
        with self.lock:
            first, self.given = self.given, self.given + SHEET
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(column.title for column in PROGRAMME.sheet.columns)
        for number in range(first, self.given):
            row = self.county.typed(number)
            writer.writerow([row[column.field] for column in PROGRAMME.sheet.columns])
        return out.getvalue().encode()


class Desk:
    """Somebody's browser and what is open in it; each method asks once and remembers what the next needs."""

    def __init__(self, client: Client, role: str, people: People, think: float):
        self.client, self.role, self.people, self.think = client, role, people, think
        self.page, self.number, self.dialog = "", "", ""

    def open(self, kind: str, path: str, **query: str) -> Step:
        def step() -> None:
            self.page = self.client.get(kind, path + (f"?{urlencode(query)}" if query else ""))

        return step

    def open_case(self, place: str) -> Step:
        """The first row of the list that is open."""

        def step() -> None:
            if found := CASE.search(self.page):
                self.client.get("a case", f"/hiring/{place}/show/{found[1]}")

        return step

    def new_application(self) -> None:
        facts = {"employer": self.people.uscc, "region": self.people.county.region}
        self.page = self.client.post("new application", "/hiring/applications/add", facts)
        self.number = self.client.place.rpartition("/")[2]

    def check(self) -> None:
        file = ("sheet", "people.csv", self.people.sheet())
        self.page = self.client.post("check of 20", f"/hiring/applications/check/{self.number}", {}, file)

    def bank(self) -> None:
        (holder,) = HOLDER.findall(self.page)
        facts = ACCOUNT | {"holder": holder}
        self.page = self.client.post("bank details", f"/hiring/applications/account/{self.number}", facts)

    def apply(self) -> None:
        self.page = self.client.post("apply: dialog", f"/hiring/applications/apply/{self.number}", {})
        self.dialog = self.client.place

    def tick(self, place: str, move: str) -> Step:
        """The dialog for the page of rows that is open; none when nothing stands in it."""

        def step() -> None:
            rows, self.dialog = TICK.findall(self.page)[:PAGE], ""
            if rows:
                form = {"action": move, "query": "", "all": "0", "rowid": rows}
                self.client.post(f"{move}: dialog", f"/hiring/{place}/action_post", form)
                self.dialog = self.client.place

        return step

    def confirm(self, move: str, **params: str) -> Step:
        def step() -> None:
            if self.dialog:
                self.page = self.client.post(f"{move}: done", f"{self.dialog}/run", params)

        return step

    def search(self) -> None:
        self.client.post("search", "/desk/search", {"view": "HiringQueryView", "person": "王伟"})

    def export(self) -> None:
        chosen = {"view": "HiringQueryView", "query": urlencode({"state": "approved"})}
        self.client.fetch("export", "/desk/exports/start", chosen)


def _clerk(desk: Desk) -> Iterator[Step]:
    yield desk.open("home", "/")
    yield desk.open("list", "/hiring/query/list/")
    yield desk.open_case("query")
    yield desk.open("applications", "/hiring/applications/list/")
    yield desk.open("new application: form", "/hiring/applications/add")
    yield desk.new_application
    yield desk.check
    yield desk.bank
    yield desk.apply
    yield desk.confirm("apply")
    yield desk.open("list, filtered", "/hiring/query/list/", state="submitted")
    yield desk.search


def _reviewer(desk: Desk) -> Iterator[Step]:
    yield desk.open("home", "/")
    yield desk.open("list for review", "/hiring/review/list/", size=str(PAGE))
    yield desk.open_case("review")
    yield desk.tick("review", "approve")
    yield desk.confirm("approve")
    yield desk.open("list for publicity", "/hiring/publicity/list/", state="approved", size=str(PAGE))
    yield desk.tick("publicity", "publicize")
    yield desk.confirm("publicize", start="2026-11-23", end="2026-11-27")
    yield desk.open("notices", "/hiring/notices/list/")
    yield desk.open("figures", "/desk/figures/")


def _cashier(desk: Desk) -> Iterator[Step]:
    yield desk.open("home", "/")
    yield desk.open("list for payment", "/hiring/disbursement/list/")
    yield desk.open("payment lists", "/hiring/payment_lists/list/")
    yield desk.open("ledger", "/ledger/")
    yield desk.open("sums", "/ledger/sums", by="notice")


def _auditor(desk: Desk) -> Iterator[Step]:
    yield desk.open("home", "/")
    yield desk.open("list, filtered", "/hiring/query/list/", state="approved")
    yield desk.open_case("query")
    yield desk.open("audit log", "/settings/audit/list/")
    yield desk.export
    yield desk.open("figures", "/desk/figures/")
    yield desk.open("list, last page", "/hiring/query/list/", end="1")
    yield desk.open("ledger", "/ledger/")


DAYS = {CLERK: _clerk, REVIEWER: _reviewer, CASHIER: _cashier, AUDITOR: _auditor}
