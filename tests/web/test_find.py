"""The top bar's search: within scope, by POST, a whole number or a name, in one statement."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from app.engine.audit import AuditEntry
from app.engine.sessions import shares
from app.engine.sessions.attempts import Attempt
from app.extensions import db
from app.registers.ciphers import text_of
from app.registers.models import Person
from app.web.wording.codes import code_of
from tests.desk.clerks import Desk, HiringDesk
from tests.desk.heard import heard

JSON = {"Accept": "application/json"}


def search(desk: Desk, text: str) -> dict[str, list[dict]]:
    """What the top bar offers, by kind."""
    answer = desk.client.post("/desk/find", data={"q": text}, headers=JSON)
    assert answer.status_code == 200, answer.text
    return {group["title"]: group["hits"] for group in answer.json}


def first_person(sheet: Path) -> tuple[str, str]:
    """Name and whole id of the first row of a sheet."""
    rows = openpyxl.load_workbook(sheet).active.iter_rows(values_only=True)
    return next(row[:2] for row in rows if re.fullmatch(r"\d{17}[\dX]", row[1] or ""))


@pytest.fixture
def clerk(demo_app) -> HiringDesk:
    return HiringDesk(demo_app, "clerk")


@pytest.fixture
def handed_in(clerk, demo_files) -> str:
    return clerk.hand_in(demo_files, "1-good.xlsx")


@pytest.fixture
def somebody(demo_files) -> tuple[str, str]:
    return first_person(demo_files / "1-good.xlsx")


def number_of(desk: HiringDesk, application: str) -> str:
    return re.search(r"XN-\d{6}-\d{8}-\d{4}", desk.get(f"/hiring/applications/show/{application}"))[0]


def test_a_name_and_a_whole_id_find_the_case_within_scope_alone(demo_app, clerk, handed_in, somebody):
    name, citizen_id = somebody
    for typed in (name, citizen_id, f" {citizen_id.lower()} "):
        (hit,) = [hit for hit in search(clerk, typed)["人员"] if hit["title"] == name]
        assert hit["state"] == "submitted" and hit["state_title"] == "待审核"
        assert hit["note"] == f"{citizen_id[:4]}**********{citizen_id[-4:]} 一次性吸纳就业补贴"
        assert name in clerk.get(hit["address"])
    assert search(clerk, citizen_id[:17]) == {} == search(clerk, citizen_id[6:14]), (
        "a part of one finds nothing"
    )
    elsewhere = search(HiringDesk(demo_app, "reviewer_b"), name)
    assert not [hit for hits in elsewhere.values() for hit in hits if hit["state"]]
    assert search(Desk(demo_app, "county_admin"), name) == {}, "who may open no list finds nothing"


def test_numbers_find_what_bears_them(demo_app, clerk, handed_in):
    number = number_of(clerk, handed_in)
    address = f"/hiring/applications/show/{handed_in}"
    for typed in (number, number.lower(), number[:12], number[-13:]):
        assert address in [hit["address"] for hit in search(clerk, typed)["申请单"]], typed
    claim = re.search(r"/hiring/query/show/(\d+)", clerk.get("/hiring/query/list/"))[1]
    (hit,) = search(clerk, f"{number}/{claim}")["人员"]
    assert hit["address"] == f"/hiring/query/show/{claim}", "as a paper about one person bears it"
    assert search(clerk, f"{number[:-1]}9/{claim}") == {}
    reviewer = HiringDesk(demo_app, "reviewer")
    reviewer.act("review", "approve")
    reviewer.act("publicity", "publicize", start="2026-11-23", end="2026-12-31")
    page = reviewer.get("/hiring/notices/list/")
    notice, pk = (
        re.search(r"XN-GS-\d{6}-\d{4}-\d{3}", page)[0],
        re.search(r"/hiring/notices/show/(\d+)", page)[1],
    )
    assert search(reviewer, notice)["公示"][0]["address"] == f"/hiring/notices/show/{pk}"
    assert search(HiringDesk(demo_app, "reviewer_b"), notice) == {}


def test_what_a_paper_bears_finds_its_case(demo_app, clerk, handed_in):
    """A scanner types it into the top bar; the picture holds the same, drawn without a style."""
    reviewer = HiringDesk(demo_app, "reviewer")
    claim = re.search(r"/hiring/query/show/(\d+)", clerk.get("/hiring/query/list/"))[1]
    papers = {f"/print/receipt/{handed_in}": "applications", f"/print/failed/{handed_in}": "applications"}
    papers |= {f"/print/review/{claim}": "query"}
    for address, leads in papers.items():
        page = reviewer.get(address)
        number, drawn = re.search(r'role="img" aria-label="([^"]+)">\s*<path d="([^"]+)"', page).groups()
        assert drawn == code_of(number).dark and "style=" not in page
        (hits,) = search(reviewer, number).values()
        assert [hit["address"] for hit in hits] == [
            f"/hiring/{leads}/show/{claim if leads == 'query' else handed_in}"
        ]


def test_an_employer_is_found_by_name_and_code(clerk, handed_in):
    page = clerk.get(f"/hiring/applications/show/{handed_in}")
    code = re.search(r"91510104[0-9A-Z]{10}", page)[0]
    (hit,) = search(clerk, code)["单位"]
    assert hit["note"] == code
    assert hit in search(clerk, hit["title"])["单位"]


def test_a_search_is_one_statement_and_counts_as_a_lists_does(
    demo_app, clerk, handed_in, somebody, monkeypatch
):
    with demo_app.app_context():
        engine = db.engine
    search(clerk, somebody[0])
    with heard(engine) as statements:
        search(clerk, somebody[0])
    asked = [one for one in statements if "json_agg" in one and "persons" in one]
    assert len(asked) == 1
    with demo_app.app_context():
        counted = select(func.sum(Attempt.count)).where(Attempt.subject.startswith("search:"))
        assert db.session.scalar(counted) == 2
    monkeypatch.setattr(shares, "SEARCHES", 2)
    answer = clerk.client.post("/desk/find", data={"q": somebody[0]}, headers=JSON)
    assert answer.status_code == 409 and "查询列表已达2次" in answer.json["error"]


def test_who_is_nobodys_here_is_named_alone_and_written_down(demo_app, clerk):
    with demo_app.app_context():
        stranger = select(Person).where(Person.region_code == "510105").limit(1)
        person = db.session.scalars(stranger, execution_options={"scope": "open"}).one()
        whole, name = text_of(demo_app.extensions["vault"], person, Person.id_cipher), person.name
    (hit,) = search(clerk, whole)["人员"]
    assert (hit["title"], hit["address"]) == (name, "")
    with demo_app.app_context():
        entries = select(AuditEntry).where(AuditEntry.event == "lookup")
        (entry,) = db.session.scalars(entries, execution_options={"scope": "open"})
        assert entry.subject == f"{whole[:4]}**********{whole[-4:]}" and entry.after["found"]
    assert search(HiringDesk(demo_app, "reviewer"), whole) == {}, (
        "who may not look up people beyond learns nothing"
    )


def test_without_a_script_the_answer_is_a_page(clerk, handed_in, somebody):
    page = clerk.client.post("/desk/find", data={"q": somebody[0]}, headers={"Accept": "text/html"}).text
    assert "搜索结果" in page and re.search(r'<a href="/hiring/query/show/\d+">' + somebody[0], page)
    empty = clerk.client.post("/desk/find", data={"q": "没有这个人"}, headers={"Accept": "text/html"}).text
    assert "公民身份号码须输入完整" in empty
