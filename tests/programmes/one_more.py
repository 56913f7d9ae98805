"""A programme and a screen more, of which no table of the tests knows; a plugin of pytest (`-p`) for any tests."""

from __future__ import annotations

from pathlib import Path

from app.programmes import installed
from app.web import registry
from tests.programmes.notes import SkillNotesView

HERE = Path(__file__).parent
CODE = "skills_bonus"


def ship(code: str) -> None:
    """Let a definition of this folder ship; programmes are known to a whole process, so it stays there."""
    installed.FOLDERS.append(HERE)
    installed.INSTALLED.append(code)
    for known in (installed._shipped, installed._by_code):
        known.cache_clear()


def install() -> None:
    ship(CODE)
    show_notes()


def show_notes() -> None:
    """Let the screen be there."""
    registry.SHARED = (*registry.SHARED, SkillNotesView)


def pytest_configure() -> None:
    install()
