"""The programs that people's files come from, and one that writes XML by hand."""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import xlsxwriter
import xlwt
import xlwt.CompoundDoc
from openpyxl.utils import get_column_letter

from tests.cases.grid import Error, Formula, Grid
from tests.desk.libreoffice import convert

DAY = "yyyy-mm-dd"
_CODES = {"#N/A": 42, "#NUM!": 36, "#VALUE!": 15}
"""Errors that xlwt knows by no name, or by a wrong one."""
_EPOCH = date(1899, 12, 30)


def by_openpyxl(grid: Grid) -> bytes:
    """Formulas keep no result here, whatever the grid says."""
    book, stream = openpyxl.Workbook(), io.BytesIO()
    page = book.active
    for row, column, cell in grid.cells:
        place = page.cell(row + 1, column + 1)
        if isinstance(cell, Error):
            place.value, place.data_type = cell.shown, "e"
        elif isinstance(cell, Formula):
            place.value = f"={cell.text}"
        elif isinstance(cell, str):
            place.value, place.data_type = cell, "s"
        else:
            place.value = cell
    for top, left, bottom, right in grid.merges:
        page.merge_cells(None, top + 1, left + 1, bottom + 1, right + 1)
    for row in grid.hidden_rows:
        page.row_dimensions[row + 1].hidden = True
    for column in grid.hidden_columns:
        page.column_dimensions[get_column_letter(column + 1)].hidden = True
    book.save(stream)
    return stream.getvalue()


def by_xlsxwriter(grid: Grid) -> bytes:
    """It stores 0 for a formula that it was given no result of, and has Excel reckon on opening."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page, day = book.add_worksheet(), book.add_format({"num_format": DAY})
        for top, left, bottom, right in grid.merges:
            page.merge_range(top, left, bottom, right, "")
        for row, column, cell in grid.cells:
            if isinstance(cell, Error):
                page.write_formula(row, column, "=NA()", None, cell.shown)
            elif isinstance(cell, Formula):
                page.write_formula(
                    row, column, f"={cell.text}", None, 0 if cell.result is None else cell.result
                )
            elif isinstance(cell, str):
                page.write_string(row, column, cell)
            elif isinstance(cell, date):
                page.write_datetime(row, column, cell, day)
            else:
                page.write_number(row, column, cell)
        for row in grid.hidden_rows:
            page.set_row(row, None, None, {"hidden": True})
        for column in grid.hidden_columns:
            page.set_column(column, column, None, None, {"hidden": True})
    return stream.getvalue()


def by_xlwt(grid: Grid) -> bytes:
    """It stores an empty text for every formula."""
    book, stream = xlwt.Workbook(encoding="utf-8"), io.BytesIO()
    page, day = book.add_sheet("Sheet1", cell_overwrite_ok=True), xlwt.easyxf(num_format_str=DAY)
    for row, column, cell in grid.cells:
        if isinstance(cell, Error):
            page.row(row).set_cell_error(column, _CODES.get(cell.shown, cell.shown))
        elif isinstance(cell, Formula):
            page.write(row, column, xlwt.Formula(cell.text))
        elif isinstance(cell, date):
            page.write(row, column, cell, day)
        else:
            page.write(row, column, cell)
    for top, left, bottom, right in grid.merges:
        page.merge(top, bottom, left, right)
    for row in grid.hidden_rows:
        page.row(row).hidden = True
    for column in grid.hidden_columns:
        page.col(column).hidden = True
    book.save(stream)
    return stream.getvalue()


def by_excel_95(grid: Grid, code_page: int | None = 936) -> bytes:
    """Text cells as Excel 5.0/95 keeps them (BIFF5): bytes of a code page, in a stream called Book."""
    start = _record(0x0809, struct.pack("<HHHH", 0x0500, 0x0005, 0, 1995))
    if code_page:
        start += _record(0x0042, struct.pack("<H", code_page))
    name, end = b"Sheet1", _record(0x000A, b"")
    place = len(start) + 4 + 7 + len(name) + len(end)
    start += _record(0x0085, struct.pack("<IHB", place, 0, len(name)) + name) + end
    page = _record(0x0809, struct.pack("<HHHH", 0x0500, 0x0010, 0, 1995))
    for row, column, cell in grid.cells:
        text = cell.encode("gb18030")
        page += _record(0x0204, struct.pack("<HHHH", row, column, 0, len(text)) + text)
    with tempfile.NamedTemporaryFile() as file:
        xlwt.CompoundDoc.XlsDoc().save(file.name, (start + page + end).ljust(4096, b"\0"))
        content = Path(file.name).read_bytes()
    workbook, book = "Workbook".encode("utf-16-le"), "Book".encode("utf-16-le")
    at = content.index(workbook)
    return content[:at] + book.ljust(64, b"\0") + struct.pack("<H", len(book) + 2) + content[at + 66 :]


def _record(code: int, content: bytes) -> bytes:
    return struct.pack("<HH", code, len(content)) + content


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"
PARTS = {
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>"
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    ),
}


def by_hand(grid: Grid) -> bytes:
    """The least that is a workbook; formulas have a result or none at all."""
    return zipped({**PARTS, SHEET: worksheet(grid)})


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def worksheet(grid: Grid, dimension: str = "") -> str:
    """The XML of a grid, by hand."""
    rows = []
    for number, row in enumerate(grid.rows):
        hidden = ' hidden="1"' if number in grid.hidden_rows else ""
        cells = "".join(_cell(number, column, cell) for column, cell in enumerate(row))
        rows.append(f'<row r="{number + 1}"{hidden}>{cells}</row>')
    columns = "".join(f'<col min="{c + 1}" max="{c + 1}" width="9" hidden="1"/>' for c in grid.hidden_columns)
    merges = "".join(f'<mergeCell ref="{_ref(*m[:2])}:{_ref(*m[2:])}"/>' for m in grid.merges)
    return (
        f'<worksheet xmlns="{MAIN}">{dimension}{f"<cols>{columns}</cols>" if columns else ""}'
        f"<sheetData>{''.join(rows)}</sheetData>{f'<mergeCells>{merges}</mergeCells>' if merges else ''}</worksheet>"
    )


def _cell(row: int, column: int, cell: object) -> str:
    place = _ref(row, column)
    match cell:
        case None | "":
            return ""
        case Error(shown):
            return f'<c r="{place}" t="e"><v>{shown}</v></c>'
        case Formula(text, None):
            return f'<c r="{place}"><f>{escape(text)}</f></c>'
        case Formula(text, str(result)):
            return f'<c r="{place}" t="str"><f>{escape(text)}</f><v>{escape(result)}</v></c>'
        case Formula(text, result):
            return f'<c r="{place}"><f>{escape(text)}</f><v>{result}</v></c>'
        case date():
            return f'<c r="{place}" s="1"><v>{(cell - _EPOCH).days}</v></c>'
        case str():
            return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    return f'<c r="{place}"><v>{cell!r}</v></c>'


def _ref(row: int, column: int) -> str:
    return f"{get_column_letter(column + 1)}{row + 1}"


def as_csv(grid: Grid) -> bytes:
    lines = (",".join(_in_text(cell) for cell in row) for row in grid.rows)
    return "\r\n".join(lines).encode("utf-8-sig")


def _in_text(cell: object) -> str:
    text = "" if cell is None else cell.shown if isinstance(cell, Error) else str(cell)
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') and text[0] != "=" else text


def by_office(sources: Mapping[str, bytes], target: str, folder: Path) -> dict[str, bytes]:
    """What LibreOffice makes of many workbooks when each is opened and saved as `target` ("xls:MS Excel 97")."""
    folder.mkdir()
    for name, content in sources.items():
        (folder / f"{name}.xlsx").write_bytes(content)
    (folder / "out").mkdir()
    made = convert([folder / f"{name}.xlsx" for name in sources], target, folder / "out")
    return {name: path.read_bytes() for name, path in zip(sources, made, strict=True)}


DIRECT: dict[str, Callable[[Grid], bytes]] = {
    "openpyxl": by_openpyxl,
    "XlsxWriter": by_xlsxwriter,
    "hand": by_hand,
    "xlwt": by_xlwt,
    "csv": as_csv,
}
OFFICE = {"LibreOffice xlsx": "xlsx:Calc MS Excel 2007 XML", "LibreOffice xls": "xls:MS Excel 97"}
WRITERS = (*DIRECT, *OFFICE)
WORKBOOKS = tuple(name for name in WRITERS if name != "csv")
UNRECKONED = ("openpyxl", "XlsxWriter", "hand", "xlwt")
"""Those that leave a formula without its result; LibreOffice reckons."""
