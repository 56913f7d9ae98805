"""The manual opens, chapter by chapter, and explains every function that the menu has."""

import pytest
from markupsafe import escape

from app import __version__
from app.help import chapter_of, chapters
from app.help.changes import SOURCE, releases
from app.web.page.programmes import programme_of
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


def test_what_each_release_changed_is_told_in_both_languages(clerk):
    chinese = clerk.get("/help/changes")
    clerk.client.post("/desk/language", data={"language": "en"})
    english = clerk.get("/help/changes")
    for release in releases():
        assert len(release.changes["zh"]) == len(release.changes["en"]) > 0
        for language, page in (("zh", chinese), ("en", english)):
            assert all(str(escape(change)) in page for change in release.changes[language])
        assert release.version in chinese
    assert "更新说明" in chinese and "更新说明" not in english


def test_the_newest_release_is_this_one_and_the_page_is_reached_from_footer_and_contents(clerk):
    assert releases()[0].version == __version__
    days = [release.day for release in releases()]
    assert days == sorted(days, reverse=True)
    page = clerk.get("/help/")
    assert page.count('href="/help/changes"') == 2 and f"版本 {__version__}" in page


def test_every_line_of_the_file_is_told(application):
    shown = [change for release in releases() for changes in release.changes.values() for change in changes]
    assert [line[2:] for line in SOURCE.read_text("utf-8").splitlines() if line.startswith("- ")] == shown
