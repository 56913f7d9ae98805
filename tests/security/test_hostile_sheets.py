"""Hostile sheets: whatever a file does, the parser alone suffers, within its limits, and one sentence comes back."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from markupsafe import escape

from app.engine.sheets import child
from app.kernel.errors import BadSheet
from tests.desk.clerks import HiringDesk, uscc_of
from tests.security import hostile
from tests.security.cases import digest

PARSER = Path(child.__file__).with_name("parser")
MEMORY_KIB, SECONDS = 512 * 1024, 10
LIVE = ("<script>alert(1)", "<img src=x", "<svg/onload", "49$49")


@pytest.fixture
def desk(demo_app):
    return HiringDesk(demo_app, "clerk")


@pytest.fixture
def number(desk, demo_files):
    return desk.open_application(uscc_of(demo_files, "1-good.xlsx"))


def upload(desk, number: str, name: str, content: bytes):
    address = f"{desk.base}/applications/check/{number}"
    return desk.client.post(address, data={"sheet": (io.BytesIO(content), name)})


def test_what_is_no_sheet_is_one_sentence_and_nothing_else(demo_app, desk, number, record_property):
    before, answers = digest(demo_app), {}
    for name, content in hostile.refused():
        answer = upload(desk, number, name, content)
        answers[name] = answer.status_code
        assert "Traceback" not in answer.text and "SELECT" not in answer.text, name
    assert set(answers.values()) == {422}, answers
    assert digest(demo_app) == before
    record_property("hostile sheets sent", len(answers))


def test_what_a_cell_wants_to_be_stays_text(desk, demo_files, record_property):
    """Each sheet goes into an application of its own: a second one would be asked what became of the first one's people."""
    sheets, said, cells = list(hostile.read()), "", []
    for name, content in sheets:
        number = desk.open_application(uscc_of(demo_files, "1-good.xlsx"))
        answer = upload(desk, number, name, content)
        assert answer.status_code == 302, (name, answer.status_code)
        page = desk.get(f"{desk.base}/applications/show/{number}")
        assert [live for live in LIVE if live in page] == [], name
        said += page
        book = desk.client.get(f"{desk.base}/applications/failed/{number}").data
        cells += [cell for row in openpyxl.load_workbook(io.BytesIO(book)).worksheets[0] for cell in row]
    assert [text for text in hostile.MARKUP if str(escape(text)) not in said] == []
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert any(str(cell.value).startswith("=") for cell in cells), "the text of a formula is kept as text"
    record_property("hostile sheets sent", len(sheets))


def test_there_are_sixty_built_ones():
    names = [name for name, _ in (*hostile.refused(), *hostile.read())]
    assert len(set(names)) == len(names) >= 60


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.soak)])
def test_a_mutated_sheet_harms_its_own_reader_only(tmp_path, count, record_property):
    for name, content in hostile.mutations(count):
        (tmp_path / name).write_bytes(content)
    program = Path(__file__).with_name("forked_parser.py")
    run = subprocess.run(
        [sys.executable, "-s", program, PARSER, tmp_path], capture_output=True, text=True, check=True
    )
    ends = [json.loads(line) for line in run.stdout.splitlines()]
    said = {name: _sentence(tmp_path / f"{name}.out", status) for name, status, *_ in ends}
    assert len(said) == count
    assert 0 < sum(sentence is None for sentence in said.values()) < count, "some are read, some are refused"
    worst, longest = max(peak for _, _, peak, _ in ends), max(seconds for *_, seconds in ends)
    assert worst < MEMORY_KIB and longest < SECONDS
    record_property("mutated sheets read", count)
    print(f"worst of {count} mutated sheets: {worst // 1024} MiB, {longest:.2f} s of processor")


def _sentence(output: Path, status: int) -> str | None:
    """What the product would say of a reading that printed this and ended so; None when it was read to its end."""
    try:
        with output.open("rb") as stream:
            finished = _result(child._received(stream))
        return None if finished else str(child._epitaph(status, expired=False))
    except BadSheet as refusal:
        return str(refusal)


def _result(rows) -> bool:
    """Reads a generator to its end; returns what it returns."""
    while True:
        try:
            next(rows)
        except StopIteration as end:
            return end.value
