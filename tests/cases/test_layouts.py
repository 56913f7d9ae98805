"""Every whole table, by every writer that can write it; and odd files of hand-written parts."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from app.engine.sheets import MarkedRow, marked
from app.kernel.errors import BadSheet
from app.programmes.training.sheet import RESULTS, STUDENTS
from tests.cases.grid import Formula, Grid
from tests.cases.layouts import FIELDS, LAYOUTS, TITLES, Layout, people, table
from tests.cases.reading import read_bytes
from tests.cases.writers import (
    DIRECT,
    OFFICE,
    PARTS,
    SHEET,
    by_excel_95,
    by_hand,
    by_office,
    by_openpyxl,
    by_xlsxwriter,
    by_xlwt,
    worksheet,
    zipped,
)
from tests.desk.subsidies import HIRING_SHEET as HIRING
from tests.desk.subsidies import SERVICE_SHEET as SERVICE

SAVED = [layout for layout in LAYOUTS if not set(OFFICE).isdisjoint(layout.writers)]


@pytest.fixture(scope="module")
def converted(system, tmp_path_factory) -> dict[tuple[str, str], bytes]:
    """(layout, writer of LibreOffice) → the file."""
    made = {}
    for writer, target in OFFICE.items():
        sources = {
            str(n): by_openpyxl(each.grid()) for n, each in enumerate(LAYOUTS) if writer in each.writers
        }
        files = by_office(sources, target, tmp_path_factory.mktemp("office") / "work")
        made |= {(LAYOUTS[int(n)].name, writer): content for n, content in files.items()}
    return made


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_every_table_gives_its_people(layout):
    writers = [writer for writer in DIRECT if writer in layout.writers]
    assert {writer: fault(layout, DIRECT[writer](layout.grid())) for writer in writers} == dict.fromkeys(
        writers, ""
    )


@pytest.mark.parametrize("layout", SAVED, ids=lambda layout: layout.name)
def test_every_table_that_libreoffice_saves(converted, layout):
    writers = [writer for writer in OFFICE if writer in layout.writers]
    assert {writer: fault(layout, converted[layout.name, writer]) for writer in writers} == dict.fromkeys(
        writers, ""
    )


def fault(layout: Layout, content: bytes) -> str:
    """What is wrong with a file of a layout; nothing when it gives what it must."""
    try:
        found = read_bytes(HIRING, content)
    except BadSheet as refusal:
        return str(refusal)
    if tuple(row.number for row in found.rows) != layout.rows:
        return f"rows {[row.number for row in found.rows]}"
    values = {(row.number, name): value for row in found.rows for name, value in row.values.items()}
    refused = {(row.number, name): str(said) for row in found.rows for name, said in row.errors.items()}
    if set(refused) != set(layout.refused):
        return f"refused {refused}"
    wrong = {key: refused[key] for key, word in layout.refused.items() if word not in refused[key]}
    wrong |= {key: values[key] for key, value in layout.values.items() if values[key] != value}
    notes = [str(note) for note in found.notes]
    if len(notes) != len(layout.notes) or any(words not in " ".join(notes) for words in layout.notes):
        return f"notes {notes}"
    return str(wrong) if wrong else ""


def test_a_merged_cell_over_the_whole_sheet_costs_no_memory():
    grid = table(*people(2), merges=[(0, 0, 1_048_575, 16_383)])
    with pytest.raises(BadSheet):
        read_bytes(HIRING, by_hand(grid))
    grid = table(*people(1), merges=[(2, 4, 1_048_575, 4)])
    assert [row.number for row in read_bytes(HIRING, by_hand(grid)).rows] == [3]


@pytest.mark.parametrize("reference", ["A0:G4", "", "foo", "A1:B2", "A1:XFD1048576", "C9:A1"])
def test_a_wrong_dimension_tag_is_passed_over(reference):
    parts = {**PARTS, SHEET: worksheet(table(*people(3)), f'<dimension ref="{reference}"/>')}
    assert len(read_bytes(HIRING, zipped(parts)).rows) == 3


@pytest.mark.parametrize("ahead", [b"\r\n", b"\xef\xbb\xbf", b"HTTP/1.1 200 OK\r\n\r\n", b" " * 4000])
def test_bytes_before_the_archive_are_passed_over(ahead):
    assert len(read_bytes(HIRING, ahead + by_xlsxwriter(table(*people(3)))).rows) == 3


def renamed(spell) -> bytes:
    return zipped(
        {spell(name): content for name, content in {**PARTS, SHEET: worksheet(table(*people(3)))}.items()}
    )


@pytest.mark.parametrize(
    "spell", [str.upper, lambda name: f"/{name}", lambda name: name.replace("/", "\\"), str.title]
)
def test_parts_may_be_spelt_oddly(spell):
    assert len(read_bytes(HIRING, renamed(spell)).rows) == 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("xl/workbook.xml", "xl/book1.xml"),
        ("xl/workbook.xml", "workbook.xml"),
        ("worksheets/sheet1.xml", "blatt.xml"),
        ('Target="worksheets', 'Target="/xl/worksheets'),
        ('Target="worksheets', 'Target="../xl/worksheets'),
        ('Target="worksheets', 'Target="/anders/worksheets'),
    ],
)
def test_parts_may_have_other_names_that_the_file_says(old, new):
    parts = {**PARTS, SHEET: worksheet(table(*people(3)))}
    said = {name: content.replace(old, new) for name, content in parts.items()}
    if new in ("xl/book1.xml", "workbook.xml"):
        rels = said.pop("xl/_rels/workbook.xml.rels")
        folder = new.rpartition("/")[0]
        said[f"{folder}/_rels/{new.rpartition('/')[2]}.rels".lstrip("/")] = (
            rels if folder else rels.replace('Target="', 'Target="xl/')
        )
        said[new] = said.pop("xl/workbook.xml")
    elif new == "blatt.xml":
        said["xl/blatt.xml"] = said.pop(SHEET)
    elif "anders" in new:
        said["anders/worksheets/sheet1.xml"] = said.pop(SHEET)
    assert len(read_bytes(HIRING, zipped(said)).rows) == 3


@pytest.mark.parametrize("encoding", ["utf-16", "gbk", "gb18030"])
def test_parts_may_be_in_another_encoding(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?>{worksheet(table(*people(3)))}'
    rows = read_bytes(HIRING, zipped({**PARTS, SHEET: text.encode(encoding)})).rows
    assert [row.values["name"] for row in rows] == ["张三"] * 3


def test_strings_may_lie_under_another_name():
    content = by_xlsxwriter(table(*people(3)))
    parts = unzipped(content)
    parts["xl/text.xml"] = parts.pop("xl/sharedStrings.xml")
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = parts[rels].replace(b"sharedStrings.xml", b"text.xml")
    assert [row.values["name"] for row in read_bytes(HIRING, zipped(parts)).rows] == ["张三"] * 3


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("code_page", [936, 1252, None])
def test_excel_95_is_read_in_chinese_whatever_code_page_it_says(code_page):
    grid = table(*people(3))
    rows = read_bytes(HIRING, by_excel_95(grid, code_page)).rows
    assert [(row.values["name"], row.errors) for row in rows] == [("张三", {})] * 3


@pytest.mark.parametrize("write", [by_hand, by_openpyxl, by_xlsxwriter, by_xlwt])
def test_a_file_of_nothing_but_formulas_without_result_is_said_to_be_one(write):
    grid = Grid([[Formula("A9&A9") for _ in TITLES] for _ in range(5)])
    with pytest.raises(BadSheet, match="没有计算结果"):
        read_bytes(HIRING, write(grid))


OTHERS = (HIRING, SERVICE, STUDENTS, RESULTS)


@pytest.mark.parametrize("chosen", OTHERS, ids=lambda sheet: sheet.name)
@pytest.mark.parametrize("wanted", OTHERS, ids=lambda sheet: sheet.name)
@pytest.mark.parametrize("titled", [True, False])
def test_the_sheet_of_another_function_is_refused_by_its_name(chosen, wanted, titled):
    head = [[f"{chosen.title} · 经办 陈小敏 2026-11-23"]] if titled else []
    grid = Grid([*head, [f"{c.title}*" for c in chosen.columns], [c.example or "x" for c in chosen.columns]])
    if chosen is wanted:
        assert len(read_bytes(wanted, by_hand(grid), others=OTHERS).rows) == 1
        return
    with pytest.raises(BadSheet) as refusal:
        read_bytes(wanted, by_hand(grid), others=OTHERS)
    named = titled or not {c.title for c in chosen.columns} <= {c.title for c in wanted.columns}
    assert not named or re.search(f"“{chosen.title}”的表格，不是“{wanted.title}”", str(refusal.value))


def test_a_wider_table_under_the_right_title_is_the_right_sheet():
    titles = [c.title for c in SERVICE.columns]
    rows = [[*people(1)[0][:2], "91510104MA6CDEFG0Y", "成都市锦江区", *people(1)[0][2:]]]
    assert len(read_bytes(HIRING, by_hand(Grid([[HIRING.title], titles, *rows])), others=OTHERS).rows) == 1


def test_our_own_workbook_of_failed_rows_is_known():
    row = dict(zip(FIELDS, people(1)[0], strict=True))
    content = marked(HIRING, [MarkedRow(row, {"name"}, "未通过", ["不符"])], "锦江区 陈小敏 2026-11-23 10:00")
    assert read_bytes(HIRING, content).corrects
    assert not read_bytes(HIRING, by_hand(Grid([[HIRING.title], TITLES, *people(1)]))).corrects
    assert not read_bytes(HIRING, by_hand(Grid([[*TITLES, "校验结果", "原因"], [*people(1)[0]]]))).corrects
