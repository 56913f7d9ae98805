"""A field that rules read: what a definition calls it, what it holds, and its place in the SQL over candidates."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FieldKind(StrEnum):
    """What a field holds, as far as rules tell kinds apart."""

    DATE = "date"
    CHOICE = "choice"
    NUMBER = "number"
    YES_NO = "yes_no"
    TEXT = "text"


@dataclass(frozen=True)
class Field:
    """A field of an application or of each of its people; `sql` is its value over the alias `c` of `candidates`.

    `choices` are (code, title) pairs. One that is not `in_sheet` has no cell that a rule could blame.
    """

    code: str
    title: str
    kind: FieldKind
    sql: str
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    in_sheet: bool = True
