"""The manual opens, chapter by chapter, and explains every function that the menu has."""

import pytest

from app.help import chapter_of, chapters
from app.web.programmes import programme_of
from tests.web.desk import Desk


@pytest.fixture
def clerk(demo_app):
    return Desk(demo_app, "clerk")


def test_every_chapter_opens_with_its_place_and_its_rules(clerk):
    for chapter in chapters():
        page = clerk.get(f"/help/{chapter.number}")
        assert f"{chapter.number} {chapter.title}" in page
        for rule in programme_of(chapter.rules_of).rules if chapter.rules_of else ():
            assert f"{rule.code} {rule.title}" in page
    assert "业务经办 → 单位服务 → 一次性吸纳就业补贴 → 一次性吸纳就业补贴申请" in clerk.get("/help/2.1.1")


def test_every_chapter_names_views_that_exist(application):
    known = {view.endpoint for view in application.appbuilder.baseviews}
    assert {name for chapter in chapters() for name in chapter.views} <= known


def test_every_function_of_a_programme_has_its_chapter(application):
    views = [view for view in application.appbuilder.baseviews if getattr(view, "programme", None)]
    assert [view.endpoint for view in views if view.menu and not chapter_of(view.endpoint)] == []


def test_help_leads_to_the_chapter_of_the_page(clerk):
    assert 'href="/help/2.1.1"' in clerk.get("/hiring/applications/list/")
    clerk.get("/help/9.9", expect=404)
