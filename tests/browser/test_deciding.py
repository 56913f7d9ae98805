"""Deciding at the list: tabs and drawer, by mouse and by keys; how many clicks, loads and keys it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from tests.browser.desk import Desk

PRESSED = "document.addEventListener('click', (event) => event.detail && window.pressed(), true)"


class Effort:
    """Clicks of the mouse, keys and pages loaded."""

    def __init__(self) -> None:
        self.clicks = self.loads = 0


@contextmanager
def effort(page: Page) -> Iterator[Effort]:
    """Count from the page at hand on."""
    spent = Effort()

    def clicked() -> None:
        spent.clicks += 1

    def loaded(_: Page) -> None:
        spent.loads += 1

    page.expose_function("pressed", clicked)
    page.add_init_script(PRESSED)
    page.evaluate(PRESSED)
    page.on("load", loaded)
    yield spent
    page.remove_listener("load", loaded)


def name_of(page: Page) -> str:
    return page.locator(".drawer h2").inner_text()


def test_a_case_is_decided_beside_its_list_by_keys(sit_down, sent):
    reviewer: Desk = sit_down("reviewer")
    page = reviewer.page
    reviewer.hiring("审核")
    reviewer.search(申请单号=sent)
    names = page.locator("tbody a[data-drawer]").all_inner_texts()
    page.keyboard.press("j")
    page.locator(".drawer h2", has_text=names[0]).wait_for()
    assert page.locator("[data-place]").inner_text() == f"第 1 / {len(names)} 人"
    assert page.locator(".drawer .evidence li").count() >= 5
    page.keyboard.press("j")
    page.locator(".drawer h2", has_text=names[1]).wait_for()
    page.keyboard.press("k")
    page.locator(".drawer h2", has_text=names[0]).wait_for()
    page.keyboard.press("?")
    assert "退回修改" in page.get_by_role("dialog", name="快捷键").inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog", name="审核通过")
    dialog.wait_for()
    assert names[0] in dialog.inner_text() and "壹仟元整" in dialog.inner_text()
    assert "不能改回待审核" in dialog.inner_text()
    page.keyboard.press("Enter")
    assert reviewer.outcome() == (1, 0)
    page.locator(".drawer h2", has_text=names[1]).wait_for()
    page.keyboard.press("r")
    page.get_by_role("dialog", name="退回修改").wait_for()
    assert page.evaluate("document.activeElement.name") == "opinion"
    page.keyboard.type("请补充劳动合同。")
    page.get_by_role("dialog").get_by_role("button", name="退回修改").click()
    page.locator(".drawer h2", has_text=names[2]).wait_for()
    page.keyboard.press("Escape")
    assert page.locator(".drawer").is_hidden()


def test_a_case_on_its_own_page_is_decided_and_left_for_the_next(sit_down, sent):
    """By keys and by mouse, in the order and within the filter of the list that it was opened from."""
    reviewer: Desk = sit_down("reviewer")
    page = reviewer.page
    reviewer.hiring("审核")
    reviewer.search(申请单号=sent)
    filtered = page.url
    page.locator("thead").get_by_role("link", name="姓名").click()
    page.wait_for_url("**order=person.name**")
    names = page.locator("tbody a[data-drawer]").all_inner_texts()
    reviewer.open_case(page.locator("tbody tr").first)
    head = page.locator("h1")
    head.get_by_text(names[0], exact=True).wait_for()
    page.wait_for_load_state("load")
    with page.expect_navigation():
        page.keyboard.press("j")
    assert head.inner_text() == names[1]
    page.wait_for_load_state("load")
    page.keyboard.press("?")
    shown = page.get_by_role("dialog", name="快捷键").inner_text()
    assert (
        all(word in shown for word in ("上一个", "下一个", "审核通过", "退回修改")) and "第一条" not in shown
    )
    page.keyboard.press("Escape")
    opinion = page.locator("form.bar").get_by_label("审核意见")
    opinion.fill("材料齐全 jkar")
    assert head.inner_text() == names[1], "no key is pressed while somebody types"
    page.locator("form.bar").get_by_role("button", name="审核通过").click()
    dialog = page.get_by_role("dialog", name="审核通过")
    assert dialog.get_by_label("审核意见").input_value() == "材料齐全 jkar"
    dialog.get_by_role("button", name="审核通过").click()
    assert reviewer.outcome() == (1, 0)
    page.get_by_text("现在是“待公示”").wait_for()
    page.wait_for_load_state("load")
    with page.expect_navigation():
        page.locator("form.bar").get_by_role("link", name="下一个").click()
    assert head.inner_text() == names[2]
    page.wait_for_load_state("load")
    with page.expect_navigation():
        page.keyboard.press("k")
    assert head.inner_text() == names[0], "what was decided has left the list"
    page.get_by_role("link", name="返回列表").click()
    page.wait_for_url("**order=person.name**")
    assert f"?{filtered.partition('?')[2]}" in page.url


def test_what_is_missing_is_said_in_the_dialog(sit_down, sent):
    reviewer: Desk = sit_down("reviewer")
    page = reviewer.page
    reviewer.hiring("审核")
    reviewer.search(申请单号=sent)
    reviewer.tick(1)
    reviewer.button("退回修改").click()
    opinion = page.get_by_role("dialog").get_by_label("审核意见")
    opinion.evaluate("field => field.required = false")
    page.get_by_role("dialog").get_by_role("button", name="退回修改").click()
    page.get_by_role("alert").wait_for()
    assert "请填写审核意见。" in page.get_by_role("dialog").inner_text()
    reviewer.forgive("422")
    page.keyboard.press("Escape")
    assert page.locator("tbody input:checked").count() == 1


def test_tabs_lead_to_where_cases_are(sit_down, sent):
    reviewer: Desk = sit_down("reviewer")
    page = reviewer.page
    reviewer.hiring("审核")
    tabs = page.get_by_role("navigation", name="按状态查看")
    here = tabs.locator("[aria-current]").inner_text()
    count = int(page.locator(".bar > .count").inner_text().partition("条")[0].strip("共"))
    assert re.fullmatch(rf"待审核\s+{count}", here)
    tabs.get_by_role("link", name=re.compile("^待公示")).click()
    page.wait_for_url("**/hiring/publicity/list/?state=approved")
    assert set(page.locator("tbody .state").all_inner_texts()) == {"待公示"}
    reviewer.hiring("审核")
    tabs.get_by_role("link", name=re.compile("^已退回")).click()
    page.wait_for_url("**/hiring/query/list/?state=returned")


def test_fifty_are_approved_with_three_clicks_and_two_loads(sit_down, sent):
    reviewer: Desk = sit_down("reviewer")
    page = reviewer.page
    page.goto("/")
    with effort(page) as spent:
        page.locator(".todo li", has_text="一次性吸纳就业补贴").get_by_role("link").first.click()
        page.get_by_label("勾选本页全部").click()
        reviewer.button("审核通过").click()
        page.get_by_role("dialog").wait_for()
        page.keyboard.press("Enter")
        moved, refused = reviewer.outcome()
    assert moved >= 20 and refused == 0
    assert (spent.clicks, spent.loads) == (3, 2)


def test_the_first_row_of_a_list_is_six_keys_from_home(sit_down, sent):
    reviewer: Desk = sit_down("reviewer")
    page = reviewer.page
    page.goto("/")
    keys = ["Tab", "Enter", "Tab", "Enter", "j"]
    for key in keys[:3]:
        page.keyboard.press(key)
    with page.expect_navigation():
        page.keyboard.press(keys[3])
    page.keyboard.press(keys[4])
    page.locator(".drawer h2").wait_for()
    assert len(keys) <= 6
