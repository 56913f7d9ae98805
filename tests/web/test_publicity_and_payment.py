"""Notices, objections, payment lists, papers and the ledger, through the web."""

import io
import re
from decimal import Decimal

import pytest
from lxml import html
from openpyxl import load_workbook
from sqlalchemy import delete, select, update

from app.engine.cases.claims import Check, Claim
from app.engine.policy_values import PolicyValue
from app.engine.scope import Scope
from app.extensions import db
from app.registers.organisation import Office
from tests.desk.clerks import Desk, HiringDesk, moved, opened
from tests.desk.database import DEMO
from tests.desk.days import END, OVER, TODAY, after


@pytest.fixture(scope="module")
def stage(application, cluster, demo_files):
    def walk():
        clerk, reviewer, cashier = (
            HiringDesk(application, name) for name in ("clerk", "reviewer", "cashier")
        )
        number = clerk.hand_in(demo_files, "1-good.xlsx")
        reviewer.act("review", "approve")
        reviewer.act("publicity", "publicize", start=TODAY.isoformat(), end=END.isoformat())
        return clerk, reviewer, cashier, [str(i) for i in claim_ids(application)], number

    return cluster.walked(application, DEMO, TODAY, walk)


@pytest.fixture
def publicized(demo_app, stage):
    """(clerk, reviewer, cashier, ids of 40 claims under publicity from 23 to 27 November, application's id)."""
    return stage.given


def claim_ids(app) -> list[int]:
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        return list(db.session.scalars(select(Claim.id).order_by(Claim.id)))


def object_to(clerk, claim: str) -> str:
    """The objection's address."""
    facts = {
        "raised_on": TODAY.isoformat(),
        "raised_by": "张先生",
        "contact": "13800000000",
        "content": "此人并未到岗",
    }
    return clerk.post(f"/objections/add/{claim}", facts)


def test_an_objection_holds_one_person_and_nobody_else(publicized, demo_app, monkeypatch):
    clerk, reviewer, cashier, ids, _ = publicized
    address = object_to(clerk, ids[0])
    monkeypatch.setitem(demo_app.config, "TODAY", OVER)
    page = reviewer.act("outcome", "pass_publicity")
    assert moved(page) == 39
    assert "异议尚未处理" in page

    number = address.rsplit("/", 1)[1]
    clerk.post(f"/objections/decide/{number}", {"outcome": "dismissed", "opinion": "x"}, expect=403)
    reviewer.post(f"/objections/decide/{number}", {"outcome": "upheld", "opinion": "经核实未到岗"})
    page = reviewer.act("outcome", "pass_publicity")
    assert moved(page) == 0
    assert "已认定成立" in page
    assert moved(reviewer.act("outcome", "fail_publicity", reason="异议成立")) == 1

    assert moved(cashier.act("disbursement", "list")) == 39
    paper = clerk.get(f"/print/refusal/{ids[0]}")
    assert "异议成立" in paper
    assert "六十日内依法申请行政复议" in paper and "六个月内依法向人民法院提起行政诉讼" in paper


def test_an_objection_needs_a_claim_under_publicity_of_the_own_office(publicized, demo_app, monkeypatch):
    clerk, reviewer, _, ids, _ = publicized
    other = HiringDesk(demo_app, "clerk_b")
    other.get(f"/objections/add/{ids[0]}", expect=404)
    early = {"raised_on": str(after(-1)), "raised_by": "张先生", "content": "早了"}
    assert "异议日期" in clerk.post(f"/objections/add/{ids[0]}", early, expect=422)
    monkeypatch.setitem(demo_app.config, "TODAY", OVER)
    reviewer.act("outcome", "pass_publicity")
    late = {"raised_on": OVER.isoformat(), "raised_by": "张先生", "content": "晚了"}
    assert "只有公示中的记录" in clerk.post(f"/objections/add/{ids[0]}", late, expect=422)


def test_a_notice_is_printed_and_exported_with_masked_ids(publicized):
    clerk, reviewer, _, _, _ = publicized
    listed = reviewer.get("/hiring/notices/list/")
    notice = re.search(r"/hiring/notices/show/(\d+)", listed)[1]
    assert f"XN-GS-510104-{TODAY:%Y}-001" in reviewer.get(f"/hiring/notices/show/{notice}")
    paper = reviewer.get(f"/hiring/notices/print/{notice}")
    assert "肆万元整" in paper
    assert f"{END.year}年{END.month}月{END.day}日" in paper
    answer = clerk.client.get(f"/hiring/notices/export/{notice}")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    ids = [row[2] for row in sheet.iter_rows(min_row=3, values_only=True)]
    assert len(ids) == 40
    assert all(re.fullmatch(r"\d{4}\*{10}\d{3}[\dX]", text) for text in ids)


PHONE = "028-12345678"


def test_a_notice_says_whom_to_call_and_when_it_is_taken_down(publicized, demo_app, monkeypatch):
    _, reviewer, _, _, _ = publicized
    office = {"signs_as": "锦江区人力资源和社会保障局", "seal_block": "（盖章）", "objection_phone": PHONE}
    with demo_app.app_context():
        db.session.execute(update(Office).where(Office.code == "510104").values(**office))
        db.session.commit()
    notice = re.search(r"/hiring/notices/show/(\d+)", reviewer.get("/hiring/notices/list/"))[1]
    paper = reviewer.get(f"/hiring/notices/print/{notice}")
    assert all(said in paper for said in office.values())
    assert f"{OVER.year}年{OVER.month}月{OVER.day}日起撤下" in paper and "张贴的公示请撤下" not in paper
    assert f"张贴的公示到{OVER}撤下" in reviewer.get(f"/hiring/notices/show/{notice}")
    monkeypatch.setitem(demo_app.config, "TODAY", OVER)
    assert "张贴的公示请撤下" in reviewer.get(f"/hiring/notices/print/{notice}")


def test_a_notice_without_any_telephone_says_who_enters_one(publicized, demo_app):
    _, reviewer, _, _, _ = publicized
    with demo_app.app_context():
        db.session.execute(update(Office).values(phone=None))
        db.session.commit()
    notice = re.search(r"/hiring/notices/show/(\d+)", reviewer.get("/hiring/notices/list/"))[1]
    assert "经办机构没有登记电话" in reviewer.get(f"/hiring/notices/print/{notice}")


def test_an_administrator_says_what_stands_under_the_papers(demo_app):
    county = Desk(demo_app, "county_admin")
    page = county.get("/settings/offices/list/")
    address = re.search(r"/settings/offices/edit/\d+", page)[0]
    given = opened(county.get(address)) | {"signs_as": "锦江区人力资源和社会保障局", "objection_phone": PHONE}
    county.post(address, given)
    shown = county.get(address.replace("/edit/", "/show/"))
    assert PHONE in shown and "锦江区人力资源和社会保障局" in shown


def test_a_refusal_names_facts_and_documents_of_each_rule(publicized, demo_app, monkeypatch):
    clerk, reviewer, cashier, ids, _ = publicized
    reviewer.act("publicity", "fail_publicity", ids[:1], reason="未到岗")
    with demo_app.app_context():
        db.session.info["scope"] = Scope.everything()
        check = db.session.scalars(
            select(Check).where(Check.claim_id == int(ids[0])).order_by(Check.id.desc())
        ).first()
        check.findings = [
            one | ({"verdict": "fail"} if one["rule"] == "HS-02" else {}) for one in check.findings
        ]
        db.session.commit()
    paper = html.fromstring(clerk.get(f"/print/refusal/{ids[0]}"))
    cells = [cell.text_content() for cell in paper.xpath("//table//tbody/tr/td")]
    assert (
        cells[0].startswith("HS-02") and cells[2] == "《一次性吸纳就业补贴实施办法》（演示文件，非真实发文）"
    )


def test_who_was_paid_is_published_without_accounts(publicized, demo_app, monkeypatch):
    _, reviewer, cashier, ids, _ = publicized
    monkeypatch.setitem(demo_app.config, "TODAY", OVER)
    reviewer.act("outcome", "pass_publicity")
    cashier.act("disbursement", "list", ids[:3])
    number = re.search(r"/hiring/payment_lists/show/(\d+)", cashier.get("/hiring/payment_lists/list/"))[1]
    assert "还没有发放" in cashier.get(f"/hiring/payment_lists/print/{number}", expect=409)
    cashier.act("payment_lists", "disburse", [number], paid_on=OVER.isoformat(), voucher_no="PZ-9")
    assert f"/hiring/payment_lists/print/{number}" in cashier.get(f"/hiring/payment_lists/show/{number}")
    paper = cashier.get(f"/hiring/payment_lists/print/{number}")
    assert "发放结果公告" in paper and "叁仟元整" in paper
    people = re.findall(r'<td class="id">(.*?)</td>', paper)
    assert len(people) == 3 and all(re.fullmatch(r"\d{4}\*{10}\d{3}[\dX]", one) for one in people)
    assert "尾号" not in paper and "PZ-9" not in paper


def road(page: str) -> list[tuple[str | None, str]]:
    """The journey on a page: how each stop is set, and what it is called."""
    (journey,) = html.fromstring(page).find_class("journey")
    return [(stop.get("class"), stop.find("b").text) for stop in journey]


def offered(page: str) -> list[str]:
    """The moves that the bar at the foot offers."""
    return html.fromstring(page).xpath("//form[@class='bar']//button[@name='action']/@value")


def test_a_notice_shows_how_long_it_runs_and_what_may_be_done_with_it(publicized, demo_app, monkeypatch):
    clerk, reviewer, _, ids, _ = publicized
    assert "次日起可以办理公示结果。" in reviewer.get(f"/hiring/query/show/{ids[0]}")
    address = re.search(r"/hiring/notices/show/\d+", reviewer.get("/hiring/notices/list/"))[0]
    page = reviewer.get(address)
    assert road(page) == [("done", "发布"), ("here", "公示中"), (None, "公示结果")]
    assert "还有 5 个工作日" in page and "期满次日起可以办理公示通过。" in page
    words = [day.find("small").text for day in html.fromstring(page).find_class("span")]
    assert [word for word in words if word and "天" in word] == [f"第{n}天" for n in range(1, 6)]
    assert offered(page) == ["fail_publicity"]
    assert offered(clerk.get(address)) == []
    monkeypatch.setitem(demo_app.config, "TODAY", OVER)
    page = reviewer.get(address)
    assert road(page) == [("done", "发布"), ("done", "公示期满"), ("here", "公示结果")]
    assert offered(page) == ["fail_publicity", "pass_publicity"] and "首尾都算，已期满" in page
    number = address.rsplit("/", 1)[1]
    passing = {"action": "pass_publicity", "rowid": number}
    assert moved(reviewer.confirm(reviewer.post("/hiring/notices/action_post", passing))) == 40
    assert road(reviewer.get(address))[-1] == ("done", "公示结果")


def tabs(page: str) -> list[tuple[str, str, str]]:
    """The tabs above a list: title, count, where each leads; the chosen one with an asterisk."""
    (bar,) = html.fromstring(page).find_class("tabs")
    return [
        (
            tab.text.strip() + ("*" if tab.get("aria-current") else ""),
            "".join(tab.xpath("./span/text()")).strip(),
            tab.get("href"),
        )
        for tab in bar
    ]


def test_publicity_is_in_one_place(publicized, demo_app, monkeypatch):
    """Whichever of its lists is open; the addresses are those of the lists, which only those see who may."""
    clerk, reviewer, _, ids, _ = publicized
    places = ("/hiring/publicity/list/?state=approved", "/hiring/publicity/list/?state=publicizing")
    places += ("/hiring/outcome/list/", "/hiring/notices/list/")
    wanted = list(zip(("待公示", "公示中", "期满", "名册"), ("", "40", "", "1"), places, strict=True))
    assert tabs(reviewer.get("/hiring/notices/list/")) == [*wanted[:3], ("名册*", "1", places[3])]
    shown = tabs(reviewer.get(places[1]))
    assert [title for title, _, _ in shown] == ["待公示", "公示中*", "期满", "名册", "全部"]
    monkeypatch.setitem(demo_app.config, "TODAY", OVER)
    page = reviewer.get("/hiring/outcome/list/")
    assert tabs(page)[2] == ("期满*", "40", "/hiring/outcome/list/")
    assert 'class="n n--now">40<' in page
    reviewer.act("outcome", "pass_publicity", ids[:30])
    assert [count for _, count, _ in tabs(reviewer.get("/hiring/outcome/list/"))] == ["", "10", "10", "1"]
    assert not html.fromstring(clerk.get("/hiring/notices/list/")).find_class("tabs")


def test_a_payment_list_says_how_far_it_is_and_what_comes_next(publicized, demo_app, monkeypatch):
    _, reviewer, cashier, ids, _ = publicized
    monkeypatch.setitem(demo_app.config, "TODAY", OVER)
    reviewer.act("outcome", "pass_publicity")
    cashier.act("disbursement", "list", ids[:10])
    address = re.search(r"/hiring/payment_lists/show/\d+", cashier.get("/hiring/payment_lists/list/"))[0]
    assert "在清单上办理发放或解散。" in cashier.get(f"/hiring/query/show/{ids[0]}")
    page = cashier.get(address)
    assert road(page) == [("done", "制单"), ("here", "导出"), (None, "发放")]
    assert "下载发放清单，交银行付款" in page and offered(page) == ["dissolve", "disburse"]
    cashier.client.post(address.replace("show", "export"))
    page = cashier.get(address)
    assert road(page) == [("done", "制单"), ("done", "导出"), ("here", "发放")]
    assert "清单已导出，交银行付款" in page
    pay = {"paid_on": OVER.isoformat(), "voucher_no": "PZ-1"}
    cashier.act("disbursement", "disburse", ids[:4], **pay)
    page = cashier.get(address)
    assert road(page)[-1] == ("here", "发放") and "6 人尚未发放" in page
    cashier.act("disbursement", "disburse", ids[4:10], **pay)
    page = cashier.get(address)
    assert road(page)[-1] == ("paid", "已发放") and offered(page) == []
    assert "10 人已记为已发放，写入台账" in page and "凭证号 PZ-1" in page


def test_a_payment_list_goes_to_the_bank_and_comes_back_paid(publicized, demo_app, monkeypatch):
    _, reviewer, cashier, ids, _ = publicized
    monkeypatch.setitem(demo_app.config, "TODAY", OVER)
    reviewer.act("outcome", "pass_publicity")
    assert moved(cashier.act("disbursement", "list", ids[:30])) == 30
    page = cashier.act("disbursement", "list", ids[25:])
    assert moved(page) == 10
    assert f"已编入发放清单XN-FF-510104-{OVER:%Y}-001" in page
    assert "已编入发放清单" in reviewer.act("publicity", "revoke", ids[:1], reason="测试")

    address = re.findall(r"/hiring/payment_lists/show/(\d+)", cashier.get("/hiring/payment_lists/list/"))
    newer, older = dict.fromkeys(address)
    book = load_workbook(io.BytesIO(cashier.client.post(f"/hiring/payment_lists/export/{older}").data))
    summary = list(book.worksheets[0].iter_rows(min_row=3, values_only=True))
    assert summary[0][3:7] == ("6217003810012345678", 30, 30000, "叁万元整")
    assert summary[-1][3:7] == ("控制合计", 30, 30000, "叁万元整")
    reviewer.post(f"/hiring/payment_lists/export/{older}", expect=403)

    assert moved(cashier.act("payment_lists", "dissolve", [newer])) == 10
    paid = cashier.act("payment_lists", "disburse", [older], paid_on=OVER.isoformat(), voucher_no="PZ-1")
    assert moved(paid) == 30
    assert moved(reviewer.act("publicity", "revoke", ids[30:31], reason="测试")) == 1


def test_a_list_that_is_partly_paid_goes_on_with_what_was_paid(publicized, demo_app, monkeypatch):
    _, reviewer, cashier, ids, _ = publicized
    monkeypatch.setitem(demo_app.config, "TODAY", OVER)
    reviewer.act("outcome", "pass_publicity")
    cashier.act("disbursement", "list", ids[:10])
    cashier.act("disbursement", "disburse", ids[:4], paid_on=OVER.isoformat(), voucher_no="PZ-1")
    number = re.search(r"/hiring/payment_lists/show/(\d+)", cashier.get("/hiring/payment_lists/list/"))[1]
    assert moved(cashier.act("payment_lists", "dissolve", [number])) == 6
    page = cashier.get(f"/hiring/payment_lists/show/{number}")
    assert "已解散" not in page
    assert 'id="list-count">4<' in page
    assert moved(cashier.act("disbursement", "list", ids[4:10])) == 6


def test_nobody_is_paid_before_the_publicity_is_over(publicized, demo_app, monkeypatch):
    _, reviewer, cashier, ids, _ = publicized
    monkeypatch.setitem(demo_app.config, "TODAY", OVER)
    reviewer.act("outcome", "pass_publicity")
    dialog = cashier.post("/hiring/disbursement/action_post", {"action": "disburse", "rowid": ids[:3]})
    early = {"paid_on": END.isoformat(), "voucher_no": "PZ-1"}
    assert f"最早可填{OVER}" in cashier.post(f"{dialog}/run", early, expect=422)
    assert moved(cashier.confirm(dialog, **early | {"paid_on": OVER.isoformat()})) == 3


def test_a_whole_application_goes_on_one_payment_list(publicized, demo_app, monkeypatch):
    _, reviewer, cashier, ids, application = publicized
    monkeypatch.setitem(demo_app.config, "TODAY", OVER)
    reviewer.act("outcome", "pass_publicity")
    assert moved(cashier.act("applications", "list", [application])) == 40


def test_how_to_reach_an_objector_is_shown_to_few_and_written_down(publicized, demo_app):
    clerk, reviewer, cashier, ids, _ = publicized
    said = {
        "raised_on": TODAY.isoformat(),
        "raised_by": "张先生",
        "contact": "13912345678",
        "content": "未到岗",
    }
    number = clerk.post(f"/objections/add/{ids[0]}", said).rsplit("/", 1)[1]
    for desk in (clerk, cashier):
        desk.post(f"/objections/contact/{number}", expect=403)
        assert "查看异议人联系方式" not in desk.get(f"/objections/show/{number}")
    assert "13912345678" not in reviewer.get(f"/objections/show/{number}")
    assert "13912345678" in reviewer.post(f"/objections/contact/{number}", expect=200)
    auditor = HiringDesk(demo_app, "auditor")
    assert "查看完整信息" in auditor.get("/settings/audit/list/?event=reveal")
    without = {**said, "contact": ""}
    bare = clerk.post(f"/objections/add/{ids[1]}", without).rsplit("/", 1)[1]
    reviewer.post(f"/objections/contact/{bare}", expect=404)


def test_who_was_taken_out_is_marked_on_a_reprinted_notice(publicized):
    _, reviewer, _, ids, _ = publicized
    reviewer.act("publicity", "fail_publicity", ids[:1], reason="本人放弃")
    notice = re.search(r"/hiring/notices/show/(\d+)", reviewer.get("/hiring/notices/list/"))[1]
    paper = reviewer.get(f"/hiring/notices/print/{notice}")
    assert paper.count('class="gone"') == 1
    assert "公示未通过" in paper
    assert "叁万玖仟元整" in paper
    book = load_workbook(io.BytesIO(reviewer.client.get(f"/hiring/notices/export/{notice}").data)).active
    assert [row[6] for row in book.iter_rows(min_row=3, values_only=True) if row[6]] == ["公示未通过"]


def test_papers_rest_on_no_document_that_nobody_has_named(publicized, demo_app):
    _, reviewer, _, _, _ = publicized
    notice = re.search(r"/hiring/notices/show/(\d+)", reviewer.get("/hiring/notices/list/"))[1]
    assert "还没有录入文件依据" not in reviewer.get(f"/hiring/notices/print/{notice}")
    with demo_app.app_context():
        db.session.execute(delete(PolicyValue))
        db.session.commit()
    paper = reviewer.get(f"/hiring/notices/print/{notice}")
    assert "还没有录入文件依据" in paper
    assert "系统出厂默认值" not in paper


def test_ledger_and_sums_add_up(publicized, demo_app, monkeypatch):
    _, reviewer, cashier, ids, application = publicized
    monkeypatch.setitem(demo_app.config, "TODAY", OVER)
    reviewer.act("outcome", "pass_publicity")
    cashier.act("disbursement", "disburse", ids[:7], paid_on=OVER.isoformat(), voucher_no="PZ-1")
    page = cashier.get("/ledger/")
    assert 'id="ledger-total">7,000.00<' in page
    assert "level=province" not in page
    for by in ("programme", "notice", "application"):
        sums = cashier.get(f"/ledger/sums?by={by}")
        assert 'id="sums-paid">7,000.00<' in sums
        assert "不一致" not in sums
    book = load_workbook(io.BytesIO(cashier.client.get("/ledger/?download=1").data)).active
    assert [cell.value for cell in book[3]][1:] == [f"{OVER:%Y-%m}", "一次性吸纳就业补贴", 7, 7000]
    with demo_app.app_context():
        db.session.info["scope"] = Scope.everything()
        claim = db.session.get(Claim, int(ids[0]))
        claim.amount = Decimal("999.00")
        db.session.commit()
    assert "不一致" in cashier.get("/ledger/sums?by=notice")


@pytest.mark.parametrize("paper", ["receipt", "failed"])
def test_papers_of_an_application(publicized, paper):
    clerk, *_, application = publicized
    assert f"XN-510104-{TODAY:%Y%m%d}-0001" in clerk.get(f"/print/{paper}/{application}")


def test_review_form_and_no_refusal_without_a_refusal(publicized):
    clerk, reviewer, _, ids, _ = publicized
    assert "审核表" in reviewer.get(f"/print/review/{ids[0]}")
    assert "不需要告知书" in clerk.get(f"/print/refusal/{ids[0]}", expect=409)


def test_the_home_page_counts_what_waits_and_nothing_else(publicized, demo_app, monkeypatch):
    _, reviewer, _, _, _ = publicized
    ended = re.compile(r'class="what">公示期满 (\d+) 人<')
    assert not ended.search(reviewer.get("/"))
    monkeypatch.setitem(demo_app.config, "TODAY", OVER)
    assert ended.search(reviewer.get("/"))[1] == "40"
