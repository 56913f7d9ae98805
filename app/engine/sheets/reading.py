"""Reads what people send back: whole-file problems stop it, problems of a cell stay with their row."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from app.engine.progress import Progress
from app.engine.sheets import child
from app.engine.sheets.cells import Value, typed, value_of
from app.engine.sheets.columns import Sheet
from app.engine.sheets.header import Header, find, foreign, letter
from app.engine.sheets.templates import EXAMPLE_TAB
from app.kernel.errors import BadSheet, BadValue
from app.kernel.messages import N_, Message

Lines = Iterator[tuple[str, int, list[child.Cell]]]

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 200_000
PLACED = N_("工作表“{tab}”第 {row} 行 {letter} 列：{fault}")


@dataclass(slots=True)
class SheetRow:
    """One row: its number as the spreadsheet shows it, what it means, what was typed, what is wrong."""

    number: int
    values: dict[str, Value] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    errors: dict[str, Message] = field(default_factory=dict)


@dataclass(frozen=True)
class SheetContent:
    """The rows of the one tab that was filled in."""

    tab: str
    rows: list[SheetRow]


def read(sheet: Sheet, path: Path, *, today: date, progress: Progress | None = None) -> SheetContent:
    """The filled-in rows of a file. Raises BadSheet for a file that isn't this sheet or isn't safe, TooLong, Cancelled."""
    progress = progress or Progress()
    if path.stat().st_size > MAX_BYTES:
        raise BadSheet(N_("文件超过 {most} MB，不予读取。请分成几个文件再上传。"), most=MAX_BYTES >> 20)
    filled: list[SheetContent] = []
    headers: list[Header] = []
    with closing(child.rows(path)) as lines:
        for tab, group in groupby(lines, key=itemgetter(0)):
            if tab != EXAMPLE_TAB:
                _take(sheet, group, today, filled, headers, progress)
    return _only(sheet, filled, headers)


def _take(
    sheet: Sheet,
    lines: Lines,
    today: date,
    filled: list[SheetContent],
    headers: list[Header],
    progress: Progress,
) -> None:
    if header := find(sheet, lines):
        headers.append(header)
        if not header.missing and (rows := list(_rows(header, lines, today, progress))):
            filled.append(SheetContent(header.tab, rows))


def _only(sheet: Sheet, filled: list[SheetContent], headers: list[Header]) -> SheetContent:
    if len(filled) > 1:
        raise BadSheet(
            N_("文件中有几张工作表都填了数据：{tabs}。请只保留一张后重新上传。"),
            tabs="、".join(content.tab for content in filled),
        )
    if filled:
        return filled[0]
    if not headers:
        raise BadSheet(N_("文件中没有任何数据。请在“{title}”模板中填写后上传。"), title=sheet.title)
    nearest = max(headers, key=lambda header: header.found)
    if nearest.missing:
        raise nearest.refusal() if nearest.found else foreign(sheet)
    raise BadSheet(
        N_("工作表“{tab}”第 {row} 行表头下面没有数据。请填写后重新上传。"), tab=nearest.tab, row=nearest.row
    )


def _rows(header: Header, lines: Lines, today: date, progress: Progress) -> Iterator[SheetRow]:
    places, count = header.places(), 0
    for _, number, cells in lines:
        row = _row(header, places, number, cells, today)
        if row is None:
            continue
        count += 1
        if count > MAX_ROWS:
            raise BadSheet(
                N_("工作表“{tab}”超过 {most} 行数据，不予读取。请分成几个文件再上传。"),
                tab=header.tab,
                most=MAX_ROWS,
            )
        progress.count(count)
        yield row


def _row(
    header: Header, places: dict[str, int], number: int, cells: list[child.Cell], today: date
) -> SheetRow | None:
    """The row, or None when none of the sheet's own columns holds anything."""
    row, width = SheetRow(number), len(cells)
    picked = {name: cells[place] if place < width else None for name, place in places.items()}
    row.raw = {name: typed(cell) for name, cell in picked.items()}
    if not any(text and not text.isspace() for text in row.raw.values()):
        return None
    for column in header.sheet.columns:
        name, text = column.field, row.raw[column.field]
        try:
            value = value_of(column, picked[name], text, today)
            row.values[name] = text if value == text else value  # once in memory
        except BadValue as error:
            row.values[name] = None
            fault = Message(error.message.msgid, title=column.title, **error.message.params)
            row.errors[name] = Message(
                PLACED, tab=header.tab, row=number, letter=letter(places[name]), fault=fault
            )
    return row


def parse_row(sheet: Sheet, typed_by_field: Mapping[str, str], number: int, *, today: date) -> SheetRow:
    """One row typed on a screen, judged as the same cells in a file would be; its errors name no place."""
    row = SheetRow(number, raw=dict(typed_by_field))
    for column in sheet.columns:
        name, text = column.field, typed_by_field.get(column.field, "")
        try:
            row.values[name] = value_of(column, text, text, today)
        except BadValue as error:
            row.values[name] = None
            row.errors[name] = Message(error.message.msgid, title=column.title, **error.message.params)
    return row
