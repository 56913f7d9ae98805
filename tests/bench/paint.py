"""`python -m tests.bench.paint [--release ../release]`: what a page costs: time to its first letters, bytes, processor.

Beside the release that is checked out in that folder, in turns, on a demonstration each without a year of history, in
which each release's own test helper has opened an application of 40 people; without one, beside a page that has nothing
to it. Bytes as they come over the wire: cold with an empty cache, warm with what other pages have left in it.
Processor time is that of the web's and the database's processes.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from urllib.request import Request

import psutil
from playwright.sync_api import BrowserContext, sync_playwright

from tests.bench.lists import Client
from tests.browser.desk import Desk
from tests.browser.server import ROOT, Demo, launch, running_demo
from tests.browser.wire import forget, weight

ROUNDS, ASKED = 15, 40
CASE, LIST = "a case", "/hiring/query/list/"
PAGES = (
    "/",
    LIST,
    f"{LIST}?size=50",
    CASE,
    "/registers/persons/list/",
    "/registers/contributions/list/?size=50",
    "/desk/figures/",
)
PAINTED = """() => new Promise(tell => new PerformanceObserver(list => list.getEntriesByName("first-contentful-paint")
    .forEach(one => tell(one.startTime))).observe({type: "paint", buffered: true}))"""
FILL = """
import sys
from pathlib import Path
from playwright.sync_api import sync_playwright
from tests.browser.desk import Desk
from tests.browser.server import Demo, launch
with sync_playwright() as playwright:
    demo = Demo(sys.argv[1], Path(sys.argv[2]))
    clerk = Desk(launch(playwright), demo, "clerk")
    clerk.open_application(demo.uscc_of("1-good.xlsx"))
    clerk.check(demo.sheets / "1-good.xlsx")
"""
UNITS = {
    "paint": "first paint, warm, ms",
    "cold paint": "first paint, cold, ms",
    "processor": "processor, ms",
    "cold": "bytes, cold",
    "warm": "bytes, warm",
}


class Bare(BaseHTTPRequestHandler):
    """The floor: one heading, no style, no script, no database."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write("<!doctype html><title>-</title><h1>你好</h1>".encode())

    def log_message(self, *_: object) -> None:
        """Nothing is said of each request."""


class Release:
    """One release's demonstration with a clerk at the browser and one without a window."""

    def __init__(self, browser, demo: Demo):
        self.demo, self.desk, self.client = demo, Desk(browser, demo, "clerk"), Client(demo.address, "clerk")
        self.case = re.search(r'href="(/hiring/query/show/\d+)"', self.client.get(LIST))[1]
        self.taken: dict[tuple[str, str], list[float]] = {}

    def note(self, page: str, measure: str, value: float) -> None:
        self.taken.setdefault((page, measure), []).append(value)

    def look(self, page: str) -> None:
        """Take the paint with an empty cache and with a full one."""
        address = self.demo.address + self.path(page)
        forget(self.desk)
        self.note(page, "cold paint", first_paint(self.desk.context, address))
        self.note(page, "paint", first_paint(self.desk.context, address))

    def weigh(self, page: str) -> None:
        forget(self.desk)
        self.note(page, "cold", weight(self.desk, self.path(page)))
        self.desk.page.goto("/settings/password/", wait_until="networkidle")
        self.note(page, "warm", weight(self.desk, self.path(page)))

    def ask(self, page: str) -> None:
        """Take the processor's milliseconds a page, asked for as a browser does."""
        asked = Request(self.demo.address + self.path(page), headers={"Accept-Encoding": "gzip, deflate, br"})
        before = self._seconds()
        for _ in range(ASKED):
            self.client.opener.open(asked, timeout=60).read()
        self.note(page, "processor", (self._seconds() - before) / ASKED * 1000)

    def path(self, page: str) -> str:
        return self.case if page == CASE else page

    def _seconds(self) -> float:
        return sum(map(self._spent, psutil.process_iter()))

    def _spent(self, process: psutil.Process) -> float:
        """Seconds of one of this release's processes that answer, with its children that have ended."""
        try:
            ours = process.name() == "postgres" and Path(process.cwd()).is_relative_to(self.demo.place)
            ours |= (
                f"{self.demo.place}" in process.environ().get("DATA_DIR", "")
                and "gunicorn" in process.cmdline()
            )
            return sum(process.cpu_times()[:4]) if ours else 0.0
        except psutil.Error:
            return 0.0


def first_paint(context: BrowserContext, address: str) -> float:
    """Milliseconds from the navigation to the first contentful paint."""
    page = context.new_page()
    page.goto(address, wait_until="load")
    taken = page.evaluate(PAINTED)
    page.close()
    return taken


def compare(now: Release, before: Release | None) -> None:
    both = [release for release in (before, now) if release]
    for turn in range(ROUNDS):
        for page in PAGES:
            for release in both if turn % 2 else both[::-1]:
                release.look(page)
                if turn % 3 == 0:
                    release.ask(page)
                if turn == 0:
                    release.weigh(page)
    for measure, unit in UNITS.items():
        print(f"\n{unit:40} {'before':>9} {'now':>9}")
        for page in PAGES:
            new, *old = (median(one.taken[page, measure]) for one in (now, before) if one)
            print(
                f"{page:40} {old[0]:9.1f} {new:9.1f} {new / old[0]:6.2f} ×"
                if old
                else f"{page:50} {new:9.1f}"
            )
    print("\nload average: " + ", ".join(f"{load:.2f}" for load in os.getloadavg()))


def fill(demo: Demo, root: Path) -> None:
    subprocess.run([sys.executable, "-c", FILL, demo.address, demo.place], cwd=root, check=True)


def main(release: Path | None) -> None:
    print("load average: " + ", ".join(f"{load:.2f}" for load in os.getloadavg()))
    floor = ThreadingHTTPServer(("127.0.0.1", 0), Bare)
    threading.Thread(target=floor.serve_forever, daemon=True).start()
    with ExitStack() as stack:
        roots = [root for root in (ROOT, release) if root]
        demos = [stack.enter_context(running_demo(root=root)) for root in roots]
        for demo, root in zip(demos, roots, strict=True):
            fill(demo, root)
        browser = launch(stack.enter_context(sync_playwright()))
        now, before = [*(Release(browser, demo) for demo in demos), None][:2]
        bare = f"http://127.0.0.1:{floor.server_port}/"
        print(f"a bare page: {median(first_paint(now.desk.context, bare) for _ in range(ROUNDS)):.0f} ms")
        compare(now, before)
        browser.close()
    floor.shutdown()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--release", type=Path, help="folder of the release before, with its .venv")
    main(options.parse_args().release)
