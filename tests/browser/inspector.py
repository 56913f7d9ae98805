"""Looks at screens as the camera does, with axe-core, and writes down what keeps somebody out or what the manual says wrongly."""

from __future__ import annotations

import json

from axe_playwright_python.sync_playwright import Axe

from app.help import chapters
from tests.browser.camera import SCHEMES, ZOOMED, Camera
from tests.browser.desk import SMALL, Desk
from tests.browser.manual import LABELS, PICTURED, labels

OPTIONS = {"resultTypes": ["violations"]}
GRAVE = ("serious", "critical")
EACH = 6
"""How many screens go by until axe-core looks at one, but in the long version: it takes a second and more."""
WIDER = "() => document.documentElement.scrollWidth > innerWidth"
STICKS_OUT = (
    "() => [...document.querySelectorAll('.part')].some(card => card.scrollWidth > card.clientWidth + 1)"
)


class Inspector(Camera):
    """Sees what the camera sees and writes down what keeps somebody out; axe-core looks at each `every`-th screen.

    It does so in one colour scheme after the other, and in both where it looks at all.
    """

    def __init__(self, *args, every: int = 1):
        super().__init__(*args)
        self.every = every
        self.axe, self.found, self.names = Axe(), [], []
        self.labels = json.loads(LABELS.read_text(encoding="utf-8"))

    def take(self, desk: Desk, name: str) -> None:
        desk.page.wait_for_load_state("load")
        self.names.append(name)
        if len(self.names) % self.every == 0:
            self._examine(desk, name)
        desk.page.set_viewport_size(ZOOMED)
        if desk.page.evaluate(WIDER):
            self.found.append(f"{name}: wider than the window at 125 %")
        desk.page.set_viewport_size(SMALL)
        if desk.page.locator("h1").count() != 1:
            self.found.append(f"{name}: a screen has one heading of the first order")
        if desk.page.evaluate(WIDER):
            self.found.append(f"{name}: wider than the window")
        if desk.page.evaluate(STICKS_OUT):
            self.found.append(f"{name}: something sticks out of a part")
        language = desk.page.locator("html").get_attribute("lang")
        if language != ("en" if name == "english" else "zh-CN"):
            self.found.append(f"{name}: lang is {language}")
        if name in PICTURED:
            self._compare(desk, name)

    def _examine(self, desk: Desk, name: str) -> None:
        turn = len(self.names) // self.every % 2
        for scheme in SCHEMES if self.every == 1 else SCHEMES[turn:][:1]:
            desk.page.emulate_media(color_scheme=scheme)
            violations = self.axe.run(desk.page, options=OPTIONS).response["violations"]
            self.found += [
                f"{name} ({scheme}): {one['id']} {node['target']} {node['failureSummary']}"
                for one in violations
                if one["impact"] in GRAVE
                for node in one["nodes"]
            ]
        desk.page.emulate_media(color_scheme="light")

    def _compare(self, desk: Desk, name: str) -> None:
        """The manual's picture shows what this screen shows, and the manual quotes it letter by letter."""
        if labels(desk.page) != self.labels.get(name):
            self.found.append(f"{name}: has changed; run `python -m tests.browser.pictures --manual`")
        text = desk.page.locator("body").inner_text()
        steps = (step for chapter in chapters() for step in chapter.steps if step.picture == name)
        for quoted in (word for step in steps for word in step.quoted if word not in text):
            self.found.append(f"{name}: the manual quotes “{quoted}”, which isn't there")

    def visit(self, desk: Desk, name: str, address: str) -> None:
        """Only the scene that shows errors may be answered with one."""
        answer = desk.page.goto(address)
        expected = int(name.removeprefix("error-")) if name.startswith("error-") else 200
        if answer is None or answer.status != expected:
            self.found.append(f"{name}: {address} answers {answer and answer.status}")
        self.take(desk, name)

    def paper(self, desk: Desk, name: str) -> None:
        self.take(desk, name)
