"""How many rows a statement changes, and several statements asked as one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Date,
    Executable,
    Numeric,
    SelectBase,
    String,
    func,
    select,
)
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session


def count_changes(session: Session, statement: Executable, facts: Mapping[str, Any] | None = None) -> int:
    """Run a statement that writes and return how many rows it inserts, updates or deletes."""
    return cast(CursorResult, session.execute(statement, facts)).rowcount


def gather(session: Session, *parts: SelectBase) -> list[list[tuple]]:
    """Return the rows of several SELECTs, sent as one statement: texts, whole numbers, booleans, days and exact sums."""
    tables = [part.subquery() for part in parts]
    lists = [func.json_agg(func.json_build_array(*map(_exact, table.c))) for table in tables]
    wanted = [
        select(rows).select_from(table).scalar_subquery() for rows, table in zip(lists, tables, strict=True)
    ]
    answer = session.execute(select(*(one.label(f"part_{n}") for n, one in enumerate(wanted)))).one()
    return [
        [tuple(map(_read, table.c, row)) for row in rows or ()]
        for table, rows in zip(tables, answer, strict=True)
    ]


def _exact(column: ColumnElement) -> ColumnElement:
    """Send a number with decimals as text, for JSON would make it a binary fraction."""
    return as_type(column, String) if isinstance(column.type, Numeric) else column


def _read(column: ColumnElement, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, Numeric):
        return Decimal(value)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value
