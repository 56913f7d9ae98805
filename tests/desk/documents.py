"""The documents for anyone who installs, runs and develops the product, and what stands in them."""

from __future__ import annotations

import re
from pathlib import Path

import click
from flask import Flask
from flask_migrate.cli import db

ROOT = Path(__file__).resolve().parents[2]
README, OPERATIONS, ARCHITECTURE, ACCESSIBILITY = (
    ROOT / name
    for name in (
        "README.md",
        "deploy/operations.md",
        "app/help/architecture.md",
        "app/help/accessibility.md",
    )
)
DECISIONS = sorted((ROOT / "app/help/decisions").glob("*.md"))
DOCUMENTS = (README, OPERATIONS, ARCHITECTURE, ACCESSIBILITY, *DECISIONS)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def commands(path: Path) -> list[str]:
    """Each line of the blocks of bash."""
    blocks = re.findall(r"^ *```bash\n(.*?)^ *```", text_of(path), re.DOTALL | re.MULTILINE)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def quoted(path: Path) -> set[str]:
    """What stands in backquotes within a line."""
    return set(re.findall(r"`([^`\n]+)`", text_of(path)))


def named_files(path: Path) -> set[str]:
    """What is quoted as a file or a folder of the repository, from its root."""
    return {name for name in quoted(path) if "/" in name and not re.search(r"[ :{]|^/", name)}


def links(path: Path) -> set[str]:
    """Targets of links and pictures within the repository, from the document's folder, without anchors."""
    targets = re.findall(r"\]\(((?!http)[^)]+)\)", text_of(path))
    return {target.partition("#")[0] for target in targets} - {""}


def assert_command(app: Flask, words: list[str]) -> None:
    """A command of `flask` with options that it has."""
    command: click.Command = {**app.cli.commands, db.name: db}[words[0]]
    rest = words[1:]
    while isinstance(command, click.Group):
        command, rest = command.commands[rest[0]], rest[1:]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in rest if word.startswith("-")} <= options
