"""Spans of time side by side, as pages draw them: where a bar begins and how long it is, in hundredths of the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.kernel.dates import add_months

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Bar:
    """`kind` says how it is drawn: `past`, `now`, `next`, `gap`, `soft`, `ink`, `paid`, `on`, `miss`, `none`."""

    x: float
    width: float
    kind: str
    text: str = ""


@dataclass(frozen=True)
class Lane:
    title: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Scale:
    """The days that a picture shows, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def at(self, day: date) -> float:
        """Return where a day begins."""
        return round(100 * (min(max(day, self.first), self.last + ONE_DAY) - self.first).days / self.days, 2)

    def shows(self, first: date, last: date) -> bool:
        return first <= self.last and last >= self.first

    def bar(self, first: date, last: date, kind: str, text: str = "") -> Bar:
        """Return the bar of these days, cut to what is shown."""
        end = last + ONE_DAY if last < date.max else self.last + ONE_DAY
        x = self.at(first)
        return Bar(x, round(max(self.at(end) - x, 0.4), 2), kind, text)

    def months(self) -> Iterator[tuple[float, date]]:
        """Yield where each month begins, and its first day."""
        month = self.first.replace(day=1)
        while month <= self.last:
            yield self.at(month), month
            month = add_months(month, 1)

    def years(self) -> Iterator[tuple[float, int]]:
        """Yield where each year begins, and its number."""
        for year in range(self.first.year, self.last.year + 1):
            yield self.at(date(year, 1, 1)), year


def year_to(today: date, months: int = 12) -> Scale:
    """Return the scale of the months that end with today's."""
    first = add_months(today.replace(day=1), 1 - months)
    return Scale(first, add_months(first, months) - ONE_DAY)


def year_from(today: date, months: int = 12) -> Scale:
    """Return the scale of the months that begin with today's."""
    first = today.replace(day=1)
    return Scale(first, add_months(first, months) - ONE_DAY)
