"""A cell that shows something that is no value is refused at its place; nothing takes it for a blank."""

import json

import pytest

from app.engine.sheets.cells import typed
from app.engine.sheets.child import STANDINS, UnreadableCell, _marked, unreadable_kind
from app.engine.sheets.reading import parse_row
from tests.desk.sheets import HEADER, HIRED, ROW, TODAY, VALUES, read_hired

ERRORS = [
    *("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#GETTING_DATA"),
    *("Err:502", "错误:504", " #N/A "),
]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("field", VALUES)
def test_an_error_value_is_refused_in_every_column(text, error, field):
    cells = [error if name == field else cell for name, cell in zip(VALUES, ROW, strict=True)]
    (row,) = read_hired(text(HEADER, cells)).rows
    assert set(row.errors) == {field}
    assert row.values[field] is None
    assert all(words in str(row.errors[field]) for words in (error.strip(), "错误值", "重新上传", "第 2 行"))


@pytest.mark.parametrize("kind", STANDINS)
def test_a_row_of_nothing_else_is_a_row_and_stays_one_when_it_is_corrected(kind):
    cell = UnreadableCell(kind)
    text = typed(cell)
    assert unreadable_kind(text) == kind
    row = parse_row(HIRED, dict.fromkeys(VALUES, text), 0, today=TODAY)
    assert set(row.errors) == set(VALUES)


def test_the_childs_words_for_what_json_has_none():
    line = '[3, [{"unreadable": "error", "shown": "#N/A"}, {"unreadable": "uncached", "shown": ""}]]'
    number, cells = json.loads(line, object_hook=_marked)
    assert (number, cells) == (3, [UnreadableCell("error", "#N/A"), UnreadableCell("uncached")])
    assert [typed(cell) for cell in cells] == ["#N/A", "#公式未计算"]


def test_a_lost_character_is_said_to_be_lost(book):
    (row,) = read_hired(book(HEADER, ["王\ufffd", *ROW[1:]])).rows
    assert "丢失" in str(row.errors["name"])
    assert "证件" in str(row.errors["name"])


@pytest.mark.parametrize("text", ["#1", "E座", "错误", "无", "#", "Err", "#n", "Error 5", "5#N/A"])
def test_what_only_looks_like_one_is_text(text):
    assert unreadable_kind(text) is None
