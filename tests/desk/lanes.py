"""The fast lane: a test without the mark `system` starts nothing but what pip has installed, and no server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LONG = (
    *("tests/security", "tests/upgrade", "tests/faults", "tests/serving", "tests/demo"),
    *(f"tests/test_{name}.py" for name in ("backup", "database", "migrations", "operations", "prepare")),
    "tests/cases/test_nothing_is_lost.py",
    *(f"tests/engine/{name}.py" for name in ("test_people", "sheets/test_refused_files")),
    *(
        f"tests/engine/workflow/test_{name}.py"
        for name in ("account_corrections", "any_order", "duties", "races", "stale_dialogs")
    ),
    "tests/programmes/test_toy.py",
    *(
        f"tests/programmes/training/test_{name}.py"
        for name in (
            *("class_moves", "completion", "declaration", "limits"),
            *("races", "results", "stale_dialogs"),
        )
    ),
    *(
        f"tests/web/test_{name}.py"
        for name in (
            *("accounts", "calendar", "case_page", "corrections", "dead_ends", "demo"),
            *("publicity_and_payment", "returning", "roles", "service_subsidy", "sheet_questions"),
            *("users", "works"),
        )
    ),
)
"""Folders and modules that take long, as measured in seconds of the processor; each belongs to the whole run alone."""
ENVIRONMENT = {Path(sys.prefix), Path(sys.prefix).resolve()}
PLAIN = {"bash", "sleep", Path(sys.executable).resolve().name}
SERVERS = {"gunicorn", "run.py"}
"""Started by Python itself, as a module or a script."""


class Guard:
    """Refuses a program to a test that isn't marked, so that a forgotten mark is a failure on every machine."""

    def __init__(self) -> None:
        self.patch, self.item = pytest.MonkeyPatch(), None

    def pytest_sessionstart(self) -> None:
        started = subprocess.Popen.__init__

        def start(process: subprocess.Popen, args, *more, **options) -> None:
            self.check(args)
            started(process, args, *more, **options)

        self.patch.setattr(subprocess.Popen, "__init__", start)

    def pytest_sessionfinish(self) -> None:
        self.patch.undo()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.item = item

    def check(self, args) -> None:
        """Raises RuntimeError where the test at work is of the fast lane and the program is not."""
        words = [str(args)] if isinstance(args, str | Path) else [str(word) for word in args]
        if self.item and not self.item.get_closest_marker("system") and is_outside(words):
            raise RuntimeError(f"a test that starts {words[0]} asks for the fixture `system`")


def belongs_to_the_system(item: pytest.Item) -> bool:
    """Whether a test asks for the fixture `system`, by whichever others, or takes long."""
    path = item.nodeid.partition("::")[0]
    long = any(path == place or path.startswith(f"{place}/") for place in LONG)
    return long or "system" in item.fixturenames or item.get_closest_marker("soak") is not None


def is_outside(words: list[str]) -> bool:
    """Whether a command is a program that pip did not install, or a server."""
    program = Path(words[0])
    ours = program.name in PLAIN or any(program.is_relative_to(place) for place in ENVIRONMENT)
    return not ours or (program.name.startswith("python") and not SERVERS.isdisjoint(words[1:3]))
