"""The linters are tests: one command runs all that must hold."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BESIDE = Path(sys.executable).parent
BANDIT = ("bandit", "-q", "-c", "pyproject.toml", "-r", "app", "config.py", "run.py", "migrations", "deploy")


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "--no-cache", "."),
        ("ruff", "format", "--no-cache", "--check", "."),
        ("oxlint", "-c", "tests/architecture/oxlint.json", "--deny-warnings", "app/static"),
        ("djlint", "--lint", "--quiet", "app"),
        ("djlint", "--check", "--quiet", "app"),
        ("lint-imports", "--no-cache"),
        ("mypy",),
        # what ruff's rules `S` say at once, said once more by the program that they come from
        pytest.param(BANDIT, marks=pytest.mark.system),
    ],
    ids=["rules", "format", "scripts", "templates", "templates' format", "imports", "types", "security"],
)
def test_the_linters_find_nothing(command):
    program, *arguments = command
    result = subprocess.run([BESIDE / program, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
