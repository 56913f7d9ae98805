"""Manual 3.2 in its four parts: class opening, declaration, completion (by roster and one by one), publicity and payment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from app.engine.sheets import read
from tests.browser.desk import Desk
from tests.browser.server import Demo
from tests.desk.days import publicity_end
from tests.desk.subsidies import HIRING_SHEET

PEOPLE_OF = "1-good.xlsx"
STUDENTS = 3
AMOUNT = 1000


def yuan(people: int) -> str:
    return f"{people * AMOUNT:,.2f}"


@pytest.fixture(scope="module")
def demo(toured: Demo) -> Demo:
    return toured


def test_a_class_from_its_opening_to_the_money(sit_down, demo, tmp_path):
    walk(sit_down, demo, tmp_path)


def walk(sit_down: Callable[[str], Desk], demo: Demo, folder: Path) -> None:
    clerk, reviewer = sit_down("clerk"), sit_down("reviewer")
    cohort, closes_on = opening(clerk, reviewer, demo)
    declaration(clerk, reviewer, cohort)
    publicity(reviewer)
    cashier = sit_down("cashier")
    nobody_is_paid_before_completion(cashier)
    completion(clerk, reviewer, cohort, closes_on, folder)
    payment(cashier)


def opening(clerk: Desk, reviewer: Desk, demo: Demo) -> tuple[str, date]:
    """3.2.1 开班申请, 开班审核: the cohort number follows the date; students by number, part of it, or name."""
    opens_on = clerk.today - timedelta(days=43)
    closes_on = opens_on + timedelta(days=25)
    clerk.training("网络疫情培训开班")
    clerk.page.get_by_role("link", name="新增班级").click()
    clerk.page.get_by_role("combobox", name="企业名称或编号").fill(demo.uscc_of(PEOPLE_OF))
    clerk.page.locator("[role=option]").first.click()
    clerk.page.get_by_label("培训项目", exact=True).select_option(label="电子商务师 · 四级 · 40")
    number = clerk.page.get_by_label("培训期号")
    assert number.get_attribute("readonly") is not None
    days = {
        "预计开班日期": opens_on,
        "预计结业日期": closes_on,
        "停工开始日期": opens_on,
        "停工结束日期": clerk.today,
    }
    for label, day in days.items():
        clerk.page.get_by_label(label).fill(day.isoformat())
    expect(number).not_to_have_value("")
    assert number.input_value().startswith(f"510104-{opens_on:%Y%m%d}")
    for label, text in {
        "课时": "40",
        "平台": "川培在线",
        "教师": "李老师",
        "班级联系人": "王主任",
        "联系人电话": "028-85550000",
    }.items():
        clerk.page.get_by_label(label).fill(text)
    clerk.look("class-new")
    clerk.button("保存").click()
    enrol(clerk, demo)
    clerk.look("class-students")
    cohort = clerk.page.locator("h1").inner_text().split()[0]
    clerk.button("提交审核").click()
    assert clerk.confirm() == (1, 0)

    reviewer.training("开班审核")
    reviewer.look("class-review")
    reviewer.choose_all("开班审核通过")
    assert reviewer.confirm() == (1, 0)
    return cohort, closes_on


def enrol(clerk: Desk, demo) -> None:
    with (demo.sheets / PEOPLE_OF).open("rb") as file:
        people = [row.raw for row in read(HIRING_SHEET, file, today=clerk.today).rows][:STUDENTS]
    ways = (people[0]["citizen_id"], people[1]["citizen_id"][-4:], people[2]["name"][:2])
    for count, (person, typed) in enumerate(zip(people, ways, strict=True), 1):
        clerk.page.wait_for_load_state("load")  # the address names a part of the page, which takes the focus
        clerk.page.get_by_role("combobox", name="新增学员").fill(typed)
        offered = clerk.page.locator("[role=option]").filter(has_text=person["citizen_id"][-4:])
        offered.filter(has_text=person["name"]).first.click()
        clerk.button("保存学员").click()
        clerk.page.get_by_role("heading", name=f"学员名单（{count}）").wait_for()


def declaration(clerk: Desk, reviewer: Desk, cohort: str) -> None:
    """3.2.2 补贴首次申报, 补充申报 for who was withdrawn, 申报审核."""
    for title, people in (("补贴首次申报", STUDENTS), ("补充申报", 1)):
        clerk.training("疫情培训补贴申报")
        if people == STUDENTS:
            clerk.look("declaration")
        clerk.page.locator("tbody tr").filter(has_text=cohort).get_by_role("button", name=title).click()
        clerk.bank()
        if people == STUDENTS:
            clerk.look("declaration-form")
        clerk.button("提交申报").click()
        assert clerk.extent() == (people, yuan(people))
        assert clerk.confirm() == (people, 0)
        if people == STUDENTS:
            clerk.training("培训补贴查询")
            clerk.tick(1)
            clerk.button("撤回").click()
            assert clerk.confirm(原因="录入有误") == (1, 0)
    reviewer.training("培训补贴申报审核")
    reviewer.look("declaration-review")
    reviewer.choose_all("审核通过")
    assert reviewer.confirm() == (STUDENTS, 0)


def publicity(reviewer: Desk) -> None:
    """3.2.3 by person."""
    reviewer.training("疫情培训补贴公示")
    reviewer.look("training-publicity")
    reviewer.choose_all("公示")
    end = publicity_end(reviewer.today)
    waited = (end - reviewer.today).days + 1
    assert reviewer.confirm(公示结束日期=end.isoformat()) == (STUDENTS, 0)
    reviewer.move_date(waited)
    reviewer.training("疫情培训补贴公示期满")
    reviewer.look("training-outcome")
    reviewer.choose_all("公示通过")
    assert reviewer.confirm() == (STUDENTS, 0)


def nobody_is_paid_before_completion(cashier: Desk) -> None:
    cashier.training("培训补贴发放")
    cashier.choose_all("发放")
    assert cashier.confirm(凭证号="PX-1") == (0, STUDENTS)
    assert "尚未结业" in cashier.text()


def completion(clerk: Desk, reviewer: Desk, cohort: str, closes_on: date, folder: Path) -> None:
    """3.2.4: two by the roster, one by the ＋; the class is completed and reviewed."""
    clerk.training("疫情培训结业")
    clerk.page.get_by_role("main").get_by_role("link", name=cohort).click()
    clerk.look("completion")
    with clerk.page.expect_download() as download:
        clerk.page.get_by_role("link", name="未结业导出").click()
    roster = folder / "roster.xlsx"
    download.value.save_as(roster)
    fill_in(roster, closes_on)
    clerk.page.get_by_label("填好的结业名单").set_input_files(roster)
    clerk.page.get_by_text("已导入2名学员的成绩。").wait_for()
    assert clerk.button("班级结业，提交审核").is_disabled()
    clerk.page.wait_for_load_state("load")  # without its script the link opens the page instead of the dialog
    without = clerk.page.locator("tbody tr").filter(has_not=clerk.page.locator(".tag"))
    assert without.count() == 1
    without.get_by_role("link", name="登记成绩").click()
    dialog = clerk.page.get_by_role("dialog")
    dialog.get_by_role("heading").wait_for()
    clerk.look("completion-dialog")
    clerk.page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    without.get_by_role("link", name="登记成绩").press("Enter")
    clerk.button("保存").click()
    dialog.get_by_text("合格的学员须填写证书编号").wait_for()
    clerk.forgive("422")
    clerk.page.get_by_label("是否合格").select_option(label="不合格")
    clerk.page.get_by_label("结业日期").fill(closes_on.isoformat())
    clerk.button("保存").click()
    expect(clerk.button("班级结业，提交审核")).to_be_enabled()
    clerk.look("completion-done")
    clerk.button("班级结业，提交审核").click()
    assert clerk.confirm() == (1, 0)
    reviewer.training("结业审核")
    reviewer.look("completion-review")
    reviewer.choose_all("结业审核通过")
    assert reviewer.confirm() == (1, 0)


def fill_in(roster: Path, completed_on: date) -> None:
    """Results of all but the last student, who is taken off the sheet."""
    book = load_workbook(roster)
    sheet = book.worksheets[0]
    header = next(row for row in sheet.iter_rows() if str(row[0].value).startswith("学号"))
    columns = {str(cell.value).strip("*"): cell.column for cell in header}
    first = header[0].row + 1
    for number in range(STUDENTS - 1):
        sheet.cell(first + number, columns["理论成绩"]).value = 80 + number
        sheet.cell(first + number, columns["是否合格"]).value = "合格"
        sheet.cell(first + number, columns["证书编号"]).value = f"ZS-{number}"
        sheet.cell(first + number, columns["结业日期"]).value = completed_on.isoformat()
    sheet.delete_rows(first + STUDENTS - 1)
    book.save(roster)


def payment(cashier: Desk) -> None:
    cashier.training("培训补贴发放")
    cashier.choose_all("发放")
    assert cashier.confirm(凭证号="PX-1") == (STUDENTS - 1, 1)
    assert "结业不合格" in cashier.text()
    cashier.look("training-paid")
