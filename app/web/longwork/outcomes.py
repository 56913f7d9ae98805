"""The outcome of a work: shown on a page at once, or stored until its sender looks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from flask import url_for

from app.engine.sheets import SheetRow
from app.kernel.identifiers.citizen_id import mask
from app.kernel.messages import Message
from app.web.longwork.questions import Question


@dataclass(frozen=True)
class RowRefusal:
    """A row of a sheet that was not taken in, as its page shows it."""

    number: int
    name: str
    masked_id: str
    reasons: list[Message]

    @classmethod
    def of(cls, row: SheetRow, reasons: list[Message]) -> RowRefusal:
        return cls(row.number, row.raw.get("name", ""), mask(row.raw.get("citizen_id", "")), reasons)


@dataclass(frozen=True)
class Outcome:
    """What came of a work: a sentence, where it can be seen, the rows that were refused, or a workbook to fetch."""

    message: Message
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)
    good: bool = True
    refused: list[RowRefusal] = field(default_factory=list)
    status: int = 200
    says_so_itself: bool = False
    """The page that it leads to shows the message itself."""
    notes: list[Message] = field(default_factory=list)
    """What the person should know of what was taken in."""
    question: Question | None = None
    """Nothing has been done: the sheet is kept until this is answered."""

    @property
    def address(self) -> str:
        return url_for(self.endpoint, **self.values)

    def as_json(self) -> str:
        rows = [[r.number, r.name, r.masked_id, [m.as_json() for m in r.reasons]] for r in self.refused]
        notes = [note.as_json() for note in self.notes]
        return json.dumps([self.message.as_json(), self.endpoint, self.values, self.good, rows, notes])

    @classmethod
    def from_json(cls, stored: str) -> Outcome:
        message, endpoint, values, good, rows, *rest = json.loads(stored)
        notes = [Message.from_json(note) for notes in rest for note in notes]
        refused = [
            RowRefusal(number, name, masked_id, [Message.from_json(reason) for reason in reasons])
            for number, name, masked_id, reasons in rows
        ]
        return cls(Message.from_json(message), endpoint, values, good, refused, notes=notes)
