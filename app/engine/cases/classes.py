"""Of which class a case is: cases of a programme in code have one of their own."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case
from sqlalchemy.orm import Mapped

DATA, IN_CODE = "data", ("training",)
"""A case of a programme in code may have columns of its own; those of all others are of one class, or a process that doesn't
know a programme yet couldn't read its cases."""


def class_by(programme: Mapped[str]) -> ColumnElement[str]:
    """Return of which class a case is, by its programme."""
    return case(*((programme == code, code) for code in IN_CODE), else_=DATA)
