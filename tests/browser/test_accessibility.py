"""Every screen that is pictured is looked at by axe-core too, in the same walk."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

from tests.browser.desk import Desk
from tests.browser.pictures import SCENES, Camera
from tests.browser.server import running_demo

GRAVE = ("serious", "critical")


class Inspector(Camera):
    """Sees what the camera sees and writes down what keeps somebody out."""

    def __init__(self, *args):
        super().__init__(*args)
        self.axe, self.found, self.names = Axe(), [], []

    def take(self, desk: Desk, name: str) -> None:
        desk.page.wait_for_load_state("load")
        self.names.append(name)
        violations = self.axe.run(desk.page).response["violations"]
        self.found += [
            f"{name}: {one['id']} {node['target']} {node['failureSummary']}"
            for one in violations
            if one["impact"] in GRAVE
            for node in one["nodes"]
        ]
        if desk.page.locator("h1").count() != 1:
            self.found.append(f"{name}: a screen has one heading of the first order")
        if desk.page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
            self.found.append(f"{name}: wider than the window")
        language = desk.page.locator("html").get_attribute("lang")
        if language != ("en" if name == "english" else "zh-CN"):
            self.found.append(f"{name}: lang is {language}")

    def visit(self, desk: Desk, name: str, address: str) -> None:
        """Only the scene that shows errors may be answered with one."""
        answer = desk.page.goto(address)
        expected = int(name.removeprefix("error-")) if name.startswith("error-") else 200
        if answer is None or answer.status != expected:
            self.found.append(f"{name}: {address} answers {answer and answer.status}")
        self.take(desk, name)

    def paper(self, desk: Desk, name: str) -> None:
        self.take(desk, name)


def test_no_screen_keeps_anybody_out_or_complains(browser):
    with running_demo() as demo:
        inspector = Inspector(browser, demo, Path())
        for scene in SCENES:
            scene(inspector)
        for desk in inspector.desks:
            for expected in ("401", "403", "404", "422"):
                desk.forgive(expected)
        assert [trouble for desk in inspector.desks for trouble in desk.troubles] == []
    assert len(inspector.names) > 80
    assert inspector.found == []
