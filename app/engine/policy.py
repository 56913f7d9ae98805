"""Dated policy parameters: what ships with a programme, then what policy officers add on the screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from app.engine.policy_values import OPEN_TO, PolicyValue, level_of
from app.kernel.dates import parse_date
from app.kernel.errors import BadValue
from app.kernel.messages import N_
from app.kernel.money import yuan
from app.kernel.text import squeeze

UNITS: dict[str, Callable] = {
    "yuan": Decimal,
    "months": int,
    "working_days": int,
    "calendar_days": int,
    "times": int,
    "age": int,
    "date": date,
}
_PLAIN = re.compile(r"\d+(\.\d+)?", re.ASCII)
MOST = {
    "yuan": 1_000_000,
    "months": 1_200,
    "working_days": 366,
    "calendar_days": 366,
    "times": 1_000,
    "age": 150,
}
"""Beyond these a value is a slip of the pen, and further still no check could reckon with it."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a programme; `default` rests on `document`.

    One that is `open_to` prefectures, or to counties too, takes their values from `least` to `most`.
    """

    code: str
    title: str
    unit: str
    default: Any
    document: str
    open_to: str = ""
    least: Any = None
    most: Any = None

    def admits(self, value: Any, region: str) -> bool:
        """Return whether a value may be that of a region, by its code."""
        opened = level_of(region) <= OPEN_TO.get(self.open_to, 0)
        return opened and value is not None and self.least <= value <= self.most

    def parse(self, text: str | None) -> Any:
        """Return the typed value of what a person or a file wrote; None means open (dates only). Raises BadValue."""
        if text is None or text == "":
            if self.unit == "date":
                return None
            raise BadValue(N_("参数“{title}”不能为空，请填写数值。"), title=self.title)
        try:
            value: Any = (
                parse_date(str(text)) if self.unit == "date" else UNITS[self.unit](squeeze(str(text)))
            )
            if self.unit == "yuan" and value == yuan(value):
                value = yuan(value)
            possible = value is not None and (self.unit == "date" or 0 <= value <= MOST[self.unit])
        except (ValueError, InvalidOperation):
            possible = False
        if not possible:
            raise BadValue(
                N_("参数“{title}”的值“{text}”无法识别，请按单位填写。"), title=self.title, text=str(text)
            )
        return value

    def of_region(self, text: str | None, region: str) -> str:
        """Return a region's value in its stored form. Raises BadValue for one beyond what is opened."""
        written = self.canonical(text)
        if not self.open_to:
            raise BadValue(N_("参数“{title}”没有开放给各地，只能填写全省的值。"), title=self.title)
        if level_of(region) > OPEN_TO[self.open_to]:
            raise BadValue(N_("参数“{title}”只开放到市（州）。"), title=self.title)
        if written is None or not self.admits(self.parse(written), region):
            raise BadValue(
                N_("参数“{title}”各地的值应在{least}至{most}之间。"),
                title=self.title,
                least=str(self.least),
                most=str(self.most),
            )
        return written

    def canonical(self, text: str | None) -> str | None:
        """Return what is typed, in the one form in which its unit is stored. Raises BadValue for what that can't hold."""
        bare = squeeze(text or "")
        value = self.parse(bare)
        if self.unit == "yuan" and value != yuan(value):
            raise BadValue(
                N_("参数“{title}”以元为单位，最多两位小数。请更正“{text}”。"), title=self.title, text=bare
            )
        if self.unit != "date" and not _PLAIN.fullmatch(bare):
            raise BadValue(N_("参数“{title}”请只填数字，不带逗号、正负号或单位。"), title=self.title)
        return None if value is None else str(value)


@dataclass(frozen=True)
class Span:
    """Days on which one value of a parameter is in force; `row` is None for the shipped default."""

    first: date
    last: date
    value: object
    row: PolicyValue | None

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Frozen:
    """A value that was frozen on a claim: with the row that a policy officer gave it by, or as it shipped."""

    title: str
    value: str | None
    row: PolicyValue | None
    shipped: bool


SHIPPED = N_("系统出厂默认值，由政策管理员以文件依据确认")
LIMITS = {
    code: Parameter(code, title, "working_days", days, SHIPPED)
    for code, title, days in (
        ("limit_acceptance", N_("受理期限"), 5),
        ("limit_correction", N_("补正告知期限"), 5),
        ("limit_review", N_("审核期限"), 10),
        ("limit_objection", N_("异议处理期限"), 10),
        ("limit_payment", N_("拨付期限"), 5),
    )
}
"""Time limits, which every programme has; they judge nobody: a claim keeps none of them, and no paper rests on them."""


class Policy:
    """The parameters of one programme, from its `policy.yaml`, and its time limits, which may stand there too."""

    def __init__(self, parameters: Iterable[Parameter]):
        own = {p.code: p for p in parameters}
        self.parameters = own | {code: limit for code, limit in LIMITS.items() if code not in own}
        self.units = {p.code: p.unit for p in self.parameters.values()}

    @classmethod
    def load(cls, path: Path) -> Policy:
        """Read a programme's defaults: code → title, unit, default, document."""
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        bare = [Parameter(code, e["title"], e["unit"], None, e["document"]) for code, e in entries.items()]
        return cls(
            Parameter(p.code, p.title, p.unit, p.parse(_text(entries[p.code]["default"])), p.document)
            for p in bare
        )

    def at(self, rows: Iterable[PolicyValue], day: date) -> dict[str, Any]:
        """Return the values in force on `day`: of the rows that hold it, the nearest region's that started last; else the default."""
        values = {code: self._value(row) for code, row in self._in_force(rows, day).items()}
        return {code: values.get(code, p.default) for code, p in self.parameters.items()}

    def documents(self, rows: Iterable[PolicyValue], day: date, codes: Collection[str] = ()) -> list[str]:
        """Return the documents that policy officers have named for the values in force on `day`, or for some of them, each once.

        A shipped value has none: no paper may rest on a document that nobody has named.
        """
        in_force = self._in_force(rows, day)
        judging = [code for code in codes or self.parameters if code in in_force and code not in LIMITS]
        return list(dict.fromkeys(in_force[code].document for code in judging))

    def frozen(
        self, rows: Iterable[PolicyValue], day: date, values: Mapping[str, str | None]
    ) -> list[Frozen]:
        """Return what a claim judged by `day` keeps; a value that has been changed for that day since then has no row."""
        in_force, shipped = (
            self._in_force(rows, day),
            as_json({code: p.default for code, p in self.parameters.items()}),
        )
        now = as_json(self.at(in_force.values(), day))
        return [
            Frozen(
                self.parameters[code].title,
                value,
                in_force.get(code) if self._equal(code, now[code], value) else None,
                code not in in_force and self._equal(code, shipped[code], value),
            )
            for code, value in values.items()
            if code in self.parameters
        ]

    def _equal(self, code: str, one: str | None, other: str | None) -> bool:
        """Return whether two texts are the same value; what was frozen once may be written otherwise."""
        return self.parameters[code].parse(one) == self.parameters[code].parse(other)

    def timeline(self, rows: Iterable[PolicyValue], code: str) -> list[Span]:
        """Return all of time for one parameter: which row, or the default, is in force from when to when."""
        own = [row for row in rows if row.parameter == code]
        spans: list[Span] = []
        for first, last in _cut(own):
            row = self._in_force(own, first).get(code)
            if spans and spans[-1].row is row:
                spans[-1] = replace(spans[-1], last=last)
            else:
                value = self._value(row) if row else self.parameters[code].default
                spans.append(Span(first, last, value, row))
        return spans

    def split_by(self, rows: Sequence[PolicyValue], new: PolicyValue) -> PolicyValue | None:
        """Return the row that would be in force both before and after `new`, which would cut it in two."""
        others = [row for row in rows if row.parameter == new.parameter and row is not new]
        spans = self.timeline([*others, new], new.parameter)
        for before, here, after in zip(spans, spans[1:], spans[2:], strict=False):
            if here.row is new and before.row is after.row is not None:
                return before.row
        return None

    def periods(self, rows: Iterable[PolicyValue]) -> list[tuple[date, date, dict[str, str | None]]]:
        """Return all of time cut into spans of equal values: (first day, last day, JSON-ready values)."""
        rows = [row for row in rows if row.parameter not in LIMITS]
        return [(first, last, as_json(self._judging(rows, first))) for first, last in _cut(rows)]

    def _in_force(self, rows: Iterable[PolicyValue], day: date) -> dict[str, PolicyValue]:
        """Return by parameter the row in force on `day`: of those that hold it, the nearest region's, and of these the one that started last.

        What a later version no longer knows, has closed or has bounded otherwise says nothing there.
        """
        nearest_last = sorted(rows, key=lambda row: (level_of(row.region_code), row.starts_on))
        return {
            row.parameter: row
            for row in nearest_last
            if row.starts_on <= day and (row.ends_on is None or day <= row.ends_on) and self._applies(row)
        }

    def _applies(self, row: PolicyValue) -> bool:
        parameter = self.parameters.get(row.parameter)
        if parameter is None or row.region_code is None:
            return parameter is not None
        return parameter.admits(self._value(row), row.region_code)

    def _value(self, row: PolicyValue) -> Any:
        return self.parameters[row.parameter].parse(row.value)

    def _judging(self, rows: Iterable[PolicyValue], day: date) -> dict[str, Any]:
        """Return what claims are judged by and keep."""
        return {code: value for code, value in self.at(rows, day).items() if code not in LIMITS}


def as_json(values: Mapping[str, object]) -> dict[str, str | None]:
    """Return values as they are frozen on a claim: decimals and dates as text, so that nothing is rounded."""
    return {code: None if v is None else str(v) for code, v in values.items()}


def _cut(rows: Sequence[PolicyValue]) -> list[tuple[date, date]]:
    """Return all of time in spans within which no row begins or ends."""
    cuts = {date.min, *(r.starts_on for r in rows), *(_after(r.ends_on) for r in rows if r.ends_on)}
    starts = sorted(cuts)
    ends = [start - timedelta(days=1) for start in starts[1:]] + [date.max]
    return list(zip(starts, ends, strict=True))


def _after(day: date) -> date:
    return day + timedelta(days=1) if day < date.max else day


def _text(value: object) -> str | None:
    return None if value is None else str(value)
