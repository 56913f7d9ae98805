"""Rows of the visible tabs of a zipped workbook (.xlsx)."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime

import archive
from merging import Merges
from parts import Parts
from python_calamine import CalamineSheet, CalamineWorkbook
from unseen import Unseen, of_worksheet

COLUMNS = 256
Row = tuple[int, list, bool]


def tabs(content: bytes) -> Iterator[tuple[str, list[int], Iterator[Row]]]:
    """Yield tabs of a workbook, once its zip is known to be harmless."""
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        archive.check(zipped)
        parts = Parts(zipped)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content if parts.usual else parts.rebuilt()))
        for tab in parts.tabs:
            unseen = of_worksheet(parts.read(tab.part), COLUMNS, untrusted=parts.untrusted)
            yield tab.name, sorted(unseen.hidden_columns), _rows(book.get_sheet_by_name(tab.name), unseen)


def _rows(sheet: CalamineSheet, unseen: Unseen) -> Iterator[Row]:
    """Yield every row that holds anything, with what calamine passes over put where it stands."""
    ranges = sheet.merged_cell_ranges
    width = min(COLUMNS, max(sheet.end[1] + 1 if sheet.end else 0, unseen.width))
    merges = Merges(ranges, width) if ranges else None
    for index, cells in _with_unseen(sheet, unseen, width):
        row = merges.spread(index, cells) if merges else cells
        yield index + 1, row, index in unseen.hidden_rows


def _with_unseen(sheet: CalamineSheet, unseen: Unseen, width: int) -> Iterator[tuple[int, list]]:
    """Yield (index, cells) of rows in their order; rows of nothing but unreadable cells are there too."""
    waiting = sorted(unseen.cells, reverse=True)
    for index, cells in _seen(sheet):
        while waiting and waiting[-1] < index:
            row = waiting.pop()
            yield row, _put([], unseen.cells[row], width)
        if waiting and waiting[-1] == index:
            cells = _put(cells, unseen.cells[waiting.pop()], width)
        if cells:
            yield index, cells
    while waiting:
        row = waiting.pop()
        yield row, _put([], unseen.cells[row], width)


def _put(cells: list, unreadable: dict[int, dict], width: int) -> list:
    row = cells + [None] * (width - len(cells))
    for column, cell in unreadable.items():
        row[column] = cell
    return row


def _seen(sheet: CalamineSheet) -> Iterator[tuple[int, list]]:
    """Yield every row from A1 on: `iter_rows` gives leading empty rows and leaves leading empty columns out."""
    margin = [None] * sheet.start[1] if sheet.start else []
    blank = [""] * sheet.width
    for index, row in enumerate(sheet.iter_rows()):
        if row == blank:
            yield index, []
        else:
            yield index, margin + [value if isinstance(value, str) else _cell(value) for value in row]


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return {"date": value.date().isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value if isinstance(value, int | float) else str(value)
