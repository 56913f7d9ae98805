"""How many rows a statement changes, which SQLAlchemy's types tell of none that a session runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import CursorResult, Executable
from sqlalchemy.orm import Session


def count_changes(session: Session, statement: Executable, facts: Mapping[str, Any] | None = None) -> int:
    """Run a statement that writes and return how many rows it inserts, updates or deletes."""
    return cast(CursorResult, session.execute(statement, facts)).rowcount
