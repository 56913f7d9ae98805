"""A subsidy is published while people ask pages on two hosts and a worker checks a sheet: nobody is refused, and it is there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from threading import Event

import psutil
import pytest
import requests

from app.demo.users import PASSWORD
from app.engine.access.roles import POLICY
from app.server.supervisor import AGAIN
from tests.bench.server import everything
from tests.desk.definitions import FOLDER
from tests.desk.proxies import free_port
from tests.faults.case import LARGE, Case
from tests.faults.desk import DistantDesk
from tests.faults.office import Office
from tests.faults.product import PATIENCE, WEB, Product, running, until

WRITTEN = FOLDER / "skills_bonus" / "definition.yaml"
PAGES = ("/", "/hiring/query/list/", "/hiring/applications/list/", "/training/classes/list/")
PROVINCE = "510000"
NEW = "/skills/applications/list/"
PAUSE_SECONDS = 0.5
"""Between one answer and the next question: twenty people ask more than two processors can answer otherwise."""


@dataclass
class Host:
    """One web host: where it answers, and its gunicorn."""

    address: str
    pid: int

    def workers(self) -> set[int]:
        return {child.pid for child in psutil.Process(self.pid).children()}


@dataclass
class Client:
    """Somebody who asks one page after another; `slow` are the seconds of each answer, `refused` what was no page."""

    desk: DistantDesk
    slow: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def ask_until(self, over: Event) -> None:
        pages = cycle(PAGES)
        while not over.wait(PAUSE_SECONDS):
            begun, page = time.monotonic(), next(pages)
            try:
                answer = self.desk.asking.get(self.desk.address + page, timeout=60, allow_redirects=False)
                if answer.status_code != 200:
                    self.refused.append(f"{page}: {answer.status_code}")
            except requests.RequestException as error:
                self.refused.append(f"{page}: {error}")
            self.slow.append(time.monotonic() - begun)


@contextmanager
def two_hosts(product: Product) -> Iterator[list[Host]]:
    """The product's own host, and a second one beside it on the same database."""
    own, product.port = product.port, free_port()
    second = product._start(*WEB)
    address, product.port = f"http://127.0.0.1:{product.port}", own
    try:
        hosts = [Host(product.address, product.web.pid), Host(address, second.pid)]
        until(lambda: all(_is_ready(host) for host in hosts), "both hosts")
        yield hosts
    finally:
        second.terminate()
        second.wait()


def _is_ready(host: Host) -> bool:
    try:
        ready = requests.get(f"{host.address}/health/ready", timeout=10).status_code == 200
    except requests.RequestException:
        return False
    return ready and len(host.workers()) == 2


def publish(product: Product) -> None:
    signed = ("--author", "author", "--signer", "signer", "--password", PASSWORD, "--first-day", "2020-01-01")
    command = product._start("flask", "--app", "app", "definitions", "publish", str(WRITTEN), *signed)
    assert command.wait(PATIENCE) == 0, product.said()


@pytest.mark.parametrize("clients", [6, pytest.param(20, marks=pytest.mark.soak)])
def test_publishing_takes_nothing_from_those_who_work(system, clients, record_property):
    with running() as product, two_hosts(product) as hosts:
        office = Office.founded(product, LARGE)
        with everything(product.app) as session:
            for username in ("author", "signer"):
                office.county.staff(username, POLICY, PROVINCE)
            session.commit()
        first = [host.workers() for host in hosts]
        people = [Client(DistantDesk(host.address, "clerk")) for host, _ in zip(cycle(hosts), range(clients))]
        case, over = Case(office, LARGE), Event()
        deed = next(case.deeds())
        with ThreadPoolExecutor(clients) as pool:
            asking = [pool.submit(client.ask_until, over) for client in people]
            try:
                assert deed.send().status_code in (302, 303)
                publish(product)
                begun = time.monotonic()
                until(lambda: all(map(is_everywhere, people[:2])), "the programme on every worker")
                there = time.monotonic() - begun
                until(
                    lambda: all(not old & host.workers() for old, host in zip(first, hosts, strict=False)),
                    "the old to end",
                )
                until(lambda: product.jobs.poll() == AGAIN, "the job worker to begin anew")
                product.await_ready()
                until(deed.done, "the sheet to be checked")
            finally:
                over.set()
            for one in asking:
                one.result()
        assert [client.refused for client in people if client.refused] == []
        assert [len(host.workers()) for host in hosts] == [2, 2]
    record_property("seconds until the programme is there", round(there, 1))
    record_property("longest answer, s", round(max(max(client.slow) for client in people), 2))


def is_everywhere(client: Client) -> bool:
    """So many answers in a row come from each of a host's two workers."""
    return all(
        client.desk.asking.get(client.desk.address + NEW, timeout=60).status_code == 200 for _ in range(8)
    )
