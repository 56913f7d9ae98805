"""deploy/operations.md names each setting, limit, register and unit as it is."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest
from flask import request

from app.engine.longwork import works
from app.engine.sessions import shares, tries
from tests.desk.documents import OPERATIONS, ROOT, assert_command, commands, text_of

TEXT = text_of(OPERATIONS)
CHINESE, ENGLISH = TEXT.split("\n# English\n")
CODE = [ROOT / "config.py", ROOT / "run.py", *(ROOT / "app").rglob("*.py"), *(ROOT / "deploy").glob("*.py")]
READ = re.compile(r"""environ(?:\.get\(|\[)\s*"([A-Z_]+)"|\("([A-Z_]{4,})", \d+, \d+\)""")
ROW = re.compile(r"^\| ((?:`[A-Z_]+`、?)+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
HAN = re.compile("[\u4e00-\u9fff]")


def variables() -> set[str]:
    """Every environment variable that the product reads."""
    from run import KEYS

    read = {name for path in CODE for pair in READ.findall(path.read_text()) for name in pair if name}
    return read | set(KEYS)


def test_every_setting_has_its_row_in_both_languages():
    rows = ROW.findall(TEXT)
    assert variables() == {name for names, *_ in rows for name in re.findall(r"`(\w+)`", names)}
    assert [
        names for names, chinese, english, _ in rows if not HAN.search(chinese) or HAN.search(english)
    ] == []


def test_every_limit_is_told_as_it_is():
    numbers = (tries.TRIES_HERE, tries.TRIES_ANYWHERE, tries.TRIES_OF_ADDRESS, shares.LOOKUPS, shares.EXPORTS)
    numbers = (*numbers, shares.SEARCHES, works.MOST_UNDER_WAY)
    for text, title in ((CHINESE, "## 限额"), (ENGLISH, "## Limits")):
        section = text.split(f"\n{title}\n")[1].split("\n## ")[0]
        assert [number for number in numbers if not re.search(rf"(?<!\d){number}(?!\d)", section)] == []


def test_both_languages_have_the_same_sections():
    sections = [len(re.findall(r"^## ", text, re.MULTILINE)) for text in (CHINESE, ENGLISH)]
    # the configuration stands in both at once
    assert sections[0] == sections[1] + 1


def test_the_key_command_makes_a_key():
    words = shlex.split(next(command for command in commands(OPERATIONS) if "new_key" in command))
    answer = subprocess.run(
        [sys.executable, *words[1:]], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert len(answer.stdout.strip()) == 44


def test_the_registers_are_the_listed_ones():
    from app.registers.loads.kinds import REGISTERS

    assert "、".join(f"`{kind}`" for kind in REGISTERS) in CHINESE


@pytest.mark.parametrize("unit", sorted((ROOT / "deploy").glob("*.service")), ids=lambda path: path.name)
def test_units_start_what_exists(application, unit):
    start = re.search(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)[1]
    if start.startswith("/bin/bash"):
        command = re.fullmatch(r"/bin/bash -c '\. deploy/env\.sh && exec flask --app app (.*)'", start)[1]
        assert_command(application, shlex.split(command))
        return
    start = start.removeprefix("/opt/benefits/.venv/bin/")
    assert start in commands(OPERATIONS) or start == "python run.py"


def test_behind_a_proxy_the_audit_log_names_the_browser(cluster, keys):
    from app import create_app
    from tests.desk.database import settings

    forwarded = {"X-Forwarded-For": "10.51.1.7", "X-Forwarded-Proto": "https"}
    for proxies, expected in ((0, "127.0.0.1"), (1, "10.51.1.7")):
        app = create_app(settings(cluster.urls, PROXIES=proxies, **keys))
        seen = []
        app.before_request(lambda seen=seen: seen.append(request.remote_addr))
        app.test_client().get("/login/", headers=forwarded)
        assert seen == [expected]
