"""The fast lane: a test without the mark `system` starts nothing but what pip has installed, and no server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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


def is_outside(words: list[str]) -> bool:
    """Whether a command is a program that pip did not install, or a server."""
    program = Path(words[0])
    ours = program.name in PLAIN or any(program.is_relative_to(place) for place in ENVIRONMENT)
    return not ours or (program.name.startswith("python") and not SERVERS.isdisjoint(words[1:3]))
