"""What the panels that clerks know do wrong, and this one must not: in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.browser.desk import Desk
from tests.browser.server import Demo, running_demo


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """A demonstration of its own: in the shared one other tests may have sent the same people."""
    with running_demo() as running:
        yield running


LIST = "/registers/contributions/list/"


def weight(desk: Desk, address: str) -> int:
    """Bytes that came over the wire for one page, headers included."""
    wire = desk.context.new_cdp_session(desk.page)
    wire.send("Network.enable")
    received: list[float] = []
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    desk.page.goto(address, wait_until="networkidle")
    wire.detach()
    return int(sum(received))


@pytest.mark.parametrize("address", ["/hiring/query/list/", "/registers/persons/list/"])
def test_a_list_is_light(sit_down, browser, address):
    clerk: Desk = sit_down("clerk")
    wire = clerk.context.new_cdp_session(clerk.page)
    wire.send("Network.clearBrowserCache")
    wire.detach()
    cold = weight(clerk, address)
    warm = weight(clerk, address)
    assert 0 < warm < 40_000 and warm < cold < 300_000, (cold, warm)


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
    clerk.search(申请单号=number, 状态="已撤回")
    assert clerk.page.locator("tbody input[type=checkbox]").count() == 0


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
    clerk.button("English").click()
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


def test_fifty_filtered_rows_are_approved_in_four_clicks(sit_down, demo):
    clerk: Desk = sit_down("clerk")
    number = clerk.open_application(demo.uscc_of("1-good.xlsx"))
    clerk.check(demo.sheets / "1-good.xlsx")
    clerk.bank()
    clerk.button("补贴申请").click()
    sent, _ = clerk.confirm()
    assert sent > 25, "more than one page"
    reviewer: Desk = sit_down("reviewer")
    page = reviewer.page
    page.locator(".task", has_text="一次性吸纳就业补贴审核").click()  # 1
    page.wait_for_load_state("load")
    field = page.get_by_role("search").get_by_label("申请单号", exact=True)
    field.focus()
    page.keyboard.type(number)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_load_state("load")
    page.get_by_label("选择全部").click()  # 2
    reviewer.button("审核通过").click()  # 3
    assert reviewer.confirm() == (sent, 0)  # 4
