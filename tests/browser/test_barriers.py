"""Nothing bars whoever works by keys alone, enlarges a page to twice its size, or sets the text wider."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.browser.desk import Desk

TWICE = {"width": 683, "height": 384}
"""The smallest screen at 200 %."""
TITLE = re.compile(r"<title>\s*(.*?)\s*</title>", re.DOTALL)
ADDRESSES = ("/", "/hiring/query/list/", "/hiring/applications/add", "/desk/figures/", "/help/")
WIDER = "() => document.documentElement.scrollWidth > innerWidth"
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
CUT = """() => [...document.querySelectorAll("h1, h2, h3, label, summary, button, .btn, th, .tabs a, .side a, .note")]
  .filter((one) => one.getClientRects().length && !one.closest(".cut, .clip, .opened, .visually-hidden, .skip"))
  .filter((one) => ["hidden", "clip"].includes(getComputedStyle(one).overflowX)
    ? one.scrollWidth > one.clientWidth + 1
    : one.scrollHeight > one.clientHeight + 6 && one.clientHeight)
  .map((one) => `${one.tagName}.${one.className}: ${one.innerText}`)"""
FOCUSED = """() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const { left, top, right, bottom } = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  const box = one.closest(".find, .filters .field");
  const frame = box && getComputedStyle(box);
  const around = frame && (frame.boxShadow !== "none" || frame.outlineStyle !== "none");
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  const filled = one.matches("[data-findings] a");
  const seen = right > left && bottom > top && right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
  window.visited ??= new Map();
  if (!window.visited.has(one)) window.visited.set(one, window.visited.size);
  return [window.visited.get(one), seen && (outlined || around || filled), one.outerHTML.slice(0, 160)];
}"""


def tab_through(page: Page, most: int = 60) -> list[str]:
    """Every stop of the focus until it begins again; each is another one, in sight, and shows that it has the focus."""
    stops: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUSED)
        if focus is None or focus[0] < len(stops):
            break
        number, shown, html = focus
        assert (number, shown) == (len(stops), True), html
        stops.append(html)
    return stops


@pytest.mark.parametrize("username", ["clerk", "county_admin", "auditor"])
def test_every_page_of_the_menu_has_a_title_of_its_own(sit_down, username):
    desk: Desk = sit_down(username)
    titles = {}
    for name, address in desk.functions():
        title = TITLE.search(desk.context.request.get(address).text())[1]
        assert title not in titles, (title, name, titles[title])
        titles[title] = name
    assert len(titles) > 4 and all(title.count(" · ") >= 1 for title in titles)


def test_the_first_key_leads_past_the_menu(sit_down):
    page = sit_down("clerk").page
    for address in ADDRESSES[:2]:
        page.goto(address)
        page.wait_for_load_state("load")
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="跳到正文")
        box = skip.bounding_box()
        assert skip.evaluate("one => one === document.activeElement") and box["width"] > 20 and box["y"] >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("address", ["/", "/hiring/query/list/", "/settings/password/"])
def test_the_focus_is_seen_at_every_stop_and_stays_nowhere(sit_down, sent, address):
    page = sit_down("clerk").page
    page.goto(address)
    page.wait_for_load_state("load")
    assert len(tab_through(page)) > 20


@pytest.mark.parametrize("language", ["中文", "English"])
def test_at_twice_the_size_and_with_wide_text_nothing_is_lost(sit_down, sent, language):
    clerk: Desk = sit_down("clerk")
    page = clerk.page
    if language == "English":
        clerk.account(language)
    page.goto(f"{ADDRESSES[1]}?size=50")
    case = page.locator("a[data-drawer]").first.get_attribute("href")
    for address in (*ADDRESSES, case):
        page.set_viewport_size(TWICE)
        page.goto(address)
        page.wait_for_load_state("load")
        assert not page.evaluate(WIDER), address
        assert page.locator("h1").is_visible() and page.locator("[data-toggle-menu]").is_visible(), address
        page.evaluate(SPACED)
        assert not page.evaluate(WIDER), address
        assert page.evaluate(CUT) == [], address
        page.set_viewport_size({"width": 1366, "height": 768})
        assert not page.evaluate(WIDER), address
        assert page.evaluate(CUT) == [], address
    if language == "English":
        clerk.account("中文")


def test_single_keys_can_be_switched_off(sit_down, sent):
    page = sit_down("clerk").page
    page.goto(ADDRESSES[1])
    page.wait_for_load_state("load")
    page.get_by_text("显示", exact=True).click()
    switch = page.get_by_label("单键操作")
    assert switch.is_checked()
    switch.uncheck()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("j")
    assert page.locator(".drawer").count() == 0
    page.locator("a[data-drawer]").first.click()
    page.locator(".drawer h2").wait_for()
    page.keyboard.press("Escape")
    page.locator(".drawer").wait_for(state="detached")
    page.get_by_text("显示", exact=True).click()
    switch.check()
    page.locator("h1").click()
    page.keyboard.press("j")
    page.locator(".drawer h2").wait_for()
