"""The registers as the other authorities sent them month by month: what was known on a day is what the rules could see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import BinaryIO

from app.demo.world import PEOPLE, World, csv_file
from app.kernel.dates import month_start
from app.registers.loads.loading import Declared

Sent = tuple[str, BinaryIO, Declared]
ONE_DAY = timedelta(days=1)


class Senders:
    """The offices of social insurance and employment: each file holds what is new since the one before."""

    def __init__(self, world: World):
        self.world, self.until = world, world.first_month
        self.months: dict[date, list[tuple]] = defaultdict(list)

    def first(self, day: date) -> Iterator[Sent]:
        """Yield who lives and employs in the three counties, then what was known of them on a day."""
        counties = tuple(PEOPLE)
        for code, uscc, month, region, paid in self.world.contribution_rows():
            self.months[month].append((code, uscc, f"{month:%Y-%m}", region, int(paid)))
        for kind, rows in (("persons", self.world.person_rows()), ("employers", self.world.employer_rows())):
            yield kind, csv_file(kind, rows), Declared(counties)
        yield from self.news(day)

    def news(self, day: date) -> Iterator[Sent]:
        """Yield what came about since the last time, up to the evening before a day; contributions by whole months."""
        since, self.until = self.until, day
        last = day - ONE_DAY
        covered = Declared(tuple(PEOPLE), self.world.first_month, last)
        yield "contributions", csv_file("contributions", self._contributions(since, day)), covered
        yield "unemployment", csv_file("unemployment", self._unemployment(since, day)), covered
        yield "transfers", csv_file("transfers", self._transfers(since, day)), covered

    def _contributions(self, since: date, day: date) -> Iterator[tuple]:
        """Return months that are over, of which the last file had nothing."""
        for month in sorted(self.months):
            if month_start(since) <= month < month_start(day):
                yield from self.months[month]

    def _unemployment(self, since: date, day: date) -> Iterator[tuple]:
        early = since == self.world.first_month
        for (code, on), off in self.world.unemployment.items():
            ended = off if off is not None and off < day else None
            if on < day and (early or on >= since or (ended is not None and ended >= since)):
                yield code, on, ended

    def _transfers(self, since: date, day: date) -> Iterator[tuple]:
        early = since == self.world.first_month
        for (code, left), (back, destination) in self.world.transfers.items():
            returned = back if back is not None and back < day else None
            if left < day and (early or left >= since or (returned is not None and returned >= since)):
                yield code, left, returned, destination
