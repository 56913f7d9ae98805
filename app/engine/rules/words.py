"""The texts of a rule: the catalogue's general ones, with the words of a definition in their place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from app.engine.rules.rule import Advice
from app.engine.rules.slot import fault, unknown_name
from app.kernel.bilingual import chinese, english_of, places
from app.kernel.messages import N_, Message

TITLE, ASKS, SENTENCES, ADVICE = "title", "asks", "sentences", "advice"
HEADLINE, REMEDY, BRIEF = "headline", "remedy", "brief"


@dataclass(frozen=True)
class Words:
    """What a rule says: its title, what it asks, a sentence for each `why`, and the advice for rows that it stops."""

    title: str
    asks: str
    sentences: Mapping[str, str]
    advice: Advice

    def replaced(
        self, code: str, words: Mapping, of_asks: Collection[str], of_evidence: Collection[str]
    ) -> Words:
        """Return these with some of them replaced by the `words` of an entry.

        `of_asks` and `of_evidence` are the places that may stand in what the rule asks, and in all other texts. Raises
        BadValue.
        """
        english_of(words)  # which refuses what names other facts
        _known(code, N_("用语"), words, (TITLE, ASKS, SENTENCES, ADVICE))
        advice = _mapping(code, ADVICE, words)
        _known(code, ADVICE, advice, (HEADLINE, REMEDY, BRIEF))
        return Words(
            _text(code, TITLE, words, self.title, ()),
            _text(code, ASKS, words, self.asks, of_asks),
            _texts(code, SENTENCES, words, self.sentences, self.sentences, of_evidence),
            replace(
                self.advice,
                headline=_text(code, HEADLINE, advice, self.advice.headline, of_evidence),
                remedy=_text(code, REMEDY, advice, self.advice.remedy, of_evidence),
                brief=_texts(code, BRIEF, advice, self.advice.brief, self.sentences, of_evidence),
            ),
        )


def _texts(
    code: str,
    key: str,
    words: Mapping,
    general: Mapping[str, str],
    whys: Collection[str],
    known: Collection[str],
) -> Mapping[str, str]:
    own = _mapping(code, key, words)
    _known(code, key, own, whys)
    return {**general, **{why: _text(code, why, own, "", known) for why in own}}


def _text(code: str, key: str, words: Mapping, general: str, known: Collection[str]) -> str:
    if key not in words:
        return general
    text = chinese(words[key])
    if not text:
        raise fault(code, key, Message(N_("应为一段文字，或中英文各一段。")))
    for name in places(text):
        if name not in known:
            raise unknown_name(code, key, f"{{{name}}}", [f"{{{one}}}" for one in known])
    return text


def _mapping(code: str, key: str, words: Mapping) -> Mapping:
    own = words.get(key, {})
    if not isinstance(own, Mapping):
        raise fault(code, key, Message(N_("应按名称逐条列出文字。")))
    return own


def _known(code: str, place: str, entry: Mapping, names: Collection[str]) -> None:
    for name in entry:
        if name not in names:
            raise unknown_name(code, place, name, names)
