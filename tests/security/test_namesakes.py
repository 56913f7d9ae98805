"""Two people of one name are told apart in the audit log and in every history: on screens, on paper, in the workbook."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.demo.users import PASSWORD
from app.engine.access.accounts import make_user
from app.engine.actor import Actor
from app.engine.audit import AuditEntry
from app.engine.cases.claims import Claim
from app.engine.scope import Scope, seeing
from app.extensions import db
from app.registers.organisation import Office
from tests.desk.clerks import JINJIANG, Desk, HiringDesk

AUDIT, NAMESAKES = "/settings/audit/list/", ("li.na", "li.na2")


@pytest.fixture
def auditor(demo_app) -> Desk:
    """Of the county in which two people called 李娜 have just logged in."""
    with demo_app.app_context(), seeing(db.session, Scope.everything()):
        office = db.session.scalars(select(Office).where(Office.code == JINJIANG)).one()
        for username in NAMESAKES:
            make_user(db.session, Actor.command(), username, "李娜", office, ["clerk"], PASSWORD)
        db.session.commit()
    for username in NAMESAKES:
        Desk(demo_app, username)
    return Desk(demo_app, "auditor")


def test_the_list_shows_the_user_name_beside_the_name(auditor):
    page = auditor.get(f"{AUDIT}?event=login&actor_name=李娜")
    assert page.count("<td>李娜</td>") == 2
    assert all(f"<td>李娜</td><td>{username}</td>" in page for username in NAMESAKES)


def test_a_user_name_finds_its_own_entries_only(auditor):
    page = auditor.get(f"{AUDIT}?event=login&actor_name=LI.NA")
    assert "<td>李娜</td><td>li.na</td>" in page and "li.na2" not in page.partition("<tbody>")[2]


def test_the_workbook_holds_the_user_name(auditor):
    asked = {"view": "AuditView", "query": "event=login&actor_name=李娜"}
    content = auditor.client.post("/desk/exports/start", data=asked).data
    rows = load_workbook(io.BytesIO(content)).active.values
    assert {row[row.index("李娜") + 1] for row in rows if "李娜" in row} == set(NAMESAKES)


def test_the_entrys_own_page_names_both(auditor):
    page = auditor.get(f"{AUDIT}?event=login&actor_name=li.na")
    entry = page.partition("<tbody>")[2].partition('href="')[2].partition('"')[0]
    facts = re.sub(r"\s+", "", re.sub(r"<[^>]+>", " ", auditor.get(entry).partition("<main")[2]))
    assert "操作人李娜" in facts and "用户名li.na" in facts


def test_histories_hold_the_user_name(auditor, demo_app, demo_files):
    first, second = (HiringDesk(demo_app, username) for username in NAMESAKES)
    application = first.hand_in(demo_files, "1-good.xlsx")
    page = f"/hiring/applications/show/{application}"
    claim = re.search(r"/hiring/query/show/(\d+)", first.get(page))[1]
    second.act("query", "withdraw", [claim], reason="录错")
    for history in (page, f"/hiring/query/show/{claim}", f"/print/review/{claim}"):
        shown = re.sub(r"<[^>]+>", "", auditor.get(history))
        assert all(f"李娜（{username}）" in shown for username in NAMESAKES), history


def test_a_dossier_holds_the_user_name(cases_app, known):
    claim = known.claims["disbursed"][0]
    with cases_app.app_context(), seeing(db.session, Scope.everything()):
        person = db.session.get(Claim, claim).person_id
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.claim_id == claim)).all()
        wanted = {f"<td>{entry.actor_name}（{entry.actor.username}）</td>" for entry in entries}
    page = Desk(cases_app, "auditor").get(f"/dossiers/{person}/paper")
    assert len(wanted) >= 3 and [who for who in wanted if who not in page] == []
