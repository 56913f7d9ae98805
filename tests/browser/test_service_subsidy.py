"""Manual 3.1 for both payee kinds: one notice with an objection holds one person, everybody else is paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from app.engine.sheets import Sheet, read
from tests.browser.desk import Desk
from tests.browser.server import Demo
from tests.desk.subsidies import HIRING_SHEET
from tests.desk.subsidies import SERVICE_SHEET as SHEET

UNIT_SHEET, UNIT_PEOPLE = "7-service.xlsx", 16
PERSON_SHEET, PERSON_PEOPLE = "1-good.xlsx", 2
AMOUNT = 300
ALL = UNIT_PEOPLE + PERSON_PEOPLE
VOUCHER = "PZ-FW-0001"


def yuan(people: int) -> str:
    return f"{people * AMOUNT:,.2f}"


@pytest.fixture(scope="module")
def demo(toured: Demo) -> Demo:
    return toured


def test_both_payees_from_application_to_payment(sit_down, demo):
    walk(sit_down, demo)


def walk(sit_down: Callable[[str], Desk], demo: Demo) -> None:
    clerk = sit_down("clerk")
    unit = apply_as_unit(clerk, demo)
    person = apply_as_person(clerk, demo)
    reviewer = sit_down("reviewer")
    notice, ends_on = review_and_publicize(reviewer)
    object_to_somebody(clerk, notice)
    outcome(reviewer, ends_on)
    listed = pay(sit_down("cashier"))
    books(clerk, unit, person, listed)


def apply_as_unit(clerk: Desk, demo) -> str:
    """An institution, found by its USCC; its people by sheet."""
    clerk.service("申请")
    clerk.page.get_by_role("link", name="新增申请").click()
    clerk.page.get_by_label("公民身份号码").wait_for(state="hidden")
    clerk.page.get_by_role("combobox").fill(demo.uscc_of(UNIT_SHEET))
    clerk.page.locator("[role=option]").first.click()
    clerk.look("service-new")
    clerk.button("下一步").click()
    clerk.look("service-application")
    clerk.check(demo.sheets / UNIT_SHEET)
    clerk.page.get_by_text(f"{UNIT_PEOPLE}人通过，0人未通过").wait_for()
    clerk.bank()
    return submit(clerk, UNIT_PEOPLE)


def apply_as_person(clerk: Desk, demo) -> str:
    """A person on the own account; the people typed one by one, the register's name offered for each id."""
    taken = {row["citizen_id"] for row in rows_of(clerk, demo, SHEET, UNIT_SHEET)}
    good = rows_of(clerk, demo, HIRING_SHEET, PERSON_SHEET)
    applicant, *others = [row for row in good if row["citizen_id"] not in taken]
    clerk.service("申请")
    clerk.page.get_by_role("link", name="新增申请").click()
    clerk.page.wait_for_load_state("load")
    clerk.page.get_by_label("个人").check()
    clerk.page.get_by_role("combobox").wait_for(state="hidden")
    clerk.page.get_by_label("公民身份号码").fill(applicant["citizen_id"])
    clerk.page.get_by_role("button", name=applicant["name"]).click()
    assert clerk.page.get_by_label("姓名").input_value() == applicant["name"]
    clerk.button("下一步").click()
    for place, row in enumerate(others[:PERSON_PEOPLE]):
        if not place:
            clerk.page.get_by_role("link", name="逐个录入").click()
        type_person(clerk, row, demo.uscc_of(PERSON_SHEET))
    clerk.page.get_by_role("link", name="返回申请单").click()
    clerk.bank()
    return submit(clerk, PERSON_PEOPLE)


def rows_of(clerk: Desk, demo, sheet: Sheet, name: str) -> list[dict[str, str]]:
    with (demo.sheets / name).open("rb") as file:
        return [row.raw for row in read(sheet, file, today=clerk.today).rows]


def type_person(clerk: Desk, row: dict, uscc: str) -> None:
    clerk.page.get_by_label("公民身份号码").fill(row["citizen_id"])
    clerk.page.get_by_role("button", name=row["name"]).click()
    for label, field in (("人员类别", "category"), ("劳动合同开始日期", "contract_start")):
        box = clerk.page.get_by_label(label)
        if box.evaluate("box => box.tagName") == "SELECT":
            box.select_option(label=row[field])
        else:
            box.fill(row[field])
    clerk.page.get_by_label("劳动合同终止日期").fill(row["contract_end"])
    clerk.page.get_by_label("就业单位统一社会信用代码").fill(uscc)
    clerk.page.get_by_label("参保地").select_option(label="成都市锦江区")
    clerk.look("service-person")
    clerk.button("保存并校验").click()
    clerk.page.get_by_text("校验通过，已加入名单。").wait_for()


def submit(clerk: Desk, people: int) -> str:
    number = clerk.number()
    clerk.submit().click()
    assert clerk.extent() == (people, yuan(people))
    clerk.look("service-dialog")
    assert clerk.confirm() == (people, 0)
    clerk.look("service-result")
    return number


def review_and_publicize(reviewer: Desk) -> tuple[str, str]:
    """Approves everything, publicizes it in one notice and returns the notice's number and last day."""
    reviewer.service("审核")
    reviewer.look("service-review")
    reviewer.choose_all("审核通过")
    assert reviewer.confirm() == (ALL, 0)
    reviewer.service("公示与公示结果")
    reviewer.look("service-publicity")
    reviewer.choose_all("公示")
    end = reviewer.today + timedelta(days=1)
    reviewer.page.get_by_label("公示结束日期").fill(end.isoformat())
    reviewer.page.locator("form.confirm button").click()
    said = reviewer.page.get_by_role("alert").inner_text()
    reviewer.forgive("422")
    earliest = said.split("结束日期最早为")[1][:10]
    assert date.fromisoformat(earliest) > end
    assert reviewer.confirm(公示结束日期=earliest) == (ALL, 0)
    reviewer.service("公示名册")
    row = reviewer.page.locator("tbody tr")
    assert row.count() == 1
    assert earliest in row.inner_text()
    return row.get_by_role("link").first.inner_text(), earliest


def object_to_somebody(clerk: Desk, notice: str) -> None:
    clerk.service("公示名册")
    clerk.page.get_by_role("link", name=notice).click()
    clerk.page.get_by_role("link", name="登记异议").first.click()
    clerk.page.get_by_label("提出人").fill("欧阳先生")
    clerk.page.get_by_label("异议内容").fill("此人从未到岗上班。")
    clerk.button("登记异议").click()
    clerk.page.get_by_role("heading", name="公示异议").wait_for()


def outcome(reviewer: Desk, ends_on: str) -> None:
    """Refused while the notice runs, with the date; later everybody passes but the one."""
    reviewer.service("公示与公示结果")
    reviewer.choose_all("公示通过")
    assert reviewer.confirm() == (0, ALL)
    over = date.fromisoformat(ends_on) + timedelta(days=1)
    assert over.isoformat()[5:] in reviewer.text()
    reviewer.move_date((over - reviewer.today).days)
    reviewer.service("公示期满")
    reviewer.look("service-outcome")
    reviewer.choose_all("公示通过")
    assert reviewer.extent() == (ALL, yuan(ALL))
    assert reviewer.confirm() == (ALL - 1, 1)
    refused = reviewer.page.locator("tbody tr").filter(has=reviewer.page.locator(".tag--fail"))
    assert "异议" in refused.inner_text()


def pay(cashier: Desk) -> str:
    """One numbered list of everybody but the one, downloaded and disbursed as a whole; returns its number."""
    cashier.service("发放")
    cashier.look("service-disbursement")
    cashier.choose_all("编制发放清单")
    assert cashier.confirm() == (ALL - 1, 0)
    cashier.service("发放清单")
    listed = cashier.page.locator("tbody tr").get_by_role("link").first.inner_text()
    cashier.choose_all("发放")
    assert cashier.extent() == (ALL - 1, yuan(ALL - 1))
    assert cashier.confirm(凭证号=VOUCHER) == (ALL - 1, 0)
    cashier.open("发放台账")
    assert yuan(ALL - 1) in cashier.text()
    return listed


def books(clerk: Desk, unit: str, person: str, listed: str) -> None:
    """The query by application and state; the one who waits; the receipt."""
    clerk.service("查询")
    paid = 0
    for number in (unit, person):
        clerk.search(申请单号=number, 状态="已发放")
        paid += clerk.page.locator("tbody [data-drawer]").count()
    assert paid == ALL - 1
    clerk.search(申请单号="", 状态="公示中")
    assert clerk.page.locator("tbody [data-drawer]").count() == 1
    clerk.service("申请")
    clerk.page.get_by_role("link", name=unit).click()
    clerk.page.get_by_role("link", name="打印受理回执").click()
    assert unit in clerk.page.locator("body").inner_text()
    assert yuan(UNIT_PEOPLE) in clerk.page.locator("body").inner_text()
