"""Every case of the table, by every writer that can write it."""

from __future__ import annotations

import pytest

from app.engine.sheets import Sheet
from tests.cases.grid import Grid
from tests.cases.reading import FIRST, read_bytes
from tests.cases.table import CASES, GOOD, SHEETS, Case
from tests.cases.writers import DIRECT, OFFICE, WRITERS, by_office, by_openpyxl


def chosen(sheet: Sheet, writer: str) -> list[Case]:
    return [case for case in CASES if case.sheet is sheet and writer in case.writers]


def grid_of(sheet: Sheet, writer: str) -> Grid:
    rows = [[sheet.title], [column.title for column in sheet.columns]]
    for case in chosen(sheet, writer):
        cells = {**GOOD[sheet.name], case.field: case.shown}
        rows.append([cells[column.field] for column in sheet.columns])
    return Grid(rows)


@pytest.fixture(scope="module")
def converted(system, tmp_path_factory) -> dict[tuple[str, str], bytes]:
    """(writer of LibreOffice, sheet) → the file with all its cases."""
    made = {}
    for writer, target in OFFICE.items():
        sources = {name: by_openpyxl(grid_of(sheet, writer)) for name, sheet in SHEETS.items()}
        folder = tmp_path_factory.mktemp("office") / "work"
        made |= {(writer, name): content for name, content in by_office(sources, target, folder).items()}
    return made


@pytest.mark.parametrize("writer", DIRECT)
@pytest.mark.parametrize("name", SHEETS)
def test_every_cell_gives_its_value_or_its_refusal(writer, name):
    assert_read(writer, name, DIRECT[writer](grid_of(SHEETS[name], writer)))


@pytest.mark.parametrize("writer", OFFICE)
@pytest.mark.parametrize("name", SHEETS)
def test_every_cell_that_libreoffice_writes(converted, writer, name):
    assert_read(writer, name, converted[writer, name])


def assert_read(writer: str, name: str, content: bytes) -> None:
    sheet = SHEETS[name]
    cases = chosen(sheet, writer)
    rows = read_bytes(sheet, content).rows
    assert [row.number for row in rows] == list(range(FIRST, FIRST + len(cases))), "no row is lost"
    wrong = [said for case, row in zip(cases, rows, strict=True) if (said := fault(case, row))]
    assert wrong == []


def fault(case: Case, row) -> str:
    """What is wrong with a row of a case; nothing when it is read as it must be."""
    said = {field: str(message) for field, message in row.errors.items()}
    if case.refused:
        right = set(said) == {case.field} and all(word in said[case.field] for word in case.refused)
        right = right and row.values[case.field] is None
    else:
        right = not said and row.values[case.field] == case.value
    return "" if right else f"{case}: {row.values[case.field]!r}, {said}"


def test_each_kind_is_written_by_three_writers_or_by_those_that_can():
    kinds = {
        kind: {w for case in CASES if case.kind == kind for w in case.writers}
        for kind in {c.kind for c in CASES}
    }
    assert {"xlwt", "LibreOffice xls"} <= kinds["error value"]
    assert len(kinds["formula without result"]) >= 3 and "xlwt" in kinds["formula without result"]
    assert all(writers <= set(WRITERS) for writers in kinds.values())
