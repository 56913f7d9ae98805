import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest

from app.engine.sheets import exporting as module
from app.engine.sheets.exporting import export
from app.kernel.errors import Refused
from app.kernel.messages import Message

MARK = "锦江区就业局 张三 2026-11-23 09:00 导出"


def exported(rows, headers=("列",)):
    stream = io.BytesIO()
    count = export("公示名单", headers, rows, stream, MARK)
    return count, openpyxl.load_workbook(stream).active


def test_title_header_rows_and_count():
    count, page = exported(iter([["张三", 1], ["李四", 2]]), ["姓名", "人数"])
    assert count == 2
    assert list(page.iter_rows(values_only=True)) == [
        (f"公示名单 · {MARK}", None),
        ("姓名", "人数"),
        ("张三", 1),
        ("李四", 2),
    ]


def test_nothing_to_export_is_a_header():
    assert exported([])[0] == 0


@pytest.mark.parametrize(
    ("value", "read", "number_format"),
    [
        (Decimal("1000.50"), 1000.5, "#,##0.00"),
        (date(2020, 3, 1), datetime(2020, 3, 1), "yyyy-mm-dd"),
        (datetime(2020, 3, 1, 16, 30, tzinfo=UTC), datetime(2020, 3, 2, 0, 30), "yyyy-mm-dd hh:mm"),
        (12, 12, "General"),
        (510104199001011234, "510104199001011234", "General"),
        ("13800138000", "13800138000", "General"),
        (Message("共 {n} 人", n=3), "共 3 人", "General"),
        (True, "True", "General"),
        (None, None, "General"),
    ],
)
def test_typed_cells(value, read, number_format):
    cell = exported([["x", value]])[1]["B3"]
    assert (cell.value, cell.number_format) == (read, number_format)


@pytest.mark.parametrize("text", ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@x", "http://example.com"])
def test_text_never_becomes_a_formula_or_a_link(text):
    cell = exported([[text]], [text])[1]["A3"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_long_text_is_cut_at_what_a_cell_holds():
    assert len(exported([["长" * 40_000]])[1]["A3"].value) == 32_767


def test_more_rows_than_a_spreadsheet_has_are_refused(monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 2)
    with pytest.raises(Refused, match="缩小筛选范围"):
        exported([["a"]] * 3)
