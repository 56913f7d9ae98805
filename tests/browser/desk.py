"""A person at the browser: logs in, opens functions from the menu, does what the manual says; everything is observed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request

from app.demo.users import PASSWORD
from tests.browser.server import Demo

SMALL = {"width": 1366, "height": 768}
BRANCH = "一次性吸纳就业补贴"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class Desk:
    """One login in one browser window. `troubles` holds console errors and requests that left the host."""

    def __init__(
        self, browser: Browser, demo: Demo, username: str, look: Callable[[Desk, str], None] | None = None
    ):
        self.demo, self.troubles, self._look = demo, [], look
        self.context = browser.new_context(
            viewport=SMALL, locale="zh-CN", base_url=demo.address, accept_downloads=True
        )
        self.context.set_default_timeout(60_000)
        self.context.on("request", self._requested)
        self.context.on("console", self._said)
        self.context.on("weberror", lambda error: self.troubles.append(str(error.error)))
        self.page: Page = self.context.new_page()
        if username:
            self.login(username)

    def _requested(self, request: Request) -> None:
        target = urlsplit(request.url)
        if target.netloc != urlsplit(self.demo.address).netloc and target.scheme not in ("data", "blob"):
            self.troubles.append(f"left the host: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"console on {self.page.url}: {message.text}")

    def login(self, username: str) -> None:
        self.page.goto("/login/")
        self.page.get_by_label("用户名").fill(username)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录", exact=True).click()
        self.page.wait_for_url("/")

    def look(self, name: str) -> None:
        """Shows the screen to anyone who watches: a camera, or an inspector."""
        if self._look is not None:
            self._look(self, name)

    def forgive(self, status: str) -> None:
        """Chromium reports an expected refusal as an error of loading; nothing else is forgiven."""
        self.troubles = [said for said in self.troubles if f"status of {status}" not in said]

    def functions(self) -> list[tuple[str, str]]:
        """(title, address) of every function in the menu."""
        links = self.page.locator(".side a[data-view]").all()
        title = "link => link.getAttribute('aria-label')"
        return [(link.evaluate(title), link.get_attribute("href")) for link in links]

    @property
    def today(self) -> date:
        return date.fromisoformat(self.page.locator("#demo-date").inner_text())

    def open(self, title: str) -> None:
        """Opens a function from the menu by its whole title, of which the screen shows what its branch doesn't say.

        What the menu doesn't show, because it is a tab of another function, is found by its title in the top bar.
        """
        menu = self.page.get_by_role("navigation", name="功能菜单")
        link = menu.get_by_role("link", name=title, exact=True, include_hidden=True)
        with self.page.expect_navigation():
            if link.is_visible():
                link.click()
            else:
                self.page.keyboard.press("Control+k")
                self.page.keyboard.type(title)
                self.page.locator("#findings").get_by_role("link", name=title).first.wait_for()
                self.page.keyboard.press("Enter")

    def account(self, name: str) -> None:
        """Presses what the menu of one's own account holds."""
        self.page.locator(".who").click()
        self.button(name).click()

    def hiring(self, function: str) -> None:
        self.open(f"{BRANCH}{function}")

    def service(self, function: str) -> None:
        self.open(f"就业创业服务补助{function}")

    def training(self, function: str) -> None:
        self.open(function)

    def choose_all(self, action: str) -> None:
        """Ticks the whole page and asks for a move."""
        self.page.get_by_label("勾选本页全部").check()
        self.button(action).click()

    def button(self, name: str) -> Locator:
        """Finds a button by its name; a move of ticked rows says how many beside it."""
        return self.page.get_by_role("button", name=re.compile(rf"^{re.escape(name)}( \d+ [人个])?$"))

    def text(self) -> str:
        return self.page.locator("main").inner_text()

    # 2.1.1 一次性吸纳就业补贴申请

    def open_application(self, uscc: str) -> str:
        """Picks the employer from the offered ones; returns the application's number."""
        self.hiring("申请")
        self.page.get_by_role("link", name="新增申请").click()
        self.page.get_by_role("combobox", name="单位", exact=False).first.fill(uscc)
        self.page.locator("[role=option]").first.click()
        self.button("下一步").click()
        return self.number()

    def number(self) -> str:
        """The number of the application whose page is open; the page shows its end."""
        return self.page.locator("[data-number]").get_attribute("data-number")

    def check(self, sheet: Path) -> None:
        """A sheet is read as soon as it is chosen."""
        self.page.get_by_label("人员名单文件").set_input_files(sheet)
        self.page.get_by_text("校验完成").wait_for()

    def show(self, verdict: str) -> None:
        """Opens one of the application's lists: 未通过, 通过 or 全部."""
        self.page.get_by_role("tab", name=re.compile(f"^{verdict}")).click()

    def submit(self) -> Locator:
        """The button that hands an application in; it says how many people."""
        return self.page.locator("form.bar .btn--primary")

    def change_account(self) -> None:
        """Opens the form where the payee's last account is taken over."""
        if self.page.locator("#bank details:not([open])").count():
            self.page.get_by_text("更换收款账户").click()

    def bank(self, number: str = "6217003810012345678") -> None:
        """The holder is the payee, as the form offers."""
        self.change_account()
        self.page.get_by_label("开户银行").fill("中国建设银行成都锦江支行")
        self.page.get_by_label("行号").fill("105651000006")
        self.page.get_by_label("银行账号").fill(number)
        self.button("保存银行信息").click()
        self.page.get_by_text("银行信息已保存。").wait_for()

    def attach(self, name: str = "劳动合同.pdf") -> None:
        self.page.locator("#file").set_input_files(
            {"name": name, "mimeType": "application/pdf", "buffer": PDF}
        )
        self.button("上传附件").click()
        self.page.get_by_text("附件已上传。").wait_for()

    # every stage

    def tick(self, count: int) -> None:
        for box in self.page.locator("tbody input[type=checkbox]").all()[:count]:
            box.check()

    def open_case(self, row: Locator) -> None:
        """Opens a row of a list of cases beside it, and from there on a page."""
        row.locator("a[data-drawer]").click()
        self.page.locator(".drawer").get_by_role("link", name="整页打开").click()

    def search(self, **typed: str) -> None:
        """Fills the line of filters, and what is folded away; a state is the tab of that name where the list has tabs."""
        tabs = self.page.get_by_role("navigation", name="按状态查看")
        state = typed.pop("状态", None) if tabs.count() else None
        card = self.page.locator("form.filters")
        for label, value in typed.items():
            field = card.get_by_label(label, exact=True)
            if not field.is_visible():
                card.get_by_text("更多").click()
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)
        if typed:
            with self.page.expect_navigation():
                self.button("查询").click()
        if state:
            with self.page.expect_navigation():
                tabs.get_by_role("link", name=re.compile(rf"^{state}( |$)")).click()

    def dialog(self) -> Locator:
        """The question before a move, once it is there."""
        question = self.page.locator("form.confirm")
        question.wait_for()
        return question

    def confirm(self, **typed: str) -> tuple[int, int]:
        """Answers the dialog; returns how many were moved and refused."""
        for label, value in typed.items():
            self.page.locator("form.confirm").get_by_label(label).fill(value)
        self.page.evaluate("document.querySelector('.toast')?.remove()")
        self.page.locator("form.confirm button").click()
        return self.outcome()

    def outcome(self) -> tuple[int, int]:
        """How many were moved and refused: the list says so where nothing is left to say, else the result's own page."""
        self.page.locator(".toast, #moved").first.wait_for()
        toast, refused = self.page.locator(".toast"), self.page.locator("#refused")
        if toast.count():
            return int(re.search(r"\d+", toast.inner_text())[0]), 0
        return int(self.page.locator("#moved").inner_text()), int(
            refused.inner_text() if refused.count() else 0
        )

    def extent(self) -> tuple[int, str]:
        """What the dialog says: people and total."""
        count = self.page.locator("#batch-count").inner_text()
        return int(count), self.page.locator("#batch-amount").inner_text()

    def move_date(self, days: int) -> None:
        self.page.get_by_label("推进天数").fill(str(days))
        self.button("推进").click()
        self.page.get_by_text("演示日期已调整。").wait_for()
