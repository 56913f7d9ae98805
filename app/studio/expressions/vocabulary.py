"""The names that an expression may use, each with its kind and the SQL behind it; nothing else can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from sqlalchemy import ColumnElement

from app.registers.definitions.lookups import Answer
from app.studio.expressions.kind import Kind

Named = TypeVar("Named", "Name", "Lookup")


@dataclass(frozen=True)
class Name:
    """A field or a parameter; `sql` yields NULL where it isn't known, `choices` are code → title of a field of choices."""

    code: str
    title: str
    kind: Kind
    sql: ColumnElement
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lookup:
    """A question to a register, asked as a function of some kinds of values; `ask` builds the SQL of its answer.

    `register` is its code, empty where nothing is read to answer; `choices` are code → title of an answer of choices.
    """

    code: str
    title: str
    takes: tuple[Kind, ...]
    gives: Kind
    ask: Callable[..., Answer]
    register: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


class Vocabulary:
    """Names by code and by title; a name of both is one thing. Raises ValueError for a name that stands for two."""

    def __init__(
        self, fields: Iterable[Name], parameters: Iterable[Name] = (), lookups: Iterable[Lookup] = ()
    ) -> None:
        self.fields = _by_word(fields)
        self.parameters = _by_word(parameters)
        self.lookups = _by_word(lookups)


def _by_word(named: Iterable[Named]) -> Mapping[str, Named]:
    words: dict[str, Named] = {}
    for one in named:
        for word in {one.code, one.title}:
            if word in words:
                raise ValueError(f"{word} stands for {words[word].code} and {one.code}")
            words[word] = one
    return MappingProxyType(words)
