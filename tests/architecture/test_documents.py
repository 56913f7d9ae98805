"""The documents tell the truth: what they name exists, their commands are commands; the README stays short."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from importlib.util import find_spec

import pytest

from tests.desk.documents import (
    DECISIONS,
    DOCUMENTS,
    README,
    ROOT,
    assert_command,
    commands,
    links,
    named_files,
    text_of,
)

LARGEST_README = 8 * 1024
SUBSIDY = ROOT / "app/programmes/hiring_subsidy"
SECTION = re.compile(r"^\*\*(.+?)\*\*|^## (.+)$", re.MULTILINE)


def by_document(part) -> list:
    return [
        pytest.param(path, one, id=f"{path.stem}: {one}")
        for path in DOCUMENTS
        for one in sorted(set(part(path)))
    ]


def test_the_readme_is_short():
    assert len(README.read_bytes()) <= LARGEST_README


@pytest.mark.parametrize(("document", "name"), by_document(named_files))
def test_every_file_exists(document, name):
    made_at_work = name.startswith("instance/")
    assert made_at_work or (ROOT / name).exists()


@pytest.mark.parametrize(("document", "target"), by_document(links))
def test_every_link_leads_somewhere(document, target):
    assert (document.parent / target).exists()


def test_every_name_stands_in_the_file_before_it():
    pairs = re.findall(r"`([\w/]+/\w+\.py)`[^`\n]*`([A-Z][A-Z_]{2,})`", text_of(README))
    assert len(pairs) >= 4
    assert [
        pair for pair in pairs if not re.search(rf"^{pair[1]}\b", text_of(ROOT / pair[0]), re.MULTILINE)
    ] == []


def test_every_section_is_told_in_both_languages():
    titles = [title or step for step, title in SECTION.findall(text_of(README))]
    assert len(titles) >= 9
    assert [
        one for one in titles if not (re.search("[\u4e00-\u9fff]", one) and re.search("[a-z]", one))
    ] == []


def test_the_first_two_commands_start_and_test():
    assert commands(README)[:2] == ["./start --demo", "tests/run"]


def test_a_subsidy_is_one_file():
    assert [path.name for path in SUBSIDY.iterdir() if path.is_file()] == ["definition.yaml"]


def test_the_demos_accounts_are_the_listed_ones():
    from app.demo.users import PASSWORD, USERS

    listed = [
        name
        for first in re.findall(r"^\| (`[^|]+) \|", text_of(README), re.MULTILINE)
        for name in re.findall(r"`([a-z_0-9]+)`", first)
    ]
    assert sorted(listed) == sorted(user.username for user in USERS)
    assert f"`{PASSWORD}`" in text_of(README)


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_context_choice_and_consequence(decision):
    title, *parts = text_of(decision).strip().split("\n\n")
    assert re.fullmatch(r"# .*[\u4e00-\u9fff].* · .*[a-z].*", title)
    assert re.search("[\u4e00-\u9fff]", parts[0])
    heads = ("**Context.** ", "**Choice.** ", "**Consequence.** ")
    assert [part.startswith(head) for part, head in zip(parts[1:], heads, strict=True)] == [True] * 3


@pytest.mark.parametrize(("document", "command"), by_document(commands))
def test_every_command_is_one(application, document, command):
    for part in command.split(" && "):
        words = shlex.split(part)
        if words[0] == ".":
            assert subprocess.run(["bash", "-n", ROOT / words[1]]).returncode == 0
        elif words[0] == "flask":
            assert_command(application, words[3:])
        elif "-m" in words:
            assert find_spec(words[words.index("-m") + 1])
        else:
            assert is_program(words), part


def is_program(words: list[str]) -> bool:
    """A script of ours, gunicorn with its settings, or a Python that gets a line."""
    if words[0] == "gunicorn":
        return (ROOT / words[2]).is_file()
    if words[0] == ".venv/bin/python":
        return words[1] == "-c"
    return os.access(ROOT / words[0], os.X_OK)
