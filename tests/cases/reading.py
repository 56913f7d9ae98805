"""A file of a case, read as the product reads it."""

from __future__ import annotations

import tempfile
from datetime import date

from app.engine.sheets import Sheet, SheetContent, read

TODAY = date(2026, 11, 23)

FIRST = 3
"""The spreadsheet's number of the first person's row, under title and header."""


def read_bytes(sheet: Sheet, content: bytes, **more: object) -> SheetContent:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return read(sheet, file, today=TODAY, **more)
