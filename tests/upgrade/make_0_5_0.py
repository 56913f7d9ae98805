"""Makes `release_0_5_0/`, the backup that upgrades start from; it runs in a checkout of release 0.5.0, by that release's own screens and command.

    cp tests/upgrade/make_0_5_0.py CHECKOUT/tests/test_make.py
    cd CHECKOUT && OUT=/somewhere/release_0_5_0 python -m pytest -q tests/test_make.py

The office has cases of every programme in every state, roles of its own, keys of other systems, a sealed audit log, a
year that a policy officer entered, somebody whom the CAS server sent, and ciphertexts of all three headers: without
a number, AES and SM4, under two keys.
"""

from __future__ import annotations

import io
import json
import os
import re
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from openpyxl import load_workbook
from sqlalchemy import create_engine, select, text

from app import create_app
from app.engine.access.cas_accounts import CasAccount
from app.engine.oversight import sealing
from app.engine.scope import Scope
from app.extensions import db
from app.kernel.crypto import _decode, new_key
from app.programmes.training.model import Project
from app.registers.models import Contribution, Employer, Person
from tests.desk.classes import CLASSES, COMPLETION, DECLARATIONS, TrainingDesk
from tests.desk.clerks import JINJIANG, Desk, HiringDesk, ServiceDesk, moved, uscc_of
from tests.desk.database import settings
from tests.desk.logins import Facts, changed, new
from tests.security import cases, training_cases

FILED_DAY, CASES_DAY = cases.FILED_DAY, cases.CASES_DAY
PLAN = (
    "draft", "submitted", "returned", "rejected", "cancelled", "approved", "completion_submitted",
    "completion_returned", "completed", "declared", "paid", "declaration_draft",
)  # fmt: skip
"""One class for each; `declared` has students in every state of a declaration, `paid` is through."""
TEACHER, CONTACT = "李老师 13912345678", "王主任 13812345678"
TITLE, USERNAME, CERTIFICATE = "组长13712345678", "w13612345678", "510104199001015678"
"""Phones and an id where 0.5.0 took any text."""


def test_make(application, cluster, demo_files, keys, monkeypatch, tmp_path):
    out = Path(os.environ["OUT"])
    cluster.fresh("benefits_demo")
    with application.app_context():
        db.engine.dispose()
    monkeypatch.setattr(training_cases, "build", lambda *_: None)
    cases.build(application, demo_files, monkeypatch)
    _finish_some(application)
    _administer(application, monkeypatch)
    school = School(application, tmp_path, monkeypatch)
    for state in PLAN:
        getattr(school, state)()
    _unnumber(cluster, keys)
    _seal(application)
    newer = {
        **keys,
        "DATA_CIPHER_KEY": new_key(),
        "DATA_CIPHER": "sm4",
        "DATA_READ_KEYS": [keys["DATA_CIPHER_KEY"]],
    }
    second = create_app(settings(cluster.urls, **newer))
    second.config["TODAY"] = CASES_DAY
    _more(second, demo_files)
    _seal(second)
    _audit_tail(second)
    result = second.test_cli_runner().invoke(args=["backup", str(out)])
    assert result.exit_code == 0, result.output
    stated = {"keys": newer, "today": CASES_DAY.isoformat(), "api_keys": API_KEYS, "states": _states(cluster)}
    (out / "keys.json").write_text(json.dumps(stated, indent=1, ensure_ascii=False) + "\n")


API_KEYS: dict[str, str] = {}


def _finish_some(app) -> None:
    """The states that the cases of the security tests don't reach."""
    facts = Facts(app)
    with app.app_context(), db.engine.begin() as connection:
        # written by those tests, empty where the product writes a ciphertext
        connection.execute(text("DELETE FROM long_works"))

    def ids(programme: str, state: str) -> list[str]:
        found = f"SELECT id FROM claims WHERE programme = '{programme}' AND state = '{state}' ORDER BY id"
        return [str(i) for (i,) in facts.query(text(found))]

    reviewer, service = HiringDesk(app, "reviewer"), ServiceDesk(app, "reviewer")
    failing = ids("hiring_subsidy", "publicizing")[-1:]
    page = reviewer.act("publicity", "fail_publicity", failing, reason="不符合")
    assert moved(page) == 1, page
    first, second = ids("service_subsidy", "submitted")[:2]
    service.act("review", "return", [first], opinion="请补充合同")
    service.act("review", "reject", [second], opinion="合同不真实")
    cashier = ServiceDesk(app, "cashier")
    paid = ids("service_subsidy", "publicized")[:2]
    cashier.act("disbursement", "disburse", paid, paid_on="2026-11-30", voucher_no="FW-1")


def _administer(app, patch) -> None:
    facts, admin = Facts(app), Desk(app, "county_admin")
    admin.post("/settings/roles/add", {"title": TITLE, "parts": ["clerk", "reviewer"]})
    role = facts.query(text("SELECT r.name FROM ab_role r JOIN own_roles o ON o.role_id = r.id"))[0][0]
    admin.post("/settings/users/add", new(facts, roles=[role], username=USERNAME), expect=200)
    admin.post(
        f"/settings/users/change/{facts.id('cashier')}",
        changed(facts, admin, "cashier", **{"until-cashier": "2027-11-30"}),
    )
    for name, ability in (("社保数据交换", "register_load"), ("统计平台", "case_read")):
        form = {
            "name": name,
            "office": facts.office(JINJIANG),
            "abilities": [ability],
            "ends_on": "2027-06-30",
        }
        page = admin.post("/settings/keys/add", form, expect=200)
        API_KEYS[ability] = re.search(r"key_[\w-]{20,}", page)[0]
    policy = Desk(app, "policy")
    policy.post("/settings/years/add", {"year": "2027", "document": "国办发明电〔2026〕8号（演示）"})
    policy.post("/settings/calendar/add", {"day": "2027-01-01", "working": "no", "name": "元旦"})
    value = {
        "parameter": "hiring_subsidy.amount",
        "value": "1200.00",
        "starts_on": "2026-12-01",
        "document": "川人社发〔2026〕9号",
    }
    policy.post("/settings/policy/add", value)
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        sm = app.appbuilder.sm
        waiting = sm.add_user("cas.zhao", "赵", "", "cas.zhao@invalid", [], "x")
        db.session.add(CasAccount(user_id=waiting.id))
        db.session.commit()


class School:
    """Classes on training's screens, each led to the state that its method is named after."""

    def __init__(self, app, folder: Path, patch):
        self.app, self.folder, self.patch = app, folder, patch
        patch.setitem(app.config, "TODAY", FILED_DAY)
        self.clerk, self.reviewer, self.cashier = (
            TrainingDesk(app, n) for n in ("clerk", "reviewer", "cashier")
        )
        paid = select(Contribution.person_id).where(
            Contribution.paid, Contribution.month == date(2026, 10, 1)
        )
        with app.app_context():
            db.session.info["scope"] = Scope.everything()
            self.projects = list(db.session.scalars(select(Project.id).order_by(Project.id)))
            firms = select(Employer).where(
                Employer.kind == "enterprise",
                Employer.scale.in_(("small", "medium", "micro")),
                Employer.region_code == JINJIANG,
            )
            self.staff = {}
            taken: set[int] = set()
            for firm in db.session.scalars(firms.order_by(Employer.id)):
                insured = paid.where(Contribution.employer_id == firm.id)
                people = select(Person).where(Person.id.in_(insured), Person.id.not_in(taken or {0}))
                found = list(db.session.scalars(people.order_by(Person.id).limit(9)))
                if len(found) >= 9:
                    taken |= {p.id for p in found}
                    self.staff[firm.uscc] = [(p.name[:2], p.masked_id, p.name) for p in found]
        self.free = [(uscc, project) for uscc in self.staff for project in self.projects]
        self.used: dict[str, int] = {}

    def _class(self, students: int = 1) -> str:
        uscc, project = next(
            pair for pair in self.free if self.used.get(pair[0], 0) + students <= len(self.staff[pair[0]])
        )
        self.free.remove((uscc, project))
        opened = self.clerk.open_class(uscc, project, teacher=TEACHER, contact=CONTACT)
        first = self.used.get(uscc, 0)
        self.used[uscc] = first + students
        for part, masked, name in self.staff[uscc][first : first + students]:
            offers = self.clerk.offered(opened, part)
            offer = next(one for one in offers if one["masked_id"] == masked and one["name"] == name)
            self.clerk.post(f"{CLASSES}/students/{opened}", {"person_id": offer["id"]})
        return opened

    def draft(self, students: int = 1) -> str:
        return self._class(students)

    def submitted(self, students: int = 1) -> str:
        opened = self._class(students)
        assert moved(self.clerk.move(f"{CLASSES}/submit/{opened}")) == 1
        return opened

    def returned(self) -> None:
        assert (
            moved(self.reviewer.act("class_review", "return_class", [self.submitted()], opinion="请补充"))
            == 1
        )

    def rejected(self) -> None:
        assert (
            moved(self.reviewer.act("class_review", "reject_class", [self.submitted()], opinion="不符合"))
            == 1
        )

    def approved(self, students: int = 1) -> str:
        opened = self.submitted(students)
        assert moved(self.reviewer.act("class_review", "approve_class", [opened])) == 1
        return opened

    def cancelled(self) -> None:
        assert moved(self.clerk.act("classes", "cancel_class", [self.approved()], reason="停办")) == 1

    def completion_submitted(self, students: int = 1) -> str:
        opened = self.approved(students)
        self._graduate(opened)
        assert moved(self.clerk.move(f"{COMPLETION}/submit/{opened}")) == 1
        return opened

    def completion_returned(self) -> None:
        opened = self.completion_submitted()
        assert (
            moved(self.reviewer.act("completion_review", "return_completion", [opened], opinion="请核对"))
            == 1
        )

    def completed(self) -> None:
        opened = self.completion_submitted()
        assert moved(self.reviewer.act("completion_review", "approve_completion", [opened])) == 1

    def declared(self) -> None:
        """Eight students: rejected, returned, withdrawn, in three stages of publicity, approved, submitted."""
        claims = self._declare(self.approved(8))
        self.reviewer.act("review", "reject", claims[:1], opinion="不符合")
        self.reviewer.act("review", "return", claims[1:2], opinion="请补充")
        self.clerk.act("query", "withdraw", claims[2:3], reason="申请人撤回")
        self.reviewer.act("review", "approve", claims[3:7])
        self.reviewer.act("publicity", "publicize", claims[3:6], start="2026-11-23", end="2026-11-27")
        self.patch.setitem(self.app.config, "TODAY", CASES_DAY)
        self.reviewer.act("outcome", "fail_publicity", claims[3:4], reason="异议成立")
        self.reviewer.act("outcome", "pass_publicity", claims[4:5])
        self.patch.setitem(self.app.config, "TODAY", FILED_DAY)

    def paid(self) -> None:
        """Three students: one paid, one on a payment list, one whose money was never meant to come."""
        opened = self.completion_submitted(3)
        assert moved(self.reviewer.act("completion_review", "approve_completion", [opened])) == 1
        claims = self._declare(opened)
        self.reviewer.act("review", "approve", claims)
        self.reviewer.act("publicity", "publicize", claims, start="2026-11-23", end="2026-11-27")
        self.patch.setitem(self.app.config, "TODAY", CASES_DAY)
        self.reviewer.act("outcome", "pass_publicity", claims)
        self.reviewer.act("publicity", "revoke", claims[2:], reason="重复")
        self.cashier.act("disbursement", "list", claims[:2])
        page = self.cashier.act(
            "disbursement", "disburse", claims[:1], paid_on="2026-11-30", voucher_no="PX-1"
        )
        assert moved(page) == 1, page

    def declaration_draft(self) -> None:
        """One student, declared and not sent in: no bank yet."""
        self.clerk.post(f"{DECLARATIONS}/declare/{self.approved()}")

    def _declare(self, opened: str) -> list[str]:
        address = self.clerk.post(f"{DECLARATIONS}/declare/{opened}")
        application = re.search(r"/show/(\d+)", address)[1]
        self.clerk.bank(application)
        self.clerk.apply(application)
        found = text(f"SELECT id FROM claims WHERE application_id = {application} ORDER BY id")
        return [str(i) for (i,) in Facts(self.app).query(found)]

    def _graduate(self, opened: str) -> None:
        book = load_workbook(io.BytesIO(self.clerk.client.get(f"{COMPLETION}/roster/{opened}").data))
        sheet = book.worksheets[0]
        header = next(row for row in sheet.iter_rows() if str(row[0].value).startswith("学号"))
        columns = {str(cell.value).strip("*"): cell.column for cell in header}
        for row in range(header[0].row + 1, sheet.max_row + 1):
            if sheet.cell(row, columns["姓名"]).value:
                results = {
                    "理论成绩": 88,
                    "是否合格": "合格",
                    "证书编号": CERTIFICATE if row % 2 else f"ZS-{opened}-{row}",
                    "结业日期": "2026-11-06",
                }
                for title, value in results.items():
                    sheet.cell(row, columns[title]).value = value
        path = self.folder / "roster.xlsx"
        book.save(path)
        with path.open("rb") as file:
            self.clerk.post(f"{COMPLETION}/results/{opened}", {"sheet": (file, path.name)})


def _unnumber(cluster, keys) -> None:
    """Every third person and account as the product's first release sealed them: one key, no number."""
    cipher = AESGCM(_decode(keys["DATA_CIPHER_KEY"], ""))
    with create_engine(cluster.urls.owner).begin() as connection:
        for table, column in (("persons", "id_cipher"), ("accounts", "number_cipher")):
            rows = connection.execute(
                text(f"SELECT id, {column} FROM {table} WHERE id % 3 = 0 AND {column} <> ''")
            )
            for row_id, sealed in rows.all():
                sealed = bytes(sealed)
                plain = cipher.decrypt(sealed[5:17], sealed[17:], sealed[:5])
                nonce = os.urandom(12)
                older = b"\x01" + nonce + cipher.encrypt(nonce, plain, b"\x01")
                connection.execute(
                    text(f"UPDATE {table} SET {column} = :older WHERE id = :id"),
                    {"older": older, "id": row_id},
                )


def _seal(app) -> None:
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        assert sealing.seal(db.session, app.extensions["vault"]) > 0


def _more(app, demo_files) -> None:
    """Under the second key and cipher: another service application, corrected rows, one draft, one for a person."""
    clerk = ServiceDesk(app, "clerk")
    draft = clerk.open_for_unit(uscc_of(demo_files, "7-service.xlsx"))
    clerk.bank(draft)
    hiring = HiringDesk(app, "clerk")
    hiring.bank(hiring.open_application(uscc_of(demo_files, "3-dreadful.xlsx")))
    HiringDesk(app, "clerk_b").hand_in(demo_files, "6-qingyang.xlsx")


def _audit_tail(app) -> None:
    """Entries that no seal covers yet."""
    Desk(app, "auditor").get("/hiring/query/list/")


def _states(cluster) -> dict:
    with create_engine(cluster.urls.owner).connect() as connection:
        claims = connection.execute(
            text(
                "SELECT programme, state, count(*), sum(amount)::text FROM claims GROUP BY 1, 2 ORDER BY 1, 2"
            )
        )
        classes = connection.execute(
            text("SELECT state, count(*) FROM training_classes GROUP BY 1 ORDER BY 1")
        )
        return {"claims": [list(r) for r in claims], "classes": [list(r) for r in classes]}
