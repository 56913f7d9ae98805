"""One Chromium for all browser tests and one running demonstration a module; every test logs in with windows of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.desk import Desk
from tests.browser.inspector import Inspector
from tests.browser.server import Demo, launch, running_demo


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with running_demo() as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def sit_down(browser: Browser, demo: Demo) -> Iterator[Callable[[str], Desk]]:
    """Logs somebody in; at the end no window may have left the host, complained, or kept anybody out."""
    inspector = Inspector(browser, demo)
    yield inspector.desk
    for desk in inspector.desks:
        desk.context.close()
    assert [trouble for desk in inspector.desks for trouble in desk.troubles] == []
    assert "\n".join(inspector.found) == ""
