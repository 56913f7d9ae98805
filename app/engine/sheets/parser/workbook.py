"""Rows of the visible tabs of an Excel workbook, old or new."""

import re
from collections.abc import Iterator
from datetime import date, datetime

import archive
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum
from refusal import Refusal

_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_STREAMS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
# The BIFF record FILEPASS: XOR (BIFF5, BIFF8), RC4, RC4 with CryptoAPI.
_FILEPASS = re.compile(
    rb"\x2f\x00(\x04\x00|\x06\x00\x00\x00|\x36\x00\x01\x00\x01\x00\x01\x00|..\x01\x00[\x02-\x04]\x00)",
    re.DOTALL,
)


def xlsx_tabs(path: str) -> Iterator[tuple[str, Iterator[list]]]:
    """Tabs of a zipped workbook, once its zip is known to be harmless."""
    archive.check(path)
    return _tabs(path)


def xls_tabs(path: str) -> Iterator[tuple[str, Iterator[list]]]:
    """Tabs of a workbook in an OLE container, which may also hold an encrypted .xlsx or any other thing."""
    with open(path, "rb") as stream:
        content = stream.read()
    if _ENCRYPTED_PACKAGE in content:
        raise Refusal("encrypted")
    if not any(stream in content for stream in _STREAMS):
        raise Refusal("unknown_type")
    if _MACROS in content:
        raise Refusal("macro")
    try:
        return _tabs(path)
    except CalamineError:
        raise Refusal("encrypted" if _FILEPASS.search(content) else "broken") from None


def _tabs(path: str) -> Iterator[tuple[str, Iterator[list]]]:
    book = CalamineWorkbook.from_filelike(open(path, "rb"))  # noqa: SIM115  # it is read to the end of the process
    return (
        (tab.name, _rows(book.get_sheet_by_name(tab.name)))
        for tab in book.sheets_metadata
        if tab.visible == SheetVisibleEnum.Visible
    )


def _rows(sheet: CalamineSheet) -> Iterator[list]:
    """Every row from A1 on: `iter_rows` gives leading empty rows and leaves leading empty columns out."""
    margin = [None] * sheet.start[1] if sheet.start else []
    blank = [""] * sheet.width
    for row in sheet.iter_rows():
        yield [] if row == blank else margin + [_cell(value) for value in row]


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return {"date": value.date().isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value if isinstance(value, str | int | float) else str(value)
