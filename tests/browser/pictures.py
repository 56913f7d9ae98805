"""Pictures of every screen, from a fresh demonstration.

`python -m tests.browser.pictures FOLDER` takes each at two sizes; `python -m tests.browser.pictures --manual` takes
those of the operating manual again.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.browser import test_service_subsidy, test_training
from tests.browser.camera import Camera
from tests.browser.desk import Desk
from tests.browser.manual import Illustrator
from tests.browser.server import launch, running_demo
from tests.desk.days import publicity_end


def entrance(camera: Camera) -> None:
    """Before a login, and what a wrong password says."""
    nobody = camera.desk("")
    camera.visit(nobody, "login", "/login/")
    nobody.page.get_by_label("用户名").fill("clerk")
    nobody.page.get_by_label("密码").fill("wrong")
    nobody.button("登录").click()
    camera.take(nobody, "login-refused")


def application(camera: Camera) -> None:
    """Manual 2.1.1, from the home page to the application that has been sent."""
    clerk = camera.desk("clerk")
    camera.take(clerk, "home-clerk")
    clerk.hiring("申请")
    camera.take(clerk, "applications-empty")
    clerk.page.get_by_role("link", name="新增申请").click()
    clerk.page.get_by_role("combobox", name="单位").first.press_sequentially("成都")
    clerk.page.locator("[role=option]").first.wait_for()
    camera.take(clerk, "picker")
    clerk.page.goto("/")
    clerk.open_application(camera.demo.uscc_of("2-mixed.xlsx"))
    camera.take(clerk, "application-new")
    clerk.check(camera.demo.sheets / "2-mixed.xlsx")
    camera.take(clerk, "application-checked")
    here = clerk.page.url
    clerk.page.get_by_role("link", name=re.compile("^更正 ")).first.click()
    clerk.page.locator("[data-correct]").wait_for()
    camera.take(clerk, "correct")
    clerk.page.goto(here)
    clerk.button("保存银行信息").click()
    clerk.page.get_by_label("开户银行").fill("中国银行")
    clerk.page.get_by_label("行号").fill("105651000006")
    clerk.page.get_by_label("银行账号").fill("12")
    clerk.button("保存银行信息").click()
    clerk.page.locator("#bank .problems").wait_for()
    camera.take(clerk, "bank-refused")
    clerk.bank()
    clerk.attach()
    camera.take(clerk, "application-whole")
    clerk.submit().click()
    clerk.dialog()
    camera.take(clerk, "apply-dialog")
    clerk.confirm()
    clerk.page.get_by_role("link", name="看结果").click()
    camera.take(clerk, "apply-result")
    clerk.page.get_by_role("link", name="返回列表", exact=True).click()
    camera.take(clerk, "application-sent")
    clerk.page.get_by_role("tab", name=re.compile("^通过")).click()
    clerk.page.get_by_role("region", name="通过", exact=True).get_by_role("link").first.click()
    camera.take(clerk, "claim")
    good = clerk.open_application(camera.demo.uscc_of("1-good.xlsx"))
    clerk.check(camera.demo.sheets / "1-good.xlsx")
    clerk.bank()
    clerk.submit().click()
    clerk.confirm()
    clerk.hiring("申请")
    clerk.tick(1)
    camera.take(clerk, "applications")
    clerk.hiring("查询")
    clerk.search(申请单号=good)
    camera.take(clerk, "query")
    clerk.page.goto("/")
    camera.take(clerk, "home-clerk-later")
    clerk.page.get_by_role("link", name="添加常用功能").click()
    camera.take(clerk, "shortcuts")
    clerk.page.get_by_role("link", name="帮助", exact=True).click()
    clerk.page.wait_for_load_state("networkidle")
    camera.take(clerk, "help")


def review(camera: Camera) -> None:
    """Approval, publicity, its outcome."""
    reviewer = camera.desk("reviewer")
    camera.take(reviewer, "home-reviewer")
    reviewer.page.locator(".notices summary").click()
    reviewer.page.locator(".notices .menu-body").get_by_text("一次性吸纳就业补贴审核").wait_for()
    camera.take(reviewer, "notices")
    reviewer.hiring("审核")
    reviewer.tick(2)
    camera.take(reviewer, "review")
    reviewer.button("退回修改").click()
    reviewer.confirm(审核意见="请补充劳动合同。")
    camera.take(reviewer, "return-result")
    reviewer.hiring("审核")
    reviewer.tick(1)
    reviewer.button("审核不通过").click()
    reviewer.confirm(审核意见="该人员在多个单位同时参保，劳动合同不真实。")
    reviewer.hiring("审核")
    reviewer.page.get_by_label("选择全部").check()
    camera.take(reviewer, "review-all")
    reviewer.button("审核通过").click()
    reviewer.dialog()
    camera.take(reviewer, "approve-dialog")
    reviewer.confirm()
    reviewer.hiring("公示与公示结果")
    camera.take(reviewer, "publicity")
    reviewer.page.get_by_label("选择全部").check()
    reviewer.button("公示").click()
    reviewer.page.get_by_label("公示开始日期").fill(reviewer.today.isoformat())
    reviewer.page.get_by_label("公示结束日期").fill(reviewer.today.isoformat())
    reviewer.page.locator("form.confirm button:not([data-close])").click()
    reviewer.page.locator("form.confirm .problems").first.wait_for()
    camera.take(reviewer, "publicize-refused")
    end = publicity_end(reviewer.today, 10)
    waited = (end - reviewer.today).days + 1
    reviewer.confirm(公示结束日期=end.isoformat())
    reviewer.hiring("公示与公示结果")
    camera.take(reviewer, "publicizing")
    reviewer.move_date(waited)


def money(camera: Camera) -> None:
    """An objection, the outcome for the others, the payment list, the money."""
    clerk = camera.desk("clerk")
    clerk.hiring("公示名册")
    clerk.page.locator("tbody a").first.click()
    camera.take(clerk, "notice")
    clerk.page.get_by_role("link", name="打印公示").click()
    camera.paper(clerk, "print-notice")
    clerk.page.go_back()
    clerk.page.get_by_role("link", name="登记异议").first.click()
    camera.take(clerk, "objection-new")
    clerk.page.get_by_label("提出人").fill("群众")
    clerk.page.get_by_label("异议内容").fill("此人未在该单位上班。")
    clerk.button("登记异议").click()
    camera.take(clerk, "objection")
    reviewer = camera.desk("reviewer")
    reviewer.hiring("公示与公示结果")
    reviewer.page.get_by_label("选择全部").check()
    reviewer.button("公示通过").click()
    reviewer.confirm()
    camera.take(reviewer, "outcome-result")
    cashier = camera.desk("cashier")
    cashier.hiring("发放")
    cashier.page.get_by_label("选择全部").check()
    camera.take(cashier, "disbursement")
    cashier.button("编制发放清单").click()
    cashier.confirm()
    camera.take(cashier, "list-result")
    cashier.hiring("发放清单")
    cashier.tick(1)
    camera.take(cashier, "payment-lists")
    cashier.page.locator("tbody a").first.click()
    camera.take(cashier, "payment-list")
    cashier.hiring("发放清单")
    cashier.tick(1)
    cashier.button("发放").click()
    cashier.dialog()
    camera.take(cashier, "disburse-dialog")
    cashier.confirm(凭证号="PZ-2026-1")
    camera.take(cashier, "disburse-result")


def papers(camera: Camera) -> None:
    """What is printed, and the pages from which it is."""
    reviewer = camera.desk("reviewer")
    reviewer.hiring("查询")
    reviewer.page.locator("a[data-drawer]").first.click()
    reviewer.page.locator(".drawer h2").wait_for()
    camera.take(reviewer, "drawer")
    reviewer.open_case(reviewer.page.locator("tbody tr").first)
    reviewer.page.get_by_role("heading", name="系统风控点").wait_for()
    camera.take(reviewer, "claim-paid")
    here = reviewer.page.url
    reviewer.page.get_by_role("link", name="此人的补贴记录").click()
    camera.take(reviewer, "person")
    reviewer.page.goto(here)
    reviewer.page.get_by_role("link", name="打印审核表").click()
    camera.paper(reviewer, "print-review")
    reviewer.page.go_back()
    reviewer.button("查看完整号码，将记入审计").click()
    camera.take(reviewer, "reveal")
    reviewer.hiring("查询")
    reviewer.search(状态="审核不通过")
    reviewer.open_case(reviewer.page.locator("tbody tr").first)
    camera.take(reviewer, "claim-rejected")
    reviewer.page.get_by_role("link", name="打印告知书").first.click()
    camera.paper(reviewer, "print-refusal")
    clerk = camera.desk("clerk")
    clerk.open("社保缴费库")
    clerk.button("导出").click()
    clerk.page.get_by_role("link", name="下载").wait_for()
    camera.take(clerk, "export")
    clerk.hiring("申请")
    clerk.page.get_by_role("link", name=re.compile("XN-")).first.click()
    for title, name in (("打印受理回执", "print-receipt"), ("打印未通过告知单", "print-failed")):
        clerk.page.get_by_role("link", name=title).click()
        camera.paper(clerk, name)
        clerk.page.go_back()


def officers(camera: Camera) -> None:
    """Forms of the policy officer, one refused, one overtaken by somebody else's, and an entry of the log."""
    policy = camera.desk("policy")
    camera.visit(policy, "policy-new", "/settings/policy/add")
    policy.page.get_by_label("值", exact=False).first.fill("一千")
    policy.page.get_by_label("生效日期").fill("2027-01-01")
    policy.page.get_by_label("文件依据").fill("川人社发〔2027〕1号")
    policy.button("保存").click()
    camera.take(policy, "policy-refused")
    camera.visit(policy, "calendar-new", "/settings/calendar/add")
    conflict(policy)
    camera.take(policy, "conflict")
    auditor = camera.desk("auditor")
    auditor.open("审计日志")
    auditor.search(事项="发放")
    camera.take(auditor, "audit")
    auditor.page.locator("tbody a").first.click()
    camera.take(auditor, "audit-entry")
    camera.visit(auditor, "audit-verify", "/settings/audit/verify")
    auditor.open("业务统计")
    camera.take(auditor, "figures")
    auditor.page.emulate_media(media="print")
    camera.paper(auditor, "print-figures")
    keeper = camera.desk("county_admin")
    keeper.open("用户")
    camera.take(keeper, "users")
    keeper.page.get_by_role("link", name="新增", exact=False).click()
    camera.take(keeper, "user-new")


def conflict(policy: Desk) -> None:
    """The same employer corrected in two windows."""
    policy.open("单位登记库")
    policy.page.get_by_role("link", name="修改", exact=True).first.click()
    other = policy.context.new_page()
    other.goto(policy.page.url)
    for page, name, number in ((other, "成都某某有限公司", "9001"), (policy.page, "成都某某公司", None)):
        page.get_by_label("单位名称").fill(name)
        if number:
            page.get_by_label("单位编号").fill(number)
        page.get_by_role("button", name="保存", exact=True).click()
    other.close()


def everybody(camera: Camera) -> None:
    """Every function of every role as the menu lists it."""
    seen = set()
    for username in ("clerk", "reviewer", "cashier", "auditor", "policy", "county_admin", "admin"):
        desk = camera.desk(username)
        camera.take(desk, f"desk-{username}")
        for title, address in desk.functions():
            if address not in seen | {"/"}:
                seen.add(address)
                camera.visit(desk, f"{username}-{title}", address)
        desk.context.close()


def errors(camera: Camera) -> None:
    """What people see when something isn't there or isn't theirs."""
    clerk = camera.desk("clerk")
    camera.visit(clerk, "error-404", "/nowhere")
    camera.visit(clerk, "error-403", "/settings/audit/list/")
    clerk.page.goto("/")
    clerk.account("English")
    camera.take(clerk, "english")


SCENES = (entrance, application, review, money, papers, officers, everybody, errors)
"""All screens, in an order in which each finds the cases that it shows."""


def shoot(camera: type[Camera], *args) -> Camera:
    """Walks through everything with a camera: where a year has been worked, and where two programmes begin empty."""
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        browser = launch(playwright)
        with running_demo(year=True) as demo:
            taken = camera(browser, demo, *args)
            for scene in SCENES:
                scene(taken)
        with running_demo() as demo:
            taken.demo = demo
            test_service_subsidy.walk(taken.desk, demo)
            test_training.walk(taken.desk, demo, Path(folder))
        browser.close()
    return taken


def main(argument: str) -> None:
    if argument == "--manual":
        shoot(Illustrator).finish()
    else:
        folder = Path(argument)
        folder.mkdir(parents=True, exist_ok=True)
        shoot(Camera, folder)


if __name__ == "__main__":
    main(sys.argv[1])
