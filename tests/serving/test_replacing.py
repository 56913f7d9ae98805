"""Workers that are behind are replaced in turn while people ask: nobody is refused, nobody waits long, none is left over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import psutil
import pytest

from tests.faults.product import until
from tests.serving.server import GET, Server, serving

pytestmark = pytest.mark.usefixtures("system")
CLIENTS = 20


@pytest.fixture
def number(tmp_path):
    """The file whose number a worker begins with."""
    path = tmp_path / "number"
    path.write_text("1")
    return path


@pytest.fixture
def host(number):
    with serving("tests.serving.numbered:app", WEB_WORKERS="2", TEST_NUMBER=str(number)) as running:
        seen: set[str] = set()
        until(lambda: seen.add(answer(running)[1]) or len(seen) == 2, "both workers to answer")
        yield running


def pids(host: Server) -> set[int]:
    return {child.pid for child in psutil.Process(host.process.pid).children()}


def answer(host: Server) -> tuple[str, str]:
    head, _, body = host.ask(GET).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    number, pid = body.decode().split()
    return number, pid


def ask_until(host: Server, over: Event) -> list[str]:
    numbers = []
    while not over.is_set():
        numbers.append(answer(host)[0])
    return numbers


def test_three_publications_while_twenty_ask(host, number):
    first, over = pids(host), Event()
    with ThreadPoolExecutor(CLIENTS) as clients:
        asking = [clients.submit(ask_until, host, over) for _ in range(CLIENTS)]
        for newest in ("2", "3"):
            number.write_text(newest)
        until(lambda: answer(host)[0] == "3", "the newest number from somebody")
        number.write_text("4")
        until(lambda: {answer(host)[0] for _ in range(10)} == {"4"}, "the newest number from everybody")
        until(lambda: len(pids(host)) == 2, "as many workers as before")
        over.set()
        numbers = [number for one in asking for number in one.result()]
    assert {"1", "4"} <= set(numbers)
    until(lambda: not first & pids(host), "the end of the first workers")


def test_nothing_changes_while_nothing_is_published(host):
    first = pids(host)
    for _ in range(20):
        answer(host)
    assert pids(host) == first


def test_a_worker_that_dies_on_the_way_leaves_neither_too_few_nor_too_many(host, number):
    first = pids(host)
    number.write_text("2")
    answer(host)
    psutil.Process(first.pop()).kill()
    until(lambda: host.answers() and {answer(host)[0] for _ in range(10)} == {"2"}, "the newest number")
    until(lambda: len(pids(host)) == 2, "as many workers as before")
    until(lambda: not first & pids(host), "the end of the first workers")


def test_a_successor_that_cannot_begin_leaves_the_others_at_work(host, number):
    first = pids(host)
    number.write_text("broken")
    answer(host)
    until(lambda: pids(host) - first, "a successor")
    (successor,) = pids(host) - first
    until(lambda: not psutil.pid_exists(successor), "its end")
    assert first <= pids(host)
    assert answer(host)[0] == "1"
    number.write_text("2")
    until(lambda: {answer(host)[0] for _ in range(10)} == {"2"}, "the mended one from everybody")
    until(lambda: not first & pids(host), "the end of the first workers")
