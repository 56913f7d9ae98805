"""What each release changed: `changes.md`, which the product shows and a reader of the repository reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parent / "changes.md"
RELEASE = re.compile(r"^## (\S+) · (\d{4}-\d\d-\d\d)\n", re.MULTILINE)
LANGUAGE = re.compile(r"^### (.+)\n", re.MULTILINE)
LANGUAGES = {"中文": "zh", "English": "en"}


@dataclass(frozen=True)
class Release:
    """A version, its day, and its changes by language (`zh`, `en`), one sentence or a few each."""

    version: str
    day: date
    changes: dict[str, tuple[str, ...]]


@cache
def releases() -> tuple[Release, ...]:
    """Return all releases, the newest first. Raises KeyError and ValueError for a file of another form."""
    _, *parts = RELEASE.split(SOURCE.read_text(encoding="utf-8"))
    return tuple(
        Release(version, date.fromisoformat(day), _changes(text))
        for version, day, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    )


def _changes(text: str) -> dict[str, tuple[str, ...]]:
    _, *parts = LANGUAGE.split(text)
    return {
        LANGUAGES[name]: tuple(_change(line) for line in body.splitlines() if line)
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }


def _change(line: str) -> str:
    if not line.startswith("- "):
        raise ValueError(f"no change: {line}")
    return line.removeprefix("- ")
