"""The README tells the truth: what it names exists, what the code reads is named, its commands are commands."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from flask import request

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE, ENGLISH = README.split("\n# English\n")
BLOCKS = re.findall(r"^ *```bash\n(.*?)^ *```", README, re.DOTALL | re.MULTILINE)
COMMANDS = [line.strip() for block in BLOCKS for line in block.splitlines() if line.strip()]
QUOTED = set(re.findall(r"`([^`\n]+)`", README)) | set(re.findall(r"\]\(((?!http|#)[^)]+)\)", README))
NAMED = {name for name in QUOTED if re.fullmatch(r"[A-Z][A-Z_]{3,}(=1)?", name)}
CODE = [ROOT / "config.py", ROOT / "run.py", *(ROOT / "app").rglob("*.py"), *(ROOT / "deploy").glob("*.py")]
NO_VARIABLES = {"INSTALLED", "PROGRAMME"}
READ = re.compile(r"""environ(?:\.get\(|\[)\s*"([A-Z_]+)"|\("([A-Z_]{4,})", \d+, \d+\)""")


def variables() -> set[str]:
    """Every environment variable that the product reads."""
    from run import KEYS

    found = {name for path in CODE for pair in READ.findall(path.read_text()) for name in pair if name}
    return found | set(KEYS)


def test_every_variable_is_named_in_both_languages():
    named = {name.removesuffix("=1") for name in NAMED} - NO_VARIABLES
    assert variables() == named
    assert not [name for name in variables() - {"SECRET_KEY", "DEMO"} if name not in ENGLISH]


@pytest.mark.parametrize("name", sorted(n for n in QUOTED if "/" in n and not re.search(r"[ :]|^/", n)))
def test_every_file_exists(name):
    made_at_work = name.startswith("instance/")
    assert made_at_work or (ROOT / name).exists()


def test_the_files_of_a_subsidy_are_listed_as_they_are():
    listed = set(re.findall(r"^\| `([a-z_]+\.(?:py|yaml))` \|", README, re.MULTILINE))
    shown = ROOT / "app/programmes/hiring_subsidy"
    assert {path.name for path in shown.iterdir() if path.is_file()} == listed
    folders = [path for path in shown.parent.iterdir() if (path / "model.py").exists()]
    parts = {Path(name).stem for name in listed}
    assert all(parts <= {path.stem for path in folder.iterdir()} for folder in folders)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one(command):
    for part in command.split(" && "):
        words = shlex.split(part)
        if words[0] == ".":
            assert subprocess.run(["bash", "-n", ROOT / words[1]]).returncode == 0
        elif "-m" in words:
            assert find_spec(words[words.index("-m") + 1])
        elif words[0] == "flask":
            exists(words[3:])
        elif "-r" in words:
            assert (ROOT / words[words.index("-r") + 1]).is_file()
        else:
            assert known(words), part


def known(words: list[str]) -> bool:
    """Programs that come with the product, and a Python that gets a file or a line."""
    if words[0] == "gunicorn":
        return (ROOT / words[2]).is_file()
    return words[0] == ".venv/bin/python" and (words[1] == "-c" or (ROOT / words[1]).is_file())


def exists(words: list[str]) -> None:
    """A command of `flask` with options that it has."""
    import click

    from app.web import audit_cli, backup_cli, cli, jobs, keys_cli, registers_cli

    commands = [
        cli.prepare,
        cli.create_admin,
        jobs.jobs,
        registers_cli.registers,
        audit_cli.audit,
        keys_cli.keys,
        backup_cli.backup,
        backup_cli.restore,
    ]
    command: click.Command = next(c for c in commands if c.name == words[0])
    rest = words[1:]
    while isinstance(command, click.Group):
        command, rest = command.commands[rest[0]], rest[1:]
    known_options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in rest if word.startswith("--")} <= known_options


def test_the_key_command_makes_a_key():
    words = shlex.split(next(command for command in COMMANDS if "new_key" in command))
    answer = subprocess.run(
        [sys.executable, *words[1:]], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert len(answer.stdout.strip()) == 44


def test_the_demos_accounts_are_the_listed_ones():
    from app.web.demo.users import PASSWORD, USERS

    table = CHINESE[CHINESE.index("| 用户名 |") : CHINESE.index("不带 `--demo`")]
    listed = re.findall(r"`([a-z_]+)`", re.sub(r"\|[^|]*\|[^|]*\|$", "", table, flags=re.MULTILINE))
    assert sorted(listed) == sorted(user.username for user in USERS)
    assert f"`{PASSWORD}`" in CHINESE and f"`{PASSWORD}`" not in NAMED


def test_the_registers_are_the_listed_ones():
    from app.registers.kinds import REGISTERS

    assert "、".join(f"`{kind}`" for kind in REGISTERS) in CHINESE


def test_the_continuous_check_runs_the_readmes_command():
    command = next(command for command in COMMANDS if "pytest" in command)
    script = (ROOT / ".ci/run").read_text()
    assert command in script.splitlines()
    assert "set -euo pipefail" in script and os.access(ROOT / ".ci/run", os.X_OK)
    assert subprocess.run(["bash", "-n", ROOT / ".ci/run"]).returncode == 0


@pytest.mark.parametrize("unit", sorted((ROOT / "deploy").glob("*.service")), ids=lambda path: path.name)
def test_units_start_what_exists(unit):
    start = re.search(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)[1]
    if start.startswith("/bin/bash"):
        said = re.fullmatch(r"/bin/bash -c '\. deploy/env\.sh && exec flask --app app (.*)'", start)[1]
        exists(shlex.split(said))
        return
    start = start.removeprefix("/opt/benefits/.venv/bin/")
    by_hand = [command.removeprefix(".venv/bin/") for command in COMMANDS]
    assert start in by_hand or start == "python run.py"


def test_behind_a_proxy_the_audit_log_names_the_browser(cluster, keys):
    from app import create_app
    from tests.conftest import settings

    forwarded = {"X-Forwarded-For": "10.51.1.7", "X-Forwarded-Proto": "https"}
    for proxies, expected in ((0, "127.0.0.1"), (1, "10.51.1.7")):
        app = create_app(settings(cluster.urls, PROXIES=proxies, **keys))
        seen = []
        app.before_request(lambda seen=seen: seen.append(request.remote_addr))
        app.test_client().get("/login/", headers=forwarded)
        assert seen == [expected]
