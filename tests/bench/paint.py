"""When the first letters of a page stand on the screen, beside those of a page that has nothing to it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median

from playwright.sync_api import BrowserContext, sync_playwright

from tests.browser.desk import Desk
from tests.browser.server import launch, running_demo

ROUNDS = 15
PAGES = (
    "/",
    "/hiring/query/list/",
    "/registers/persons/list/",
    "/registers/contributions/list/",
    "/desk/figures/",
)
PAINTED = """() => new Promise(tell => new PerformanceObserver(list => list.getEntriesByName("first-contentful-paint")
    .forEach(one => tell(one.startTime))).observe({type: "paint", buffered: true}))"""


class Bare(BaseHTTPRequestHandler):
    """The floor: one heading, no style, no script, no database."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write("<!doctype html><title>-</title><h1>你好</h1>".encode())

    def log_message(self, *_: object) -> None:
        """Nothing is said of each request."""


def first_paint(context: BrowserContext, address: str) -> float:
    """Milliseconds from the navigation to the first contentful paint, median of the rounds."""
    taken = []
    for _ in range(ROUNDS):
        page = context.new_page()
        page.goto(address)
        taken.append(page.evaluate(PAINTED))
        page.close()
    return median(taken)


def main() -> None:
    floor = ThreadingHTTPServer(("127.0.0.1", 0), Bare)
    threading.Thread(target=floor.serve_forever, daemon=True).start()
    with running_demo() as demo, sync_playwright() as playwright:
        browser = launch(playwright)
        clerk = Desk(browser, demo, "clerk")
        bare = first_paint(clerk.context, f"http://127.0.0.1:{floor.server_port}/")
        print(f"{'a bare page':36} {bare:6.0f} ms  baseline")
        for address in PAGES:
            taken = first_paint(clerk.context, demo.address + address)
            print(f"{address:36} {taken:6.0f} ms  {taken / bare:4.1f} ×")
        browser.close()
    floor.shutdown()


if __name__ == "__main__":
    main()
