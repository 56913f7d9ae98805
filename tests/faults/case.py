"""One application from the sheet to the money, deed by deed, each of which can be struck by a fault and is then settled.

Settling is what the people would do: look whether it was done, wait while a worker is at it, start a failed work again,
send again what was lost.
"""

from __future__ import annotations

import csv
import io
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median

import requests

from tests.bench.county import TODAY
from tests.desk.subsidies import HIRING as PROGRAMME
from tests.faults.checker import check
from tests.faults.desk import DistantDesk
from tests.faults.office import Office
from tests.faults.product import until

SMALL, LARGE = 130, 300
"""People whom a request takes in itself, and whom it leaves to a worker (`impatient`)."""
WRONG_IDS = 7
PUBLICITY, OVER = timedelta(days=6), 8
BULK = {
    "submit": ("clerk", {}),
    "approve": ("reviewer", {}),
    "publicize": ("reviewer", {"start": TODAY.isoformat(), "end": (TODAY + PUBLICITY).isoformat()}),
    "pass_publicity": ("reviewer", {}),
    "list": ("cashier", {}),
    "disburse": ("cashier", {"paid_on": (TODAY + timedelta(days=OVER)).isoformat(), "voucher_no": "PZ-1"}),
}
IMPORT = "import"
DEEDS = (IMPORT, *BULK)
SET_DAY = """
    INSERT INTO demo_clock (id, days_ahead) VALUES (1, :days) ON CONFLICT (id) DO UPDATE SET days_ahead = :days
"""
LATEST = "SELECT {} FROM long_works WHERE kind = :kind AND subject = :subject ORDER BY asked_at DESC LIMIT 1"


@dataclass
class Deed:
    """What one person sends, whether it has taken effect, and which work it becomes when it is long."""

    name: str
    desk: DistantDesk
    send: Callable[[], requests.Response]
    done: Callable[[], bool]
    kind: str
    subject: str


@dataclass
class Striker:
    """Strikes at random moments of a deed; they are drawn from the span in which strikes have hit so far.

    At first: `span`, the seconds that a short and a long deed take.
    """

    chance: random.Random
    span: dict[bool, float]
    counted: Counter = field(default_factory=Counter)

    def moment(self, long: bool) -> float:
        return self.chance.random() * self.span[long]

    def note(self, long: bool, midst: bool) -> None:
        """A strike after the end makes the next ones come sooner."""
        self.counted["struck in the midst" if midst else "struck when it was over"] += 1
        self.span[long] *= 1.1 if midst else 0.8


class Case:
    """One application; `deeds` are its steps in order, made when the one before is done."""

    def __init__(self, office: Office, people: int):
        self.office, self.product, self.long = office, office.product, people > SMALL
        self.product.tell(SET_DAY, days=0)
        clerk = office.desks["clerk"]
        employer = self.product.ask("SELECT uscc FROM employers WHERE id = :id", id=office.county.employer)
        self.number = clerk.open_application(employer, office.county.region)
        self.rows = office.folk(people)
        for row in self.rows[:WRONG_IDS]:
            row["citizen_id"] = row["citizen_id"][:-1]
        self.sheet = _sheet(self.rows)

    def deeds(self) -> Iterator[Deed]:
        yield self._import()
        self.office.desks["clerk"].bank(self.number)
        for move in BULK:
            if move == "pass_publicity":
                self.product.tell(SET_DAY, days=OVER)
            yield self._bulk(move)

    def _import(self) -> Deed:
        clerk = self.office.desks["clerk"]
        told = "SELECT count(*) FROM audit_entries WHERE event = 'import' AND application_id = :id"
        return Deed(
            IMPORT,
            clerk,
            lambda: clerk.send(
                f"/hiring/applications/check/{self.number}", {"sheet": (io.BytesIO(self.sheet), "people.csv")}
            ),
            lambda: self.product.ask(told, id=int(self.number)) > 0,
            "check",
            self.number,
        )

    def _bulk(self, move: str) -> Deed:
        who, params = BULK[move]
        desk = self.office.desks[who]
        form = {"action": move, "rowid": self.number, "query": "", "all": "0"}
        dialog = desk.post("/hiring/applications/action_post", form)
        desk.get(dialog)
        batch = dialog.rpartition("/")[2]
        ran = "SELECT ran_at IS NOT NULL FROM batches WHERE id = :id"
        return Deed(
            move,
            desk,
            lambda: desk.send(f"{dialog}/run", params),
            lambda: self.product.ask(ran, id=batch),
            "batch",
            batch,
        )

    def whole(self) -> None:
        """All who could pass are paid, once each."""
        paid = "SELECT count(*) FROM claims WHERE application_id = :id AND state = 'disbursed'"
        assert self.product.ask(paid, id=int(self.number)) == len(self.rows) - WRONG_IDS


def _sheet(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(column.title for column in PROGRAMME.sheet.columns)
    writer.writerows([row[column.field] for column in PROGRAMME.sheet.columns] for row in rows)
    return out.getvalue().encode()


def do(case: Case, deed: Deed, counted: Counter, strike: Callable[[], None] | None = None, moment: float = 0):
    """Sends a deed, strikes at a moment of it if a strike is given, and settles it; whether the strike met it unfinished."""
    with ThreadPoolExecutor(1) as pool:
        sent, midst = pool.submit(_attempt, deed), False
        if strike:
            if case.long:
                until(lambda: _work(case, deed, "state") == "running" or deed.done(), "a worker to begin")
            time.sleep(moment)
            midst = not (deed.done() and sent.done())
            strike()
        answer = sent.result()
    case.product.await_ready()
    settle(case, deed, counted, answered=answer is not None)
    check(case.product)
    return midst


def tempo(case: Case) -> float:
    """Seconds that a deed of this case takes from where a strike could come: the median of all, done in peace."""
    return median(_seconds(case, deed) for deed in case.deeds())


def _seconds(case: Case, deed: Deed) -> float:
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(_attempt, deed)
        if case.long:
            until(lambda: _work(case, deed, "state") == "running" or deed.done(), "a worker to begin")
        begun = time.monotonic()
        until(lambda: deed.done() and sent.done(), f"{deed.name} to be done")
        return time.monotonic() - begun


def _attempt(deed: Deed) -> str | None:
    """Where the answer leads; None when there was none, or one that says that it could not be done now."""
    try:
        answer = deed.send()
    except requests.RequestException:
        return None
    if answer.status_code >= 500:
        assert_said(answer.text)
        return None
    assert answer.status_code in (302, 303), (deed.name, answer.status_code, answer.text)
    return answer.headers["Location"]


def assert_said(page: str) -> None:
    """An error page tells what to do and gives an id; no trace of the program stands in it."""
    assert "系统管理员" in page and re.search("错误编号：<code>[0-9a-f]{12}</code>", page), page
    assert "Traceback" not in page and "psycopg" not in page


def settle(case: Case, deed: Deed, counted: Counter, answered: bool) -> None:
    if not answered:
        counted["answers lost"] += 1
    case.product.await_quiet()
    while not deed.done():
        state = _work(case, deed, "state")
        if state in ("waiting", "running"):
            until(lambda: _over(case, deed), f"the work of {deed.name} to be over")
        elif state == "failed":
            counted["works failed and started again"] += 1
            deed.desk.post(f"/desk/works/{_work(case, deed, 'id')}/again")
        else:
            counted["sent again"] += 1
            assert _attempt(deed), f"{deed.name} could not be done after the fault was over"


def _over(case: Case, deed: Deed) -> bool:
    case.product.await_ready()
    return _work(case, deed, "state") not in ("waiting", "running")


def _work(case: Case, deed: Deed, what: str):
    return case.product.ask(LATEST.format(what), kind=deed.kind, subject=deed.subject)
