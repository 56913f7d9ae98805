"""A disk that is full: who uploads or exports is told what to do, nothing is stored, and everything works again afterwards."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlencode

import pytest

from tests.faults.case import LARGE, SMALL, Case, assert_said, do
from tests.faults.checker import check
from tests.faults.product import until

LEFT = 2_048
"""Bytes that still find room."""
HELD = """
    SELECT (SELECT count(*) FROM claims) + (SELECT count(*) FROM failed_rows) + (SELECT count(*) FROM long_works)
         + (SELECT count(*) FROM audit_entries WHERE event IN ('import', 'export'))
"""


@pytest.mark.parametrize("padding", [0, 2_000_000])
def test_an_upload_finds_no_room(office, padding):
    """A short file and one that does not fit into memory while it comes in."""
    case, product = Case(office, SMALL), office.product
    upload, whole = next(case.deeds()), case.sheet
    case.sheet += b" " * padding
    before = product.ask(HELD)
    with product.full_disk(LEFT):
        answer = upload.send()
        assert answer.status_code == 507
        assert "磁盘已满" in answer.text
        assert_said(answer.text)
        office.desks["clerk"].get(f"/hiring/applications/show/{case.number}")
    assert product.ask(HELD) == before
    case.sheet = whole
    do(case, upload, Counter())


def test_an_export_finds_no_room(office):
    case, product = Case(office, SMALL), office.product
    do(case, next(case.deeds()), Counter())
    clerk = office.desks["clerk"]
    chosen = {"view": "HiringQueryView", "query": urlencode({"person": case.rows[-1]["name"]})}
    before = product.ask(HELD)
    with product.full_disk(LEFT):
        answer = clerk.send("/desk/exports/start", chosen)
        assert answer.status_code == 507
        assert "磁盘已满" in answer.text
        assert_said(answer.text)
    assert product.ask(HELD) == before
    again = clerk.send("/desk/exports/start", chosen)
    assert again.status_code == 200 and again.content.startswith(b"PK")


def test_a_worker_finds_no_room(office):
    """For the file that it is given and for the one that it makes: both works fail, say so, and can be started again."""
    case, product, clerk = Case(office, LARGE), office.product, office.desks["clerk"]
    upload = next(case.deeds())
    with product.full_disk(LEFT, web=False):
        work = upload.send().headers["Location"]
        until(lambda: state(clerk, work) == "failed", "the import to fail")
        page = clerk.get(work)
        assert "磁盘已满" in page and "系统管理员" in page and "重新开始" in page and "Traceback" not in page
    clerk.post(f"{work}/again")
    until(lambda: state(clerk, work) == "done", "the import to be done at last")
    check(product)
    with product.full_disk(LEFT, web=False):
        work = clerk.send("/desk/exports/start", {"view": "HiringQueryView", "query": ""}).headers["Location"]
        until(lambda: state(clerk, work) == "failed", "the export to fail")
        assert clerk.send(f"{work}/cancel").status_code == 303
        clerk.get(f"{work}/file", expect=404)
    clerk.post(f"{work}/again")
    until(lambda: state(clerk, work) == "done", "the export to be done at last")
    assert clerk.asking.get(f"{product.address}{work}/file", timeout=60).content.startswith(b"PK")
    check(product)


def state(desk, work: str) -> str:
    return desk.asking.get(f"{desk.address}{work}/state", timeout=60).json()["state"]
