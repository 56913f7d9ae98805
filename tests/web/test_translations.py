"""English for every sentence, with the same facts in it; Chinese for what the libraries say; no text beside the catalogue."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
import wtforms
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes
from wtforms import DateField, Form, IntegerField, SelectField, StringField
from wtforms.validators import Length

from app.programmes.installed import programmes
from app.translations.update import APP, english, extracted
from app.web.wording.translations import CATALOGUES, gettext, learn, speaking
from tests.desk.clerks import Desk

HAN = re.compile("[\u4e00-\u9fff]")
PERCENT = re.compile(r"%\(\w+\)[sd]|%[sd]")
PLACE = re.compile(r"{\w+}")
TEMPLATES = sorted(APP.rglob("*.html"))
IN_THE_OTHER_LANGUAGE = {"中文"}
NOT_SAID_ON_SCREENS = {
    "web/commands/audit_cli.py": "commands speak both languages at once",
    "web/commands/backup_cli.py": "commands speak both languages at once",
    "web/commands/prepare.py": "commands speak both languages at once",
    "web/commands/definitions_cli.py": "commands speak both languages at once",
    "web/commands/jobs.py": "commands speak both languages at once",
    "web/commands/keys_cli.py": "commands speak both languages at once",
    "web/commands/registers_cli.py": "commands speak both languages at once",
    "engine/actor.py": "the actor of commands, stored in the audit log",
    "studio/expressions/functions.py": "names of functions: words of the language",
    "studio/expressions/grammar.py": "words of the language",
    "studio/fields.py": "examples on a sheet",
    "registers/region_names.py": "how people write the names of regions",
    "registers/shipping.py": "names of offices and documents: data",
}
MARKED = [
    path
    for package in ("web", "engine", "studio", "programmes", "registers")
    for path in sorted((APP / package).rglob("*.py"))
    if not {"demo", "sheets", "sheet.py"} & set(path.parts)
    and str(path.relative_to(APP)) not in NOT_SAID_ON_SCREENS
]
"""Modules whose Chinese is for the screen; sheets are Chinese by their nature."""


ENGLISH = english()
KNOWN = {message.id for message in ENGLISH}
TRANSLATED = {message.id: message.string for message in ENGLISH}


@cache
def written() -> set[str]:
    """Every msgid that stands in the code."""
    return {message.id for message in extracted() if message.id}


def chinese():
    with (CATALOGUES / "zh/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="zh")


def facts_of(text: str) -> Counter:
    """The placeholders of a message, of either kind."""
    named = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    return Counter([*named, *PERCENT.findall(text)])


def strings(message) -> list[tuple[str, str]]:
    """(msgid, msgstr) pairs; a plural counts as its last form."""
    if isinstance(message.id, tuple):
        return [(message.id[-1], text) for text in message.string]
    return [(message.id, message.string)]


def test_every_sentence_has_its_english():
    kept = {message.id for message in ENGLISH if message.id and message.string}
    missing = written() - kept
    assert not missing, "run python -m app.translations.update and fill in: " + "\n".join(sorted(missing))


def test_the_english_catalogue_holds_nothing_that_is_gone():
    gone = {message.id for message in ENGLISH if message.id} - written()
    assert not gone and not ENGLISH.obsolete, "run python -m app.translations.update"


@pytest.mark.parametrize("catalogue", [ENGLISH, chinese()], ids=["en", "zh"])
def test_translations_are_whole_and_keep_their_facts(catalogue):
    for message in catalogue:
        assert not message.fuzzy, message.id
        for said, translated in strings(message) if message.id else ():
            if any(sign.isalnum() for sign in PLACE.sub("", said)):
                assert translated.strip() == translated != "", said
            else:  # it joins two parts, in English with a space
                assert translated.strip(), said
            assert facts_of(said) == facts_of(translated), said


def test_texts_of_definitions_have_their_english_and_the_catalogue_no_other_one():
    for programme in programmes():
        own = programme.english
        said = {text for rule in programme.rules for text in texts_of(rule) if HAN.search(text)}
        assert not {text for text in said if text not in KNOWN and text not in own}
        assert {text: own[text] for text in own.keys() & TRANSLATED.keys()}.items() <= TRANSLATED.items()
        assert not [text for text in own.values() if HAN.search(text)]


def texts_of(rule) -> list[str]:
    """Whatever a rule says."""
    advice = rule.advice
    return [
        *(rule.title, rule.asks, rule.basis),
        *rule.sentences.values(),
        *(advice.headline, advice.remedy, *advice.brief.values()),
    ]


def test_a_definition_speaks_english_from_the_moment_that_it_comes(app):
    with app.test_request_context(), speaking("en"):
        assert gettext("只有这项补贴才说的话") == "只有这项补贴才说的话"
        learn({"只有这项补贴才说的话": "Words of this subsidy alone", "审核": "Something else"})
        assert gettext("只有这项补贴才说的话") == "Words of this subsidy alone"
        assert gettext("审核") != "Something else"
        with speaking("zh"):
            assert gettext("只有这项补贴才说的话") == "只有这项补贴才说的话"


def test_english_is_english():
    assert not [message.string for message in ENGLISH if message.id and HAN.search(message.string)]


def test_the_libraries_speak_chinese():
    pot = Path(wtforms.__file__).parent / "locale" / "wtforms.pot"
    with pot.open("rb") as file:
        said = {message.id for message in read_po(file) if message.id}
    assert said <= {message.id for message in chinese()}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(APP)))
def test_templates_say_nothing_beside_the_catalogue(path):
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse(path.read_text(encoding="utf-8"))
    translated = {
        id(constant)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext")
        for constant in call.find_all(nodes.Const)
    }
    plain = [data.data for data in tree.find_all(nodes.TemplateData)]
    plain += [
        c.value for c in tree.find_all(nodes.Const) if id(c) not in translated and isinstance(c.value, str)
    ]
    for text in IN_THE_OTHER_LANGUAGE:
        plain = [piece.replace(text, "") for piece in plain]
    assert not [piece for piece in plain if HAN.search(piece)]


@pytest.mark.parametrize("path", MARKED, ids=lambda path: str(path.relative_to(APP)))
def test_modules_say_nothing_beside_the_catalogue(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    said = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
    }
    assert {text for text in said if HAN.search(text) and "SELECT" not in text} <= KNOWN


class Trial(Form):
    name = StringField("", [Length(max=2)])
    kind = SelectField("", choices=["a"])
    count = IntegerField("")
    day = DateField("")


def errors(app, language: str) -> list[str]:
    with app.test_request_context(), speaking(language):
        form = Trial(data={"name": "abc", "kind": "b"}, formdata=None)
        form.count.raw_data = form.day.raw_data = ["x"]
        form.validate()
        for field in (form.count, form.day):
            with pytest.raises(ValueError) as refused:
                field.process_formdata(["x"])
            field.errors = [str(refused.value)]
        return [form.name.errors[0], form.kind.errors[0], form.count.errors[0], form.day.errors[0]]


def test_forms_speak_the_language_of_the_page(app):
    assert errors(app, "zh") == [
        "最多2个字，请缩短。",
        "所选内容不在列表中。请从列表中重新选择。",
        "请填写整数。",
        "日期无法识别，请写成 2026-03-01 的样子。",
    ]
    assert errors(app, "en")[:2] == ["Field cannot be longer than 2 characters.", "Not a valid choice."]


def test_a_page_changes_its_language(demo_app):
    desk = Desk(demo_app, "clerk")
    assert 'lang="zh-CN"' in desk.get("/hiring/applications/list/")
    desk.post("/desk/language", {"language": "en"})
    page = desk.get("/hiring/applications/list/")
    assert 'lang="en"' in page and "New application" in page and "Hiring subsidy: apply" in page
    menu = re.search(r"<nav class=\"side\".*?</nav>", page, re.DOTALL)[0]
    assert not HAN.search(menu), menu


def test_a_role_and_its_step_have_english_words_of_their_own(demo_app):
    reviewer = Desk(demo_app, "reviewer")
    reviewer.post("/desk/language", {"language": "en"})
    text = " ".join(re.sub(r"<[^>]+>", " ", reviewer.get("/")).split())
    assert re.search(r"\bReviewer\b", text) and re.search(r"\bReview\b", text)


def test_whoever_is_not_logged_in_is_told_to_log_in(app):
    page = app.test_client().get("/settings/users/list/", follow_redirects=True).text
    assert "请先登录" in page and "Denied" not in page


def test_commands_without_a_page_speak_chinese(app):
    assert gettext("审核") == "审核"


def test_a_language_is_spoken_within_its_block_whatever_was_said_before(app):
    with app.test_request_context():
        assert gettext("审核") == "审核"
        with speaking("en"):
            assert gettext("审核") != "审核"
            with speaking("zh"):
                assert gettext("审核") == "审核"
            assert gettext("审核") != "审核"
        assert gettext("审核") == "审核"
