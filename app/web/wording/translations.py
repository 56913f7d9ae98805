"""Chinese and English: our catalogues are read from their sources, and the libraries speak through them too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g
from flask_babel import Domain, force_locale, get_locale, get_translations, ngettext
from wtforms import Form
from wtforms.meta import DefaultMeta

from app.kernel.messages import N_

CATALOGUES = Path(__file__).resolve().parents[2] / "translations"
ENGLISH = "en"
NOT_LOGGED_IN = N_("Access is Denied")
"""Flask-AppBuilder's sentence for a page that asks for a login; the catalogues say what to do."""

_DEFINED: dict[str, str] = {}
"""English of texts that stand in definitions, by their Chinese: what the catalogues don't hold."""


def learn(english: Mapping[str, str]) -> None:
    """Speak the texts of a definition in English, whenever it comes; what the catalogue knows is the catalogue's."""
    _DEFINED.update(english)


def init_app(app: Flask) -> None:
    """Set up after Flask-AppBuilder has set up flask-babel; forms of every layer get the language of the request."""
    app.extensions["babel"].instance.domain_instance = SourceDomain()
    # The new style, which flask-babel installs, calls what it translates safe HTML and reads % in it as a place
    # to fill: sentences that quote what somebody typed pass through here.
    translating: Any = app.jinja_env  # the extension adds a method
    translating.install_gettext_callables(gettext, ngettext, newstyle=False)
    app.jinja_env.globals["_"] = gettext
    DefaultMeta.get_translations = _form_translations


def gettext(sentence: str) -> str:
    """Translate to the language of the request or the work. Flask-babel's own looks that up for each of a page's words."""
    return spoken().ugettext(sentence)


def contextual(context: str, sentence: str) -> str:
    """Translate what was marked by `NC_` with that context."""
    return spoken().upgettext(context, sentence)


def spoken() -> Translations:
    """Return the catalogue of the language that is spoken now."""
    try:
        return g.spoken
    except AttributeError:
        g.spoken = get_translations()
        return g.spoken


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak another language, for the length of the block."""
    before = g.pop("spoken", None)
    try:
        with force_locale(language):
            yield
    finally:
        g.pop("spoken", None)
        if before is not None:
            g.spoken = before


class SourceDomain(Domain):
    """Compiles `.po` files in memory: no compiled copy that could be missing or stale on one of several hosts."""

    def __init__(self) -> None:
        super().__init__()
        self.whole: dict[str, Translations] = {}

    def get_translations(self) -> Translations:
        locale = get_locale()
        # by the word: comparing two of babel's locales takes longer than finding a sentence
        language = locale.language if locale else ""
        if language not in self.whole:
            translations = super().get_translations()
            source = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
            if language and source.exists():
                ours = _compiled(source)
                translations.merge(ours)
                translations.plural = ours.plural
            if language == ENGLISH:
                translations.add_fallback(_Defined())
            self.whole[language] = translations
        return self.whole[language]


class _Defined(NullTranslations):
    """Translates the texts of definitions."""

    def gettext(self, message: str) -> str:
        return _DEFINED.get(message, message)


class FormTranslations:
    """What WTForms asks for its own messages; it fills in the facts itself."""

    def gettext(self, text: str) -> str:
        return get_translations().ugettext(text)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return get_translations().ungettext(singular, plural, count)


def _form_translations(_: DefaultMeta, form: Form) -> FormTranslations:
    return FormTranslations()


def _compiled(source: Path) -> Translations:
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return Translations(compiled)
