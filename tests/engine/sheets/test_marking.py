import io
import zipfile

import openpyxl
import pytest

from app.engine.sheets.marking import ADDED, MarkedRow, marked
from tests.desk.sheets import HEADER, HIRED, ROW, VALUES, read_hired

RAW = dict(zip(VALUES, ROW, strict=True))
MARK = "锦江区就业局 A&B 2026-11-23 09:00 导出"
REASONS = ["HS-01 没有参保记录。", "HS-02 合同不足 12 个月。"]
FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+86",
    "-1",
    "@SUM(A1)",
    "{=1}",
    "http://example.com",
    "\t=1",
    "1e5",
]


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.fixture
def page():
    rows = [
        MarkedRow(RAW, {"starts_on", "phone"}, "未通过", REASONS),
        MarkedRow({"name": "李四"}, {"citizen_id"}),
    ]
    return opened(marked(HIRED, rows, MARK))["招用人员"]


def test_exactly_two_columns_are_added(page):
    header = [cell.value for cell in page[2]]
    assert [title.rstrip("*") for title in header] == [*HEADER, *ADDED]
    assert [cell.value for cell in page[3]] == [*ROW, "未通过", "\n".join(REASONS)]


def test_only_wrong_cells_are_filled_even_when_empty(page):
    filled = {cell.coordinate for row in page.iter_rows(min_row=3) for cell in row if cell.fill.fill_type}
    assert filled == {"D3", "F3", "B4"}


def test_it_is_the_same_workbook(page):
    assert page.freeze_panes == "A3"
    assert page.data_validations.dataValidation
    assert page["B3"].number_format == "@"


@pytest.mark.parametrize("typed", FORMULAS)
def test_text_never_becomes_a_formula(typed):
    content = marked(HIRED, [MarkedRow({"name": typed}, {"name"}, typed, [typed])], MARK)
    page = opened(content)["招用人员"]
    assert [(page[place].value, page[place].data_type) for place in ("A3", "H3", "I3")] == [(typed, "s")] * 3
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet and b"<hyperlink" not in sheet


def test_characters_that_xml_forbids_and_long_texts_do_no_harm():
    page = opened(marked(HIRED, [MarkedRow({"name": "张\x01三", "remark": "长" * 40_000})], MARK))["招用人员"]
    assert len(page["G3"].value) == 32_767


@pytest.fixture
def marked_path(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(marked(HIRED, [MarkedRow(RAW, {"phone"}, "未通过", REASONS)] * 2, MARK))
    return path


def test_it_is_read_again(marked_path):
    assert_read(marked_path)


def test_it_is_read_again_through_libreoffice(libreoffice, marked_path):
    assert_read(libreoffice(marked_path, "xls:MS Excel 97"))


def assert_read(path):
    content = read_hired(path)
    assert [(row.number, row.values, row.raw, row.errors) for row in content.rows] == [
        (3, VALUES, RAW, {}),
        (4, VALUES, RAW, {}),
    ]


def test_what_could_not_be_read_comes_back_as_it_was_typed(tmp_path, book):
    typed = ["张三", 510104199001011234, "临时工", "明年", "2021/2/28", 13800138000, " 无 "]
    before = read_hired(book(HEADER, typed)).rows[0]
    path = tmp_path / "marked.xlsx"
    path.write_bytes(marked(HIRED, [MarkedRow(before.raw, set(before.errors), "未通过", ["x"])], MARK))
    after = read_hired(path).rows[0]
    assert after.raw == before.raw
    assert after.values["ends_on"] == before.values["ends_on"]
    assert {"category", "starts_on"} <= set(after.errors)


def test_it_says_who_took_it_away_and_when():
    book = opened(marked(HIRED, [MarkedRow(RAW)], MARK))
    assert book["招用人员"]["A1"].value.endswith(MARK)
    assert book.properties.creator == MARK
    assert all(page.oddFooter.left.text == MARK.replace("&", "&&") for page in book.worksheets)
