"""Many stories at once, in the order of their moments: numbers, audit entries and registers follow the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from heapq import heapify, heappop, heappush

from app.demo.history.moments import Moments

Story = Iterator[datetime]
"""Yields the moment of its next step, and makes the step when it is asked for the one after."""


def unfold(stories: list[Story], moments: Moments) -> None:
    """Let the stories happen."""
    waiting = [
        (first, number, story)
        for number, story in enumerate(stories)
        if (first := next(story, None)) is not None
    ]
    heapify(waiting)
    while waiting:
        moment, number, story = heappop(waiting)
        moments.reach(moment)
        if (following := next(story, None)) is not None:
            heappush(waiting, (following, number, story))
