"""The session ends while somebody types: after the login everything stands where it stood, and nothing has been sent."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from app.demo.users import PASSWORD
from app.server.database import DATABASE, EmbeddedServer
from tests.browser.desk import PDF, Desk
from tests.browser.server import Demo

SECRET = "My-Own-2026"
RESTORED = "p[data-restored]"


@pytest.fixture(scope="module")
def draft(browser, demo) -> str:
    """The address of an application that is being filled in."""
    clerk = Desk(browser, demo, "clerk")
    clerk.open_application(demo.uscc_of("2-mixed.xlsx"))
    address = urlsplit(clerk.page.url).path
    clerk.context.close()
    return address


def idle(demo: Demo, page: Page, minutes: int = 30) -> None:
    """Everybody has done nothing for so long since the page came, whose own questions are answered."""
    page.wait_for_load_state("networkidle")
    with EmbeddedServer(demo.sheets.parent)._superuser(DATABASE) as connection:
        connection.execute("UPDATE logins SET seen_at = now() - %s * interval '1 minute'", [minutes])


def log_in(page: Page, username: str = "clerk") -> None:
    page.wait_for_url("**/login/**")
    page.wait_for_load_state("load")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_load_state("load")


def kept(page: Page) -> dict | None:
    return json.loads(page.evaluate("sessionStorage.getItem('kept')") or "null")


def type_bank(page: Page, bank: str, branch: str = "105651000006") -> None:
    page.get_by_label("开户银行").fill(bank)
    page.get_by_label("行号").fill(branch)
    page.get_by_label("银行账号").fill("6217003810012345678")


def answer_with_pages(page: Page, demo: Demo, address: str) -> None:
    """The next time that it is opened, a page's forms are sent as those are that aren't answered where they stand."""
    opened = page.context.request.get(address).text().replace("data-in-place", "")
    page.route(
        f"{demo.address}{address}",
        lambda route: route.fulfill(body=opened, content_type="text/html"),
        times=1,
    )


def posts(page: Page) -> list[str]:
    """The addresses to which the page will have sent a form from now on."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    return sent


def test_ticked_rows_and_an_opinion_outlast_the_session(sit_down, demo, sent):
    reviewer = sit_down("reviewer")
    page = reviewer.page
    reviewer.hiring("审核")
    reviewer.search(申请单号=sent)
    reviewer.tick(2)
    here = page.url
    idle(demo, page)
    reviewer.button("审核通过").click()
    page.wait_for_url("**/login/**")
    assert page.get_by_text("您填写的内容保留在本窗口").is_visible()
    after = posts(page)
    log_in(page, "reviewer")
    assert page.url == here
    assert [urlsplit(url).path for url in after] == ["/login/"]
    assert page.locator("tbody input:checked").count() == 2
    assert page.locator("[data-chosen]").inner_text().startswith("已选 2 人")
    assert "尚未提交" in page.locator(RESTORED).inner_text()
    assert kept(page) is None
    reviewer.button("审核通过").click()
    opinion = page.get_by_label("审核意见")
    opinion.fill("材料齐全，同意。")
    dialog = page.locator("dialog").get_attribute("data-address")
    idle(demo, page)
    page.locator("form.confirm button").click()
    log_in(page, "reviewer")
    reviewer.forgive("401")
    assert urlsplit(page.url).path == dialog
    assert opinion.input_value() == "材料齐全，同意。"
    assert page.locator("#moved").count() == 0
    page.locator("form.confirm button").click()
    page.locator("#moved").wait_for()
    assert page.locator("#moved").inner_text() == "2"


def test_a_file_is_named_to_be_chosen_again(sit_down, demo, draft):
    clerk = sit_down("clerk")
    page = clerk.page
    page.goto(draft)
    page.locator("#papers [name=kind]").select_option(index=1)
    chosen = page.locator("#papers [name=kind]").input_value()
    page.locator("#file").set_input_files(
        {"name": "劳动合同.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    idle(demo, page)
    clerk.button("上传附件").click()
    log_in(page)
    assert urlsplit(page.url).path == draft
    assert page.locator("#papers [name=kind]").input_value() == chosen
    assert "文件须重新选择：劳动合同.pdf。" in page.locator(RESTORED).inner_text()
    assert page.locator("#file").evaluate("input => input.files.length") == 0
    assert "还没有附件" in clerk.text()


def test_a_page_that_answered_a_form_leads_back_to_where_the_form_stands(sit_down, demo, draft):
    clerk = sit_down("clerk")
    page = clerk.page
    answer_with_pages(page, demo, draft)
    page.goto(draft)
    type_bank(page, "中国建设银行成都锦江支行", "1")
    clerk.button("保存银行信息").click()
    page.locator(".problems").first.wait_for()
    assert urlsplit(page.url).path != draft
    page.get_by_label("行号").fill("105651000006")
    idle(demo, page)
    clerk.button("保存银行信息").click()
    log_in(page)
    clerk.forgive("422")
    clerk.forgive("401")
    assert urlsplit(page.url).path == draft
    assert page.get_by_label("行号").input_value() == "105651000006"
    assert page.get_by_label("银行账号").input_value() == "6217003810012345678"
    assert "当前收款账户" not in clerk.text()


def test_a_form_over_the_page_comes_back_as_a_page(sit_down, demo):
    """Any link to a form may open it so; here the one to a new application."""
    clerk = sit_down("clerk")
    page, form = clerk.page, "/hiring/applications/add"
    opened = page.context.request.get("/hiring/applications/list/").text()
    opened = opened.replace(f'href="{form}"', f'href="{form}" data-dialog data-failed="—"')
    page.route(
        f"{demo.address}/hiring/applications/list/",
        lambda route: route.fulfill(body=opened, content_type="text/html"),
    )
    page.goto("/hiring/applications/list/")
    page.get_by_role("link", name="新增申请").click()
    page.locator("dialog #employer").fill("成都某公司")
    idle(demo, page)
    page.locator("dialog").get_by_role("button", name="下一步").click()
    log_in(page)
    clerk.forgive("401")
    assert urlsplit(page.url).path == form
    assert page.locator("#employer").input_value() == "成都某公司"
    assert page.locator(RESTORED).is_visible()


def test_what_was_picked_is_picked_still(sit_down, demo):
    clerk = sit_down("clerk")
    page = clerk.page
    page.goto("/hiring/applications/add")
    page.locator("#employer").fill(demo.uscc_of("1-good.xlsx"))
    page.locator("[role=option]").first.click()
    names = ("employer", "employer_id")
    picked = [page.locator(f"[name={name}]").input_value() for name in names]
    assert all(picked)
    idle(demo, page)
    clerk.button("下一步").click()
    log_in(page)
    assert [page.locator(f"[name={name}]").input_value() for name in names] == picked
    clerk.button("下一步").click()
    page.wait_for_url("**/hiring/applications/show/*")


def test_somebody_else_gets_nothing(sit_down, demo, draft):
    clerk = sit_down("clerk")
    page = clerk.page
    page.goto(draft)
    type_bank(page, "中国农业银行成都分行")
    idle(demo, page)
    clerk.button("保存银行信息").click()
    page.wait_for_url("**/login/**")
    page.wait_for_load_state("load")
    assert kept(page)
    clerk.forgive("401")
    log_in(page, "reviewer")
    assert kept(page) is None
    assert "中国农业银行" not in page.content()


def test_no_password_is_kept(sit_down, demo):
    clerk = sit_down("clerk")
    page = clerk.page
    page.goto("/settings/password/")
    for field in page.locator("input[type=password]").all():
        field.fill(SECRET)
    idle(demo, page)
    clerk.button("保存").click()
    page.wait_for_url("**/login/**")
    assert SECRET not in page.evaluate(
        "JSON.stringify({...sessionStorage}) + JSON.stringify({...localStorage})"
    )
    assert kept(page)["fields"] == []


def test_leaving_in_another_window_drops_what_was_kept(sit_down, demo, draft):
    clerk = sit_down("clerk")
    page, other = clerk.page, clerk.context.new_page()
    page.goto(draft)
    type_bank(page, "中国银行成都分行")
    idle(demo, page)
    clerk.button("保存银行信息").click()
    page.wait_for_url("**/login/**")
    page.wait_for_load_state("load")
    assert kept(page)
    clerk.forgive("401")
    other.goto("/login/")
    log_in(other)
    other.locator(".who").click()
    other.get_by_role("button", name="退出").click()
    other.wait_for_url("**/login/")
    page.wait_for_function("sessionStorage.getItem('kept') === null")


def test_what_was_kept_for_half_an_hour_is_dropped(sit_down, demo, draft):
    clerk = sit_down("clerk")
    page = clerk.page
    page.clock.install()
    page.goto(draft)
    type_bank(page, "中国银行成都分行")
    idle(demo, page)
    clerk.button("保存银行信息").click()
    page.wait_for_url("**/login/**")
    page.wait_for_load_state("load")
    clerk.forgive("401")
    page.clock.fast_forward("29:00")
    assert kept(page)
    page.clock.fast_forward("02:00")
    assert kept(page) is None


def test_a_window_older_than_a_new_login_loses_nothing(sit_down, demo, draft):
    clerk = sit_down("clerk")
    page, other = clerk.page, clerk.context.new_page()
    answer_with_pages(page, demo, draft)
    page.goto(draft)
    type_bank(page, "中国银行成都分行")
    idle(demo, page)
    other.goto("/login/")
    log_in(other)
    clerk.button("保存银行信息").click()
    page.get_by_role("link", name="返回填写").wait_for()
    page.wait_for_load_state("load")
    page.get_by_role("link", name="返回填写").click()
    page.locator(RESTORED).wait_for()
    clerk.forgive("400")
    assert urlsplit(page.url).path == draft
    assert page.get_by_label("开户银行").input_value() == "中国银行成都分行"


def test_a_warning_comes_two_minutes_before_the_end_and_going_on_ends_it(sit_down, demo, draft):
    clerk = sit_down("clerk")
    page, box = clerk.page, clerk.page.locator("dialog.session")
    page.clock.install()
    page.goto(draft)
    page.clock.fast_forward("27:00")
    assert not box.is_visible()
    idle(demo, page, 29)
    page.clock.fast_forward("01:05")
    box.get_by_text("登录即将超时").wait_for()
    assert "秒后将自动退出" in box.inner_text()
    box.get_by_role("button", name="继续").click()
    box.wait_for(state="hidden")
    page.get_by_label("开户银行").fill("中国工商银行成都分行")
    idle(demo, page)
    page.clock.fast_forward("28:05")
    box.get_by_text("登录已超时").wait_for()
    box.get_by_role("link", name="重新登录").click()
    clerk.forgive("401")
    log_in(page)
    assert urlsplit(page.url).path == draft
    assert page.get_by_label("开户银行").input_value() == "中国工商银行成都分行"
    assert "尚未提交" in page.locator(RESTORED).inner_text()


def test_who_goes_on_after_a_session_that_was_ended_elsewhere_hears_that_and_no_countdown(
    sit_down, demo, draft
):
    clerk = sit_down("clerk")
    page, box = clerk.page, clerk.page.locator("dialog.session")
    page.clock.install()
    page.goto(draft)
    idle(demo, page, 29)
    page.clock.fast_forward("28:05")
    box.get_by_text("秒后将自动退出").wait_for()
    idle(demo, page)
    box.get_by_role("button", name="继续").click()
    box.get_by_role("link", name="重新登录").wait_for()
    page.clock.run_for(5_000)
    clerk.forgive("401")
    assert "登录已超时" in box.inner_text() and "秒后将自动退出" not in box.inner_text()
