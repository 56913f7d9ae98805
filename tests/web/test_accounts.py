"""The account that is shown is the account that is paid: every state, every page, paper and file that names one."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import NullPool, create_engine, func, select, text

from app.engine.audit import AuditEntry
from app.engine.cases.accounts import Account
from app.engine.cases.claims import Claim
from app.engine.cases.states import OPEN_OR_LIVE
from app.engine.oversight.dossier import claims_then
from app.programmes.training.model import Enrolment, Project
from app.registers.models import Employer
from tests.desk.classes import CLASSES, COMPLETION, DECLARATIONS, TrainingDesk
from tests.desk.clerks import HiringDesk, ServiceDesk, moved, uscc_of
from tests.desk.days import END, OVER, TODAY

FIRST, SECOND, THIRD = "6217003810012341111", "6217003810012342222", "6217003810012343333"
MASKED = re.compile(r"(?:\*{4}|尾号) (\d{4})\b")
PUBLICITY = {"start": str(TODAY), "end": str(END)}


def said(page: str) -> str:
    """A page's words without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


class Office:
    """The people of one office at one programme's screens, with one application whose account is looked at everywhere."""

    def __init__(self, app, desk: type[HiringDesk], application: str, everything):
        self.clerk, self.reviewer, self.cashier, self.auditor = (
            desk(app, name) for name in ("clerk", "reviewer", "cashier", "auditor")
        )
        self.base, self.application, self.session = desk.base, application, everything
        self.form = self.clerk.account(application)

    def bank(self, number: str, expect: int = 302, **typed: str) -> str:
        form = {**self.form, "number": number, **typed}
        return self.clerk.post(f"{self.base}/applications/account/{self.application}", form, expect)

    def propose(self, number: str, expect: int = 302, **typed: str) -> str:
        form = {**self.form, "number": number, "reason": "原账户已销户", **typed}
        form = {f"corrected-{name}": value for name, value in form.items()}
        return self.clerk.post(f"{self.base}/applications/propose_account/{self.application}", form, expect)

    def sign(self, **outcome: str) -> str:
        address = re.search(
            r"/account_corrections/show/(\d+)", self.reviewer.get("/account_corrections/list/?state=open")
        )
        return self.reviewer.post(
            f"/account_corrections/sign/{address[1]}", {"outcome": "signed", "opinion": "", **outcome}
        )

    def claims(self, *states: str) -> list[Claim]:
        self.session.expire_all()
        mine = select(Claim).where(Claim.application_id == int(self.application)).order_by(Claim.id)
        return list(self.session.scalars(mine.where(Claim.state.in_(states)) if states else mine))

    def ids(self, *states: str) -> list[str]:
        return [str(claim.id) for claim in self.claims(*states)]

    def look(self, *numbers: str) -> None:
        """Everything that names an account names these and no other."""
        tails = {number[-4:] for number in numbers}
        page = self.clerk.get(f"{self.base}/applications/show/{self.application}")
        bank = page[page.index('id="bank"') : page.index('id="papers"')]
        assert set(MASKED.findall(bank)) == tails
        if any(claim.submitted_on for claim in self.claims()):
            assert set(MASKED.findall(self.clerk.get(f"/print/receipt/{self.application}"))) == tails
        sample = {claim.state: claim for claim in self.claims()}
        for claim in sample.values():
            self._look_at(claim, tails)

    def _look_at(self, claim: Claim, tails: set[str]) -> None:
        paid = claim.paying_account.last4
        if claim.state in OPEN_OR_LIVE:
            assert paid in tails, "what would be paid is among what the application shows"
        stages = {
            "submitted": ("review",),
            "approved": ("publicity",),
            "publicizing": ("publicity", "outcome"),
            "publicized": ("publicity", "disbursement"),
        }
        for stage in ("query", *stages.get(claim.state, ())):
            answer = self.auditor.client.get(f"{self.base}/{stage}/show/{claim.id}", follow_redirects=True)
            facts = answer.text[answer.text.index("收款账户</dt>") :][:400]
            assert set(MASKED.findall(facts.partition("</dd>")[0])) == {paid}, (stage, claim.state)
        paper = self.reviewer.get(f"/print/review/{claim.id}")
        assert set(MASKED.findall(paper)) == {paid}
        shown = self.auditor.post(f"{self.base}/query/reveal/{claim.id}", {"what": "account"}, 200)
        assert re.search(r'class="full">\d*(\d{4})<', shown)[1] == paid
        until = datetime.now(UTC) + timedelta(days=1)
        past = claims_then(self.session, claim.person_id, until, lambda _: {})
        assert {one.account.last4 for one in past if one.claim.id == claim.id} == {paid}
        if claim.state == "publicized":
            listed = set(MASKED.findall(self.cashier.get(f"{self.base}/disbursement/list/")))
            assert listed and listed <= tails, "a page of the list"

    def listed(self, number: str) -> None:
        """The newest payment list, on the screen and as the file that goes to the bank."""
        found = re.search(
            rf"{self.base}/payment_lists/show/(\d+)", self.cashier.get(f"{self.base}/payment_lists/list/")
        )
        page = self.cashier.get(f"{self.base}/payment_lists/show/{found[1]}")
        assert set(MASKED.findall(page)) == {number[-4:]}
        file = self.cashier.client.post(f"{self.base}/payment_lists/export/{found[1]}")
        rows = list(load_workbook(io.BytesIO(file.data)).worksheets[0].iter_rows(min_row=3, values_only=True))
        assert [row[3] for row in rows] == [number, "控制合计"]
        assert rows[0][7:9] == ("105651000006", "基本存款账户")


@pytest.fixture
def hiring(demo_app, demo_files, everything):
    clerk = HiringDesk(demo_app, "clerk")
    application = clerk.open_application(uscc_of(demo_files, "1-good.xlsx"))
    clerk.check(application, demo_files / "1-good.xlsx")
    return Office(demo_app, HiringDesk, application, everything)


@pytest.fixture
def service(demo_app, demo_files, everything):
    clerk = ServiceDesk(demo_app, "clerk")
    application = clerk.open_for_unit(uscc_of(demo_files, "7-service.xlsx"))
    clerk.check(application, demo_files / "7-service.xlsx")
    return Office(demo_app, ServiceDesk, application, everything)


@pytest.fixture
def training(demo_app, everything, firm, staff):
    """A declaration of five students who have completed their class."""
    clerk, reviewer = TrainingDesk(demo_app, "clerk"), TrainingDesk(demo_app, "reviewer")
    opened = clerk.open_class(firm.uscc, everything.scalars(select(Project.id)).first())
    for person in staff:
        offers = clerk.offered(opened, person.name[:2])
        offer = next(one for one in offers if one["masked_id"] == person.masked_id)
        clerk.post(f"{CLASSES}/students/{opened}", {"person_id": offer["id"]})
    clerk.move(f"{CLASSES}/submit/{opened}")
    reviewer.act("class_review", "approve_class", [opened])
    address = clerk.post(f"{DECLARATIONS}/declare/{opened}")
    result = {"passed": "yes", "completed_on": str(clerk.closes_on), "theory_score": "91"}
    for number, student in enumerate(everything.scalars(select(Enrolment.id)).all()):
        clerk.post(f"{COMPLETION}/student/{student}", {**result, "certificate_no": f"ZS-{number}"})
    clerk.move(f"{COMPLETION}/submit/{opened}")
    reviewer.act("completion_review", "approve_completion", [opened])
    return Office(demo_app, TrainingDesk, re.search(r"/show/(\d+)", address)[1], everything)


@pytest.mark.parametrize("programme", ["hiring", "service", "training"])
def test_every_page_paper_and_file_names_the_account_that_is_paid(request, programme, demo_app, monkeypatch):
    office = request.getfixturevalue(programme)
    office.bank(THIRD)
    office.bank(FIRST)
    office.look(FIRST)
    office.clerk.apply(office.application)
    assert "已固定，不能再填写" in office.bank(SECOND, 422)
    office.look(FIRST)

    returned, rejected, *_ = office.ids("submitted")
    office.reviewer.act("review", "return", [returned], opinion="换账户")
    office.reviewer.act("review", "reject", [rejected], opinion="不符")
    office.look(FIRST)
    office.bank(SECOND)
    office.look(FIRST, SECOND)
    office.clerk.apply(office.application)
    assert "已固定，不能再填写" in office.bank(THIRD, 422)
    office.look(FIRST, SECOND)
    assert [claim.paying_account.last4 for claim in office.claims("submitted")].count("2222") == 1

    office.reviewer.act("review", "approve")
    office.look(FIRST, SECOND)
    office.reviewer.act("publicity", "publicize", **PUBLICITY)
    office.look(FIRST, SECOND)
    monkeypatch.setitem(demo_app.config, "TODAY", OVER)
    office.reviewer.act("outcome", "pass_publicity")
    assert "已固定，不能再填写" in office.bank(THIRD, 422)
    office.look(FIRST, SECOND)

    office.propose(THIRD)
    office.sign()
    office.look(THIRD)
    office.cashier.act("disbursement", "list")
    office.look(THIRD)
    office.listed(THIRD)
    assert "没有可更正的人员" in office.propose(FIRST, 422), "the file may lie at the bank"
    office.cashier.act("payment_lists", "disburse", paid_on=str(OVER), voucher_no="PZ-1")
    assert office.ids("disbursed")
    assert "已固定，不能再填写" in office.bank(FIRST, 422)
    assert "没有可更正的人员" in office.propose(FIRST, 422)
    office.look(THIRD)
    office.listed(THIRD)


def test_an_own_account_handed_in_first_is_the_one_that_everybody_sees(hiring):
    """On 0.5.0 the page and the receipt showed the second, and the list paid the first."""
    hiring.bank(FIRST)
    hiring.clerk.apply(hiring.application)
    assert "已固定，不能再填写" in hiring.bank(SECOND, 422)
    hiring.look(FIRST)


def test_a_units_holder_is_the_registered_name_whatever_its_writing(hiring):
    unit = hiring.session.scalars(select(Employer).join(Claim, Claim.employer_id == Employer.id)).first()
    wide = unit.name.replace("（", "(").replace("）", ")")
    assert "与收款人" in hiring.bank(FIRST, 422, holder="某个别人")
    hiring.bank(FIRST, holder=f" {wide} ")
    hiring.look(FIRST)


def test_numbers_pasted_in_full_width_or_with_invisible_characters_are_read(hiring):
    hiring.bank(
        "６２１７\u200b００３８ １００１\ufeff２３４１１１１", branch_no="１０５６ ５１００\u200b０００６"
    )
    account = hiring.session.scalars(select(Account)).one()
    assert (account.last4, account.branch_no, account.kind) == ("1111", "105651000006", "basic")
    assert account.employer_id is not None and account.person_id is None
    assert "校验码" in hiring.bank(FIRST, 422, branch_no="105651000007")
    assert "8至30位" in hiring.bank("1234", 422)


def test_the_payees_last_account_is_offered_and_a_difference_is_shown(hiring, demo_app, demo_files):
    hiring.bank(FIRST)
    hiring.clerk.apply(hiring.application)
    again = hiring.clerk.open_application(uscc_of(demo_files, "1-good.xlsx"))
    page = hiring.clerk.get(f"/hiring/applications/show/{again}")
    assert "已填入该收款人在本机构上次使用的账户" in page and "尾号1111" in page
    kept = re.search(r'name="kept"[^>]*value="(\d+)"', page)[1]
    address = f"/hiring/applications/account/{again}"
    hiring.clerk.post(address, {**hiring.clerk.account(again, number=""), "kept": kept})
    page = hiring.clerk.get(f"/hiring/applications/show/{again}")
    assert "**** 1111" in page and "上次使用的账户不同" not in page
    hiring.clerk.post(address, hiring.clerk.account(again, number=SECOND))
    page = hiring.clerk.get(f"/hiring/applications/show/{again}")
    assert "与该收款人在本机构上次使用的账户不同：账号 尾号1111 → 尾号2222" in page
    stale = hiring.clerk.post(address, {**hiring.clerk.account(again, number=""), "kept": kept}, 422)
    assert "已有变化" in stale, "another account than the one that the page offered"


def test_another_holder_comes_with_a_paper_and_waits_for_a_signature(hiring):
    hiring.bank(FIRST)
    assert "收款人证明" in hiring.bank(SECOND, 422, holder="某继承人")
    paper = {"kind": "holder_proof", "file": (io.BytesIO(b"%PDF-1.7 x"), "公证书.pdf")}
    hiring.clerk.post(f"/hiring/applications/attach/{hiring.application}", paper)
    hiring.bank(SECOND, holder="某继承人")
    page = hiring.clerk.get(f"/hiring/applications/show/{hiring.application}")
    assert "账户更正待签字" in page and "已送审核人员签字" in page
    assert "收款账户更正待签字" in hiring.reviewer.get("/")
    number = re.search(r"/account_corrections/show/(\d+)", page)[1]
    shown = hiring.reviewer.get(f"/account_corrections/show/{number}")
    assert "户名与收款人不同" in shown and "公证书.pdf" in shown
    assert SECOND in hiring.reviewer.post(f"/account_corrections/reveal/{number}", expect=200)
    hiring.clerk.post(f"/account_corrections/sign/{number}", {"outcome": "signed"}, expect=403)
    unsaid = hiring.reviewer.post(
        f"/account_corrections/sign/{number}", {"outcome": "refused", "opinion": " "}, expect=422
    )
    assert "驳回时请填写处理意见" in unsaid
    hiring.sign()
    page = hiring.clerk.get(f"/hiring/applications/show/{hiring.application}")
    assert "**** 2222" in page and "已凭收款人证明签字" in page
    again = hiring.reviewer.post(f"/account_corrections/sign/{number}", {"outcome": "signed"}, expect=422)
    assert "已由他人处理" in again
    told = hiring.session.execute(
        select(AuditEntry.event, func.count())
        .where(AuditEntry.event.in_(("propose_account", "correct_account")))
        .group_by(AuditEntry.event)
    ).all()
    assert dict(map(tuple, told)) == {"propose_account": 1, "correct_account": 1}


def test_who_proposed_withdraws_on_the_corrections_page(hiring, demo_app):
    hiring.bank(FIRST)
    hiring.clerk.apply(hiring.application)
    hiring.propose(SECOND)
    application = f"/hiring/applications/show/{hiring.application}"
    page = re.search(r"/account_corrections/show/\d+", hiring.clerk.get(application))[0]
    address = page.replace("show", "withdraw")
    assert address in hiring.clerk.get(page)
    assert address not in hiring.reviewer.get(page)
    hiring.reviewer.post(address, expect=403)
    hiring.clerk.post(address)
    shown = said(hiring.clerk.get(page))
    assert "已撤回" in shown and "账户更正已撤回，账户不变。" in shown and "（clerk）" in shown
    assert address not in hiring.clerk.get(page), "it is offered once"
    assert "账户更正待签字" not in hiring.clerk.get(application)
    hiring.propose(SECOND)
    hiring.sign()
    hiring.look(SECOND)


def test_another_county_neither_sees_nor_signs(hiring, demo_app):
    hiring.bank(FIRST)
    hiring.clerk.apply(hiring.application)
    hiring.propose(SECOND)
    page = hiring.clerk.get(f"/hiring/applications/show/{hiring.application}")
    number = re.search(r"/account_corrections/show/(\d+)", page)[1]
    stranger = HiringDesk(demo_app, "reviewer_b")
    stranger.get(f"/account_corrections/show/{number}", expect=404)
    stranger.post(f"/account_corrections/sign/{number}", {"outcome": "signed"}, expect=404)
    stranger.post(f"/account_corrections/reveal/{number}", expect=404)
    assert "收款账户更正待签字 1" in said(hiring.reviewer.get("/"))
    assert "收款账户更正待签字" not in said(stranger.get("/"))


def test_a_number_that_disagrees_with_its_last_digits_stops_the_export(hiring, demo_app, monkeypatch):
    hiring.bank(FIRST)
    hiring.clerk.apply(hiring.application)
    hiring.reviewer.act("review", "approve")
    hiring.reviewer.act("publicity", "publicize", **PUBLICITY)
    monkeypatch.setitem(demo_app.config, "TODAY", OVER)
    hiring.reviewer.act("outcome", "pass_publicity")
    assert moved(hiring.cashier.act("disbursement", "list")) == 40
    with create_engine(demo_app.config["DATABASE_OWNER_URL"], poolclass=NullPool).begin() as owner:
        owner.execute(text("UPDATE accounts SET last4 = '9876'"))
    number = re.search(
        r"/hiring/payment_lists/show/(\d+)", hiring.cashier.get("/hiring/payment_lists/list/")
    )[1]
    answer = hiring.cashier.client.post(f"/hiring/payment_lists/export/{number}")
    assert answer.status_code == 409 and "已停止办理" in answer.text
    exported = select(func.count(AuditEntry.id)).where(AuditEntry.event == "export")
    assert hiring.session.scalar(exported) == 0
