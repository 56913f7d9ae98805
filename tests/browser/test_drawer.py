"""A row's page opens beside its list: by mouse and by keys, closed by Esc, and what is done there is said and taken back."""

from __future__ import annotations

import re

from app.demo.users import PASSWORD

CLERK = re.compile("^经办")


def test_a_role_is_given_beside_the_list_and_taken_back(sit_down):
    admin = sit_down("county_admin")
    page = admin.page
    admin.open("用户")
    name = page.get_by_role("link", name="谢明", exact=True)
    name.focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("complementary", name="谢明")
    drawer.get_by_text("现有角色").wait_for()
    assert page.url.endswith("/settings/users/list/"), "the list stays"
    assert drawer.evaluate("box => box === document.activeElement")
    page.keyboard.press("Escape")
    drawer.wait_for(state="detached")
    assert name.evaluate("link => link === document.activeElement")
    name.click()
    assert not drawer.get_by_text("自己录过、改过、交过的申请自己不能审").is_visible()
    drawer.get_by_role("radio", name=CLERK).check()
    assert drawer.get_by_text("自己录过、改过、交过的申请自己不能审").is_visible()
    drawer.get_by_role("radio", name="年底", exact=True).check()
    drawer.get_by_role("button", name="授予所选角色").click()
    said = page.get_by_role("status").filter(has_text="谢明：授予经办")
    said.get_by_role("button", name="改回").click()
    page.get_by_role("status").filter(has_text="谢明：收回经办").wait_for()


def test_several_are_ticked_and_changed_together(sit_down):
    admin = sit_down("county_admin")
    page = admin.page
    admin.open("用户")
    together = page.get_by_role("button", name="一起办理…")
    assert together.is_disabled()
    for name in ("谢明", "刘芳"):
        page.get_by_label(f"勾选 {name}").check()
    assert "已选 2 人" in admin.text()
    together.click()
    page.get_by_role("heading", name="一起办理").wait_for()
    assert "2 人：" in admin.text()
    page.get_by_role("link", name="取消").click()
    page.wait_for_url("**/settings/users/list/**")


def test_without_scripts_the_row_leads_to_its_page(browser, demo):
    context = browser.new_context(java_script_enabled=False, base_url=demo.address, locale="zh-CN")
    page = context.new_page()
    page.goto("/login/")
    page.get_by_label("用户名").fill("county_admin")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.goto("/settings/users/list/")
    page.get_by_role("link", name="谢明", exact=True).click()
    page.get_by_role("radio", name=CLERK).check()
    assert page.get_by_text("自己录过、改过、交过的申请自己不能审").is_visible()
    page.get_by_role("button", name="授予所选角色").wait_for()
    context.close()
