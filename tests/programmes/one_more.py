"""A programme and a screen more, of which no table of the tests knows; a plugin of pytest (`-p`) for any tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from app.programmes import installed

HERE = Path(__file__).parent
CODE = "skills_bonus"
COLUMNS = (
    "ALTER TABLE claims ADD COLUMN skill_level varchar(20)",
    "ALTER TABLE claims ADD COLUMN skill_hours integer",
)
"""What the programme's migration would add."""


def add_columns(owner_url: str) -> None:
    with create_engine(owner_url, poolclass=NullPool).begin() as owner:
        for statement in COLUMNS:
            owner.execute(text(statement))


def install() -> None:
    """Register the programme; mapped classes are shared by a whole process, so it stays there."""
    sys.path.insert(0, str(HERE))
    installed.INSTALLED.append(CODE)


def pytest_configure() -> None:
    install()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef):
    value = yield
    if fixturedef.argname == "cluster":
        add_columns(value.template.owner)
    return value
