"""What a rule of the catalogue asks for: its slots, and what each may be given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from enum import Enum
from functools import reduce
from typing import Any

from app.engine.rules.field import Field, FieldKind
from app.kernel.errors import BadValue
from app.kernel.messages import N_, Message, Param
from app.registers.definitions.definition import CHOICE, TEXT, Definition
from app.registers.definitions.lookups import Lookups

CODE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
"""A parameter's code: it stands in a statement as it is."""
LEAP_YEAR = 2024
LIST = N_("{one}、{other}")
OF_COLUMN, IN_BRACKETS = N_("{column}为{values}"), N_("（{values}）")


class SlotKind(Enum):
    """What may stand in a slot, as people are told: a field, a policy parameter of a unit, or a value."""

    DATE_FIELD = N_("日期栏目")
    CHOICE_FIELD = N_("选项栏目")
    NUMBER_FIELD = N_("数字栏目")
    ANY_FIELD = N_("栏目")
    MONTHS = N_("以月为单位的政策参数")
    YUAN = N_("以元为单位的政策参数")
    DATE = N_("日期类政策参数")
    TIMES = N_("次数类政策参数")
    AGE = N_("以周岁为单位的政策参数")
    VALUES = N_("下列选项中的一个或几个")
    YES_NO = N_("是或否")
    COUNT = N_("以月为单位或次数类的政策参数")
    TOTAL = N_("以元为单位或次数类的政策参数")
    PROGRAMMES = N_("一个或几个项目的代码")
    DAY_OF_YEAR = N_("某月某日，写成 10-10 的样子")
    REGISTER = N_("登记库")
    REGISTERS = N_("一个或几个登记库")
    DATED_REGISTER = N_("有开始日期的登记库")
    REGISTER_VALUES = N_("登记库中选项或文字栏的取值")


FIELDS = {
    SlotKind.DATE_FIELD: {FieldKind.DATE},
    SlotKind.CHOICE_FIELD: {FieldKind.CHOICE},
    SlotKind.NUMBER_FIELD: {FieldKind.NUMBER},
    SlotKind.ANY_FIELD: set(FieldKind),
}
UNITS = {
    SlotKind.MONTHS: (("months",), "int"),
    SlotKind.YUAN: (("yuan",), "numeric"),
    SlotKind.DATE: (("date",), "date"),
    SlotKind.TIMES: (("times",), "int"),
    SlotKind.AGE: (("age",), "int"),
    SlotKind.COUNT: (("months", "times"), "int"),
    SlotKind.TOTAL: (("yuan", "times"), "numeric"),
}
"""By kind: the units that fit of a policy parameter, and the type that its values are in SQL."""
OF_REGISTERS = (SlotKind.REGISTER, SlotKind.REGISTERS, SlotKind.DATED_REGISTER)


@dataclass(frozen=True)
class Slot:
    """One thing that a rule is given; one without that is not `required` has its default, or stays empty.

    `options` are the (code, title) pairs of a choice of values, or the choices of the field in the slot `of`, which holds the
    register where values of one are given. `blank_tells`: that the field is empty says something to the rule; elsewhere it
    makes the verdict unknown.
    """

    name: str
    title: str
    kind: SlotKind
    required: bool = True
    default: object = None
    options: tuple[tuple[str, str], ...] = ()
    of: str = ""
    blank_tells: bool = False

    def filled(self, code: str, given: Mapping[str, object]) -> Part:
        """Return what stands in the slot of the rule `code`, of what its slots are given. Raises BadValue."""
        value = self.default if given.get(self.name) is None else given[self.name]
        if value is None:
            if self.required:
                raise self._fault(code, N_("没有填写，应为{expected}。"))
            return Part(
                None, titles={f"{self.name}_title": ""} if self.kind is SlotKind.REGISTER_VALUES else {}
            )
        if self.kind in OF_REGISTERS:
            return self._registers(code, value)
        if self.kind is SlotKind.REGISTER_VALUES:
            return self._of_register(code, value, given.get(self.of))
        if self.kind in FIELDS:
            return self._field(code, value)
        if self.kind in UNITS:
            return self._parameter(code, value)
        source = given.get(self.of)
        return self._value(code, value, dict(source.choices if isinstance(source, Field) else self.options))

    def _field(self, code: str, value: object) -> Part:
        if not isinstance(value, Field) or value.kind not in FIELDS[self.kind]:
            raise self._wrong(code, value.title if isinstance(value, Field) else value)
        return Part(f"({value.sql})", read=value, titles={f"{self.name}_title": value.title})

    def _parameter(self, code: str, value: object) -> Part:
        if not isinstance(value, str) or not CODE.fullmatch(value):
            raise self._wrong(code, value)
        return Part(f"(c.policy->>'{value}')::{UNITS[self.kind][1]}", parameter=value)

    def _registers(self, code: str, value: object) -> Part:
        many = self.kind is SlotKind.REGISTERS
        listed_ones = list(value) if many and isinstance(value, list | tuple) else [value]
        known = [one for one in listed_ones if isinstance(one, Definition) and one.of]
        dated = all(one.first for one in known) or self.kind is not SlotKind.DATED_REGISTER
        if not known or len(known) < len(listed_ones) or not dated:
            raise self._wrong(code, "、".join(getattr(one, "code", str(one)) for one in listed_ones))
        lookups = [Lookups(one) for one in known]
        titles = {one.code: one.title.zh for one in known}
        spoken = {f"{self.name}_title": listed(titles.values())}
        return Part(lookups if many else lookups[0], registers=titles, titles=spoken)

    def _of_register(self, code: str, value: object, register: object) -> Part:
        columns = register.by_code if isinstance(register, Definition) else {}
        if not isinstance(value, Mapping) or not value:
            raise self._wrong(code, value)
        titles = []
        for name, wanted in value.items():
            column = columns.get(name)
            if column is None or column.type not in (CHOICE, TEXT):
                plain = [one.code for one in columns.values() if one.type in (CHOICE, TEXT)]
                raise unknown_name(code, self.title, name, plain)
            if not isinstance(wanted, list) or not wanted or not all(isinstance(one, str) for one in wanted):
                raise self._wrong(code, wanted)
            for one in wanted:
                if column.choices and one not in column.choices:
                    raise unknown_name(code, self.title, one, column.choices)
            called = [column.choices[one].zh if column.choices else one for one in wanted]
            titles.append(Message(OF_COLUMN, column=column.title.zh, values=listed(called)))
        spoken = Message(
            IN_BRACKETS, values=reduce(lambda one, other: Message(LIST, one=one, other=other), titles)
        )
        return Part(value, titles={f"{self.name}_title": spoken})

    def _value(self, code: str, value: object, options: Mapping[str, str]) -> Part:
        bound = f"{code}_{self.name}".lower().replace("-", "_")
        if self.kind is SlotKind.YES_NO and isinstance(value, bool):
            return Part("true" if value else "false")
        if self.kind is SlotKind.DAY_OF_YEAR and _is_day_of_year(value):
            return Part(f":{bound}", bound={bound: value}, titles={f"{self.name}_title": str(value)})
        if self.kind is SlotKind.PROGRAMMES and _are_codes(value):
            return Part(f":{bound}", bound={bound: value})
        if self.kind is SlotKind.VALUES and isinstance(value, list | tuple) and value:
            for one in value:
                if one not in options:
                    raise unknown_name(code, self.title, one, options)
            titles = {f"{self.name}_title": listed(options[one] for one in value)}
            return Part(f":{bound}", bound={bound: list(value)}, titles=titles)
        raise self._wrong(code, value)

    def _wrong(self, code: str, value: object) -> BadValue:
        return self._fault(code, N_("应为{expected}，不能是“{value}”。"), value=str(value))

    def _fault(self, code: str, sentence: str, **facts: Param) -> BadValue:
        return fault(code, self.title, Message(sentence, expected=self.kind.value, **facts))


@dataclass(frozen=True)
class Part:
    """What stands in a slot: its SQL, or the look-ups of registers and what is wanted of them; none in an empty one.

    The rest is what it brings to the rule.
    """

    sql: Any
    read: Field | None = None
    parameter: str = ""
    bound: dict[str, object] = field(default_factory=dict)
    titles: dict[str, Param] = field(default_factory=dict)
    registers: dict[str, str] = field(default_factory=dict)


def fault(code: str, place: str, reason: Message) -> BadValue:
    """Return the refusal of one place of a rule's entry."""
    return BadValue(N_("规则{code}的“{place}”{reason}"), code=code, place=place, reason=reason)


def unknown_name(code: str, place: str, name: object, known: Iterable[str]) -> BadValue:
    """Return the refusal of a name that nothing has, with the nearest one that something has."""
    names = list(known)
    if near := get_close_matches(str(name), names, 1, 0.4):
        return fault(
            code, place, Message(N_("不认识“{name}”，是否为“{near}”？"), name=str(name), near=near[0])
        )
    return fault(
        code, place, Message(N_("不认识“{name}”，可以是：{names}。"), name=str(name), names="、".join(names))
    )


def listed(titles: Iterable[str]) -> Param:
    """Return titles as one reads them in a sentence, each translated where it is shown."""
    params: Iterable[Param] = titles
    return reduce(lambda one, other: Message(LIST, one=one, other=other), params)


def _are_codes(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, str) and CODE.fullmatch(one) for one in value)
    )


def _is_day_of_year(value: object) -> bool:
    try:
        return date.fromisoformat(f"{LEAP_YEAR}-{value}").strftime("%m-%d") == value
    except ValueError:
        return False
