"""Reads what people send back: whole-file problems stop it, problems of a cell stay with their row."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import attrgetter
from os import SEEK_END
from typing import Any, BinaryIO

from app.engine.progress import Progress
from app.engine.sheets import child
from app.engine.sheets.asides import Asides
from app.engine.sheets.cells import typed, value_of
from app.engine.sheets.columns import Sheet
from app.engine.sheets.header import Header, another, find_header, foreign, letter
from app.engine.sheets.templates import EXAMPLE_TAB
from app.engine.sheets.words import unwrapped
from app.kernel.errors import BadSheet, BadValue
from app.kernel.messages import N_, Message

Lines = Iterator[child.Line]

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 200_000
PLACED = N_("工作表“{tab}”第 {row} 行 {letter} 列：{fault}")


@dataclass(slots=True)
class SheetRow:
    """One row: its number as the spreadsheet shows it, what it means (each value of its column's kind), what was typed, what is wrong."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    errors: dict[str, Message] = field(default_factory=dict)

    def written(self, name: str) -> str:
        """Return a field as it was typed, blanks and all."""
        return unwrapped(self.raw.get(name) or "")


@dataclass(frozen=True)
class SheetContent:
    """The rows of the one tab that was filled in.

    `notes` say what of it a person should hear of: hidden rows, footers. `corrects`: it is our own workbook of failed rows.
    """

    tab: str
    rows: list[SheetRow]
    notes: list[Message] = field(default_factory=list)
    corrects: bool = False


def read(
    sheet: Sheet,
    file: BinaryIO,
    *,
    today: date,
    progress: Progress | None = None,
    others: Sequence[Sheet] = (),
) -> SheetContent:
    """Return the filled-in rows of a file that has a descriptor.

    `others` are known by their titles and columns and named when they come instead.
    Raises BadSheet for a file that isn't this sheet or isn't safe, TooLong, Cancelled.
    """
    progress = progress or Progress()
    if file.seek(0, SEEK_END) > MAX_BYTES:
        raise BadSheet(N_("文件超过 {most} MB，不予读取。请分成几个文件再上传。"), most=MAX_BYTES >> 20)
    file.seek(0)
    reader = _Found(sheet, today, progress, [other for other in others if other != sheet])
    with closing(child.rows(file)) as lines:
        for tab, group in groupby(lines, key=attrgetter("tab")):
            if tab != EXAMPLE_TAB:
                reader.take(group)
    return reader.only()


class _Found:
    """What the tabs of one file turned out to be."""

    def __init__(self, sheet: Sheet, today: date, progress: Progress, others: Sequence[Sheet]) -> None:
        self._sheet, self._today, self._progress, self._others = sheet, today, progress, others
        self._filled: list[SheetContent] = []
        self._headers: list[Header] = []
        self._strange: list[Sheet] = []

    def take(self, lines: Lines) -> None:
        """Take in one tab: a table of the sheet, of another one, or neither."""
        header = find_header(self._sheet, lines, self._others)
        if header is None:
            return
        self._headers.append(header)
        if other := another(header, self._others):
            self._strange.append(other)
        elif not header.missing:
            asides = Asides(header)
            if rows := list(_rows(header, lines, asides, self._today, self._progress)):
                self._filled.append(SheetContent(header.tab, rows, asides.notes(), header.corrects))

    def only(self) -> SheetContent:
        """Return the one table that is filled in. Raises BadSheet."""
        if len(self._filled) > 1:
            raise BadSheet(
                N_("文件中有几张工作表都填了数据：{tabs}。请只保留一张后重新上传。"),
                tabs="、".join(content.tab for content in self._filled),
            )
        if self._filled:
            return self._filled[0]
        if self._strange:
            raise BadSheet(
                N_(
                    "这是“{other}”的表格，不是“{title}”。请到相应的业务中上传，或下载“{title}”模板，填写后上传。"
                ),
                other=self._strange[0].title,
                title=self._sheet.title,
            )
        if not self._headers:
            raise BadSheet(N_("文件中没有任何数据。请在“{title}”模板中填写后上传。"), title=self._sheet.title)
        nearest = max(self._headers, key=lambda header: header.nearness)
        if nearest.missing:
            raise nearest.refusal() if nearest.hits or nearest.unreckoned else foreign(self._sheet)
        raise BadSheet(
            N_("工作表“{tab}”第 {row} 行表头下面没有数据。请填写后重新上传。"),
            tab=nearest.tab,
            row=nearest.row,
        )


def _rows(
    header: Header, lines: Lines, asides: Asides, today: date, progress: Progress
) -> Iterator[SheetRow]:
    places, count = header.places(), 0
    for line in lines:
        if asides.takes(line) or (row := _row(header, places, line, today)) is None:
            continue
        asides.count_hidden(line)
        count += 1
        if count > MAX_ROWS:
            raise BadSheet(
                N_("工作表“{tab}”超过 {most} 行数据，不予读取。请分成几个文件再上传。"),
                tab=header.tab,
                most=MAX_ROWS,
            )
        progress.count(count)
        yield row


def _row(header: Header, places: dict[str, int], line: child.Line, today: date) -> SheetRow | None:
    """Return the row, or None when none of the sheet's own columns holds anything."""
    row, width = SheetRow(line.number), len(line.cells)
    picked = {name: line.cells[place] if place < width else None for name, place in places.items()}
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
                PLACED, tab=header.tab, row=line.number, letter=letter(places[name]), fault=fault
            )
    return row


def parse_row(sheet: Sheet, typed_by_field: Mapping[str, str], number: int, *, today: date) -> SheetRow:
    """Return one row typed on a screen, judged as the same cells in a file would be; its errors name no place."""
    row = SheetRow(number, raw=dict(typed_by_field))
    for column in sheet.columns:
        name, text = column.field, typed_by_field.get(column.field, "")
        try:
            row.values[name] = value_of(column, text, text, today)
        except BadValue as error:
            row.values[name] = None
            row.errors[name] = Message(error.message.msgid, title=column.title, **error.message.params)
    return row
