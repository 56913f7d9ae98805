"""SQL that is built, as text with named values: rules are texts, and so is what stands in them."""

from __future__ import annotations

import re
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql.base import PGDialect

DIALECT = PGDialect(paramstyle="named")


class Written(NamedTuple):
    """SQL with :names, and the values of those that are its own."""

    sql: str
    values: dict[str, object]


def written(sql: ColumnElement, prefix: str) -> Written:
    """Write what is built; `prefix` keeps its values apart from those of other texts, :names of others stay."""
    compiled = sql.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
    values = compiled.params
    if not values:
        return Written(str(compiled), {})
    named = re.sub(rf"(?<!:):({'|'.join(map(re.escape, values))})\b", rf":{prefix}_\1", str(compiled))
    return Written(named, {f"{prefix}_{name}": value for name, value in values.items()})
