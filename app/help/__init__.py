"""The operating manual that the product carries with it; `manual.yaml` is its text, `static/manual` its pictures."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

SOURCE = Path(__file__).parent / "manual.yaml"
QUOTED = re.compile("「([^」]+)」")
"""How the text names what stands on a screen, letter by letter."""


@dataclass(frozen=True)
class Instruction:
    """One thing to do, and the screen on which it is done."""

    text: str
    picture: str | None = None

    @property
    def quoted(self) -> list[str]:
        return QUOTED.findall(self.text)


@dataclass(frozen=True)
class Chapter:
    """One function: whom it serves, which rules guard it, how it is done.

    `views` are the endpoints that it explains; `rules_of` is the programme whose rules it lists.
    """

    number: str
    title: str
    steps: tuple[Instruction, ...]
    views: tuple[str, ...] = ()
    serves: str = ""
    rules_of: str = ""

    def heading(self, translate: Callable[[str], str] = str) -> str:
        """Return the title, in the language that `translate` (a gettext) speaks, after the chapter's number.

        A chapter that the manual doesn't number is addressed by a name of code, which stays unseen.
        """
        title = translate(self.title)
        return f"{self.number} {title}" if self.number[:1].isdigit() else title


@cache
def chapters() -> tuple[Chapter, ...]:
    """Return the manual in its order."""
    return parsed(SOURCE.read_text(encoding="utf-8"))


def parsed(source: str) -> tuple[Chapter, ...]:
    """Return the chapters of a manual's text."""
    return tuple(_chapter(entry) for entry in yaml.safe_load(source))


def chapter_of(view: str | None) -> Chapter | None:
    """Return the chapter that explains a view."""
    return next((one for one in chapters() if view in one.views), None)


def _chapter(entry: dict) -> Chapter:
    steps = tuple(
        Instruction(step) if isinstance(step, str) else Instruction(**step) for step in entry.pop("steps")
    )
    return Chapter(steps=steps, views=tuple(entry.pop("views", ())), **entry)
