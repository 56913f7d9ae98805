import pytest

from app.engine.sheets.columns import Column, Kind, Sheet, heading
from tests.desk.sheets import HIRED


def test_a_column_is_found_by_its_field():
    assert HIRED.column("phone").title == "联系电话"
    with pytest.raises(KeyError):
        HIRED.column("nobody")


@pytest.mark.parametrize(
    "typed", ["登记失业半年以上人员", " 登记失业 半年以上人员", "registered", "ＲＥＧＩＳＴＥＲＥＤ"]
)
def test_a_choice_is_known_by_label_and_code(typed):
    assert HIRED.column("category").codes(typed) == ("registered",)
    assert HIRED.column("category").codes("其他") == ()


@pytest.mark.parametrize(
    "columns",
    [
        (),
        (Column("a", "甲", Kind.TEXT), Column("a", "乙", Kind.TEXT)),
        (Column("a", "甲", Kind.TEXT), Column("b", " 甲*", Kind.TEXT)),
    ],
)
def test_inconsistent_columns_are_refused_when_written(columns):
    with pytest.raises(ValueError):
        Sheet("s", "标题", "标签", columns)


@pytest.mark.parametrize("tab", ["", "甲/乙", "长" * 32])
def test_a_tab_that_no_spreadsheet_allows_is_refused(tab):
    with pytest.raises(ValueError):
        Sheet("s", "标题", tab, HIRED.columns)


def test_choices_belong_to_choice_columns_only():
    with pytest.raises(ValueError):
        Column("a", "甲", Kind.CHOICE)
    with pytest.raises(ValueError):
        Column("a", "甲", Kind.TEXT, choices=(("x", "乙"),))


@pytest.mark.parametrize("typed", ["姓名", "姓 名", "姓名*", "*姓名", " 姓名＊ ", "姓\n名"])
def test_headings_compare_without_star_and_blanks(typed):
    assert heading(typed) == "姓名"
