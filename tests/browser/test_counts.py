"""What everyday work costs at most, from the home page: clicks, loads of a page, bytes on the wire (spec: Counted)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, Request

from tests.browser.desk import Desk
from tests.browser.wire import arriving, forget, weight
from tests.desk.days import publicity_end

SHEET, OTHERS, NEIGHBOURS = "1-good.xlsx", "2-mixed.xlsx", "6-qingyang.xlsx"
COLD, WARM = 300_000, 40_000
"""Bytes of a page with an empty cache, and with one that another page has filled."""
CLICKED = """document.addEventListener("click", (event) => {
  if (event.isTrusted && event.detail > 0) window.clicked();
}, true);"""


@dataclass
class Tally:
    """Clicks and loads since the home page stood there."""

    clicks: list[None] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)

    def begin(self) -> None:
        self.clicks.clear()
        self.loads.clear()


@pytest.fixture
def counted(sit_down) -> Callable[[str], tuple[Desk, Tally]]:
    """Somebody at the home page, counted from there on; a download is no load."""

    def sit(username: str) -> tuple[Desk, Tally]:
        desk, tally = sit_down(username), Tally()

        def asked(request: Request) -> None:
            if request.is_navigation_request() and request.redirected_from is None:
                tally.loads.append(request.url)

        desk.context.expose_function("clicked", lambda: tally.clicks.append(None))
        desk.context.add_init_script(CLICKED)
        desk.page.on("request", asked)
        home(desk, tally)
        return desk, tally

    return sit


def home(desk: Desk, tally: Tally) -> None:
    desk.page.goto("/")
    desk.page.wait_for_load_state("networkidle")
    tally.begin()


def twenty(demo, folder: Path, *, second_half: bool = False, short: int = 0) -> Path:
    """One half of the ready-made sheet's forty people; the contracts of the first `short` end too early."""
    book = load_workbook(demo.sheets / SHEET)
    page = book.worksheets[0]
    head = next(cell.row for row in page.iter_rows(max_row=10) for cell in row if cell.value == "姓名*")
    page.delete_rows(head + (1 if second_half else 21), 20)
    titles = [str(cell.value).strip("*") for cell in page[head]]
    start, end = (titles.index(f"劳动合同{which}日期") + 1 for which in ("开始", "终止"))
    for row in range(head + 1, head + 1 + short):
        page.cell(row, end).value = page.cell(row, start).value
    book.save(folder / "二十人.xlsx")
    return folder / "二十人.xlsx"


def begin(page: Page, uscc: str) -> None:
    page.locator(".page-head .acts").get_by_role("link", name="一次性吸纳就业补贴").click()
    page.get_by_role("combobox", name="单位").first.fill(uscc)
    page.locator("[role=option]").first.click()
    page.get_by_role("button", name="下一步").click()


def choose_sheet(page: Page, sheet: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator(".drop .file").click()
    chooser.value.set_files(sheet)


def test_applying_for_an_employer_for_the_first_time(counted, demo, tmp_path):
    """Nobody knows the account yet: it is typed and saved on the way; still at most eight clicks and four loads."""
    clerk, tally = counted("clerk")
    page = clerk.page
    begin(page, demo.uscc_of(SHEET))
    choose_sheet(page, twenty(demo, tmp_path))
    page.get_by_text("校验完成：20人通过，0人未通过。").wait_for()
    assert clerk.submit().is_disabled()
    clerk.bank()
    number = clerk.number()
    clerk.submit().click()
    assert clerk.confirm() == (20, 0)
    assert (len(tally.clicks) <= 8, len(tally.loads) <= 4) == (True, True), (len(tally.clicks), tally.loads)
    withdraw(clerk, number)


def withdraw(clerk: Desk, number: str) -> None:
    """Twenty people leave their places to the other tests."""
    clerk.hiring("查询")
    clerk.search(申请单号=number)
    clerk.choose_all("撤回")
    assert clerk.confirm(原因="演示。") == (20, 0)


def test_applying_with_a_sheet_of_twenty(counted, demo, tmp_path):
    """For an employer whose account the office knows: at most eight clicks and four loads."""
    clerk, tally = counted("clerk")
    page, uscc = clerk.page, demo.uscc_of(SHEET)
    clerk.open_application(uscc)
    clerk.bank()
    home(clerk, tally)
    begin(page, uscc)
    choose_sheet(page, twenty(demo, tmp_path))
    page.get_by_text("校验完成：20人通过，0人未通过。").wait_for()
    number = clerk.number()
    clerk.submit().click()
    assert clerk.confirm() == (20, 0)
    assert (len(tally.clicks) <= 8, len(tally.loads) <= 4) == (True, True), (len(tally.clicks), tally.loads)
    withdraw(clerk, number)


def test_correcting_three_rows(counted, demo, tmp_path):
    """At most four clicks and one load: the desk leads to the draft, Enter leads from row to row."""
    clerk, tally = counted("clerk")
    page = clerk.page
    clerk.open_application(demo.uscc_of(SHEET))
    clerk.check(twenty(demo, tmp_path, second_half=True, short=3))
    assert page.locator(".tabs .n--now").inner_text() == "3"
    home(clerk, tally)
    page.locator(".todo").get_by_role("link", name="一次性吸纳就业补贴，草稿").click()
    page.locator("#failed").get_by_role("link", name="更正").first.click()
    for left in (2, 1, 0):
        end = page.locator("tr.edit[data-line] input[name=contract_end]")
        end.fill("2035-12-31")
        end.press("Enter")
        page.get_by_role("tab", name=re.compile(rf"^通过\s*{20 - left}$")).wait_for()
    assert page.locator("#failed").count() == 0
    assert (len(tally.clicks) <= 4, len(tally.loads) == 1) == (True, True), (len(tally.clicks), tally.loads)


def test_pasted_cells_are_a_sheet_and_a_removed_row_comes_back(counted, demo):
    clerk, _ = counted("clerk")
    page = clerk.page
    clerk.open_application(demo.uscc_of(OTHERS))
    cells = "唐某某\t510104199001010019\t登记失业半年以上人员\t2026-03-01\t2027-02-28\t\t"
    paste(page, cells)
    page.get_by_text("校验完成：0人通过，1人未通过。").wait_for()
    assert "粘贴的名单.csv" in clerk.text()
    page.get_by_role("link", name="更正 唐某某").click()
    page.locator("tr.edit[data-line]").get_by_role("button", name="移除").click()
    page.get_by_text("已移除第").wait_for()
    assert page.get_by_role("link", name="更正 唐某某").count() == 0
    page.get_by_role("button", name="撤销").click()
    page.get_by_role("link", name="更正 唐某某").wait_for()
    paste(page, "张三\t510104199001010019")
    page.get_by_text("粘贴的内容有2列，名单应有7列。").wait_for()


def paste(page: Page, cells: str) -> None:
    page.evaluate(
        """cells => {
          const data = new DataTransfer();
          data.setData("text/plain", cells);
          document.querySelector("#main").dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        cells,
    )


def test_pages_and_the_drawer_are_light(sit_down, sent, demo):
    """Home, a list of 50 cases, a case, a register of 50 people; a case beside its list."""
    clerk: Desk = sit_down("clerk")
    page = clerk.page
    clerk.open_application(demo.uscc_of(OTHERS))
    clerk.check(demo.sheets / OTHERS)
    whole = "/hiring/query/list/?size=50"
    page.goto(whole)
    assert page.locator("tbody tr").count() in (49, 50), "one person of the two sheets is the same"
    case = page.locator("a[data-drawer]").first.get_attribute("href")
    for address in ("/", whole, case, "/registers/persons/list/?size=50"):
        forget(clerk)
        cold = weight(clerk, address)
        page.goto("/settings/password/", wait_until="networkidle")
        assert 0 < weight(clerk, address) < WARM and cold < COLD, (address, cold)
    page.goto(whole, wait_until="networkidle")
    with arriving(clerk) as received:
        page.locator("a[data-drawer]").first.click()
        page.locator(".drawer .evidence").wait_for()
        page.wait_for_load_state("networkidle")
    assert 0 < sum(received) < WARM


def test_paying_a_list(counted, sit_down, demo):
    """From home to the list, made, and to the money with its voucher: at most five clicks and three loads."""
    people = publicized(sit_down, demo)
    cashier, tally = counted("cashier_b")
    page = cashier.page
    page.locator(".todo li", has_text="一次性吸纳就业补贴").get_by_role("link").first.click()
    page.get_by_label("勾选本页全部").click()
    cashier.button("编制发放清单").click()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="发放清单").wait_for()
    assert cashier.outcome() == (people, 0)
    page.wait_for_load_state("load")
    cashier.button("发放").click()
    page.get_by_role("dialog").get_by_label("凭证号").focus()
    page.keyboard.type("PZ-2026-1")
    page.evaluate("document.querySelector('.toast')?.remove()")
    page.keyboard.press("Enter")
    page.locator(".journey .paid").wait_for()
    assert cashier.outcome() == (people, 0)
    assert (len(tally.clicks) <= 5, len(tally.loads) <= 3) == (True, True), (len(tally.clicks), tally.loads)


def publicized(sit_down, demo) -> int:
    """People of another county whose publicity is over; the day moves on with them."""
    clerk, reviewer = sit_down("clerk_b"), sit_down("reviewer_b")
    clerk.open_application(demo.uscc_of(NEIGHBOURS))
    clerk.check(demo.sheets / NEIGHBOURS)
    clerk.bank()
    clerk.submit().click()
    people, _ = clerk.confirm()
    end = publicity_end(reviewer.today, 10)
    for function, action, typed in (
        ("审核", "审核通过", {}),
        ("公示与公示结果", "公示", {"公示结束日期": end.isoformat()}),
    ):
        reviewer.hiring(function)
        reviewer.choose_all(action)
        assert reviewer.confirm(**typed) == (people, 0)
    reviewer.move_date((end - reviewer.today).days + 1)
    reviewer.hiring("公示期满")
    reviewer.choose_all("公示通过")
    assert reviewer.confirm() == (people, 0)
    return people
