"""What a person hears of a sheet beside its result, and what is left of it in the temporary folder: nothing."""

from __future__ import annotations

import io
import tempfile

import pytest

from app.web.longwork import works
from tests.cases.layouts import LAYOUTS, people, table
from tests.cases.writers import by_openpyxl
from tests.desk.clerks import HiringDesk, uscc_of

SAID = {layout.name: layout for layout in LAYOUTS if layout.notes}


@pytest.fixture
def desk(demo_app):
    return HiringDesk(demo_app, "clerk")


@pytest.fixture
def number(desk, demo_files):
    return desk.open_application(uscc_of(demo_files, "1-good.xlsx"))


def upload(desk, number: str, content: bytes) -> str:
    sheet = {"sheet": (io.BytesIO(content), "名单.xlsx")}
    return desk.post(f"{desk.base}/applications/check/{number}", sheet)


@pytest.mark.parametrize("name", SAID)
def test_hidden_rows_and_footers_are_told_on_the_page_after_the_upload(desk, number, name):
    page = desk.get(upload(desk, number, by_openpyxl(SAID[name].grid())).partition("#")[0])
    assert [words for words in SAID[name].notes if words not in page] == []


def test_an_outcome_keeps_its_notes_and_one_of_the_last_release_has_none(demo_app):
    message = works.Message("校验完成：{passed}人通过，{failed}人未通过。", passed=1, failed=0)
    outcome = works.Outcome(message, "HiringApplicationView.show", {"pk": 1}, notes=[works.Message("其中")])
    assert [str(note) for note in works.Outcome.from_json(outcome.as_json()).notes] == ["其中"]
    old = '[{"msgid": "好", "params": {}}, "x", {}, true, []]'
    assert works.Outcome.from_json(old).notes == []


def test_a_sheet_has_no_name_while_it_is_read(desk, number, tmp_path, monkeypatch):
    """What has no name can't be left behind, however the worker ends."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen, read = [], works.read

    def watched(sheet, file, **more):
        seen.append((list(tmp_path.rglob("*")), file.seek(0, 2)))
        return read(sheet, file, **more)

    monkeypatch.setattr(works, "read", watched)
    content = by_openpyxl(table(*people(3)))
    upload(desk, number, content)
    assert seen == [([], len(content))]
