"""Rows of the visible tabs of an old workbook (.xls), or why the OLE container holds none that is read."""

import io
import struct
from collections.abc import Iterator

import xlrd
from merging import Merges
from refusal import Refusal
from unseen import UNCACHED, Unseen, error
from xlrd.biffh import XLRDError, error_text_from_code
from xlrd.xldate import XLDateError, xldate_as_datetime

_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_STREAMS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_BIFF8 = 80
_CHINESE = "gb18030"
_OTHER_CODE_PAGES = (932, 949, 950)
_FORMULA, _BOF, _EOF = 0x0006, 0x0809, 0x000A
_EMPTY_RESULT, _NO_NUMBER, _RECKON_ON_LOAD = 3, 0xFFFF, 2
COLUMNS = 256


def tabs(content: bytes) -> Iterator[tuple[str, list[int], Iterator[tuple[int, list, bool]]]]:
    """Yield tabs of a workbook in an OLE container, which may also hold an encrypted .xlsx or any other thing."""
    if _ENCRYPTED_PACKAGE in content:
        raise Refusal("encrypted")
    if not any(stream in content for stream in _STREAMS):
        raise Refusal("unknown_type")
    if _MACROS in content:
        raise Refusal("macro")
    book = _opened(content)
    for index in range(book.nsheets):
        sheet = book.sheet_by_index(index)
        if sheet.visibility == 0:
            unseen = _unseen(book, sheet, index)
            yield sheet.name, sorted(unseen.hidden_columns), _rows(book, sheet, unseen)


def _opened(content: bytes) -> xlrd.Book:
    """Return the workbook; before Unicode, Chinese sheets are in GBK whether or not they say so."""
    book = _open(content)
    if book.biff_version < _BIFF8 and book.codepage not in _OTHER_CODE_PAGES:
        return _open(content, _CHINESE)
    return book


def _open(content: bytes, encoding: str | None = None) -> xlrd.Book:
    try:
        return xlrd.open_workbook(
            file_contents=content,
            logfile=io.StringIO(),
            encoding_override=encoding,
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,
        )
    except XLRDError as fault:
        raise Refusal("encrypted" if "encrypted" in str(fault) else "broken") from None


def _unseen(book: xlrd.Book, sheet: xlrd.sheet.Sheet, index: int) -> Unseen:
    unseen = Unseen()
    unseen.hidden_rows = {row for row, info in sheet.rowinfo_map.items() if info.hidden}
    unseen.hidden_columns = {column for column, info in sheet.colinfo_map.items() if info.hidden}
    for row, column in _without_result(book, index):
        unseen.mark(row, column, UNCACHED)
    return unseen


def _without_result(book: xlrd.Book, index: int) -> Iterator[tuple[int, int]]:
    """Yield formulas whose result is an empty text, or a 0 that is to be reckoned when the file is opened.

    Old files don't tell a text that was reckoned to be empty from a result that nobody reckoned.
    """
    stream, place, depth = book.mem, book._sh_abs_posn[index], 0
    while place + 4 <= len(stream):
        code, length = struct.unpack_from("<HH", stream, place)
        if code == _BOF:
            depth += 1
        elif code == _EOF:
            depth -= 1
            if depth == 0:
                return
        elif code == _FORMULA and depth == 1 and length >= 16:
            row, column, _, result, flags = struct.unpack_from("<HHH8sH", stream, place + 4)
            kind, marker = result[0], struct.unpack_from("<H", result, 6)[0]
            empty = kind == _EMPTY_RESULT and marker == _NO_NUMBER
            if empty or (result == bytes(8) and flags & _RECKON_ON_LOAD):
                yield row, column
        place += 4 + length


def _rows(book: xlrd.Book, sheet: xlrd.sheet.Sheet, unseen: Unseen) -> Iterator[tuple[int, list, bool]]:
    ranges = [((top, left), (bottom - 1, right - 1)) for top, bottom, left, right in sheet.merged_cells]
    merges = Merges(ranges, min(COLUMNS, sheet.ncols)) if ranges else None
    for index in range(sheet.nrows):
        cells = [
            _cell(kind, value, book.datemode)
            for kind, value in zip(sheet.row_types(index), sheet.row_values(index), strict=True)
        ]
        for column, cell in unseen.cells.get(index, {}).items():
            if column < len(cells):
                cells[column] = cell
        yield index + 1, merges.spread(index, cells) if merges else cells, index in unseen.hidden_rows


def _cell(kind: int, value: str | float, datemode: int) -> object:
    match kind:
        case xlrd.XL_CELL_TEXT | xlrd.XL_CELL_NUMBER:
            return value
        case xlrd.XL_CELL_DATE:
            try:
                return {"date": xldate_as_datetime(value, datemode).date().isoformat()}
            except (XLDateError, OverflowError, ValueError):
                return value
        case xlrd.XL_CELL_BOOLEAN:
            return "TRUE" if value else "FALSE"
        case xlrd.XL_CELL_ERROR:
            return error(error_text_from_code.get(value, ""))
    return None
