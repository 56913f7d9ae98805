"""Lists as people take them away: a title line, a header, and cells that no text turns into formulas."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.engine.sheets.cells import EXACT_BELOW
from app.engine.sheets.mark import mark_book
from app.engine.sheets.templates import CELL_CHARACTERS
from app.kernel.dates import SHANGHAI
from app.kernel.errors import Refused
from app.kernel.messages import N_

MAX_ROWS = 1_000_000
_HEAD_ROWS = 2
_WIDTH = 20


@dataclass(frozen=True)
class Table:
    """One tab: a title line, a header and rows, which may be a generator."""

    tab: str
    title: str
    headers: Sequence[str]
    rows: Iterable[Sequence[object]]


def export(
    title: str, headers: Sequence[str], rows: Iterable[Sequence[object]], stream: BinaryIO, mark: str
) -> int:
    """Write one table as an .xlsx; returns how many rows there were."""
    return export_tables([Table("Sheet1", title, headers, rows)], stream, mark)


def export_tables(tables: Iterable[Table], stream: BinaryIO, mark: str) -> int:
    """Write an .xlsx row by row, so that length costs no memory; returns how many rows there were.

    `mark` says who takes it away and when; it stands behind every title, in the footer and in the properties.
    """
    with Workbook(stream, {"constant_memory": True}) as book:
        formats = {
            Decimal: book.add_format({"num_format": "#,##0.00"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        bold = book.add_format({"bold": True, "bg_color": "#D9E1F2"})
        big = book.add_format({"bold": True, "font_size": 14})
        count = sum(_table(book.add_worksheet(t.tab), t, mark, formats, bold, big) for t in tables)
        mark_book(book, mark)
        return count


def _table(page: Worksheet, table: Table, mark: str, formats: dict, bold: Format, big: Format) -> int:
    page.set_column(0, max(0, len(table.headers) - 1), _WIDTH)
    page.freeze_panes(_HEAD_ROWS, 0)
    page.write_string(0, 0, f"{table.title} · {mark}", big)
    for index, header in enumerate(table.headers):
        page.write_string(1, index, header, bold)
    count = 0
    for count, row in enumerate(table.rows, 1):
        if count > MAX_ROWS:
            raise Refused(N_("超过 {most} 行，无法导出。请缩小筛选范围后再导出。"), most=MAX_ROWS)
        for index, value in enumerate(row):
            _write(page, count + _HEAD_ROWS - 1, index, value, formats)
    return count


def _write(page: Worksheet, row: int, index: int, value: object, formats: dict) -> None:
    if value is None or value == "":
        return
    if isinstance(value, Decimal):
        page.write_number(row, index, value, formats[Decimal])
    elif isinstance(value, datetime):
        local = value.astimezone(SHANGHAI).replace(tzinfo=None) if value.tzinfo else value
        page.write_datetime(row, index, local, formats[datetime])
    elif isinstance(value, date):
        page.write_datetime(row, index, value, formats[date])
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) < EXACT_BELOW:
        page.write_number(row, index, value)
    else:
        page.write_string(row, index, str(value)[:CELL_CHARACTERS])
