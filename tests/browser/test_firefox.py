"""The desk in Firefox: what clerk and reviewer see, press and type; nothing complains, nothing is wider than the window."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.demo.users import PASSWORD
from tests.browser.firefox import Firefox, running_firefox
from tests.browser.server import Demo

UBUNTU = "ID=ubuntu" in Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
pytestmark = pytest.mark.skipif(
    UBUNTU and not shutil.which("firefox-esr"),
    reason="Ubuntu has Firefox as a snap alone, which reaches no temporary folder",
)
WIDER = "() => document.documentElement.scrollWidth > innerWidth"
TEXT = "(selector) => document.querySelector(selector)?.innerText"
SHOWN = "(selector) => [...document.querySelectorAll(selector)].some((one) => one.checkVisibility())"
GONE = f"(selector) => !({SHOWN})(selector)"
HERE = "(path) => document.readyState === 'complete' && location.pathname === path"
FETCHED = """() => performance.getEntriesByType("resource").filter((one) => one.transferSize)
  .map((one) => new URL(one.name).pathname)"""


class Walk:
    """Somebody at Firefox; what each screen owes is looked at on the way."""

    def __init__(self, firefox: Firefox, demo: Demo):
        self.firefox, self.address = firefox, demo.address

    def login(self, username: str) -> None:
        self.firefox.goto(f"{self.address}/login/")
        for name, text in (("username", username), ("password", PASSWORD)):
            self.firefox.click(f"input[name={name}]")
            self.firefox.type(text)
        self.firefox.press("Enter")
        self.firefox.wait(HERE, "/")
        self.look()

    def open(self, title: str, path: str) -> None:
        self.firefox.click(".side a", title)
        self.firefox.wait(HERE, path)
        self.look()

    def filter(self, number: str) -> None:
        self.firefox.click("form.filters .more summary")
        self.firefox.click("form.filters input[name=application]")
        self.firefox.type(number)
        self.firefox.press("Enter")
        self.firefox.wait("(number) => document.querySelector('.chip')?.innerText.includes(number)", number)
        self.look()

    def text(self, selector: str) -> str:
        return self.firefox.wait(TEXT, selector)

    def look(self) -> None:
        assert not self.firefox.evaluate(WIDER)
        assert self.firefox.troubles == []


@pytest.fixture
def walk(demo) -> Iterator[Walk]:
    with running_firefox() as firefox:
        yield Walk(firefox, demo)


def test_the_desk_in_firefox(walk, sent):
    firefox = walk.firefox
    walk.login("clerk")
    assert walk.text("h1") and firefox.evaluate(SHOWN, ".flow a")
    walk.open("一次性吸纳就业补贴查询", "/hiring/query/list/")
    walk.filter(sent)
    asked = firefox.evaluate(FETCHED)
    assert not [path for path in asked if path.startswith("/static/")], "kept from the page before"
    beside_the_list(walk)
    menus(walk)
    walk.login("reviewer")
    walk.open("一次性吸纳就业补贴审核", "/hiring/review/list/")
    walk.filter(sent)
    over_the_list(walk)
    dark(walk)


def beside_the_list(walk: Walk) -> None:
    """The drawer, by the mouse and by its keys."""
    firefox = walk.firefox
    names = firefox.evaluate(
        "() => [...document.querySelectorAll('a[data-drawer]')].map((one) => one.innerText)"
    )
    named = "(name) => document.querySelector('.drawer h2')?.innerText.includes(name)"
    firefox.click("a[data-drawer]")
    for key, name in (("", names[0]), ("j", names[1]), ("k", names[0])):
        if key:
            firefox.press(key)
        firefox.wait(named, name)
    assert firefox.evaluate(SHOWN, ".drawer .evidence li")
    walk.look()
    firefox.press("Escape")
    firefox.wait(GONE, ".drawer")


def menus(walk: Walk) -> None:
    """The search of the top bar by Ctrl-K, and the menu of one's own account."""
    firefox = walk.firefox
    firefox.press("Control", "k")
    firefox.type("培训 开班")
    firefox.wait(SHOWN, "[data-findings] a")
    walk.look()
    firefox.press("Enter")
    firefox.wait(HERE, "/training/classes/list/")
    firefox.click("summary.who")
    firefox.wait(SHOWN, ".top-end [data-logout] button")
    walk.look()
    firefox.click(".top-end [data-logout] button")
    firefox.wait(HERE, "/login/")


def over_the_list(walk: Walk) -> None:
    """The question before a move, left by Esc."""
    firefox = walk.firefox
    firefox.click("tbody input[type=checkbox]")
    firefox.wait("() => document.querySelector('[data-chosen]').innerText.startsWith('已选 1 人')")
    firefox.click(".bar button", "审核通过")
    firefox.wait(SHOWN, "dialog[open] form.confirm")
    assert "壹仟元整" in walk.text("dialog[open]")
    walk.look()
    firefox.press("Escape")
    firefox.wait(GONE, "dialog")
    assert firefox.evaluate("() => document.querySelectorAll('tbody input:checked').length") == 1


def dark(walk: Walk) -> None:
    firefox = walk.firefox
    paper = "() => getComputedStyle(document.querySelector('.sheet')).backgroundColor"
    light = firefox.evaluate(paper)
    firefox.click(".top-end button", "深色显示")
    firefox.wait(
        "() => document.documentElement.dataset.theme === 'dark' && document.readyState === 'complete'"
    )
    assert firefox.evaluate(paper) != light
    walk.look()
