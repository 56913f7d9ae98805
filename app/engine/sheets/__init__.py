"""Sheets as people exchange them: a template out, the filled-in one back, its errors marked, exports."""

from app.engine.sheets.cells import ROUNDED, is_blank
from app.engine.sheets.child import UnreadableCell, unreadable_kind
from app.engine.sheets.columns import Column, Kind, Sheet
from app.engine.sheets.exporting import Table, export, export_tables
from app.engine.sheets.marking import MarkedRow, marked
from app.engine.sheets.reading import SheetContent, SheetRow, parse_row, read
from app.engine.sheets.templates import template

__all__ = [
    "ROUNDED",
    "Column",
    "Kind",
    "MarkedRow",
    "Sheet",
    "SheetContent",
    "SheetRow",
    "Table",
    "UnreadableCell",
    "export",
    "export_tables",
    "is_blank",
    "marked",
    "parse_row",
    "read",
    "template",
    "unreadable_kind",
]
