"""Clocks around the product's own functions: what is measured stays as it is."""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil
from sqlalchemy import Engine, event


class Clocks:
    """Seconds spent within named functions, and the number of statements sent meanwhile."""

    def __init__(self):
        self.seconds: Counter[str] = Counter()
        self.statements = 0
        self._wrapped: list[tuple[object, str, object]] = []

    def wrap(self, place: object, name: str, label: str) -> None:
        """Times every call of `place.name` until `release`."""
        original = getattr(place, name)

        def timed(*args, **kwargs):
            start = time.perf_counter()
            try:
                return original(*args, **kwargs)
            finally:
                self.seconds[label] += time.perf_counter() - start

        self._wrapped.append((place, name, original))
        setattr(place, name, timed)

    def release(self) -> None:
        for place, name, original in self._wrapped:
            setattr(place, name, original)

    @contextmanager
    def counting(self, engine: Engine) -> Iterator[None]:
        """Counts statements, COPY left out."""

        def note(*_):
            self.statements += 1

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", note)


@dataclass
class Stopwatch:
    """Takes time two ways: by the clock on the wall, and by processor seconds of client, parser and database.

    The second stays put when others use the machine.
    """

    pgdata: Path
    wall: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    cpu: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def timing(self, label: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), self._cpu()
        yield
        self.wall[label].append(time.perf_counter() - wall)
        self.cpu[label].append(self._cpu() - cpu)

    def line(self, label: str) -> str:
        wall, cpu = self.wall[label], self.cpu[label]
        return (
            f"{label}: best {min(wall):.2f} s, median {median(wall):.2f} s;"
            f" processor best {min(cpu):.2f} s, median {median(cpu):.2f} s"
        )

    def ratio(self, label: str, base: str) -> str:
        """How many times the base's best, by wall and by processor."""
        wall, cpu = (min(seconds[label]) / min(seconds[base]) for seconds in (self.wall, self.cpu))
        return f"{label} ÷ {base}: {wall:.2f} by the clock, {cpu:.2f} by processor time"

    def _cpu(self) -> float:
        own = os.times()
        return sum(own[:4]) + sum(map(self._seconds, psutil.process_iter()))

    def _seconds(self, process: psutil.Process) -> float:
        try:
            if process.name() == "postgres" and process.cwd() == str(self.pgdata):
                return sum(process.cpu_times()[:4])  # with its children that have ended
        except psutil.Error:
            return 0.0
        return 0.0


def peak_mib() -> float:
    """The highest resident memory of this process, MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
