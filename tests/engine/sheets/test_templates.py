import io
from dataclasses import replace

import openpyxl
import pytest

from app.engine.sheets.columns import Column, Kind, Sheet
from app.engine.sheets.templates import EXAMPLE_TAB, FIRST_ROW, PREPARED_ROWS, template
from tests.desk.sheets import HIRED, ROW, VALUES, read_hired


@pytest.fixture
def workbook():
    return openpyxl.load_workbook(io.BytesIO(template(HIRED)))


def filled(workbook, path):
    for index, text in enumerate(ROW, 1):
        workbook["招用人员"].cell(FIRST_ROW + 1, index).value = text
    workbook.save(path)
    return path


def test_title_header_and_nothing_below(workbook):
    title, header, *rest = workbook["招用人员"].iter_rows(values_only=True)
    assert title[0] == "一次性吸纳就业补贴人员花名册"
    assert header == (
        "姓名*",
        "公民身份号码*",
        "人员类别*",
        "劳动合同开始日期*",
        "劳动合同终止日期",
        "联系电话",
        "备注",
    )
    assert rest == []
    assert workbook["招用人员"].freeze_panes == "A3"


def test_dropdown_on_the_prepared_rows_helps_with_an_error_text(workbook):
    (dropdown,) = workbook["招用人员"].data_validations.dataValidation
    assert str(dropdown.sqref) == f"C3:C{PREPARED_ROWS + 2}"
    assert dropdown.formula1 == '"登记失业半年以上人员,因疫情无法返岗农民工"'
    assert dropdown.showErrorMessage
    assert "下拉列表" in dropdown.error


def test_ids_are_text_and_dates_are_dates(workbook):
    columns = workbook["招用人员"].column_dimensions
    assert [columns[letter].number_format for letter in "ABDEF"] == [
        "General",
        "@",
        "yyyy-mm-dd",
        "yyyy-mm-dd",
        "@",
    ]
    assert columns["C"].width == pytest.approx(28, abs=1)


def test_every_header_has_a_note(workbook):
    notes = [cell.comment.text for cell in workbook["招用人员"][2]]
    assert notes[0] == "必填。文字，不超过 200 字。与身份证一致"
    assert notes[4].startswith("选填。日期") and notes[4].endswith("留空表示无固定期限")


def test_the_second_tab_explains_and_shows_an_example(workbook):
    assert workbook.sheetnames == ["招用人员", EXAMPLE_TAB]
    rows = list(workbook[EXAMPLE_TAB].iter_rows(values_only=True))
    assert "不会被读取" in rows[0][0]
    assert ("人员类别*", "必填。从下拉列表中选择", "登记失业半年以上人员、因疫情无法返岗农民工") in [
        row[:3] for row in rows
    ]
    assert rows[-1][:4] == ("张三", "11010519491231002X", "登记失业半年以上人员", "2020-03-01")


def test_round_trip(workbook, tmp_path):
    content = read_hired(filled(workbook, tmp_path / "book.xlsx"))
    assert [(row.number, row.values, row.errors) for row in content.rows] == [(3, VALUES, {})]


@pytest.mark.parametrize(("target", "filters"), [("xlsx", "Calc MS Excel 2007 XML"), ("xls", "MS Excel 97")])
def test_round_trip_through_libreoffice(libreoffice, workbook, tmp_path, target, filters):
    content = read_hired(libreoffice(filled(workbook, tmp_path / "book.xlsx"), f"{target}:{filters}"))
    assert [(row.number, row.values, row.errors) for row in content.rows] == [(3, VALUES, {})]


@pytest.mark.parametrize(
    "choices", [[(str(n), f"某某市某某县{n}") for n in range(183)], [("a", "甲,乙"), ("b", "丙")]]
)
def test_long_lists_stand_in_a_hidden_tab(choices):
    region = Column("region", "参保地", Kind.CHOICE, required=True, choices=tuple(choices))
    sheet = Sheet("s", "标题", "名单", (*HIRED.columns, region, replace(region, field="b", title="户籍地")))
    workbook = openpyxl.load_workbook(io.BytesIO(template(sheet)))
    formulas = [each.formula1 for each in workbook["名单"].data_validations.dataValidation]
    assert formulas[1:] == [f"选项!$H$1:$H${len(choices)}", f"选项!$I$1:$I${len(choices)}"]
    assert workbook["选项"].sheet_state == "hidden"
    assert [row[7] for row in workbook["选项"].iter_rows(values_only=True)] == [label for _, label in choices]
    assert workbook.active.title == "名单"
