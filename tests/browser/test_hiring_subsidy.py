"""Manual 2.1.1 as a clerk follows it, then review, publicity, outcome and disbursement: three logins, one set of books."""

from __future__ import annotations

import io
from datetime import timedelta

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Download

from tests.browser.desk import Desk
from tests.desk.days import publicity_end

SHEET, ROWS = "2-mixed.xlsx", 30
AMOUNT = 1000
ACCOUNT = "6217003810012345678"
EVENTS = ("提交", "审核通过", "公示", "公示通过", "发放")


def yuan(people: int) -> str:
    return f"{people * AMOUNT:,.2f}"


def counted(desk: Desk, verdict: str) -> int:
    """How many rows one of the two tables of an application has."""
    desk.show(verdict)
    table = desk.page.get_by_role("region", name=verdict, exact=True)
    return table.locator("> table > tbody > tr:has(td.name)").count()


def test_from_template_to_payment(sit_down, demo):
    clerk = sit_down("clerk")
    number, people = apply(clerk, demo)
    reviewer = sit_down("reviewer")
    review(reviewer, number, people)
    publicize(reviewer, number, people)
    voucher = disburse(sit_down("cashier"), number, people)
    audit(sit_down("auditor"), number, people, voucher)
    outsider_sees_nothing(sit_down("clerk_b"), number)


def apply(clerk: Desk, demo) -> tuple[str, int]:
    """2.1.1: template, upload, check, bank, apply; returns the application's number and how many were sent."""
    clerk.hiring("申请")
    with clerk.page.expect_download() as template:
        clerk.page.get_by_role("link", name="人员模板下载").first.click()
    sheet = first_sheet(template.value)
    assert "公民身份号码*" in {cell.value for row in sheet.iter_rows(max_row=6) for cell in row}

    number = clerk.open_application(demo.uscc_of(SHEET))
    assert clerk.submit().count() == 0
    clerk.check(demo.sheets / SHEET)
    passed, failed = counted(clerk, "通过"), counted(clerk, "未通过")
    assert passed and failed and passed + failed == ROWS
    for rule in ("HS-01", "HS-02", "HS-03", "HS-04", "HS-05", "C-01", "C-03"):
        assert clerk.page.locator(f".reason[data-rule='{rule}']").count(), rule
    assert failed_rows_come_back(clerk) == failed
    passed += correct_a_row(clerk)
    assert (counted(clerk, "通过"), counted(clerk, "未通过")) == (passed, ROWS - passed)

    assert clerk.submit().is_disabled()
    clerk.bank(ACCOUNT)
    assert "5678" in clerk.page.locator("#bank").inner_text()
    assert ACCOUNT not in clerk.page.content()
    clerk.attach()
    clerk.submit().click()
    assert clerk.extent() == (passed, yuan(passed))
    assert clerk.confirm() == (passed, 0)
    return number, passed


def first_sheet(download: Download) -> Worksheet:
    return load_workbook(io.BytesIO(download.path().read_bytes())).worksheets[0]


def failed_rows_come_back(clerk: Desk) -> int:
    """The failed rows as a workbook, each with its reasons."""
    with clerk.page.expect_download() as download:
        clerk.page.get_by_role("link", name="下载未通过名单").click()
    rows = list(first_sheet(download.value).iter_rows(values_only=True))
    return sum(any(str(value or "").startswith("[") for value in row) for row in rows)


def correct_a_row(clerk: Desk) -> int:
    """A contract that is too short, and nothing else, is made open-ended in its row."""
    clerk.show("未通过")
    too_short = clerk.page.locator("tbody tr").filter(has=clerk.page.locator(".reason[data-rule='HS-02']"))
    alone = too_short.filter(has_not=clerk.page.locator(".reason + .reason")).first
    alone.get_by_role("link", name="更正").click()
    row = clerk.page.locator("tr.edit[data-line]")
    assert "终止日期应不早于" in row.inner_text()
    row.get_by_label("劳动合同终止日期").fill("")
    row.get_by_label("劳动合同终止日期").press("Enter")
    clerk.page.get_by_text("更正后校验通过。").wait_for()
    return 1


def review(reviewer: Desk, number: str, people: int) -> None:
    """Ticked rows first, then everything else that the filter finds."""
    reviewer.hiring("审核")
    reviewer.search(申请单号=number)
    reviewer.tick(2)
    assert f"已选 2 人，合计 {yuan(2)} 元" in reviewer.text()
    reviewer.button("审核通过").click()
    assert reviewer.extent() == (2, yuan(2))
    assert reviewer.confirm() == (2, 0)
    reviewer.hiring("审核")
    reviewer.search(申请单号=number)
    reviewer.page.get_by_label("勾选本页全部").check()
    reviewer.button("审核通过").click()
    assert reviewer.extent() == (people - 2, yuan(people - 2))
    assert reviewer.confirm(审核意见="材料齐全。") == (people - 2, 0)


def publicize(reviewer: Desk, number: str, people: int) -> None:
    """Publicity, refused before its end, passed after it."""
    end = publicity_end(reviewer.today, 10)
    waited = (end - reviewer.today).days + 1
    choose_all(reviewer, number, "公示")
    assert reviewer.confirm(公示结束日期=end.isoformat()) == (people, 0)
    choose_all(reviewer, number, "公示通过")
    assert reviewer.confirm() == (0, people)
    assert (end + timedelta(days=1)).isoformat()[5:] in reviewer.text()
    reviewer.move_date(waited)
    choose_all(reviewer, number, "公示通过")
    assert reviewer.extent() == (people, yuan(people))
    assert reviewer.confirm() == (people, 0)


def choose_all(reviewer: Desk, number: str, action: str) -> None:
    reviewer.hiring("公示与公示结果")
    reviewer.search(申请单号=number)
    reviewer.page.get_by_label("勾选本页全部").check()
    reviewer.button(action).click()


def disburse(cashier: Desk, number: str, people: int) -> str:
    """The money has left offline; the voucher says which."""
    voucher = f"PZ-{number}"
    cashier.hiring("发放")
    cashier.search(申请单号=number)
    cashier.page.get_by_label("勾选本页全部").check()
    cashier.button("发放").click()
    assert cashier.extent() == (people, yuan(people))
    assert cashier.confirm(凭证号=voucher) == (people, 0)
    return voucher


def audit(auditor: Desk, number: str, people: int, voucher: str) -> None:
    """What the books say: on the application, in the query, on one person's page, in the log."""
    auditor.hiring("申请")
    row = auditor.page.locator("tbody tr").filter(has_text=number)
    assert row.locator("td.number").all_inner_texts() == [yuan(people), yuan(0), yuan(people)]
    assert f"已发放 {people}" in " ".join(row.inner_text().split())

    auditor.hiring("查询")
    auditor.search(申请单号=number, 状态="已发放")
    assert f"共{people}条" in auditor.text()
    auditor.open_case(auditor.page.locator("tbody tr").last)
    auditor.page.get_by_role("heading", name="系统风控点").wait_for()
    history = auditor.page.locator(".history b").all_inner_texts()
    assert [event for event in history if event in EVENTS] == list(reversed(EVENTS)), "the newest first"
    assert voucher in auditor.text()
    names = set(auditor.page.locator(".history .by").all_inner_texts())
    assert {"陈小敏（clerk）", "周国强（reviewer）", "刘芳（cashier）"} <= names

    auditor.open("审计日志")
    for event in ("公示通过", "发放"):
        auditor.search(事项=event)
        assert f"共{people}条" in auditor.text()
    assert auditor.page.locator("[data-needs-choice]").count() == 0


def outsider_sees_nothing(other: Desk, number: str) -> None:
    """Another county's clerk: not in a list, not by a search."""
    for function in ("申请", "查询"):
        other.hiring(function)
        other.search(申请单号=number)
        assert "没有符合条件的记录" in other.text()
        assert "共0条" in other.text()
