"""What waits for the login that asks: counted once for all the stages of a page, which stand apart by state only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import current_app, g

from app.engine import clock, figures
from app.extensions import db


@dataclass(frozen=True)
class Task:
    """Rows that wait for somebody; `amount` in CNY, None where no money moves; `unit` of what is counted then."""

    title: str
    address: str
    count: int
    amount: Decimal | None
    unit: str = ""


def of(programme: str, states: Sequence[str]) -> tuple[int, Decimal]:
    """How many claims of a programme are in these states, and their sum."""
    if "waiting" not in g:
        views = current_app.appbuilder.baseviews
        asked = {state for view in views if hasattr(view, "waiting_claims") for state in view.waits()}
        g.waiting = {(row.programme, row.state): row for row in figures.by_state(db.session, asked)}
    rows = [g.waiting[programme, state] for state in states if (programme, state) in g.waiting]
    return sum(row.count for row in rows), sum((row.amount for row in rows), Decimal(0))


def out_of_publicity(programme: str) -> tuple[int, Decimal]:
    """How many claims of a programme wait for the outcome of a publicity that has ended, and their sum."""
    if "out_of_publicity" not in g:
        ended = figures.out_of_publicity(db.session, clock.today(current_app.config, db.session))
        g.out_of_publicity = {row.programme: (row.count, row.amount) for row in ended}
    return g.out_of_publicity.get(programme, (0, Decimal(0)))
