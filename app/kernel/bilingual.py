"""Texts of data in both languages: a plain text is Chinese, a mapping holds `zh` and, where there is one, `en`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter

from app.kernel.errors import BadValue
from app.kernel.messages import N_


def chinese(text: object) -> str:
    """Return the Chinese of a text, nothing for what is none."""
    own = text.get("zh") if isinstance(text, Mapping) else text
    return own if isinstance(own, str) else ""


def english_of(data: object) -> dict[str, str]:
    """Return the English of every text in nested data by its Chinese; raises BadValue where the two name other facts."""
    return dict(_pairs(data))


def places(text: str) -> list[str]:
    """Return the names between braces in a text, in their order.

    Raises BadValue for anything else between braces: filling it in could read more than a fact.
    """
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        parts = [("", "", "", "")]
    names = [name for _, name, _, _ in parts if name is not None]
    if any(form or conversion for _, _, form, conversion in parts) or not all(map(str.isidentifier, names)):
        raise BadValue(
            N_("“{text}”中的花括号应成对，其中只能写一个名称，如 {example}。"), text=text, example="{months}"
        )
    return names


def _pairs(data: object) -> Iterator[tuple[str, str]]:
    if isinstance(data, Mapping):
        zh, en = data.get("zh"), data.get("en")
        if isinstance(zh, str) and isinstance(en, str):
            if set(places(zh)) != set(places(en)):
                raise BadValue(N_("英文“{en}”中花括号里的名称与中文“{zh}”不一致。"), en=en, zh=zh)
            yield zh, en
        for value in data.values():
            yield from _pairs(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _pairs(value)
