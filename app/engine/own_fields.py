"""The fields that only one programme has: typed values in one JSONB column, `own`, and the SQL that reads them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.engine.sheets import Kind

COLUMN = "own"
_SQL = (
    dict.fromkeys((Kind.DATE, Kind.MONTH), ("date", ("string",)))
    | {Kind.INTEGER: ("numeric", ("number",))}
    | dict.fromkeys((Kind.MONEY, Kind.SCORE, Kind.DECIMAL), ("numeric", ("string", "number")))
)
"""By kind: the type in SQL, and the types in JSON that hold it; any other is text."""
_READ: dict[Kind, Callable[[Any], Any]] = {
    Kind.DATE: date.fromisoformat,
    Kind.MONTH: date.fromisoformat,
    Kind.INTEGER: int,
    Kind.MONEY: Decimal,
    Kind.DECIMAL: Decimal,
    Kind.SCORE: Decimal,
}
ENCODER = json.JSONEncoder(default=str, ensure_ascii=False)
"""Writes a value as it is stored: decimals and dates as text."""


def own_sql(alias: str, code: str, kind: Kind) -> str:
    """Return the SQL of a field's value: NULL where it isn't there, also where it is of another type than its kind's."""
    value = f"{alias}.{COLUMN}->>'{code}'"
    if kind not in _SQL:
        return f"({value})"
    type_, kinds = _SQL[kind]
    known = ", ".join(f"'{one}'" for one in kinds)
    return (
        f"(CASE WHEN jsonb_typeof({alias}.{COLUMN}->'{code}') IN ({known}) THEN CAST({value} AS {type_}) END)"
    )


def own_value(own: Mapping[str, Any], code: str, kind: Kind) -> Any:
    """Return a field's value of what a row stores."""
    stored = own.get(code)
    return stored if stored is None or kind not in _READ else _READ[kind](stored)


def stored_value(value: Any) -> Any:
    """Return a value as JSON holds it."""
    return value if value is None or isinstance(value, bool | int | str) else str(value)
