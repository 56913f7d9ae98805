"""A programme and a screen more, of which no table of the tests knows; a plugin of pytest (`-p`) for any tests."""

from __future__ import annotations

import sys
from pathlib import Path

from app.programmes import installed

HERE = Path(__file__).parent
CODE = "skills_bonus"


def install() -> None:
    """Register the programme; programmes are known to a whole process, so it stays there."""
    sys.path.insert(0, str(HERE))
    installed.INSTALLED.append(CODE)


def pytest_configure() -> None:
    install()
