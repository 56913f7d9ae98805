"""Pages in English: nothing that the catalogue translates stays Chinese, and sentences are pointed in English."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser

import pytest

from app.help import chapters
from app.programmes.installed import programmes
from app.translations.update import english
from tests.desk.clerks import Desk, HiringDesk

HAN = re.compile("[\u4e00-\u9fff]")
WIDE = re.compile("[，；、：（）。「」！？]")
SPOKEN = {"title", "aria-label", "placeholder", "alt", "value"}
"""Attributes that people read or hear; what scripts say stands in `data-…` beside them."""
UNSPOKEN = {"script", "style"}
IN_CHINESE = {"中文"}
DESKS = ("clerk", "reviewer", "cashier", "auditor", "policy", "county_admin", "province_admin", "admin")
MORE = {
    "clerk": ["/hiring/applications/new", "/training/classes/add", "/desk/shortcuts/", "/nothing-here"],
    "policy": ["/settings/years/add"],
    "county_admin": ["/settings/users/add", "/settings/roles/add"],
}


class Words(HTMLParser):
    """Whatever a page says: its text nodes, and attributes that are shown, heard or said by scripts."""

    def __init__(self, page: str):
        super().__init__()
        self.said: list[str] = []
        self.within: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag in UNSPOKEN:
            self.within.append(tag)
        shown = [value for name, value in attrs if value and (name in SPOKEN or name.startswith("data-"))]
        self.said += [" ".join(value.split()) for value in shown]

    def handle_endtag(self, tag):
        if tag in UNSPOKEN:
            self.within.pop()

    def handle_data(self, data):
        if not self.within and data.strip():
            self.said.append(" ".join(data.split()))


@cache
def chinese() -> re.Pattern[str]:
    """What is translated, by the catalogue or a definition, with anything in its places; one that only joins two parts is another test's."""
    texts = [message.id for message in english() if isinstance(message.id, str)]
    texts += [text for programme in programmes() for text in programme.english]
    forms = []
    for text in texts:
        if len(HAN.findall(text)) > 1:
            parts = [re.escape(part) for part in re.split(r"{\w+}", text)]
            forms.append(".+?".join(parts))
    return re.compile("|".join(sorted(forms, key=len, reverse=True)))


def left_in_chinese(page: str) -> set[str]:
    said = set(Words(page).said) - IN_CHINESE
    return {
        text
        for text in said
        if (HAN.search(text) and chinese().fullmatch(text)) or (WIDE.search(text) and not HAN.search(text))
    }


def addresses(page: str) -> list[str]:
    """Everything that the menu leads to."""
    menu = re.search(r'<nav class="side.*?</nav>', page, re.S)[0]
    return re.findall(r'href="(/[^"]*)"', menu)


@pytest.fixture
def handed_in(demo_app, demo_files):
    """An application with people who passed and people who failed."""
    return HiringDesk(demo_app, "clerk").hand_in(demo_files, "2-mixed.xlsx")


@pytest.mark.parametrize("username", DESKS)
def test_pages_of_the_menu_are_english(demo_app, handed_in, username):
    desk = Desk(demo_app, username)
    desk.client.post("/desk/language", data={"language": "en"})
    pages = dict.fromkeys(["/", *addresses(desk.get("/")), *MORE.get(username, ())])
    found = {path: left_in_chinese(desk.client.get(path, follow_redirects=True).text) for path in pages}
    assert len(found) > 5
    assert not {path: texts for path, texts in found.items() if texts}


def test_an_application_and_a_case_are_english(demo_app, handed_in):
    desk = Desk(demo_app, "reviewer")
    desk.client.post("/desk/language", data={"language": "en"})
    page = desk.get(f"/hiring/applications/show/{handed_in}")
    case = re.search(r'href="(/hiring/query/show/\d+)"', page)[1]
    assert not left_in_chinese(page) | left_in_chinese(desk.get(case))


def test_the_help_is_english(demo_app):
    desk = Desk(demo_app, "clerk")
    desk.client.post("/desk/language", data={"language": "en"})
    pages = [f"/help/{chapter.number}" for chapter in chapters()]
    pages += ["/help/changes", *(f"/help/rules/{one.code}" for one in programmes())]
    found = {path: left_in_chinese(desk.get(path)) for path in pages}
    assert not {path: texts for path, texts in found.items() if texts}


def test_the_login_is_english(app):
    client = app.test_client()
    client.post("/desk/language", data={"language": "en"})
    page = client.get("/login/").text
    assert "Log in" in page and not left_in_chinese(page)
