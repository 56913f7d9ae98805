"""Sheets as people send them: columns moved, six ways to write a date, numbers that Excel has eaten."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date

import xlsxwriter

HEADER = (
    "序号",
    "联系电话",
    "姓名",
    "人员类别",
    "公民身份号码",
    "劳动合同开始日期",
    "劳动合同终止日期",
    "部门",
    "备注",
)
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
DAY, PHONE = "劳动合同开始日期", "联系电话"


def workbook(rows: list[dict[str, str]]) -> bytes:
    """Return a workbook of another hand: rows are as `cells` gives them, at least ten; six still pass."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Sheet1")
    as_day = book.add_format({"num_format": "yyyy/m/d"})
    sheet.write_string(0, 0, "2026年度吸纳就业人员花名册（请认真填写！！）")
    sheet.write_row(2, 0, HEADER)
    for place, row in enumerate([*rows, rows[0]]):
        at = 3 + place + (place > 3) + (place > 6)
        for column, title in enumerate(HEADER):
            _write(sheet, at, column, _messed(title, place, row), as_day)
    sheet.set_row(5, None, None, {"hidden": True})
    book.close()
    return out.getvalue()


def csv_in_gbk(rows: list[dict[str, str]]) -> bytes:
    """Return the same in the encoding that Chinese Excel gives a CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    for place, row in enumerate(rows):
        writer.writerow([_as_text(_messed(title, place, row, numbers=False)) for title in HEADER])
        writer.writerow([""] * len(HEADER))
    return text.getvalue().encode("gbk")


def _messed(title: str, place: int, row: dict[str, str], *, numbers: bool = True) -> str | int | date:
    """Return one cell: its row's place says what went wrong with it."""
    value = row.get(title, "")
    ways: dict[tuple[str, int], Callable[[], str | int]] = {
        ("序号", place): lambda: place + 1,
        ("部门", place): lambda: "生产部",
        ("公民身份号码", 0): lambda: value.translate(FULL_WIDTH),
        ("公民身份号码", 1): lambda: f" {value[:6]} {value[6:14]} {value[14:].lower()} ",
        ("公民身份号码", 2): lambda: f"\t{value.lower()}",
        ("公民身份号码", 6): lambda: int(value[:17] + "0") if numbers else value,
        ("姓名", 3): lambda: f"{value[0]} {value[1:]}　",
        ("姓名", 7): lambda: "" if numbers else value,
        (DAY, 8): lambda: "" if numbers else value,
        (DAY, 9): lambda: "2026年2月30日",
        ("备注", 5): lambda: "=cmd|' /C calc'!A0",
        (PHONE, 4): lambda: int(value) if numbers and value else value,
    }
    if spoil := ways.get((title, place)):
        return spoil()
    return _messed_day(date.fromisoformat(value), place) if "日期" in title and value else value


def _messed_day(day: date, place: int) -> str | int | date:
    writings: tuple[Callable[[], str | int | date], ...] = (
        lambda: day,
        lambda: f"{day.year}/{day.month}/{day.day}",
        lambda: f"{day.year}-{day.month:02}-{day.day:02}",
        lambda: int(f"{day:%Y%m%d}"),
        lambda: f"{day.year}.{day.month}.{day.day}",
        lambda: f"{day.year}年{day.month}月{day.day}日",
    )
    return writings[place % len(writings)]()


def _as_text(value: str | int | date) -> str:
    return f"{value:%Y/%m/%d}" if isinstance(value, date) else str(value)


def _write(sheet, row: int, column: int, value: str | int | date, as_day) -> None:
    if isinstance(value, date) and column == HEADER.index(DAY):
        sheet.write_datetime(row, column, value, as_day)
    elif isinstance(value, date):
        serial = (value - date(1899, 12, 30)).days
        sheet.write_formula(row, column, f"=DATE({value.year},{value.month},{value.day})", as_day, serial)
    elif isinstance(value, int):
        sheet.write_number(row, column, value)
    elif value:
        sheet.write_string(row, column, value)
