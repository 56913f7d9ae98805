"""Somebody who looks at every screen that a walk shows."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.desk import SMALL, Desk
from tests.browser.server import Demo

A4 = {"width": 658, "height": 971}
"""210 × 297 mm without the margins of print.css, at 96 dots an inch."""
SCHEMES = ("light", "dark")
ZOOMED = {"width": 1093, "height": 614}
"""The smallest screen at 125 %."""
SIZES = {"1366": SMALL, "1920": {"width": 1920, "height": 1080}, "390": {"width": 390, "height": 844}}


class Camera:
    """Takes each screen once a size and colour scheme; the file's name says the order, the screen, the width and the scheme."""

    def __init__(self, browser: Browser, demo: Demo, folder: Path = Path()):
        self.browser, self.demo, self.folder, self.taken = browser, demo, folder, 0
        self.desks: list[Desk] = []

    def desk(self, username: str) -> Desk:
        self.desks.append(Desk(self.browser, self.demo, username, self.take))
        return self.desks[-1]

    def take(self, desk: Desk, name: str) -> None:
        self.taken += 1
        desk.page.wait_for_load_state("load")
        for scheme in SCHEMES:
            desk.page.emulate_media(color_scheme=scheme)
            for width, size in SIZES.items():
                desk.page.set_viewport_size(size)
                desk.page.screenshot(path=self.folder / f"{self.taken:03}-{name}-{width}-{scheme}.png")
        desk.page.emulate_media(color_scheme="light")
        desk.page.set_viewport_size(SMALL)

    def paper(self, desk: Desk, name: str) -> None:
        """A paper as the printer gets it: A4, its whole length."""
        self.taken += 1
        desk.page.wait_for_load_state("load")
        desk.page.emulate_media(media="print")
        desk.page.set_viewport_size(A4)
        desk.page.screenshot(path=self.folder / f"{self.taken:02}-{name}-A4.png", full_page=True)
        desk.page.emulate_media(media="screen")
        desk.page.set_viewport_size(SMALL)

    def visit(self, desk: Desk, name: str, address: str) -> None:
        desk.page.goto(address)
        self.take(desk, name)
