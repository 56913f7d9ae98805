"""The pictures of the operating manual, taken again from a fresh demonstration.

Beside each picture stand the words of its screen; the browser tests compare them with the screen as it is, so that
a picture that has gone stale fails them.
"""

from __future__ import annotations

import json
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from app.help import chapters
from tests.browser.camera import Camera
from tests.browser.desk import Desk

FOLDER = Path(__file__).parents[2] / "app" / "static" / "manual"
COLOURS = 64
"""Enough for letters and rings; a third of the size."""
NAMED = "label:not(ol.sort label), legend, main th, main button, main .btn, dialog button"
LABELS = FOLDER / "labels.json"
PICTURED = {step.picture for chapter in chapters() for step in chapter.steps if step.picture}


def labels(page: Page) -> list[str]:
    """What a screen calls its fields, columns and buttons, without anybody's data and the functions that it lists."""
    found = page.locator(NAMED).all_inner_texts()
    return sorted({"".join(sign for sign in text if not sign.isdigit()).strip() for text in found} - {""})


class Illustrator(Camera):
    """Keeps the pictures that the manual shows, and their words."""

    def __init__(self, *args):
        super().__init__(*args)
        self.labels: dict[str, list[str]] = {}
        FOLDER.mkdir(exist_ok=True)

    def take(self, desk: Desk, name: str) -> None:
        if name in PICTURED and name not in self.labels:
            desk.page.wait_for_load_state("load")
            taken = Image.open(BytesIO(desk.page.screenshot()))
            taken.quantize(COLOURS).save(FOLDER / f"{name}.png", optimize=True)
            self.labels[name] = labels(desk.page)

    def paper(self, desk: Desk, name: str) -> None:
        """Papers are not in the manual."""

    def finish(self) -> None:
        """Writes the words down and drops pictures that the manual no longer shows."""
        LABELS.write_text(
            json.dumps(self.labels, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8"
        )
        for picture in FOLDER.glob("*.png"):
            if picture.stem not in PICTURED:
                picture.unlink()
        if missing := PICTURED - set(self.labels):
            sys.exit(f"no scene shows {sorted(missing)}")
