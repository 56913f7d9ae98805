"""What waits for the login that asks: counted for all lists of a page in one statement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from flask import g
from sqlalchemy import Select, literal, select, union_all

from app.extensions import db, fab

Counting = Callable[[Collection[str]], Select]
"""Given states, a statement of rows (kind, state, count, sum in CNY)."""


@dataclass(frozen=True)
class Task:
    """Rows of the list at the endpoint `view` that wait for somebody; `amount` in CNY, None where no money moves; `unit` of what is counted then.

    `programme` and `stage`, in a word, are those of cases.
    """

    title: str
    view: str
    address: str
    count: int
    amount: Decimal | None
    unit: str = ""
    programme: str = ""
    state: str = ""
    stage: str = ""


def tasks(*but: str) -> list[Task]:
    """Return what waits for a move of this login, list by list, save those of some endpoints, which aren't counted."""
    lists = (view for view in fab().baseviews if hasattr(view, "tasks") and view.endpoint not in but)
    return [task for view in lists for task in view.tasks()]


def of(counting: Counting, kind: str, states: Collection[str]) -> tuple[int, Decimal]:
    """Return how many rows of a kind wait in these states, and their sum, CNY.

    A list whose rows wait has `counting`, the same function for all lists that differ by kind and state only, and
    `waits`, the states from which the login may move a row.
    """
    if "waiting" not in g:
        g.waiting = _count_all()
    rows = [g.waiting[counting, kind, state] for state in states if (counting, kind, state) in g.waiting]
    return sum(count for count, _ in rows), sum((amount for _, amount in rows), Decimal(0))


def _count_all() -> dict[tuple[Counting, str, str], tuple[int, Decimal]]:
    lists: Mapping[Counting, list] = fab().countings
    states = {
        counting: {state for view in views for state in view.waits()} for counting, views in lists.items()
    }
    countings = [counting for counting in states if states[counting]]
    if not countings:
        return {}
    parts = (
        select(literal(place), *counting(states[counting]).subquery().c)
        for place, counting in enumerate(countings)
    )
    rows = db.session.execute(select(union_all(*parts).subquery()))
    return {(countings[place], kind, state): (count, amount) for place, kind, state, count, amount in rows}
