"""The workbook that people download and fill in: dropdowns, formats and notes in front of an empty table."""

from collections.abc import Sequence
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_formula
from xlsxwriter.worksheet import Worksheet

from app.engine.sheets.columns import Column, Kind, Sheet

EXAMPLE_TAB = "填写示例"
TITLE_ROW, HEADER_ROW, FIRST_ROW = 0, 1, 2
TITLE = {"bold": True, "font_size": 14}
PREPARED_ROWS = 2000
CELL_CHARACTERS = 32_767

_CHOICES_TAB = "选项"
_LIST_CHARACTERS = 255
_NOTE_SIZE = {"width": 260, "height": 120}
_HOW = {
    Kind.TEXT: "文字，不超过 200 字",
    Kind.CITIZEN_ID: "18 位公民身份号码；本列已设为文本格式，请勿改为数字",
    Kind.USCC: "18 位统一社会信用代码；本列已设为文本格式，请勿改为数字",
    Kind.DATE: "日期，如 2020-03-01",
    Kind.MONTH: "月份，如 2026-03；本列已设为文本格式",
    Kind.CHOICE: "从下拉列表中选择",
    Kind.ACCOUNT: "银行账号；本列已设为文本格式，请勿改为数字",
    Kind.BRANCH: "12 位开户行行号；本列已设为文本格式",
    Kind.PHONE: "手机或固定电话；本列已设为文本格式",
    Kind.INTEGER: "整数",
    Kind.MONEY: "金额（元），最多两位小数",
    Kind.DECIMAL: "数字，最多六位小数",
    Kind.SCORE: "分数，保留两位小数；没有参加考试的填“缺考”",
}
NUMBER_FORMATS = {
    Kind.CITIZEN_ID: "@",
    Kind.USCC: "@",
    Kind.PHONE: "@",
    Kind.ACCOUNT: "@",
    Kind.BRANCH: "@",
    Kind.MONTH: "@",
    Kind.DATE: "yyyy-mm-dd",
    Kind.INTEGER: "0",
    Kind.MONEY: "0.00",
    Kind.SCORE: "0.00",
}


def template(sheet: Sheet) -> bytes:
    """Return an .xlsx to be filled in, with a second tab that explains it."""
    stream = BytesIO()
    with Workbook(stream) as book:
        table(book, sheet)
    return stream.getvalue()


def table(book: Workbook, sheet: Sheet, added: Sequence[str] = ()) -> Worksheet:
    """Return the empty table as the first tab, with `added` titles behind the sheet's own, and the example tab."""
    page = book.add_worksheet(sheet.tab)
    page.write_string(TITLE_ROW, 0, sheet.title, book.add_format(TITLE))
    head = book.add_format({"bold": True, "bg_color": "#D9E1F2", "border": 1, "text_wrap": True})
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, column.width, cell_format(book, column))
        page.write_string(HEADER_ROW, index, _starred(column), head)
        page.write_comment(HEADER_ROW, index, explanation(column), _NOTE_SIZE)
    for index, title in enumerate(added, len(sheet.columns)):
        page.set_column(index, index, 40)
        page.write_string(HEADER_ROW, index, title, head)
    page.freeze_panes(FIRST_ROW, 0)
    _example(book, sheet, head)
    _dropdowns(book, page, sheet)
    return page


def cell_format(book: Workbook, column: Column, **more: object) -> Format:
    """Return how the cells of a column are formatted: ids as text, so that no spreadsheet rounds them."""
    return book.add_format({"num_format": NUMBER_FORMATS.get(column.kind, "General"), **more})


def explanation(column: Column) -> str:
    """Return what to fill in, for the header's note and the example tab."""
    return "。".join(
        part for part in ("必填" if column.required else "选填", _HOW[column.kind], column.note) if part
    )


def _starred(column: Column) -> str:
    return f"{column.title}*" if column.required else column.title


def _example(book: Workbook, sheet: Sheet, head: Format) -> None:
    page = book.add_worksheet(EXAMPLE_TAB)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, max(2, len(sheet.columns) - 1), 28, wrap)
    page.write_string(
        0, 0, "请在第一张工作表中填写，带 * 的列必填；本表只作说明，不会被读取。", book.add_format()
    )
    lines = [("列名", "填写要求", "可选内容")]
    lines += [(_starred(c), explanation(c), "、".join(c.labels)) for c in sheet.columns]
    for row, line in enumerate(lines, 2):
        for index, text in enumerate(line):
            page.write_string(row, index, text, wrap if row > 2 else head)
    below = len(lines) + 3
    page.write_string(below, 0, "示例", book.add_format({"bold": True}))
    for index, column in enumerate(sheet.columns):
        page.write_string(below + 1, index, _starred(column), head)
        page.write_string(below + 2, index, column.example, wrap)


def _dropdowns(book: Workbook, page: Worksheet, sheet: Sheet) -> None:
    """Set dropdowns on the prepared rows; what is too long for a cell's own list stands in a hidden tab."""
    for index, column in enumerate(sheet.columns):
        if not column.choices:
            continue
        fits = len(",".join(column.labels)) <= _LIST_CHARACTERS and not any(
            "," in each for each in column.labels
        )
        page.data_validation(
            FIRST_ROW,
            index,
            FIRST_ROW + PREPARED_ROWS - 1,
            index,
            {
                "validate": "list",
                "source": list(column.labels) if fits else _listed(book, index, column),
                "ignore_blank": not column.required,
                "error_title": column.title,
                "error_message": "请从下拉列表中选择，不要自行输入。",
            },
        )


def _listed(book: Workbook, index: int, column: Column) -> str:
    page = book.get_worksheet_by_name(_CHOICES_TAB) or book.add_worksheet(_CHOICES_TAB)
    page.hide()
    for row, label in enumerate(column.labels):
        page.write_string(row, index, label)
    return "=" + xl_range_formula(_CHOICES_TAB, 0, index, len(column.labels) - 1, index)
