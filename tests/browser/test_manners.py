"""How the desk behaves under the hand: keyboard, bulk bar, double clicks, unsaved changes, finding functions, what was open, shortcuts."""

from __future__ import annotations

import re

import openpyxl

from tests.browser.desk import Desk


def test_employer_is_picked_with_the_keyboard_alone(sit_down, demo):
    clerk = sit_down("clerk")
    page, uscc = clerk.page, demo.uscc_of("1-good.xlsx")
    page.goto("/hiring/applications/add")
    box = page.get_by_role("combobox", name="单位").first
    assert box.evaluate("field => field === document.activeElement")
    page.keyboard.type("成都")
    page.locator("[role=option]").nth(1).wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.locator("[role=option]").nth(1)
    assert box.get_attribute("aria-activedescendant") == second.get_attribute("id")
    assert second.get_attribute("aria-selected") == "true"
    page.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(uscc)
    page.locator("[role=option]", has_text=uscc).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("input[name=employer_id]").input_value()
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "下一步"
    page.keyboard.press("Enter")
    page.wait_for_url("**/hiring/applications/show/*")
    assert uscc in clerk.text()


def test_picker_says_when_nothing_is_found(sit_down):
    clerk = sit_down("clerk")
    clerk.page.goto("/hiring/applications/add")
    clerk.page.get_by_role("combobox", name="单位").first.fill("没有这家单位")
    clerk.page.get_by_text("没有找到。请核对名称或编号").wait_for()


def test_a_refused_look_up_is_explained_by_the_server(sit_down, demo):
    """Of an employer, and of a person by the whole number; without an answer the desk says so itself."""
    clerk = sit_down("clerk")
    page, sentence = clerk.page, "一小时内按号码查询已达300次。请到10:30再查"
    page.route("**/desk/employers*", lambda route: route.fulfill(status=409, json={"error": sentence}))
    page.route("**/desk/person", lambda route: route.fulfill(status=409, json={"error": sentence}))
    page.goto("/hiring/applications/add")
    page.get_by_role("combobox", name="单位").first.fill("成都")
    page.locator("[role=listbox]", has_text=sentence).wait_for()
    page.goto("/service/applications/add")
    page.get_by_label("个人").check()
    page.locator("[name=citizen_id]").fill("510104198806182938")
    page.locator("[role=status]", has_text=sentence).wait_for()
    page.unroute("**/desk/person")
    page.route("**/desk/person", lambda route: route.fulfill(status=502, body="Bad Gateway"))
    page.locator("[name=citizen_id]").fill("510104198806182939")
    page.locator("[role=status]", has_text="查询没有成功").wait_for()
    for status in ("409", "502"):
        clerk.forgive(status)


def test_bulk_bar_counts_what_is_ticked(sit_down, sent):
    reviewer = sit_down("reviewer")
    page = reviewer.page
    reviewer.hiring("审核")
    reviewer.search(申请单号=sent)
    approve, said = reviewer.button("审核通过"), page.locator("[data-chosen]")
    total = int(page.locator(".bar > .count").inner_text().partition("条")[0].strip("共"))
    assert approve.is_disabled() and said.inner_text() == "未勾选"
    page.locator("tbody input[type=checkbox]").first.press("Space")
    assert approve.is_enabled() and said.inner_text() == "已选 1 人，合计 1,000.00 元"
    page.get_by_label("勾选本页全部").check()
    assert said.inner_text() == "已选 25 人，合计 25,000.00 元"
    page.get_by_label("选择全部").check()
    assert said.inner_text() == f"已选全部{total}条，合计 {total},000.00 元"
    page.locator("tbody input[type=checkbox]").first.uncheck()
    assert said.inner_text() == "已选 24 人，合计 24,000.00 元"
    assert not page.get_by_label("选择全部").is_checked()
    page.get_by_label("选择全部").check()
    approve.click()
    assert reviewer.extent() == (total, f"{total * 1000:,.2f}")
    page.get_by_role("link", name="取消", exact=True).click()
    assert not page.locator("dialog").count()
    assert f"已选全部{total}条" in reviewer.text()
    bar = page.locator(".bar").bounding_box()
    assert bar["y"] + bar["height"] <= page.viewport_size["height"]


def test_a_double_click_acts_once(sit_down, sent):
    reviewer = sit_down("reviewer")
    page, runs = reviewer.page, []
    page.on("request", lambda request: runs.append(request.url) if request.url.endswith("/run") else None)
    reviewer.hiring("审核")
    reviewer.search(申请单号=sent)
    reviewer.tick(1)
    reviewer.button("审核通过").click()
    page.locator("form.confirm button").dblclick(no_wait_after=True)
    assert (reviewer.outcome(), len(runs)) == ((1, 0), 1)
    page.locator(".toast a").click()
    page.go_back()
    page.go_forward()
    page.reload()
    assert (reviewer.outcome(), len(runs)) == ((1, 0), 1)


def test_unsaved_changes_are_asked_about(sit_down, demo):
    clerk = sit_down("clerk")
    page, asked = clerk.page, []
    clerk.open_application(demo.uscc_of("1-good.xlsx"))
    here = page.url
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="返回列表").click()
    page.wait_for_url("**/list/")
    page.goto(here)
    clerk.change_account()
    page.get_by_label("开户银行").press_sequentially("中国银行")
    page.get_by_role("link", name="返回列表").click()
    assert (asked, page.url) == (["beforeunload"], here)
    clerk.bank()
    page.get_by_role("link", name="返回列表").click()
    page.wait_for_url("**/list/")
    assert asked == ["beforeunload"]


def test_somebody_elses_address_says_that_there_is_nothing(sit_down, sent):
    clerk = sit_down("clerk")
    clerk.hiring("申请")
    clerk.page.get_by_role("link", name=sent).click()
    address = clerk.page.url
    other = sit_down("clerk_b")
    answer = other.page.goto(address)
    assert answer.status == 404
    assert "没有找到这个页面或记录" in other.text() and sent not in other.text()
    other.button("返回上一页").click()
    other.page.wait_for_url("/")
    other.forgive("404")


def test_a_function_is_found_by_ctrl_k_and_opened_by_enter(sit_down):
    clerk: Desk = sit_down("clerk")
    page = clerk.page
    page.wait_for_load_state("load")
    page.keyboard.press("Control+k")
    box = page.get_by_label("搜索功能")
    assert box.evaluate("box => box === document.activeElement")
    page.keyboard.type("没有这个")
    page.locator("[data-findings]").get_by_text("没有此功能，请联系区县管理员授权").wait_for()
    assert page.locator("[data-findings] a").count() == 0
    page.keyboard.press("Escape")
    assert page.get_by_text("没有此功能，请联系区县管理员授权").count() == 0
    page.keyboard.type("就业创业 开班")
    (only,) = page.locator("[data-findings] a").all_inner_texts()
    assert only.split() == ["网络疫情培训开班", "机构服务", "·", "就业创业培训管理"]
    page.keyboard.press("Enter")
    page.wait_for_url("**/training/classes/list/")
    assert page.locator(".crumbs").inner_text().replace("\n", "").endswith("就业创业培训管理网络疫情培训开班")


def test_a_case_is_found_by_ctrl_k_paste_and_enter(sit_down, sent, demo):
    """By the whole citizen id, which stands in no address; by the number on its paper too."""
    rows = openpyxl.load_workbook(demo.sheets / "1-good.xlsx").active.iter_rows(values_only=True)
    name, citizen_id = next(row[:2] for row in rows if re.fullmatch(r"\d{17}[\dX]", row[1] or ""))
    reviewer: Desk = sit_down("reviewer")
    page, asked = reviewer.page, []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_load_state("load")
    page.keyboard.press("Control+k")
    page.keyboard.insert_text(citizen_id)
    page.keyboard.press("Enter")
    page.wait_for_url("**/hiring/query/show/*")
    assert page.locator("h1").inner_text() == name
    assert not [url for url in asked if citizen_id in url]
    page.keyboard.press("Control+k")
    page.keyboard.insert_text(sent)
    page.locator("[data-findings] a", has_text=sent).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/hiring/applications/show/*")


def test_a_case_is_decided_by_its_keys_over_its_page(sit_down, sent):
    reviewer: Desk = sit_down("reviewer")
    page = reviewer.page
    reviewer.hiring("审核")
    reviewer.search(申请单号=sent)
    page.goto(page.locator("tbody tr").last.get_by_role("link").first.get_attribute("href"))
    page.wait_for_load_state("load")
    name = page.locator("h1").inner_text()
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(name, exact=True).wait_for()
    dialog.get_by_label("审核意见").fill("请补充劳动合同附件。")
    dialog.get_by_role("button", name="退回修改").click()
    page.locator(".banner--now").get_by_text("请补充劳动合同附件。").wait_for()
    assert page.locator(".journey .here").inner_text().startswith("退回修改")


def test_recent_pages_stay_at_hand_and_go_with_the_login(sit_down):
    clerk: Desk = sit_down("clerk")
    page, tabs = clerk.page, clerk.page.locator(".opened > span")
    for address in ("/training/classes/list/", "/settings/password/", "/training/classes/list/?size=50"):
        page.goto(address)
        page.wait_for_load_state("load")
    assert [tab.locator("a").inner_text() for tab in tabs.all()] == ["开班", "修改密码"]
    assert tabs.first.locator("a").get_attribute("href").endswith("size=50")
    page.get_by_role("button", name="关闭 开班").press("Enter")
    assert tabs.count() == 1
    tabs.first.locator("a").click()
    page.wait_for_url("**/settings/password/")
    clerk.account("退出")
    page.wait_for_url("**/login/")
    page.wait_for_load_state("load")
    assert page.evaluate("sessionStorage.length") == 0


def test_shortcuts_are_chosen_and_ordered_by_keys_and_by_dragging(sit_down):
    clerk: Desk = sit_down("clerk")
    page = clerk.page
    page.get_by_role("link", name="添加常用功能").click()
    page.wait_for_load_state("load")
    for name in ("网络疫情培训开班", "修改密码"):
        page.get_by_role("checkbox", name=name).check()
    clerk.button("保存").click()
    mine = page.locator("section", has_text="个人服务").first.locator(".function")
    assert [one.split()[0] for one in mine.all_inner_texts()] == ["网络疫情培训开班", "修改密码"]
    page.get_by_role("link", name="添加常用功能").click()
    page.wait_for_load_state("load")
    page.get_by_role("button", name="上移 修改密码").press("Enter")
    clerk.button("保存").click()
    page.wait_for_url("/")
    assert [one.split()[0] for one in mine.all_inner_texts()] == ["修改密码", "网络疫情培训开班"]
    page.get_by_role("link", name="添加常用功能").click()
    page.wait_for_load_state("load")
    first, second = page.locator(".sort li").nth(0), page.locator(".sort li").nth(1)
    first.drag_to(second, target_position={"x": 30, "y": 25})
    clerk.button("保存").click()
    page.wait_for_url("/")
    assert [one.split()[0] for one in mine.all_inner_texts()] == ["网络疫情培训开班", "修改密码"]


def test_a_tab_of_what_is_gone_closes_and_says_so(sit_down, demo):
    clerk: Desk = sit_down("clerk")
    page, tabs = clerk.page, clerk.page.locator(".opened > span")
    number = clerk.open_application(demo.uscc_of("1-good.xlsx"))
    page.wait_for_load_state("load")
    clerk.button("删除空申请").click()
    page.get_by_text(f"申请{number}已删除。").wait_for()
    page.wait_for_load_state("load")
    tabs.filter(has_text=number).locator("a").click()
    page.get_by_text(f"“{number}”已不存在或不在您的机构范围内，标签已关闭。").wait_for()
    assert page.url.endswith("/hiring/applications/list/")
    assert tabs.filter(has_text=number).count() == 0
    clerk.forgive("404")


def test_tabs_speak_the_language_of_the_page(sit_down):
    clerk: Desk = sit_down("clerk")
    page, tabs = clerk.page, clerk.page.locator(".opened > span a")
    for address in ("/training/classes/list/", "/settings/password/"):
        page.goto(address)
        page.wait_for_load_state("load")
    clerk.account("English")
    page.locator(".opened a", has_text="Classes").wait_for()
    page.locator(".opened a", has_text="Change password").wait_for()
    assert not any(re.search("[一-鿿]", title) for title in tabs.all_inner_texts())
    clerk.account("中文")
    page.locator(".opened a", has_text="开班").wait_for()
    page.locator(".opened a", has_text="修改密码").wait_for()


def test_the_way_back_leads_to_the_list_as_it_was_left(sit_down, sent):
    clerk: Desk = sit_down("clerk")
    clerk.hiring("查询")
    clerk.search(申请单号=sent)
    filtered = clerk.page.url
    assert "?" in filtered
    clerk.open_case(clerk.page.locator("tbody tr").first)
    clerk.page.get_by_role("link", name="返回列表").click()
    clerk.page.wait_for_url(filtered)


def test_a_list_offers_what_its_rows_may_become_and_says_why_not(sit_down, sent, demo):
    clerk: Desk = sit_down("clerk")
    clerk.open_application(demo.uscc_of("2-mixed.xlsx"))
    clerk.check(demo.sheets / "2-mixed.xlsx")
    clerk.hiring("查询")
    clerk.page.locator("tr", has_text="待审核").first.get_by_role("checkbox").check()
    assert clerk.button("提交").is_disabled() and clerk.button("撤回").is_enabled()
    assert "都不能办理“提交”" in clerk.page.locator("[data-why]").inner_text()
    clerk.search(申请单号=sent, 状态="待审核")
    clerk.page.get_by_label("选择全部").check()
    assert not clerk.button("提交").count() and clerk.button("撤回").is_enabled()


def test_the_badge_counts_anew_after_ones_own_deed(sit_down, sent):
    reviewer: Desk = sit_down("reviewer")
    page = reviewer.page
    waits = page.locator(".notices .menu-body a", has_text="一次性吸纳就业补贴审核")
    waits.wait_for(state="attached")
    before = int(waits.text_content().split()[-1])
    reviewer.hiring("审核")
    reviewer.search(申请单号=sent)
    reviewer.tick(1)
    reviewer.button("审核通过").click()
    assert reviewer.confirm() == (1, 0)
    page.locator(".notices .menu-body a", has_text=f"一次性吸纳就业补贴审核 {before - 1}").wait_for(
        state="attached"
    )


def test_an_answer_that_was_on_its_way_during_the_deed_is_not_kept(sit_down, sent):
    """The list's own count is answered while a deed is being sent."""
    reviewer: Desk = sit_down("reviewer")
    page, asked = reviewer.page, []
    reviewer.hiring("审核")
    page.evaluate("sessionStorage.removeItem('notices')")
    page.route("**/desk/waiting", lambda route: asked.append(route))
    with page.expect_request("**/desk/waiting"):
        reviewer.search(申请单号=sent)
    reviewer.tick(1)
    reviewer.button("审核通过").click()
    reviewer.dialog()

    def send(deed) -> None:
        page.unroute("**/desk/waiting")
        for early in asked:
            early.fulfill(json=[{"said": "一次性吸纳就业补贴审核 999", "address": "/"}])
        deed.continue_()

    page.route("**/run", send)
    assert reviewer.confirm() == (1, 0)
    assert asked
    waits = page.locator(".notices .menu-body a", has_text="一次性吸纳就业补贴审核")
    waits.wait_for(state="attached")
    assert "999" not in waits.text_content()


def test_a_sheet_is_laid_down_on_a_narrow_screen_without_scrolling_sideways(sit_down, demo):
    clerk: Desk = sit_down("clerk")
    page = clerk.page
    clerk.open_application(demo.uscc_of("2-mixed.xlsx"))
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    page.wait_for_load_state("load")
    zone, button = page.locator("form.drop"), page.locator(".drop .file .btn")
    for part in (zone, button):
        box = part.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] + box["height"] <= 844
    with page.expect_file_chooser() as chooser:
        page.locator(".drop .file").click()
    chooser.value.set_files(demo.sheets / "2-mixed.xlsx")
    page.get_by_text("校验完成").wait_for()
    page.get_by_role("tab", name=re.compile("^通过")).wait_for()
    wide = "[document.scrollingElement, document.querySelector('.page')].map(one => one.scrollWidth)"
    assert max(page.evaluate(wide)) <= 390
    submit = clerk.submit().bounding_box()
    assert submit["x"] >= 0 and submit["x"] + submit["width"] <= 390
