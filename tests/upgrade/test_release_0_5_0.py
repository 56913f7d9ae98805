"""An office of release 0.5.0 goes on after the upgrade: people log in, other systems ask, every open case comes to its end."""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import IntegrityError

from app.demo.users import USERS
from app.engine.cases.states import LIVE
from tests.desk.classes import COMPLETION, TrainingDesk
from tests.desk.clerks import Desk, HiringDesk, ServiceDesk, moved

DESKS = {"hiring_subsidy": HiringDesk, "service_subsidy": ServiceDesk, "training": TrainingDesk}
ENDS = {"rejected", "withdrawn", "publicity_failed", "revoked", "disbursed"}
SINCE = {"in_second_review"}
"""States that the release didn't have yet."""
LATER = {"cashier_b", "clerk_c", "reviewer_c", "cashier_c", "policy_2"}
"""Logins of the demonstration that the release didn't have yet."""
STATES = "SELECT programme, state, count(*), sum(amount)::text FROM claims GROUP BY 1, 2 ORDER BY 1, 2"


def test_what_was_backed_up_is_there(upgraded):
    assert [list(row) for row in upgraded.rows(STATES)] == upgraded.stated["states"]["claims"]
    for programme in DESKS:
        held = {row[1] for row in upgraded.rows(STATES) if row[0] == programme}
        assert held & set(LIVE), programme
    every = {row[1] for row in upgraded.rows(STATES)}
    assert every == {*LIVE, *ENDS, "draft"} - SINCE, "the fixture holds every state that the release had"
    assert "完整" in upgraded.command("audit", "verify")


def test_a_payment_list_whose_ciphers_are_of_three_formats_and_two_keys_is_exported(upgraded):
    headers = Counter()
    for table, column in (("persons", "id_cipher"), ("accounts", "number_cipher")):
        sealed = upgraded.rows(f"SELECT {column} FROM {table} WHERE octet_length({column}) > 0")
        headers.update(bytes(cipher)[:1] for (cipher,) in sealed)
    assert {b"\x01", b"\x02", b"\x03"} <= set(headers)
    found = """SELECT DISTINCT c.payment_list_id, a.last4 FROM claims c JOIN accounts a ON a.id = c.account_id
               WHERE c.programme = :programme AND c.payment_list_id IS NOT NULL"""
    for programme, desk in DESKS.items():
        cashier = desk(upgraded.app, "cashier")
        for payment_list, last4 in upgraded.rows(found, programme=programme):
            book = cashier.client.post(f"{desk.base}/payment_lists/export/{payment_list}").data
            cells = {
                str(cell) for row in load_workbook(io.BytesIO(book)).worksheets[0].values for cell in row
            }
            numbers = [cell for cell in cells if re.fullmatch(r"\d{19}", cell)]
            assert [number[-4:] for number in numbers] == [last4]


@pytest.mark.parametrize(
    "user", [user for user in USERS if user.username not in LATER], ids=lambda user: user.username
)
def test_everybody_logs_in_and_finds_the_home_page(upgraded, user):
    assert user.name in Desk(upgraded.app, user.username).get("/")


def test_an_own_role_may_what_it_might(upgraded):
    held = "SELECT count(*) FROM ab_permission_view_role p JOIN own_roles o ON o.role_id = p.role_id"
    before = upgraded.rows(
        "SELECT after FROM audit_entries WHERE event = 'own_role_change' ORDER BY id LIMIT 1"
    )
    assert upgraded.rows(held)[0][0] >= len(before[0][0]["permissions"]) > 10


def test_who_might_submit_a_completion_may_graduate_and_hosts_of_the_release_before_still_ask_by_the_old_name(
    upgraded,
):
    holders = """SELECT r.role_id FROM ab_permission_view_role r
                 JOIN ab_permission_view v ON v.id = r.permission_view_id JOIN ab_view_menu m ON m.id = v.view_menu_id
                 JOIN ab_permission p ON p.id = v.permission_id
                 WHERE m.name = 'CompletionView' AND p.name = :name ORDER BY 1"""
    old, new = (upgraded.rows(holders, name=name) for name in ("submit_completion", "graduate"))
    assert old == new
    assert set(upgraded.rows("SELECT role_id FROM own_roles")) <= set(new)


def test_a_key_that_reads_cases_still_does(upgraded):
    client = upgraded.app.test_client()
    key = upgraded.stated["api_keys"]["case_read"]
    answer = client.get("/api/v1/cases?limit=5", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.text
    assert len(answer.json["result"]) == 5


def test_the_room_for_other_payees_is_bounded(upgraded):
    with create_engine(upgraded.urls.owner, poolclass=NullPool).connect() as connection:
        change = "UPDATE applications SET payee_kind = :kind, employer_id = :employer WHERE id = 1"
        for kind, employer in (("unit", None), ("person", None), ("other", 1)):
            with pytest.raises(IntegrityError, match="application_one_payee"), connection.begin():
                connection.execute(text(change), {"kind": kind, "employer": employer})
        with connection.begin() as undone:
            connection.execute(text(change), {"kind": "each", "employer": None})
            undone.rollback()


class Office:
    """The people of one county, who finish what 0.5.0 left open."""

    def __init__(self, upgraded, desk: type[HiringDesk], programme: str):
        self.upgraded, self.programme = upgraded, programme
        self.clerk, self.reviewer, self.cashier = (
            desk(upgraded.app, name) for name in ("clerk", "reviewer", "cashier")
        )

    @property
    def today(self) -> date:
        return self.upgraded.app.config["TODAY"]

    def ids(self, *states: str) -> list[str]:
        """The claims of 锦江区 in these states."""
        found = """SELECT c.id FROM claims c JOIN offices o ON o.id = c.office_id
                   WHERE c.programme = :programme AND c.state = ANY(:states) AND o.code = '510104' ORDER BY c.id"""
        return [str(i) for (i,) in self.upgraded.rows(found, programme=self.programme, states=list(states))]

    def applications(self, *states: str) -> list[str]:
        found = "SELECT DISTINCT application_id FROM claims WHERE id = ANY(:ids) ORDER BY 1"
        return [str(i) for (i,) in self.upgraded.rows(found, ids=[int(i) for i in self.ids(*states)])]

    def all_move(self, stage: str, action: str, who: HiringDesk, ids: list[str], **params: str) -> None:
        if ids:
            page = who.act(stage, action, ids, **params)
            assert moved(page) == len(ids), page

    def hand_in(self) -> None:
        """Drafts with their bank, and what was returned, as it stands."""
        payees = """SELECT coalesce(e.name, p.name) FROM applications a LEFT JOIN employers e ON e.id = a.employer_id
                    LEFT JOIN persons p ON p.id = a.payee_person_id WHERE a.id = :id"""
        for application in self.applications("draft"):
            # 0.5.0 took any holder for a unit's account, and the page offers the last one again
            ((payee,),) = self.upgraded.rows(payees, id=int(application))
            facts = self.clerk.account(application, holder=payee)
            self.clerk.post(f"{self.clerk.base}/applications/account/{application}", facts)
        for application in self.applications("draft", "returned"):
            self.clerk.apply(application)
        assert not self.ids("draft", "returned")

    def review(self) -> None:
        self.all_move("review", "approve", self.reviewer, self.ids("submitted"))

    def publicize(self) -> None:
        """From today on; the clock then stands on the day after the end."""
        end = self.today + timedelta(days=9)
        waiting = self.ids("approved")
        self.all_move(
            "publicity",
            "publicize",
            self.reviewer,
            waiting,
            start=self.today.isoformat(),
            end=end.isoformat(),
        )
        found = "SELECT id FROM objections WHERE state = 'open'"
        for (objection,) in self.upgraded.rows(found):
            facts = {"outcome": "dismissed", "opinion": "经核实不成立"}
            self.reviewer.post(f"/objections/decide/{objection}", facts)
        self.upgraded.app.config["TODAY"] = end + timedelta(days=1)

    def pay(self) -> None:
        self.all_move("outcome", "pass_publicity", self.reviewer, self.ids("publicizing"))
        day = self.today.isoformat()
        ids = self.ids("publicized")
        self.all_move("disbursement", "disburse", self.cashier, ids, paid_on=day, voucher_no=f"PZ-{day}")


@pytest.mark.parametrize("programme", ["hiring_subsidy", "service_subsidy"])
def test_open_cases_of_contracts_come_to_their_end(upgraded, programme):
    office = Office(upgraded, DESKS[programme], programme)
    before = upgraded.rows("SELECT coalesce(sum(amount), 0) FROM claims WHERE state = 'disbursed'")[0][0]
    owed = upgraded.rows(
        """SELECT sum(c.amount) FROM claims c JOIN offices o ON o.id = c.office_id
           WHERE c.programme = :programme AND o.code = '510104' AND c.state <> ALL(:ends)""",
        programme=programme,
        ends=list(ENDS),
    )[0][0]
    for step in (office.hand_in, office.review, office.publicize, office.pay):
        step()
    assert not office.ids(*(set(LIVE) - {"disbursed"}), "draft")
    after = upgraded.rows("SELECT sum(amount) FROM claims WHERE state = 'disbursed'")[0][0]
    assert after - before == owed > Decimal(0)


def test_open_classes_and_their_declarations_come_to_their_end(upgraded):
    office = Office(upgraded, TrainingDesk, "training")
    classes = Classes(office)
    classes.open_all()
    for step in (office.hand_in, office.review, office.publicize):
        step()
    classes.graduate_all()
    office.pay()
    assert not office.ids(*(set(LIVE) - {"disbursed"}), "draft")
    states = dict(map(tuple, upgraded.rows("SELECT state, count(*) FROM training_classes GROUP BY 1")))
    assert set(states) == {"rejected", "cancelled", "completed"}, states


class Classes:
    """Training's classes on their way from a draft to the completion."""

    def __init__(self, office: Office):
        self.office, self.upgraded = office, office.upgraded

    def ids(self, *states: str) -> list[str]:
        found = "SELECT id FROM training_classes WHERE state = ANY(:states) ORDER BY id"
        return [str(i) for (i,) in self.upgraded.rows(found, states=list(states))]

    def open_all(self) -> None:
        for held in self.ids("draft", "returned"):
            assert moved(self.office.clerk.move(f"/training/classes/submit/{held}")) == 1
        self.office.all_move("class_review", "approve_class", self.office.reviewer, self.ids("submitted"))

    def graduate_all(self) -> None:
        for held in self.ids("approved", "completion_returned"):
            self._import_results(held)
            assert moved(self.office.clerk.move(f"{COMPLETION}/submit/{held}")) == 1
        waiting = self.ids("completion_submitted")
        self.office.all_move("completion_review", "approve_completion", self.office.reviewer, waiting)

    def _import_results(self, held: str) -> None:
        """The results of those who have none yet."""
        clerk = self.office.clerk
        book = load_workbook(io.BytesIO(clerk.client.get(f"{COMPLETION}/roster/{held}").data))
        sheet = book.worksheets[0]
        header = next(row for row in sheet.iter_rows() if str(row[0].value).startswith("学号"))
        columns = {str(cell.value).strip("*"): cell.column for cell in header}
        rows = range(header[0].row + 1, sheet.max_row + 1)
        students = [row for row in rows if sheet.cell(row, columns["姓名"]).value]
        if not students:
            return
        for row in students:
            sheet.cell(row, columns["是否合格"]).value = "合格"
            sheet.cell(row, columns["证书编号"]).value = f"ZS-{held}-{row}"
            sheet.cell(row, columns["结业日期"]).value = "2026-11-06"
        stream = io.BytesIO()
        book.save(stream)
        stream.seek(0)
        clerk.post(f"{COMPLETION}/results/{held}", {"sheet": (stream, "roster.xlsx")})


def test_the_chain_and_a_new_backup_hold_what_was_done(upgraded, tmp_path):
    """Seals of both releases verify, other keys come, and a backup of today's product is made."""
    office = Office(upgraded, HiringDesk, "hiring_subsidy")
    for step in (office.hand_in, office.review, office.publicize, office.pay):
        step()
    assert "完整" in upgraded.command("audit", "verify")
    entries = "SELECT count(*) FROM audit_entries WHERE event = 'disburse'"
    paid = "SELECT count(*) FROM claims WHERE state = 'disbursed'"
    assert upgraded.rows(entries) == upgraded.rows(paid)
    upgraded.command("keys", "rotate")
    left = upgraded.command("keys", "status")
    assert not re.search(r"AES-256-GCM", left), left
    assert Desk(upgraded.app, "auditor").get("/ledger/")
    upgraded.command("backup", str(tmp_path / "after"))
