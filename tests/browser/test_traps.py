"""What the panels that clerks know do wrong, and this one must not: in a real browser."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.desk import Desk

FARTHEST = 120
MANUAL_CLICKS = 9
"""Manual 2.1.1: four branches of the menu, template, upload, insured region, check, apply."""
COUNT = "window.addEventListener('click', event => { if (event.detail) window.clicked(); }, true);"
LIST = "/registers/contributions/list/"


def reach(page: Page, wanted: Locator, by: str = "Tab") -> None:
    """Presses Tab, or Shift+Tab, until the focus is there; on the whole page, which may move the focus as it comes."""
    wanted.wait_for()
    page.wait_for_load_state("load")
    for _ in range(FARTHEST):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press(by)
    raise AssertionError(f"{FARTHEST} times Tab did not reach {wanted}")


def press(page: Page, wanted: Locator, key: str = "Enter", by: str = "Tab") -> None:
    reach(page, wanted, by)
    page.keyboard.press(key)


def go(desk: Desk, words: str) -> None:
    """A function by Ctrl-K."""
    desk.page.wait_for_load_state("load")
    desk.page.keyboard.press("Control+k")
    desk.page.keyboard.type(words)
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")


def test_a_cancelled_dialog_leaves_nothing_armed(sit_down, demo):
    clerk: Desk = sit_down("clerk")
    number = clerk.open_application(demo.uscc_of("2-mixed.xlsx"))
    clerk.check(demo.sheets / "2-mixed.xlsx")
    clerk.bank()
    clerk.hiring("查询")
    clerk.search(申请单号=number)
    clerk.choose_all("撤回")
    clerk.page.get_by_role("link", name="取消").click()
    clerk.page.wait_for_url("**/hiring/query/list/**")
    clerk.page.wait_for_load_state("load")
    assert clerk.page.locator("tbody input:checked").count() == 0
    clerk.tick(1)
    clerk.button("提交").click()
    assert clerk.confirm() == (1, 0)
    clerk.hiring("查询")
    clerk.search(申请单号=number)
    rows = clerk.page.locator("tbody tr").all_inner_texts()
    assert rows and not [row for row in rows if "已撤回" in row]
    assert [row for row in rows if "待审核" in row], rows


@pytest.mark.parametrize(
    "query", ["size=60000", "size=x", "order=id_hash&direction=asc", "after=-1", "at=1e9"]
)
def test_nonsense_in_the_address_is_the_first_page(sit_down, query):
    clerk: Desk = sit_down("clerk")
    answer = clerk.page.goto(f"{LIST}?{query}")
    assert answer.status == 200
    assert clerk.page.locator("tbody tr").count() <= 25


def test_the_page_is_as_wide_as_the_window_and_says_its_language(sit_down):
    clerk: Desk = sit_down("clerk")
    clerk.page.set_viewport_size({"width": 1920, "height": 1080})
    clerk.page.goto(LIST)
    box = clerk.page.locator("main").bounding_box()
    assert box["x"] + box["width"] >= 1900
    assert clerk.page.locator("html").get_attribute("lang") == "zh-CN"
    assert "陈小敏" in clerk.page.locator(".who").inner_text(), "the surname comes first"
    clerk.account("English")
    assert clerk.page.locator("html").get_attribute("lang") == "en"


def test_paging_and_sorting_keep_every_filter(sit_down):
    clerk: Desk = sit_down("clerk")
    clerk.page.goto(f"{LIST}?paid=1&month_from=2020-01-01&month_to=2030-01-01")
    rows = clerk.page.locator("tbody tr").all_inner_texts()
    clerk.page.get_by_role("link", name="下一页").click()
    clerk.page.wait_for_url("**after=**")
    typed = dict(parse_qsl(urlsplit(clerk.page.url).query))
    assert {"paid": "1", "month_from": "2020-01-01", "month_to": "2030-01-01"}.items() <= typed.items()
    assert not set(rows) & set(clerk.page.locator("tbody tr").all_inner_texts())
    clerk.page.get_by_role("link", name="上一页").click()
    clerk.page.wait_for_url("**before=**")
    assert clerk.page.locator("tbody tr").all_inner_texts() == rows


def test_two_windows_do_not_share_their_way_back(sit_down):
    clerk: Desk = sit_down("clerk")
    first, second = clerk.page, clerk.context.new_page()
    first.goto("/hiring/query/list/")
    first.get_by_role("link", name="首页").first.click()
    second.goto("/training/classes/list/")
    second.goto("/settings/password/")
    first.go_back()
    assert urlsplit(first.url).path == "/hiring/query/list/"
    second.go_back()
    assert urlsplit(second.url).path == "/training/classes/list/"


def test_applying_and_approving_need_no_mouse_and_fifty_rows_four_clicks(sit_down, demo):
    clerk: Desk = sit_down("clerk")
    page = clerk.page
    go(clerk, "单位服务 申请")
    press(page, page.get_by_role("link", name="新增申请"))
    reach(page, page.get_by_role("combobox", name="单位").first)
    page.keyboard.type(demo.uscc_of("1-good.xlsx"))
    page.locator("[role=option]").first.wait_for()
    page.keyboard.press("Enter")
    press(page, clerk.button("下一步"))
    # expected before the Tabs: a key pressed at once may reach a busy page before the wish to catch its dialog does
    with page.expect_file_chooser() as chooser:
        press(page, page.get_by_label("人员名单文件"))
    chooser.value.set_files(demo.sheets / "1-good.xlsx")
    page.get_by_text("校验完成").wait_for()
    for label, text in (
        ("银行账号", "6217003810012345678"),
        ("开户银行", "中国建设银行"),
        ("行号", "105651000006"),
    ):
        reach(page, page.get_by_label(label))
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.get_by_text("银行信息已保存。").wait_for()
    number = clerk.number()
    press(page, clerk.submit())
    clerk.dialog()
    page.evaluate("document.querySelector('.toast')?.remove()")
    press(page, page.locator("form.confirm button"))
    sent, _ = clerk.outcome()
    assert sent > 26, "more than one page, for the mouse too"

    reviewer: Desk = sit_down("reviewer")
    go(reviewer, "单位服务 审核")
    find(reviewer.page, number)
    press(reviewer.page, reviewer.page.locator("tbody input[type=checkbox]").first, "Space")
    skip = reviewer.page.get_by_role("link", name="跳到操作")
    press(reviewer.page, skip, key="Enter", by="Shift+Tab")
    press(reviewer.page, reviewer.button("审核通过"))
    press(reviewer.page, reviewer.page.locator("form.confirm button"))
    assert reviewer.outcome() == (1, 0)
    four_clicks(reviewer, number, sent - 1)


def find(page: Page, number: str) -> None:
    page.wait_for_load_state("load")
    page.get_by_role("search").get_by_label("申请单号", exact=True).focus()
    page.keyboard.type(number)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def four_clicks(reviewer: Desk, number: str, people: int) -> None:
    page = reviewer.page
    page.goto("/")
    page.locator(".todo").get_by_role("link", name="一次性吸纳就业补贴审核").click()  # 1
    find(page, number)
    page.get_by_label("选择全部").click()  # 2
    reviewer.button("审核通过").click()  # 3
    assert reviewer.confirm() == (people, 0)  # 4


def test_applying_takes_no_more_clicks_than_the_manual(sit_down, demo):
    clerk: Desk = sit_down("clerk")
    clicks: list[None] = []
    clerk.context.expose_function("clicked", lambda: clicks.append(None))
    clerk.context.add_init_script(COUNT)
    page = clerk.page
    page.goto("/")
    clerk.page.get_by_role("link", name="一次性吸纳就业补贴申请", exact=True).click()
    page.wait_for_load_state("load")
    with page.expect_download():
        page.get_by_role("link", name="人员模板下载").first.click()
    page.get_by_role("link", name="新增申请").click()
    page.get_by_role("combobox", name="单位").first.fill(demo.uscc_of("2-mixed.xlsx"))
    page.locator("[role=option]").first.wait_for()
    page.keyboard.press("Enter")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    with page.expect_file_chooser() as chooser:
        page.get_by_label("人员名单文件").click()
    chooser.value.set_files(demo.sheets / "2-mixed.xlsx")
    page.get_by_text("校验完成").wait_for()
    clerk.change_account()
    page.get_by_label("开户银行").fill("中国建设银行")
    page.get_by_label("行号").fill("105651000006")
    page.get_by_label("银行账号").fill("6217003810012345678")
    page.keyboard.press("Enter")
    page.get_by_text("银行信息已保存。").wait_for()
    clerk.submit().click()
    assert clerk.extent()[0] > 0
    page.locator("form.confirm button").wait_for()
    assert 0 < len(clicks) + 1 <= MANUAL_CLICKS, "with the click that confirms"
    page.get_by_role("link", name="取消").click()
