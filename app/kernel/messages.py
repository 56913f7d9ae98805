"""Sentences for people: a Chinese msgid and its facts, kept apart so that they can be translated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeAlias

Param: TypeAlias = "str | int | Decimal | date | Message"


def N_(msgid: str) -> str:
    """Mark a msgid for extraction where it stands; the translation happens where it is shown."""
    return msgid


def NC_(context: str, msgid: str) -> str:
    """Mark a msgid that has a translation of its own in some context, where `contextual` shows it."""
    return msgid


@dataclass(frozen=True, init=False)
class Message:
    """One sentence that says what happened and what to do next; a fact may be a sentence itself."""

    msgid: str
    params: Mapping[str, Param]

    def __init__(self, msgid: str, /, **params: Param) -> None:
        object.__setattr__(self, "msgid", msgid)
        object.__setattr__(self, "params", MappingProxyType(params))

    def __hash__(self) -> int:
        return hash((self.msgid, frozenset(self.params.items())))

    def __str__(self) -> str:
        return self.text()

    def __reduce__(self) -> tuple[Any, ...]:
        return Message.from_json, ({"msgid": self.msgid, "params": dict(self.params)},)

    def text(self, translate: Callable[[str], str] = str) -> str:
        """Return the sentence in the language that `translate` (a gettext) speaks; Chinese without one."""
        facts = {k: v.text(translate) if isinstance(v, Message) else v for k, v in self.params.items()}
        return translate(self.msgid).format(**facts)

    def as_json(self) -> dict[str, Any]:
        """Return the stored form; its facts are strings, so that an amount or a date stays as it was shown."""
        facts = {k: v.as_json() if isinstance(v, Message) else str(v) for k, v in self.params.items()}
        return {"msgid": self.msgid, "params": facts}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Message":
        """Return the message that `as_json` stored."""
        facts = {k: cls.from_json(v) if isinstance(v, Mapping) else v for k, v in stored["params"].items()}
        return cls(stored["msgid"], **facts)
