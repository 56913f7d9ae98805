"""Pictures of every screen at two sizes, from a fresh demonstration: `python -m tests.browser.pictures FOLDER`."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.desk import SMALL, Desk
from tests.browser.server import Demo, launch, running_demo

A4 = {"width": 658, "height": 971}
"""210 × 297 mm without the margins of print.css, at 96 dots an inch."""
SIZES = {"1366": SMALL, "1920": {"width": 1920, "height": 1080}}


class Camera:
    """Takes each screen once a size; the file's name says the order, the screen and the width."""

    def __init__(self, browser: Browser, demo: Demo, folder: Path):
        self.browser, self.demo, self.folder, self.taken = browser, demo, folder, 0
        self.desks: list[Desk] = []

    def desk(self, username: str) -> Desk:
        self.desks.append(Desk(self.browser, self.demo, username))
        return self.desks[-1]

    def take(self, desk: Desk, name: str) -> None:
        self.taken += 1
        desk.page.wait_for_load_state("load")
        for width, size in SIZES.items():
            desk.page.set_viewport_size(size)
            desk.page.screenshot(path=self.folder / f"{self.taken:02}-{name}-{width}.png")
        desk.page.set_viewport_size(SMALL)

    def paper(self, desk: Desk, name: str) -> None:
        """A paper as the printer gets it: A4, its whole length."""
        self.taken += 1
        desk.page.wait_for_load_state("load")
        desk.page.emulate_media(media="print")
        desk.page.set_viewport_size(A4)
        desk.page.screenshot(path=self.folder / f"{self.taken:02}-{name}-A4.png", full_page=True)
        desk.page.emulate_media(media="screen")
        desk.page.set_viewport_size(SMALL)

    def visit(self, desk: Desk, name: str, address: str) -> None:
        desk.page.goto(address)
        self.take(desk, name)


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
    clerk.page.locator("details.evidence summary").first.click()
    camera.take(clerk, "application-evidence")
    here = clerk.page.url
    clerk.page.get_by_role("link", name="更正").first.click()
    camera.take(clerk, "correct")
    clerk.page.goto(here)
    clerk.button("保存银行信息").click()
    clerk.page.get_by_label("开户银行").fill("中国银行")
    clerk.page.get_by_label("户名").fill("测试单位")
    clerk.page.get_by_label("银行账号").fill("12")
    clerk.button("保存银行信息").click()
    camera.take(clerk, "bank-refused")
    clerk.bank()
    clerk.attach()
    camera.take(clerk, "application-whole")
    clerk.button("补贴申请").click()
    camera.take(clerk, "apply-dialog")
    clerk.confirm()
    camera.take(clerk, "apply-result")
    clerk.page.get_by_role("link", name="返回", exact=True).click()
    camera.take(clerk, "application-sent")
    clerk.page.get_by_role("region", name="通过校验", exact=True).get_by_role("link").first.click()
    camera.take(clerk, "claim")
    good = clerk.open_application(camera.demo.uscc_of("1-good.xlsx"))
    clerk.check(camera.demo.sheets / "1-good.xlsx")
    clerk.bank()
    clerk.button("补贴申请").click()
    clerk.confirm()
    clerk.hiring("申请")
    clerk.tick(1)
    camera.take(clerk, "applications")
    clerk.hiring("查询")
    clerk.search(申请单号=good)
    camera.take(clerk, "query")
    clerk.page.goto("/")
    camera.take(clerk, "home-clerk-later")


def review(camera: Camera) -> None:
    """Approval, publicity, its outcome."""
    reviewer = camera.desk("reviewer")
    camera.take(reviewer, "home-reviewer")
    reviewer.hiring("审核")
    reviewer.tick(2)
    camera.take(reviewer, "review")
    reviewer.button("退回修改").click()
    reviewer.confirm(审核意见="请补充劳动合同。")
    camera.take(reviewer, "return-result")
    reviewer.hiring("审核")
    reviewer.page.get_by_label("选择全部").check()
    camera.take(reviewer, "review-all")
    reviewer.button("审核通过").click()
    camera.take(reviewer, "approve-dialog")
    reviewer.confirm()
    reviewer.hiring("公示与公示结果")
    camera.take(reviewer, "publicity")
    reviewer.page.get_by_label("选择全部").check()
    reviewer.button("公示").click()
    reviewer.page.get_by_label("公示开始日期").fill(reviewer.today.isoformat())
    reviewer.page.get_by_label("公示结束日期").fill(reviewer.today.isoformat())
    reviewer.page.locator("form.dialog button").click()
    camera.take(reviewer, "publicize-refused")
    end = reviewer.today + timedelta(days=14)
    reviewer.confirm(公示结束日期=end.isoformat())
    reviewer.hiring("公示与公示结果")
    camera.take(reviewer, "publicizing")
    reviewer.move_date(15)


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
    camera.take(cashier, "disburse-dialog")
    cashier.confirm(凭证号="PZ-2026-1")
    camera.take(cashier, "disburse-result")


def papers(camera: Camera) -> None:
    """What is printed, and the pages from which it is."""
    reviewer = camera.desk("reviewer")
    reviewer.hiring("查询")
    reviewer.page.locator("tbody tr").first.get_by_role("link").first.click()
    reviewer.page.get_by_role("heading", name="系统风控点").wait_for()
    camera.take(reviewer, "claim-paid")
    reviewer.page.get_by_role("link", name="打印审核表").click()
    camera.paper(reviewer, "print-review")
    reviewer.page.go_back()
    reviewer.button("查看完整号码").click()
    camera.take(reviewer, "reveal")
    clerk = camera.desk("clerk")
    clerk.hiring("申请")
    clerk.page.get_by_role("link", name=re.compile("XN-")).first.click()
    for title, name in (("打印受理回执", "print-receipt"), ("打印未通过告知单", "print-failed")):
        clerk.page.get_by_role("link", name=title).click()
        camera.paper(clerk, name)
        clerk.page.go_back()


def officers(camera: Camera) -> None:
    """Forms of the policy officer, one refused, and an entry of the log."""
    policy = camera.desk("policy")
    camera.visit(policy, "policy-new", "/settings/policy/add")
    policy.page.get_by_label("值", exact=False).first.fill("一千")
    policy.page.get_by_label("生效日期").fill("2027-01-01")
    policy.page.get_by_label("文件依据").fill("川人社发〔2027〕1号")
    policy.button("保存").click()
    camera.take(policy, "policy-refused")
    camera.visit(policy, "calendar-new", "/settings/calendar/add")
    auditor = camera.desk("auditor")
    auditor.open("系统管理", "审计日志")
    auditor.search(事项="发放")
    auditor.page.locator("tbody a").first.click()
    camera.take(auditor, "audit-entry")


def everybody(camera: Camera) -> None:
    """Every function of every role as the menu lists it."""
    seen = set()
    for username in ("clerk", "reviewer", "cashier", "auditor", "policy", "county_admin", "admin"):
        desk = camera.desk(username)
        camera.take(desk, f"home-{username}")
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
    clerk.button("English").click()
    camera.take(clerk, "english")


SCENES = (entrance, application, review, money, papers, officers, everybody, errors)
"""All screens, in an order in which each finds the cases that it shows."""


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with running_demo() as demo, sync_playwright() as playwright:
        browser = launch(playwright)
        camera = Camera(browser, demo, folder)
        for scene in SCENES:
            scene(camera)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
