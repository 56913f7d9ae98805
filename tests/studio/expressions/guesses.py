"""Random expressions, each with what it has to give: an oracle in Python that knows nothing of the compiler."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal
from random import Random
from typing import Any

from app.studio.expressions import Kind
from tests.studio.expressions.facts import CHOICES, FIELDS

NUMBER, TEXT, YES_NO, DATE, MONTH = Kind.NUMBER, Kind.TEXT, Kind.YES_NO, Kind.DATE, Kind.MONTH
EXACT = Context(prec=400)
NEAR = Decimal("1e-9")


class TooNear(Exception):
    """Two quotients so near to one another that rounding decides; nothing is claimed of them."""


@dataclass(frozen=True)
class Guess:
    """An expression as a person types it, and the function from a person's facts to its value; None is unknown."""

    written: str
    kind: Kind
    value: Callable[[dict[str, Any]], Any]


def strict(work: Callable[..., Any]) -> Callable[..., Any]:
    """Make a calculation unknown where one of its values is."""
    return lambda *values: None if any(one is None for one in values) else work(*values)


def later(day: date, months: int) -> date | None:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _days_later(day: date, days: Decimal) -> date | None:
    whole = int(max(Decimal(-4_000_000), min(Decimal(4_000_000), days)))
    try:
        return day + timedelta(days=whole)
    except OverflowError:
        return None


def _months_later(day: date, months: Decimal) -> date | None:
    return later(day, int(max(Decimal(-130_000), min(Decimal(130_000), months))))


def months_apart(until: date, since: date) -> Decimal:
    return Decimal((until.year - since.year) * 12 + until.month - since.month)


def _whole_months(since: date, until: date) -> Decimal:
    named = months_apart(until, since)
    reached = later(since, int(named))
    return named - (1 if reached is not None and reached > until else 0)


def _compare(sign: str, one: Any, other: Any) -> bool:
    if isinstance(one, Decimal) and one != other and abs(one - other) <= NEAR * max(abs(one), abs(other), 1):
        raise TooNear
    return {
        "=": one == other,
        "≠": one != other,
        "<": one < other,
        "≤": one <= other,
        ">": one > other,
        "≥": one >= other,
    }[sign]


def either(one: bool | None, other: bool | None) -> bool | None:
    return True if one or other else (None if one is None or other is None else False)


def both(one: bool | None, other: bool | None) -> bool | None:
    return False if one is False or other is False else (None if one is None or other is None else True)


class Guesser:
    """Makes typed expressions out of a seed."""

    def __init__(self, seed: int):
        self.dice = Random(seed)  # noqa: S311  # nosec B311  # nothing secret

    def make(self, kind: Kind, depth: int = 4) -> Guess:
        ways = getattr(self, f"_{kind.value}")(depth)
        return self.dice.choice(ways)() if depth else self._leaf(kind)

    def _leaf(self, kind: Kind) -> Guess:
        named = [(code, title) for code, title, its, _ in FIELDS if its == kind]
        if kind == NUMBER and self.dice.random() < 0.5:
            number = self.dice.choice(["0", "1", "12", "0.5", "50%", "1000.005", "99999999999999999999"])
            value = Decimal(number.rstrip("%")) / (100 if "%" in number else 1)
            return Guess(number, kind, lambda _: value)
        if kind == DATE and self.dice.random() < 0.3:
            day = self.dice.choice([date(2026, 1, 31), date(2024, 2, 29), date(9999, 12, 31), date(1, 1, 1)])
            typed = self.dice.choice(
                [f"{day:%Y-%m-%d}".zfill(10), f"{day.year:04}年{day.month}月{day.day}日"]
            )
            return Guess(typed, kind, lambda _: day)
        if kind == NUMBER and self.dice.random() < 0.2:
            return Guess("参数（补贴比例）", kind, lambda facts: facts["rate"])
        code, title = self.dice.choice(named)
        return Guess(self.dice.choice([code, title]), kind, lambda facts: facts[code])

    def _built(self, text: str, kind: Kind, work: Callable[..., Any], *parts: Guess) -> Guess:
        return Guess(
            text.format(*(f"({one.written})" for one in parts)),
            kind,
            lambda facts: work(*(one.value(facts) for one in parts)),
        )

    def _number(self, depth: int) -> list[Callable[[], Guess]]:
        make = lambda kind: self.make(kind, depth - 1)  # noqa: E731
        return [
            lambda: self._built("{0} + {1}", NUMBER, strict(EXACT.add), make(NUMBER), make(NUMBER)),
            lambda: self._built("{0}−{1}", NUMBER, strict(EXACT.subtract), make(NUMBER), make(NUMBER)),
            lambda: self._built("{0} × {1}", NUMBER, strict(EXACT.multiply), make(NUMBER), make(NUMBER)),
            lambda: self._built(
                "{0} ÷ {1}",
                NUMBER,
                strict(lambda one, other: EXACT.divide(one, other) if other else None),
                self._leaf(NUMBER),
                self._leaf(NUMBER),
            ),
            lambda: self._built("-{0}", NUMBER, strict(EXACT.minus), make(NUMBER)),
            lambda: self._built("最小({0}，{1})", NUMBER, strict(min), make(NUMBER), make(NUMBER)),
            lambda: self._built(
                "greatest({0}, {1}, {2})", NUMBER, strict(max), *(make(NUMBER) for _ in "abc")
            ),
            lambda: self._built(
                "{0} - {1}", NUMBER, strict(lambda a, b: Decimal((a - b).days)), make(DATE), make(DATE)
            ),
            lambda: self._built("{0} - {1}", NUMBER, strict(months_apart), make(MONTH), make(MONTH)),
            lambda: self._built("整月数({0}, {1})", NUMBER, strict(_whole_months), make(DATE), make(DATE)),
            lambda: self._built(
                "周岁({0}, {1})",
                NUMBER,
                strict(lambda born, day: Decimal(int(_whole_months(born, day) / 12))),
                make(DATE),
                make(DATE),
            ),
            lambda: self._chosen(NUMBER, depth),
            lambda: self._leaf(NUMBER),
        ]

    def _chosen(self, kind: Kind, depth: int) -> Guess:
        def work(condition: bool | None, one: Any, other: Any) -> Any:
            return None if condition is None else one if condition else other

        parts = (self.make(part, depth - 1) for part in (YES_NO, kind, kind))
        return self._built("若({0}, {1}, {2})", kind, work, *parts)

    def _date(self, depth: int) -> list[Callable[[], Guess]]:
        make = lambda kind: self.make(kind, depth - 1)  # noqa: E731
        return [
            lambda: self._built("{0} + {1}", DATE, strict(_days_later), make(DATE), make(NUMBER)),
            lambda: self._built(
                "{0} - {1}", DATE, strict(lambda a, b: _days_later(a, -b)), make(DATE), make(NUMBER)
            ),
            lambda: self._built("加月({0}, {1})", DATE, strict(_months_later), make(DATE), make(NUMBER)),
            lambda: self._built("最大({0}, {1})", DATE, strict(max), make(DATE), make(DATE)),
            lambda: self._chosen(DATE, depth),
            lambda: self._leaf(DATE),
        ]

    def _month(self, depth: int) -> list[Callable[[], Guess]]:
        make = lambda kind: self.make(kind, depth - 1)  # noqa: E731
        return [
            lambda: self._built("{0} + {1}", MONTH, strict(_months_later), make(MONTH), make(NUMBER)),
            lambda: self._built("所在月({0})", MONTH, strict(lambda day: day.replace(day=1)), make(DATE)),
            lambda: self._leaf(MONTH),
        ]

    def _yes_no(self, depth: int) -> list[Callable[[], Guess]]:
        make = lambda kind: self.make(kind, depth - 1)  # noqa: E731

        def compared(kind: Kind) -> Guess:
            sign = self.dice.choice("=≠<≤>≥")
            return self._built(
                f"{{0}} {sign} {{1}}",
                YES_NO,
                strict(lambda a, b: _compare(sign, a, b)),
                make(kind),
                make(kind),
            )

        def among() -> Guess:
            code, title = self.dice.choice(list(CHOICES.items()))
            return Guess(
                f"人员类别 在 [“{title}”]",
                YES_NO,
                lambda facts: None if facts["category"] is None else facts["category"] == code,
            )

        return [
            lambda: compared(NUMBER),
            lambda: compared(DATE),
            lambda: compared(MONTH),
            among,
            lambda: self._built("{0} 且 {1}", YES_NO, both, make(YES_NO), make(YES_NO)),
            lambda: self._built("{0} 或 {1}", YES_NO, either, make(YES_NO), make(YES_NO)),
            lambda: self._built("非{0}", YES_NO, strict(lambda one: not one), make(YES_NO)),
            lambda: self._built(
                "已知({0})", YES_NO, lambda one: one is not None, make(self.dice.choice([NUMBER, DATE]))
            ),
            lambda: self._leaf(YES_NO),
        ]
