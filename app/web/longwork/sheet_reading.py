"""Reads the sheet of a work, beside all others that people may have chosen by mistake."""

from __future__ import annotations

from datetime import date
from functools import cache

from app.engine.sheets import Sheet, SheetContent, read
from app.kernel.errors import BadValue
from app.programmes.installed import programmes
from app.web.longwork.works import NO_FILE, WorkRequest


def read_sheet(sheet: Sheet, task: WorkRequest, today: date) -> SheetContent:
    """Read the file of a work. Raises BadSheet, BadValue without a file, TooLong, Cancelled."""
    if task.file is None:
        raise BadValue(NO_FILE)
    return read(sheet, task.file, today=today, progress=task.progress, others=_known())


@cache
def _known() -> tuple[Sheet, ...]:
    return tuple(
        sheet for programme in programmes() for sheet in (programme.sheet, *programme.further_sheets)
    )
