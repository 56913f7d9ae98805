"""Nothing leads nowhere and nothing says what isn't so: drafts, receipts, totals, histories, units, errors at their field."""

from __future__ import annotations

import hashlib
import io
import re

import pytest
from sqlalchemy import select, text

from app.engine.audit import AuditEntry
from app.engine.cases.claims import Application, Attachment, Claim
from app.engine.cases.payments import PaymentList
from app.programmes.training.model import Enrolment, TrainingClass
from tests.desk.classes import CLASSES, TrainingDesk
from tests.desk.clerks import Desk, HiringDesk, moved, uscc_of
from tests.desk.days import END, OVER, TODAY, after, month

SHEET = "1-good.xlsx"


@pytest.fixture
def clerk(demo_app) -> HiringDesk:
    return HiringDesk(demo_app, "clerk")


@pytest.fixture
def listed(demo_app, demo_files, clerk, monkeypatch) -> tuple[HiringDesk, str, str]:
    """(cashier, application, payment list) of forty people, not paid yet."""
    application = clerk.hand_in(demo_files, SHEET)
    return enlist(demo_app, application, monkeypatch)


def enlist(demo_app, application: str, monkeypatch) -> tuple[HiringDesk, str, str]:
    """(cashier, application, payment list) of what was handed in."""
    reviewer, cashier = HiringDesk(demo_app, "reviewer"), HiringDesk(demo_app, "cashier")
    people = moved(reviewer.act("review", "approve"))
    reviewer.act("publicity", "publicize", start=str(TODAY), end=str(END))
    monkeypatch.setitem(demo_app.config, "TODAY", OVER)
    reviewer.act("outcome", "pass_publicity")
    assert moved(cashier.act("disbursement", "list")) == people > 0
    number = re.search(r"/hiring/payment_lists/show/(\d+)", cashier.get("/hiring/payment_lists/list/"))[1]
    return cashier, application, number


def pay(cashier: HiringDesk, number: str) -> str:
    return cashier.act("payment_lists", "disburse", [number], paid_on=str(OVER), voucher_no="PZ-1")


def test_a_receipt_is_of_what_was_sent_in(demo_files, clerk):
    application = clerk.open_application(uscc_of(demo_files, SHEET))
    page, paper = f"/hiring/applications/show/{application}", f"/print/receipt/{application}"
    clerk.check(application, demo_files / SHEET)
    assert "打印受理回执" not in clerk.get(page)
    assert "还没有提交，不能打印受理回执" in clerk.get(paper, expect=409)
    clerk.bank(application)
    clerk.apply(application)
    assert "打印受理回执" in clerk.get(page)
    assert "40,000.00（肆万元整）" in clerk.get(paper)
    assert f"{TODAY.year}年{TODAY.month}月{TODAY.day}日" in clerk.get(paper)


def test_an_empty_draft_is_deleted_and_one_with_people_is_not(demo_files, clerk, everything):
    employer = uscc_of(demo_files, SHEET)
    empty, full = clerk.open_application(employer), clerk.open_application(employer)
    clerk.check(full, demo_files / SHEET)
    clerk.post(
        f"/hiring/applications/attach/{empty}", {"kind": "other", "file": (io.BytesIO(b"%PDF-1.4"), "a.pdf")}
    )
    assert "删除空申请" in clerk.get(f"/hiring/applications/show/{empty}")
    assert "删除空申请" not in clerk.get(f"/hiring/applications/show/{full}")
    number = everything.scalar(select(Application.number).where(Application.id == int(empty)))
    assert "中已有人员，不能删除" in clerk.post(f"/hiring/applications/discard/{full}", expect=409)
    assert clerk.post(f"/hiring/applications/discard/{empty}").endswith("/hiring/applications/list/")
    assert f"申请{number}已删除。" in clerk.get("/hiring/applications/list/")
    clerk.get(f"/hiring/applications/show/{empty}", expect=404)
    assert set(everything.scalars(select(Application.id))) == {int(full)}
    assert everything.scalars(select(Attachment.id)).all() == []
    entry = everything.scalars(select(AuditEntry).where(AuditEntry.event == "discard")).one()
    assert (entry.subject, entry.application_id) == (number, int(empty))


def test_another_county_deletes_nothing(demo_app, demo_files, clerk):
    empty = clerk.open_application(uscc_of(demo_files, SHEET))
    HiringDesk(demo_app, "clerk_b").post(f"/hiring/applications/discard/{empty}", expect=404)
    clerk.get(f"/hiring/applications/show/{empty}")


def test_what_was_refused_is_said_at_its_field_and_what_was_typed_stays(demo_files, clerk, everything):
    application = clerk.open_application(uscc_of(demo_files, SHEET))
    where = "/hiring/applications"
    no_sheet = {"sheet": (io.BytesIO(b"just words"), "people.xlsx")}
    page = clerk.post(f"{where}/check/{application}", no_sheet, expect=422)
    said = re.search(r'id="sheet-error"[^>]*>([^<]+)<', page)[1]
    assert said.strip()
    assert "人员模板下载" in page
    account = clerk.account(application, holder="某个别人")
    page = clerk.post(f"{where}/account/{application}", account, expect=422)
    form = page[page.index('<section class="part" id="bank">') :]
    assert "收款人证明" in re.search(r'class="problems".*?</div>', form, re.S)[0]
    assert 'value="某个别人"' in form and f'value="{account["branch_no"]}"' in form
    page = clerk.post(f"{where}/check/{application}", expect=422)
    assert re.search(r'id="sheet-error"[^>]*>没有选择文件', page)
    no_paper = {"kind": "account_permit", "file": (io.BytesIO(b"GIF89a"), "a.pdf")}
    page = clerk.post(f"{where}/attach/{application}", no_paper, expect=422)
    assert re.search(r'id="file-error"[^>]*>“a.pdf”不是 PDF、JPG 或 PNG 文件', page)
    assert '<option value="account_permit" selected>' in page
    assert everything.scalars(select(Attachment.id)).all() == []


def test_a_pdf_with_bytes_before_it_is_kept_and_only_handed_out_as_a_download(demo_files, clerk):
    application = clerk.open_application(uscc_of(demo_files, SHEET))
    content = b"\xef\xbb\xbf\r\n<script>alert(1)</script>%PDF-1.4 x"
    clerk.post(
        f"/hiring/applications/attach/{application}",
        {"kind": "other", "file": (io.BytesIO(content), "a.pdf")},
    )
    address = re.search(
        r"/hiring/applications/attachment/\d+", clerk.get(f"/hiring/applications/show/{application}")
    )
    answer = clerk.client.get(address[0])
    assert (answer.data, answer.mimetype) == (content, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_way_of_an_application_stands_on_its_page_and_its_sums_agree(demo_app, listed, demo_files, clerk):
    cashier, application, number = listed
    page = f"/hiring/applications/show/{application}"
    assert sums(clerk.get(page)) == ("40,000.00", "0.00")
    assert moved(pay(cashier, number)) == 40
    shown = clerk.get(page)
    history = shown[shown.index('<ol class="history">') :]
    told = re.findall(r"<li><b>([^<]+)</b>", history)
    assert told[-6:] == ["提交", "审核通过", "公示", "公示通过", "编制发放清单", "发放"]
    assert history.count("40 人") == 6
    assert history.count("，40,000.00 元") == 6
    assert sums(shown) == ("0.00", "40,000.00")
    rows = HiringDesk(demo_app, "auditor").get("/hiring/applications/list/")
    cells = re.findall(r'<td class="number">([^<]+)</td>', rows[rows.index(f"/show/{application}") :])
    assert cells[:3] == ["40,000.00", "0.00", "40,000.00"]

    assert "人员名单文件" not in shown
    refused = clerk.check(application, demo_files / SHEET, expect=422)
    assert "已经发放，且没有待修改的人员，不能再加入人员" in refused


def test_a_paid_application_offers_no_correction_but_the_way_to_a_new_one(
    demo_app, demo_files, clerk, monkeypatch
):
    application = clerk.hand_in(demo_files, "2-mixed.xlsx")
    address = f"/hiring/applications/show/{application}"
    correcting = re.compile(rf"/hiring/applications/correct/{application}/\d+")
    open_page = clerk.get(address)
    assert correcting.search(open_page) and "data-edit" in open_page
    cashier, _, number = enlist(demo_app, application, monkeypatch)
    assert moved(pay(cashier, number)) > 0
    page = clerk.get(address)
    assert 'id="failed"' in page and not correcting.search(page) and "data-edit" not in page
    note = page[page.index("本申请已经发放，不能再加入或更正人员。请另行新建申请。") :]
    assert 'href="/hiring/applications/add"' in note[:300]


def sums(page: str) -> tuple[str, str]:
    """(what is being handled, what is paid) as the page of an application says."""
    return tuple(re.search(rf'id="{name}-total">([^<]+)<', page)[1] for name in ("open", "paid"))


def test_a_drafts_money_is_being_handled(demo_files, clerk):
    application = clerk.open_application(uscc_of(demo_files, SHEET))
    clerk.check(application, demo_files / SHEET)
    assert sums(clerk.get(f"/hiring/applications/show/{application}")) == ("40,000.00", "0.00")
    rows = clerk.get("/hiring/applications/list/")
    assert 'data-amount="40000.00" data-state="draft"' in rows


def test_the_history_names_the_account_before_and_the_one_after(demo_files, clerk):
    application = clerk.open_application(uscc_of(demo_files, SHEET))
    for number in ("6217003810012341111", "6217003810012342222"):
        form = clerk.account(application, number=number)
        clerk.post(f"/hiring/applications/account/{application}", form)
    history = clerk.get(f"/hiring/applications/show/{application}").partition('<ol class="history">')[2]
    assert "账号末四位：— → 1111" in history and "账号末四位：1111 → 2222" in history


def test_passed_people_stand_as_in_their_sheet(demo_files, clerk, everything):
    application = clerk.open_application(uscc_of(demo_files, SHEET))
    clerk.check(application, demo_files / SHEET)
    shown = re.findall(r"/hiring/query/show/(\d+)", clerk.get(f"/hiring/applications/show/{application}"))
    assert shown == list(map(str, everything.scalars(select(Claim.id).order_by(Claim.id))))


def test_an_exported_list_keeps_its_digest_and_is_dissolved_for_a_reason_only(demo_app, listed, everything):
    cashier, _, number = listed
    file = cashier.client.post(f"/hiring/payment_lists/export/{number}").data
    held = everything.get(PaymentList, int(number))
    digest = hashlib.sha256(file).hexdigest()
    exported = everything.scalars(
        select(AuditEntry).where(AuditEntry.event == "export", AuditEntry.subject == held.number)
    ).one()
    assert exported.after["sha256"] == held.exported_sha256 == digest
    assert digest in cashier.get(f"/hiring/payment_lists/show/{number}")

    form = {"action": "dissolve", "rowid": [number]}
    dialog = cashier.post("/hiring/payment_lists/action_post", form)
    assert f"发放清单{held.number}已于" in cautions(cashier.get(dialog))
    page = cashier.post(f"{dialog}/run", {"reason": " "}, expect=422)
    assert "并填写解散原因" in page
    assert (
        everything.scalar(select(PaymentList.dissolved_on).execution_options(populate_existing=True)) is None
    )
    assert moved(cashier.confirm(dialog, reason="账号有误，银行已退回文件")) == 40
    entry = everything.scalars(
        select(AuditEntry).where(AuditEntry.event == "dissolve", AuditEntry.subject == held.number)
    ).one()
    assert entry.note == "账号有误，银行已退回文件"
    assert entry.before["sha256"] == digest


def test_a_list_that_nobody_exported_is_dissolved_without_asking(listed):
    cashier, _, number = listed
    dialog = cashier.post("/hiring/payment_lists/action_post", {"action": "dissolve", "rowid": [number]})
    assert "已于" not in cautions(cashier.get(dialog))
    assert moved(cashier.confirm(dialog)) == 40


def cautions(page: str) -> str:
    return " ".join(re.findall(r'class="banner banner--warning"[^>]*>([^<]+)<', page))


def test_who_was_paid_although_a_rule_failed_is_found_in_a_list_and_by_a_filter(demo_app, listed, everything):
    cashier, _, number = listed
    spoiled = everything.scalars(select(Claim.id).order_by(Claim.id).limit(1)).one()
    everything.execute(
        text(
            "UPDATE contributions SET paid = false WHERE person_id = (SELECT person_id FROM claims WHERE id = :id)"
        ),
        {"id": spoiled},
    )
    everything.commit()
    assert moved(pay(cashier, number)) == 40
    person = everything.scalar(select(Claim.person_id).where(Claim.id == spoiled))
    for desk, leads in (
        (cashier, f"/hiring/query/show/{spoiled}"),
        (HiringDesk(demo_app, "auditor"), f"/dossiers/{person}"),
    ):
        assert re.findall(r"post_check/show/(\d+)", desk.get("/hiring/post_check/list/")) == [str(spoiled)]
        page = desk.get("/post_checks/list/")
        assert re.findall(r'pin--end"><a href="([^"]+)"', page) == [leads]
        filtered = desk.get("/hiring/query/list/?post_check=1")
        assert set(re.findall(r"query/show/(\d+)", filtered)) == {str(spoiled)}
        home = desk.get("/")
        assert "/post_checks/list/" in home and "/hiring/post_check/list/" in home
        assert "缴费" in page and "共1条" in page
        assert "共1条" in desk.get("/post_checks/list/?programme=hiring_subsidy")
        assert "共0条" in desk.get("/post_checks/list/?programme=training")
    for address in ("/hiring/post_check/list/", "/post_checks/list/"):
        HiringDesk(demo_app, "clerk").get(address, expect=403)


def test_the_reconciliation_counts_the_claims_whose_money_it_sums(listed, demo_app, everything):
    cashier, application, number = listed
    pay(cashier, number)
    everything.execute(
        text("UPDATE claims SET state = 'revoked' WHERE id IN (SELECT id FROM claims ORDER BY id LIMIT 15)")
    )
    everything.commit()
    held = everything.scalar(select(Application.number).where(Application.id == int(application)))
    page = cashier.get(f"/ledger/sums?by=application&year={TODAY.year}")
    row = page[page.index(f"<td>{held}</td>") :]
    cells = re.findall(r'<td class="number">([^<]+)</td>', row)
    assert cells[:4] == ["25", "25,000.00", "25", "25,000.00"]


def test_moves_that_no_row_of_the_filter_can_make_are_not_offered(demo_files, clerk):
    clerk.hand_in(demo_files, SHEET)
    moves = re.compile(r'name="action"\s+value="(\w+)"')
    assert moves.findall(clerk.get("/hiring/query/list/")) == ["withdraw"]
    clerk.check(clerk.open_application(uscc_of(demo_files, "2-mixed.xlsx")), demo_files / "2-mixed.xlsx")
    assert moves.findall(clerk.get("/hiring/query/list/")) == ["withdraw", "submit"]
    assert moves.findall(clerk.get("/hiring/query/list/?state=submitted")) == ["withdraw"]


@pytest.fixture
def school(demo_app) -> TrainingDesk:
    return TrainingDesk(demo_app, "clerk")


def test_classes_are_counted_as_classes_and_without_money(demo_app, school, firm, staff, everything):  # noqa: F811
    project = everything.scalar(text("SELECT id FROM training_projects ORDER BY id LIMIT 1"))
    class_id = school.open_class(firm.uscc, project)
    (offer,) = school.offered(class_id, staff[0].name)[:1] or [None]
    assert offer is not None
    school.post(f"{CLASSES}/students/{class_id}", {"person_id": offer["id"]})
    dialog = school.post(f"{CLASSES}/submit/{class_id}")
    asked = main(school.get(dialog))
    extent = re.search(r'class="extent">(.*?)</p>', asked, re.S)[1]
    assert re.sub(r"<[^>]+>", "", extent).strip() == "共 1 个班级"
    result = main(school.confirm(dialog))
    assert '已办理 <b id="moved">1</b> 个班级' in result
    assert "0.00" not in asked + result
    assert "人" not in re.sub(
        r"<[^>]+>", "", re.search(r'class="part outcome"[^>]*>(.*?)</section>', result, re.S)[1]
    )


def test_a_declaration_speaks_of_students_and_no_sheet(demo_app, school, firm, staff, everything):  # noqa: F811
    project = everything.scalar(text("SELECT id FROM training_projects ORDER BY id LIMIT 1"))
    class_id = school.open_class(firm.uscc, project)
    offer = school.offered(class_id, staff[0].name)[0]
    school.post(f"{CLASSES}/students/{class_id}", {"person_id": offer["id"]})
    school.move(f"{CLASSES}/submit/{class_id}")
    TrainingDesk(demo_app, "reviewer").act("class_review", "approve_class", [class_id])
    page = main(school.get(school.post(f"/training/declarations/declare/{class_id}")))
    assert "申报学员" in page and "共 1 名学员" in page and ">提交申报<" in page
    assert [
        words for words in ("人员名单", "人员模板", "人员校验", "参保地", "补贴申请") if words in page
    ] == []


def main(page: str) -> str:
    return page[page.index("<main") :]


def test_an_empty_class_is_deleted_and_what_was_typed_for_a_student_stays(school, firm, staff, everything):  # noqa: F811
    project = everything.scalar(text("SELECT id FROM training_projects ORDER BY id LIMIT 1"))
    class_id = school.open_class(firm.uscc, project)
    page = school.post(f"{CLASSES}/students/{class_id}", {"q": "张某某", "person_id": ""}, expect=422)
    assert 'name="q" value="张某某"' in page
    assert re.search(r'id="student-error"[^>]*>请输入公民身份号码或姓名', page)
    page = school.post(f"{CLASSES}/roll/{class_id}", {"sheet": (io.BytesIO(b"x"), "a.xlsx")}, expect=422)
    assert 'id="sheet-error"' in page
    offer = school.offered(class_id, staff[0].name)[0]
    school.post(f"{CLASSES}/students/{class_id}", {"person_id": offer["id"]})
    assert "中还有学员，不能删除" in school.post(f"{CLASSES}/discard/{class_id}", expect=409)
    student = everything.scalars(select(Enrolment.id)).one()
    school.post(f"{CLASSES}/withdraw/{student}")
    assert "删除空班级" in school.get(f"{CLASSES}/show/{class_id}")
    school.post(f"{CLASSES}/discard/{class_id}")
    assert everything.scalars(select(TrainingClass.id)).all() == []
    assert "discard" in set(everything.scalars(select(AuditEntry.event)))


def test_a_past_months_figures_stay_when_a_case_is_sent_in_again(demo_app, demo_files, monkeypatch):
    clerk, reviewer = HiringDesk(demo_app, "clerk"), HiringDesk(demo_app, "reviewer")
    application = clerk.hand_in(demo_files, SHEET)
    claim = re.search(r"/hiring/query/show/(\d+)", clerk.get(f"/hiring/applications/show/{application}"))[1]
    monkeypatch.setitem(demo_app.config, "TODAY", after(6, month(-1)))
    reviewer.act("review", "return", [claim], opinion="补材料")
    clerk.act("query", "submit", [claim])
    figures = Desk(demo_app, "auditor").get("/desk/figures/")
    counted = dict(re.findall(r"<tr><td>(\d{4}-\d\d)</td><td class=\"number\">([\d,]+)</td>", figures))
    assert (counted[f"{TODAY:%Y-%m}"], counted[f"{month(-1):%Y-%m}"]) == ("40", "0")


def test_a_page_that_is_gone_says_so_to_the_tabs(clerk):
    gone = clerk.get("/hiring/applications/show/999999", expect=404)
    assert "data-gone" in gone
    assert "data-here" not in gone
    assert clerk.client.head("/hiring/applications/show/999999").status_code == 404
