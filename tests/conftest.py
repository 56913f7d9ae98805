"""How the tests run: what they ask for stands in `tests.desk.fixtures`, and what a test starts decides its lane."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter

import pytest

from tests.desk.lanes import Guard, belongs_to_the_system

pytest_plugins = ["pytester", "tests.desk.fixtures"]


def pytest_configure(config):
    config.pluginmanager.register(Guard())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if belongs_to_the_system(item):
            item.add_marker("system")


def pytest_terminal_summary(terminalreporter):
    """What the walks through the product counted, summed over all workers."""
    counted = Counter()
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        counted.update({name: n for name, n in report.user_properties if isinstance(n, int)})
    for name, number in sorted(counted.items()):
        terminalreporter.write_line(f"counted {name}: {number:,}")


os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
# images of containers set it: every worker and every program that a test starts would compile all sources again
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
