"""What a page costs on the wire, as Chromium counts it: packed, headers included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.browser.desk import Desk


def forget(desk: Desk) -> None:
    """Empty the browser's cache."""
    wire = desk.context.new_cdp_session(desk.page)
    wire.send("Network.clearBrowserCache")
    wire.detach()


@contextmanager
def arriving(desk: Desk) -> Iterator[list[float]]:
    """A list of the bytes of each answer that comes whole within the block."""
    wire = desk.context.new_cdp_session(desk.page)
    wire.send("Network.enable")
    received: list[float] = []
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    try:
        yield received
    finally:
        wire.detach()


def weight(desk: Desk, address: str) -> int:
    """Bytes that came for one page and all that it asks for."""
    with arriving(desk) as received:
        desk.page.goto(address, wait_until="networkidle")
    return int(sum(received))
