"""What a definition's parts must keep to; each check raises marshmallow's ValidationError with a sentence of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sized
from typing import Any

from marshmallow import ValidationError

from app.kernel.messages import N_, Message
from app.registers.definitions.definition import (
    CHOICE,
    DECIMAL,
    KEYS,
    OF_TIME,
    REGION,
    SUBJECTS,
    TEXT,
    Column,
)
from app.registers.lookup import TITLES

CODE = re.compile(r"[a-z][a-z0-9_]{1,19}")
CHOICE_CODE = re.compile(r"[a-z0-9][a-z0-9_]{0,29}")
RESERVED = frozenset(
    {
        *SUBJECTS,
        *SUBJECTS.values(),
        "id",
        "region_code",
        "valid",
        "facts",
        "load",
        "load_id",
        "name",
        "masked_id",
    }
)
"""What every row has; a column of one of these names would hide it."""
BELONGS_TO = {"choices": CHOICE, "longest": TEXT, "places": DECIMAL}
DEFAULTS: dict[str, object] = {"choices": [], "longest": 100, "places": 2}


def _refuse(sentence: str, /, **facts: Any) -> ValidationError:
    messages: Any = [Message(sentence, **facts)]
    return ValidationError(messages)


def filled(value: Sized) -> None:
    if not len(value.strip() if isinstance(value, str) else value):
        raise _refuse(N_("不能为空。"))


def at_most(longest: int) -> Callable[[Sized], None]:
    """Refuse a text of more characters, or a list of more items."""

    def check(value: Sized) -> None:
        if len(value) > longest:
            if isinstance(value, str):
                raise _refuse(N_("超过{longest}个字，请缩短。"), longest=longest)
            raise _refuse(N_("最多{most}项。"), most=longest)

    return check


def between(least: int, most: int) -> Callable[[int], None]:
    def check(value: int) -> None:
        if not least <= value <= most:
            raise _refuse(N_("应在{least}到{most}之间。"), least=least, most=most)

    return check


def one_of(words: Collection[str]) -> Callable[[str], None]:
    def check(value: str) -> None:
        if value not in words:
            raise _refuse(N_("没有“{value}”，只能是：{words}。"), value=value[:40], words="、".join(words))

    return check


def is_code(value: str) -> None:
    if not CODE.fullmatch(value):
        raise _refuse(N_("代码由2到20个小写字母、数字和下划线组成，以字母开头。"))


def is_choice(value: str) -> None:
    if not CHOICE_CODE.fullmatch(value):
        raise _refuse(N_("选项代码由1到30个小写字母、数字和下划线组成。"))


def is_free(value: str) -> None:
    if value in TITLES:
        raise _refuse(N_("“{code}”是系统自带的登记库，请换一个代码。"), code=value)


def column_fits(facts: Mapping[str, Any]) -> None:
    """Check that a column has what its type needs, and nothing that belongs to another."""
    faults: dict[str, Any] = {}
    type_ = facts["type"]
    if facts["code"] in RESERVED:
        faults["code"] = [Message(N_("“{code}”是每个登记库都有的栏，请换一个代码。"), code=facts["code"])]
    if type_ == CHOICE and not facts["choices"]:
        faults["choices"] = [Message(N_("选项栏须列出各个选项。"))]
    for _, message in _repeated("choices", [code for code, _ in facts["choices"]]):
        faults.setdefault("choices", []).append(message)
    for name, owner in BELONGS_TO.items():
        if facts[name] != DEFAULTS[name] and type_ != owner:
            faults[name] = [Message(N_("只有类型为 {type} 的栏才有这一项。"), type=owner)]
    if faults:
        raise ValidationError(faults)


def definition_fits(facts: Mapping[str, Any]) -> None:
    """Check how the parts of a definition agree: names, key, validity, and where a row belongs."""
    faults: dict[str, Any] = {}  # as marshmallow takes them
    for place, message in _disagreements(facts):
        faults.setdefault(place, []).append(message)
    if faults:
        raise ValidationError(faults)


def _disagreements(facts: Mapping[str, Any]) -> Iterator[tuple[str, Message]]:
    columns: list[Column] = facts["columns"]
    yield from _repeated("columns", [column.code for column in columns])
    yield from _repeated("columns", [column.title.zh for column in columns])
    for part in ("of", "key"):
        yield from _repeated(part, facts[part])
    regions = [column.code for column in columns if column.type == REGION]
    if len(regions) > 1:
        yield "columns", Message(N_("最多一栏地区，它说明每一行属于哪里。"))
    if not facts["of"] and not regions:
        yield "columns", Message(N_("既不属于人员也不属于单位的登记库，须有一栏地区。"))
    if not facts["of"] and not facts["key"]:
        yield "key", Message(N_("既不属于人员也不属于单位的登记库，须有区分各行的栏。"))
    by_code = {column.code: column for column in columns}
    yield from _keys(facts["key"], by_code)
    yield from _validity(facts.get("valid") or {}, by_code)


def _repeated(place: str, words: list[str]) -> Iterator[tuple[str, Message]]:
    for word in dict.fromkeys(word for word in words if words.count(word) > 1):
        yield place, Message(N_("“{word}”重复，请只留一个。"), word=word)


def _keys(key: list[str], columns: Mapping[str, Column]) -> Iterator[tuple[str, Message]]:
    for code in key:
        column = columns.get(code)
        if column is None:
            yield "key", _no_column(code, columns)
        elif column.type not in KEYS:
            yield "key", Message(N_("“{code}”的类型不能用来区分各行。"), code=code)
        elif not column.required:
            yield "key", Message(N_("“{code}”用来区分各行，须为必填（required: true）。"), code=code)


def _validity(valid: Mapping[str, str], columns: Mapping[str, Column]) -> Iterator[tuple[str, Message]]:
    for code in valid.values():
        if code not in columns:
            yield "valid", _no_column(code, columns)
        elif columns[code].type not in OF_TIME:
            yield "valid", Message(N_("“{code}”须为日期或月份。"), code=code)
    first, last = (columns.get(valid.get(name, "")) for name in ("first", "last"))
    if first and not first.required:
        yield "valid", Message(N_("“{code}”是有效期的开始，须为必填（required: true）。"), code=first.code)
    if first and last and first.type != last.type:
        yield "valid", Message(N_("有效期的开始和结束须同为日期，或同为月份。"))


def _no_column(code: str, columns: Mapping[str, Column]) -> Message:
    return Message(N_("没有“{code}”这一栏；有：{columns}。"), code=code[:40], columns="、".join(columns))
