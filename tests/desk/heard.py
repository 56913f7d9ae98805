"""What a database is asked while a test listens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


class Statement(str):
    """As it was written, with what was sent along and the options of its execution."""

    parameters: dict[str, object] | list[dict[str, object]]
    options: dict[str, object]


@contextmanager
def heard(engine: Engine) -> Iterator[list[Statement]]:
    """A list that grows by every statement sent in the block; COPY bypasses SQLAlchemy and is not among them."""
    statements: list[Statement] = []

    def note(connection, cursor, statement, parameters, context, many) -> None:
        said = Statement(statement)
        said.parameters, said.options = parameters, dict(context.execution_options)
        statements.append(said)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
