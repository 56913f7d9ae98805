"""A test that isn't marked `system` starts no program of the system and no server; no test imports from another."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.desk.lanes import LONG

TESTS = Path(__file__).resolve().parents[1]
A_TEST = re.compile(r"^tests\.(?:\w+\.)*(?:test_\w+|conftest)$")


@pytest.mark.parametrize(
    "command",
    [
        ["nginx", "-v"],
        ["/usr/bin/chromium", "--version"],
        [sys.executable, "-m", "gunicorn", "--version"],
        [sys.executable, "run.py"],
        "soffice",
    ],
    ids=str,
)
def test_an_unmarked_test_starts_no_program_of_the_system(command):
    with pytest.raises(RuntimeError, match="asks for the fixture `system`"):
        subprocess.run(command)


def test_what_asks_for_a_browser_or_a_server_is_marked_by_whichever_fixture(pytester):
    """As the collection does it, through another fixture and without one."""
    pytester.makeconftest("from tests.conftest import pytest_collection_modifyitems")
    pytester.makeini("[pytest]\nmarkers =\n  system: x\n  soak: x")
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def system(): pass

        @pytest.fixture
        def browser(system): pass

        @pytest.fixture
        def desk(browser): pass

        def test_through_others(desk): pass
        def test_by_itself(system): pass
        @pytest.mark.soak
        def test_long(): pass
        def test_fast(): pass
        """
    )
    result = pytester.runpytest_inprocess("-m", "not system", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, deselected=3)


@pytest.mark.parametrize("place", LONG)
def test_what_takes_long_is_there(place):
    assert (TESTS.parent / place).exists()


def test_no_test_imports_from_another():
    taken = {
        (path.relative_to(TESTS.parent).as_posix(), node.module)
        for path in TESTS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and A_TEST.match(node.module or "")
    }
    assert taken == set(), "what two tests need stands in tests/desk"
