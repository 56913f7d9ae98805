"""The frame around every page: finding functions, where one is, what was open, one's own shortcuts."""

from tests.browser.desk import Desk


def test_a_function_is_found_by_ctrl_k_and_opened_by_enter(sit_down):
    clerk: Desk = sit_down("clerk")
    page = clerk.page
    page.wait_for_load_state("load")
    page.keyboard.press("Control+k")
    box = page.get_by_label("搜索功能")
    assert box.evaluate("box => box === document.activeElement")
    page.keyboard.type("没有这个")
    page.get_by_text("没有此功能，请联系区县管理员授权").wait_for()
    assert page.locator(".side details a.leaf:visible").count() == 0
    page.keyboard.press("Escape")
    assert page.get_by_text("没有此功能，请联系区县管理员授权").count() == 0
    page.keyboard.type("就业创业 开班")
    assert page.locator(".side details a.leaf:visible").all_inner_texts() == ["网络疫情培训开班"]
    page.keyboard.press("Enter")
    page.wait_for_url("**/training/classes/list/")
    assert (
        page.locator(".crumbs").inner_text().replace("\n", "").endswith("就业创业培训管理/网络疫情培训开班")
    )


def test_recent_pages_stay_at_hand_and_go_with_the_login(sit_down):
    clerk: Desk = sit_down("clerk")
    page, tabs = clerk.page, clerk.page.locator(".tabs > span")
    for address in ("/training/classes/list/", "/settings/password/", "/training/classes/list/?size=50"):
        page.goto(address)
        page.wait_for_load_state("load")
    assert [tab.locator("a").inner_text() for tab in tabs.all()] == ["网络疫情培训开班", "修改密码"]
    assert tabs.first.locator("a").get_attribute("href").endswith("size=50")
    page.get_by_role("button", name="关闭 网络疫情培训开班").press("Enter")
    assert tabs.count() == 1
    tabs.first.locator("a").click()
    page.wait_for_url("**/settings/password/")
    clerk.button("退出").click()
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
