"""Builds cases of one county in every state, and knows by which words and numbers they could be recognised."""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from flask import Flask, current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, insert, select, text
from werkzeug.test import TestResponse

from app.demo.users import PASSWORD
from app.engine.access.accounts import make_user
from app.engine.access.api_keys import ApiKey, make
from app.engine.access.duties import GIVEN, DutyGrant
from app.engine.actor import Actor
from app.engine.audit import AuditEntry
from app.engine.cases.account_corrections import AccountCorrection
from app.engine.cases.claims import Application, Attachment, Claim, FailedRow, Notice
from app.engine.cases.payments import PaymentList
from app.engine.casework.batch import Batch
from app.engine.casework.objections import Objection
from app.engine.intake.held_sheets import HeldSheet
from app.engine.intake.register_uploads import RegisterUpload
from app.engine.longwork.works import LongWork
from app.engine.models import METADATA
from app.engine.scope import CASE_COLUMN, Scope, scoped_models
from app.engine.sessions.logins import Login
from app.engine.sessions.second_factor import SecondFactor
from app.extensions import db
from app.programmes.installed import programmes
from app.programmes.training.model import Enrolment, TrainingClass
from app.registers.ciphers import place, text_of
from app.registers.definitions.models import RegisterFact
from app.registers.models import Contribution, Employer, Person, Transfer, Unemployment
from app.registers.organisation import Office, Staff
from tests.desk.clerks import ACCOUNT, JINJIANG, QINGYANG, HiringDesk, ServiceDesk, uscc_of
from tests.desk.days import END, OVER, TODAY, after, publicity_end
from tests.security import any_cases, training_cases
from tests.security.held_cases import clerks_sight, hold

FILED_DAY, CASES_DAY = TODAY, after(2, OVER)
CASES_END = publicity_end(CASES_DAY)
PDF = b"%PDF-1.7 made for a test"
PAPER = "王某某劳动合同扫描件.pdf"
CORRECTED = "6217003810018765432"
OBJECTION, OBJECTOR = "此人从未到岗上班", "知情人欧阳先生"
ALL_A, ALL_B, ADMIN_B = "all_a", "all_b", "admin_b"
MANY = {TrainingClass: 5, Enrolment: 5, RegisterFact: 8}
"""How many rows of a kind are tried, where two would leave some list without one."""
BOUND = "bound"  # has a second factor; nobody logs in by it
BUSINESS = ["clerk", "reviewer", "cashier", "auditor"]
BEYOND = ("county_admin", "policy_officer")
"""Roles that no screen would give beside those, so that one person reaches whatever anybody of the county can."""
SAMPLE = ("submitted", "rejected", "publicizing", "publicized", "disbursed")
QUIET = {"audit_entries", "batches", "alembic_version", "logins", "login_attempts"}
"""Tables in which asking leaves a trace: the log, logins, and the asker's own empty selection."""


@dataclass(frozen=True)
class Known:
    """Some ids of each table (of claims: one of each programme and state), and what nobody elsewhere may read."""

    ids: dict[str, list]
    claims: dict[str, list[int]]
    failed: list[tuple[int, int]]
    secrets: frozenset[str]
    asked: dict[str, str]
    programmes: dict[str, dict[str, list[int]]]
    written: frozenset[str]
    """The tables of which there must be a case; others came later."""

    def of(self, programme: str) -> Known:
        """The same with the cases of one programme only."""
        return replace(self, ids=self.ids | self.programmes[programme])


def build(app: Flask, folder: Path, patch) -> Known:
    """Leaves the database with claims in every state, failed rows, a paper, notices, lists, an open dialog."""
    patch.setitem(app.config, "TODAY", FILED_DAY)
    _people(app)
    clerk, reviewer, cashier = (HiringDesk(app, name) for name in ("clerk", "reviewer", "cashier"))
    employer = uscc_of(folder, "1-good.xlsx")
    application = _apply(clerk, employer, folder / "1-good.xlsx")
    ids = [str(i) for i in _claims(app)]
    reviewer.act("review", "approve", ids[8:])
    reviewer.act("review", "return", ids[5:6], opinion="请补充合同")
    reviewer.act("review", "reject", ids[6:7], opinion="劳动合同不真实")
    clerk.act("query", "withdraw", ids[7:8], reason="申请人撤回")
    reviewer.act("publicity", "publicize", ids[24:], start=str(FILED_DAY), end=str(END))
    _draft(clerk, folder)
    placed = _service(app, folder)
    clerk.post(
        f"/hiring/applications/attach/{application}",
        {"kind": "contract", "file": (io.BytesIO(PDF), PAPER)},
    )
    patch.setitem(app.config, "TODAY", CASES_DAY)
    reviewer.act("publicity", "publicize", ids[14:24], start=str(CASES_DAY), end=str(CASES_END))
    clerk.post(
        f"/objections/add/{ids[14]}",
        {"raised_on": str(CASES_DAY), "raised_by": OBJECTOR, "content": OBJECTION},
    )
    reviewer.act("outcome", "pass_publicity", ids[24:])
    ServiceDesk(app, "reviewer").act("outcome", "pass_publicity", placed[6:])
    ServiceDesk(app, "cashier").act("disbursement", "list")
    ServiceDesk(app, "cashier").act(
        "disbursement", "disburse", placed[-1:], paid_on=str(CASES_DAY), voucher_no="PZ-锦江-0002"
    )
    reviewer.act("publicity", "revoke", ids[39:], reason="用人单位已注销")
    cashier.act("disbursement", "list", [*ids[32:35], ids[38]])
    cashier.act("disbursement", "disburse", ids[38:39], paid_on=str(CASES_DAY), voucher_no="PZ-锦江-0003")
    cashier.act("disbursement", "disburse", ids[35:38], paid_on=str(CASES_DAY), voucher_no="PZ-锦江-0001")
    _propose_account(clerk, application)
    reviewer.post("/hiring/review/action_post", {"action": "approve", "all": "1"})
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        office = db.session.scalars(select(Office).where(Office.code == JINJIANG)).one()
        training_cases.build(db.session, office)
        any_cases.build(db.session, office, programmes())
        db.session.execute(text("UPDATE claims SET post_check = true WHERE state = 'disbursed'"))
        ends_on = CASES_DAY + timedelta(days=30)
        make(db.session, Actor.command(), "市级平台", office, ["case_read"], ends_on, CASES_DAY)
        db.session.commit()
        return _known()


def _apply(clerk: HiringDesk, employer: str, sheet: Path) -> str:
    application = clerk.open_application(employer)
    clerk.check(application, sheet)
    clerk.bank(application)
    clerk.apply(application)
    return application


def _propose_account(clerk: HiringDesk, application: str) -> None:
    page = clerk.get(f"/hiring/applications/show/{application}")
    holder = re.search(r'name="corrected-holder"[^>]*value="([^"]*)"', page)[1]
    typed = ACCOUNT | {"holder": holder, "kind": "basic", "number": CORRECTED, "reason": "原账户已销户"}
    facts = {f"corrected-{name}": value for name, value in typed.items()}
    clerk.post(f"/hiring/applications/propose_account/{application}", facts)


def _draft(clerk: HiringDesk, folder: Path) -> None:
    draft = clerk.open_application(uscc_of(folder, "2-mixed.xlsx"))
    clerk.check(draft, folder / "2-mixed.xlsx")


def _service(app: Flask, folder: Path) -> list[str]:
    """The other subsidy's claims: submitted, publicizing, on a payment list."""
    clerk, reviewer = ServiceDesk(app, "clerk"), ServiceDesk(app, "reviewer")
    application = clerk.open_for_unit(uscc_of(folder, "7-service.xlsx"))
    clerk.check(application, folder / "7-service.xlsx")
    clerk.bank(application)
    clerk.apply(application)
    ids = [str(i) for i in _claims(app, "service_subsidy")]
    reviewer.act("review", "approve", ids[3:])
    reviewer.act("publicity", "publicize", ids[5:], start=str(FILED_DAY), end=str(END))
    return ids


def _people(app: Flask) -> None:
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        offices = {office.code: office for office in db.session.scalars(select(Office))}
        for username, name, office, roles in (
            (ALL_A, "陈一人", JINJIANG, BUSINESS),
            (ALL_B, "冯多职", QINGYANG, BUSINESS),
            (ADMIN_B, "郑管理", QINGYANG, ["county_admin"]),
            ("auditor_b", "许稽核", QINGYANG, ["auditor"]),
            ("prefecture_admin", "蒋市级", "510100", ["prefecture_admin"]),
            (BOUND, "韩绑定", JINJIANG, ["clerk"]),
        ):
            user = make_user(db.session, Actor.command(), username, name, offices[office], roles, PASSWORD)
            if username in (ALL_A, ALL_B):
                user.roles.extend(map(app.appbuilder.sm.find_role, BEYOND))
        db.session.commit()


def _claims(app: Flask, programme: str | None = None) -> list[int]:
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        of = [Claim.programme == programme] if programme else []
        return list(db.session.scalars(select(Claim.id).where(*of).order_by(Claim.id)))


def _known() -> Known:
    session = db.session
    here = select(Person.id).where(Person.region_code == JINJIANG)
    office = session.scalars(select(Office.id).where(Office.code == JINJIANG)).one()
    claims = defaultdict(list)
    sample = {}
    rows = session.execute(select(Claim.id, Claim.state, Claim.programme).order_by(Claim.id))
    for claim_id, state, programme in rows:
        claims[state].append(claim_id)
        sample[programme, state] = claim_id
    vault, work_id, bound = current_app.extensions["vault"], str(uuid4()), _user_id(session, BOUND)
    owned = {"id": work_id, "user_id": _user_id(session, "clerk")}
    session.execute(
        insert(LongWork).values(
            **owned,
            kind="export",
            view="ClassView",
            title="补贴查询",
            address="127.0.0.1",
            asked_cipher=b"",
            locale="zh",
            state="done",
            content=vault.encrypt_bytes(b"", place(LongWork.content, **owned)),
            sight=clerks_sight(session),
        )
    )
    _upload(session, office, bound)
    session.execute(
        insert(SecondFactor).values(
            user_id=bound,
            secret_cipher=vault.encrypt("JBSWY3DPEHPK3PXP", place(SecondFactor.secret_cipher, user_id=bound)),
            last_step=0,
        )
    )
    hold(session, current_app.extensions["vault"])
    bound = session.scalars(select(User).where(User.username == BOUND)).one()
    giver = select(User.id).where(User.username == "county_admin").scalar_subquery()
    waits = {"cause": GIVEN, "given_by": giver, "given_in": office}
    session.execute(insert(DutyGrant).values(user_id=bound.id, role_id=bound.roles[0].id, **waits))
    session.commit()
    cases = (Attachment, Objection, Batch, LongWork, HeldSheet, TrainingClass, Enrolment)
    wanted = {model: select(model.id) for model in (*cases, AccountCorrection)} | {
        Person: here,
        Employer: select(Employer.id).where(Employer.region_code == JINJIANG),
        Contribution: select(Contribution.id).where(Contribution.insured_region == JINJIANG),
        Unemployment: select(Unemployment.id).where(Unemployment.person_id.in_(here)),
        Transfer: select(Transfer.id).where(Transfer.person_id.in_(here)),
        RegisterFact: select(func.min(RegisterFact.id))
        .where(RegisterFact.region_code == JINJIANG)
        .group_by(RegisterFact.register),
        Staff: select(Staff.user_id).where(Staff.office_id == office),
        ApiKey: select(ApiKey.id).where(ApiKey.office_id == office),
        DutyGrant: select(DutyGrant.id).where(DutyGrant.given_in == office, DutyGrant.confirmed_at.is_(None)),
        SecondFactor: select(SecondFactor.user_id),
        Login: select(Login.id).where(Login.staff.has(Staff.office_id == office)),
        AuditEntry: select(AuditEntry.id)
        .where(AuditEntry.office_id == office)
        .order_by(AuditEntry.id.desc()),
    }
    ids = {
        model.__tablename__: list(session.scalars(rows.limit(MANY.get(model, 2))))
        for model, rows in wanted.items()
    }
    of = {code: {"claims": [i for (p, _), i in sample.items() if p == code]} for code, _ in sample}
    for model in (Application, Notice, PaymentList):
        for programme, row_id in session.execute(select(model.programme, model.id)):
            of[programme].setdefault(model.__tablename__, []).append(row_id)
        one = select(func.min(model.id)).group_by(model.programme)
        ids[model.__tablename__] = list(session.scalars(one))
    few = [i for (_, state), i in sample.items() if state in SAMPLE]
    ids |= {"claims": few, "offices": [office]}
    written = frozenset(ids)
    ids |= _ids_of_others(session, written, office, here)
    failed = [tuple(row) for row in session.execute(select(FailedRow.application_id, FailedRow.id).limit(2))]
    return Known(ids, dict(claims), failed, frozenset(_secrets()), _asked(), of, written)


def _upload(session, office: int, user: int) -> None:
    """Two files of a register: one that waits for somebody to confirm it, one that was withdrawn."""
    for number, state in enumerate(("waiting", "withdrawn")):
        row = {"id": f"00000000-0000-4000-8000-{number:012}", "office_id": office, "uploaded_by": user}
        facts = {"register": "deaths", "file_name": "死亡.csv", "state": state}
        facts |= dict.fromkeys(("rows_read", "rows_added", "rows_changed", "rows_refused"), 1)
        vault, owned = current_app.extensions["vault"], {"id": row["id"], "uploaded_by": user}
        file_cipher = vault.encrypt_bytes(b"x", place(RegisterUpload.file_cipher, **owned))
        facts["refused_cipher"] = vault.encrypt_bytes(b"[]", place(RegisterUpload.refused_cipher, **owned))
        ending = {"file_cipher": file_cipher} if state == "waiting" else {"decided_at": func.now()}
        session.execute(insert(RegisterUpload).values(**row, **facts, **ending))


def _ids_of_others(session, known: frozenset[str], office: int, here) -> dict[str, list]:
    """Two ids of each table of the county that nobody wrote down above, as its scope says whose a row is."""
    of_the_county = {
        CASE_COLUMN: office,
        "person_id": here,
        "region_code": JINJIANG,
        "insured_region": JINJIANG,
    }
    return {
        model.__tablename__: list(
            session.scalars(
                select(*model.__mapper__.primary_key)
                .where(getattr(model, model.__scope__).in_(_values(of_the_county[model.__scope__])))
                .limit(2)
            )
        )
        for model in scoped_models()
        if model.__tablename__ not in known and len(model.__mapper__.primary_key) == 1
    }


def _values(one_or_query):
    return [one_or_query] if isinstance(one_or_query, int | str) else one_or_query


def _user_id(session, username: str) -> int:
    return session.scalar(select(User.id).where(User.username == username))


def _asked() -> dict[str, str]:
    """What somebody who knows a person and an employer of 锦江区 would type."""
    claim = db.session.scalars(select(Claim).order_by(Claim.id).limit(1)).one()
    vault = current_app.extensions["vault"]
    return {
        "citizen_id": text_of(vault, claim.person, Person.id_cipher),
        "part": claim.person.name[:2],
        "last4": claim.person.last4,
        "uscc": claim.employer.uscc,
        "name": claim.person.name,
        "masked_id": claim.person.masked_id,
        "employer": claim.employer.name,
    }


def _secrets() -> set[str]:
    """Words of 锦江区 that no page of 青羊区 has a reason to hold: who is insured in both is no secret."""
    session = db.session
    person = select(Person.name, Person.head4, Person.last4).where(Person.name.is_not(None))
    there = select(Contribution.person_id).where(Contribution.insured_region == QINGYANG)
    mine = session.execute(person.where(Person.region_code == JINJIANG, Person.id.not_in(there))).all()
    others = session.execute(person.where((Person.region_code != JINJIANG) | Person.id.in_(there))).all()
    masked = {f"{h}**********{t}" for _, h, t in mine} - {f"{h}**********{t}" for _, h, t in others}
    staff = {f"{s.user.last_name}{s.user.first_name}" for s in session.scalars(select(Staff))}
    names = {n for n, *_ in mine} - {n for n, *_ in others} - staff
    names = {name for name in names if len(name) > 2 and not any(name in other for other in staff)}
    employers = session.execute(
        select(Employer.name, Employer.uscc, Employer.unit_no).where(Employer.region_code == JINJIANG)
    )
    firms = {word for row in employers for word in row if word}
    numbers = {
        number
        for column in (Application.number, Notice.number, PaymentList.number, TrainingClass.cohort_no)
        for number in session.scalars(select(column))
    }
    here = select(Staff).join(Office, Office.id == Staff.office_id).where(Office.code == JINJIANG)
    namesakes = set(session.scalars(select(Person.name)))
    colleagues = {f"{s.user.last_name}{s.user.first_name}" for s in session.scalars(here)} - namesakes
    typed = {
        training_cases.TEACHER,
        training_cases.CONTACT,
        PAPER,
        OBJECTION,
        OBJECTOR,
        "PZ-锦江-0001",
        "6217003810012345678",
        "劳动合同不真实",
    }
    return masked | names | firms | numbers | colleagues | typed | {PDF.decode()}


def digest(app: Flask) -> dict[str, str]:
    """table → a digest of all its rows; the tables of `QUIET` are left out."""
    with app.app_context(), db.engine.connect() as connection:
        tables = [name for name in METADATA.tables if name not in QUIET]
        return {name: connection.scalar(text(_DIGEST.format(table=name))) for name in sorted(tables)}


_DIGEST = "SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} t"


def found_in(answer: TestResponse, secrets: frozenset[str]) -> set[str]:
    """Which secrets stand in an answer: a page, JSON, a paper, or a workbook's cells."""
    said = answer.data
    if said[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(said)) as book:
            said = b"".join(map(book.read, book.namelist()))
    words = said.decode(errors="replace") + "".join(map(str, answer.headers.values()))
    return {secret for secret in secrets if secret in words}
