"""One Chromium for all browser tests and a running demonstration for each module that needs its own, all copies of one; every test logs in with windows of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fasteners import InterProcessLock
from playwright.sync_api import Browser, sync_playwright

from tests.browser.desk import Desk
from tests.browser.inspector import EACH, Inspector
from tests.browser.server import Demo, launch, prepare, running_demo


@pytest.fixture(scope="session")
def prepared(system, tmp_path_factory) -> Path:
    """What a start of the demonstration leaves, made by whichever worker of the run comes first."""
    shared = (
        tmp_path_factory.getbasetemp().parent
        / f"demo-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"
    )
    with InterProcessLock(f"{shared}.lock"):
        if not shared.exists():
            whole = tmp_path_factory.mktemp("demo")
            prepare(whole)
            whole.rename(shared)
    return shared


@pytest.fixture(scope="module")
def demo(prepared) -> Iterator[Demo]:
    with running_demo(prepared) as running:
        yield running


@pytest.fixture(scope="session")
def toured(prepared) -> Iterator[Demo]:
    """A demonstration for the walks that the camera makes on one too, one after another (`pictures.shoot`)."""
    with running_demo(prepared) as running:
        yield running


@pytest.fixture(scope="module")
def lived(system) -> Iterator[Demo]:
    """A demonstration with a year of cases behind it, as the camera and the manual show it."""
    with running_demo(year=True) as running:
        yield running


@pytest.fixture(scope="session")
def browser(system) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def sit_down(browser: Browser, demo: Demo) -> Iterator[Callable[[str], Desk]]:
    """Logs somebody in; at the end no window may have left the host, complained, or kept anybody out."""
    inspector = Inspector(browser, demo, every=EACH)
    yield inspector.desk
    for desk in inspector.desks:
        desk.context.close()
    assert [trouble for desk in inspector.desks for trouble in desk.troubles] == []
    assert "\n".join(inspector.found) == ""


@pytest.fixture(scope="module")
def sent(browser: Browser, demo: Demo) -> str:
    """The number of an application with 40 people that waits for its review."""
    clerk = Desk(browser, demo, "clerk")
    number = clerk.open_application(demo.uscc_of("1-good.xlsx"))
    clerk.check(demo.sheets / "1-good.xlsx")
    clerk.bank()
    clerk.submit().click()
    assert clerk.confirm() in ((40, 0), (39, 0)), "one of the 40 also stands in 2-mixed.xlsx"
    clerk.context.close()
    return number
