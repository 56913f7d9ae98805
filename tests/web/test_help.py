"""The manual opens, chapter by chapter, and explains every function that the menu has."""

import re
from datetime import timedelta
from string import Formatter

import pytest
from markupsafe import escape

from app import __version__
from app.engine import clock
from app.engine.policy_values import PolicyValue
from app.extensions import db
from app.help import chapters
from app.help.changes import SOURCE, releases
from app.programmes.installed import programme_of, programmes
from app.translations.update import english
from app.web.page.manual import chapter_for
from tests.desk.clerks import Desk, HiringDesk


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


def test_every_function_of_the_menu_has_its_chapter(application):
    with application.app_context():
        views = [view for view in application.appbuilder.baseviews if getattr(view, "menu", ())]
        assert [view.endpoint for view in views if not chapter_for(view.endpoint)] == []


def test_a_chapter_that_nobody_wrote_tells_where_its_functions_are_and_what_is_checked(clerk, monkeypatch):
    described = [chapter for chapter in chapters() if chapter.rules_of != "hiring_subsidy"]
    monkeypatch.setattr("app.help.chapters", lambda: tuple(described))
    monkeypatch.setattr("app.web.page.manual.chapters", lambda: tuple(described))
    assert 'href="/help/hiring_subsidy"' in clerk.get("/hiring/applications/list/")
    page = clerk.get("/help/hiring_subsidy")
    assert "业务经办 → 单位服务 → 一次性吸纳就业补贴 → 一次性吸纳就业补贴申请" in page
    assert "/help/rules/hiring_subsidy" in page and "操作流程" not in page


ENGLISH = {
    message.id: message.string
    for message in english()
    if isinstance(message.id, str) and message.context is None
}
BEYOND_THE_CATALOGUE = {"缺考": "absent", "＋": "＋", "↑": "↑", "↓": "↓"}
"""What a sheet takes in either language, and signs."""


def english_of(label: str) -> str:
    """A quoted label in English; one that a screen completes (选择全部 40 条) is the beginning of its translation."""
    if label in BEYOND_THE_CATALOGUE or label in ENGLISH:
        return BEYOND_THE_CATALOGUE.get(label) or ENGLISH[label]
    (whole,) = (text for key, text in ENGLISH.items() if key.startswith(f"{label}{{count}}"))
    return whole.split(" {count}")[0]


def quotes(text: str, sign: str) -> list[str]:
    """What a step names letter by letter: 「…」 stands on its picture, “…” elsewhere, several at once parted by 、."""
    found = re.findall({"「": "「([^」]+)」", "“": "“([^”]+)”"}[sign], text)
    return [label for one in found for label in one.split("、")]


def test_the_whole_manual_has_its_english():
    for chapter in chapters():
        for text in (chapter.title, chapter.serves, *(step.text for step in chapter.steps)):
            assert not text or ENGLISH.get(text), text


@pytest.mark.parametrize("sign", ["「", "“"])
def test_the_english_manual_quotes_the_english_screens(sign):
    steps = [step.text for chapter in chapters() for step in chapter.steps]
    assert any(quotes(text, sign) for text in steps)
    for text in steps:
        labels = map(english_of, quotes(text, sign))
        assert sorted(labels) == sorted(quotes(ENGLISH[text], sign)), text


def test_the_manual_speaks_english(clerk):
    assert "图片是中文界面" not in clerk.get("/help/2.1.1")
    clerk.client.post("/desk/language", data={"language": "en"})
    page = clerk.get("/help/2.1.1")
    article = re.search(r"<article.*?</article>", page, re.S)[0]
    assert "The pictures show the Chinese desk." in article and "<b>Download people template</b>" in article
    assert not re.search("[\u4e00-\u9fff]", article)
    assert page.count('lang="zh-CN"') == page.count('value="zh" lang="zh-CN"')


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


def sentence_parts(sentence: str) -> list[str]:
    """The text between a sentence's placeholders, as it stands in markup."""
    return [str(escape(text)) for text, *_ in Formatter().parse(sentence) if text]


def test_every_rule_of_every_programme_is_explained(clerk):
    for programme in programmes():
        page = clerk.get(f"/help/rules/{programme.code}")
        assert f"<h1>{programme.title} <small>规则说明</small>" in page
        for rule in programme.rules:
            entry = page.split(f'id="{rule.code}"')[1].split("</section>")[0]
            assert rule.title in entry
            for sentence in (rule.asks, *(sentence for _, sentence in rule.outcomes)):
                assert all(part in entry for part in sentence_parts(sentence)), (rule.code, sentence)
            for code in rule.parameters:
                assert f'<a href="#{code}">{programme.policy.parameters[code].title}</a>' in entry
        for parameter in programme.policy.parameters.values():
            assert f'id="{parameter.code}"' in page
        for move in programme.workflow:
            assert f"<td>{move.title}</td>" in page


def test_the_catalogue_speaks_english(clerk):
    clerk.client.post("/desk/language", data={"language": "en"})
    page = clerk.get("/help/rules/training")
    assert "fewer than <b>3</b> other trainings" in page


def test_a_changed_value_shows_from_its_day_with_its_document(demo_app, clerk):
    assert "距校验当月最多<b>3</b>个月" in clerk.get("/help/rules/hiring_subsidy")
    with demo_app.app_context():
        day = clock.today(demo_app.config, db.session)
        for value, first in (("4", day), ("6", day + timedelta(days=1))):
            db.session.add(
                PolicyValue(
                    programme="hiring_subsidy",
                    parameter="latest_contribution_months",
                    value=value,
                    starts_on=first,
                    document=f"文件{value}号",
                )
            )
        db.session.commit()
    page = clerk.get("/help/rules/hiring_subsidy")
    rule = page.split('id="HS-01"')[1].split("</section>")[0]
    assert "距校验当月最多<b>4</b>个月" in rule and "文件4号" in rule and "文件6号" not in rule
    table = page.split('id="latest_contribution_months"')[1]
    assert table.index("文件4号") < table.index("<b>6</b>") < table.index("文件6号")
    assert "距校验当月最多<b>3</b>个月" in clerk.get("/help/rules/service_subsidy")


def test_a_finding_leads_to_its_rule(demo_app, demo_files):
    clerk = HiringDesk(demo_app, "clerk")
    application = clerk.hand_in(demo_files, "1-good.xlsx")
    page = clerk.get(f"/hiring/applications/show/{application}")
    claim = re.search(r'href="(/hiring/query/show/\d+)"', page)[1]
    assert re.search(r'<a href="/help/rules/hiring_subsidy#HS-01"[^>]*>参保</a>', clerk.get(claim))


def test_the_catalogue_opens_for_whoever_is_logged_in_and_knows_its_programmes(demo_app, clerk):
    assert 'href="/help/rules/training"' in clerk.get("/help/")
    clerk.get("/help/rules/nothing", expect=404)
    assert demo_app.test_client().get("/help/rules/training").location.startswith("/login/")


def test_the_contents_show_no_name_of_code(clerk):
    contents = re.search(r"<nav.*?目录.*?</nav>", clerk.get("/help/"), re.S)[0]
    assert "公示异议" in contents
    assert not re.search(r">[^<]*View", contents)
