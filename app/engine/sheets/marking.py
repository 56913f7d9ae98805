"""The workbook of failed rows: what was typed, the wrong cells filled, the reasons beside them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.engine.sheets.columns import Sheet
from app.engine.sheets.mark import mark_book
from app.engine.sheets.templates import CELL_CHARACTERS, FIRST_ROW, TITLE, TITLE_ROW, cell_format, table

ADDED = ("校验结果", "原因")
_WRONG = {"bg_color": "#FFC7CE", "font_color": "#9C0006"}


@dataclass(frozen=True)
class MarkedRow:
    """One row to be corrected: its text by field, the fields that are wrong, the verdict, its reasons."""

    raw: dict[str, str]
    wrong: set[str] = field(default_factory=set)
    result: str = ""
    reasons: list[str] = field(default_factory=list)


def marked(sheet: Sheet, rows: Iterable[MarkedRow], mark: str) -> bytes:
    """Return an .xlsx that can be corrected and uploaded again; every value is text and none becomes a formula.

    `mark` says who takes it away and when.
    """
    stream = BytesIO()
    with Workbook(stream) as book:
        page = table(book, sheet, ADDED)
        page.write_string(TITLE_ROW, 0, f"{sheet.title} · {mark}", book.add_format(TITLE))
        mark_book(book, mark)
        right = {column.field: cell_format(book, column) for column in sheet.columns}
        wrong = {column.field: cell_format(book, column, **_WRONG) for column in sheet.columns}
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        for number, row in enumerate(rows, FIRST_ROW):
            for index, column in enumerate(sheet.columns):
                formats = wrong if column.field in row.wrong else right
                _write(page, number, index, row.raw.get(column.field, ""), formats[column.field])
            for index, text in enumerate((row.result, "\n".join(row.reasons)), len(sheet.columns)):
                _write(page, number, index, text, wrap)
    return stream.getvalue()


def _write(page: Worksheet, row: int, index: int, text: str, style: Format) -> None:
    """Write a cell: XlsxWriter leaves out a text that is longer than a cell, and reads an empty one as text."""
    if text:
        page.write_string(row, index, text[:CELL_CHARACTERS], style)
    else:
        page.write_blank(row, index, None, style)
