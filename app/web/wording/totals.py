"""Counts and sums of people by state, CNY; `counts` is state → (people, sum)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.engine.cases.claims import Claim
from app.engine.cases.states import LIVE, OPEN_OR_LIVE
from app.extensions import db


def state_counts(
    member: InstrumentedAttribute, ids: list[int], *only: ColumnElement[bool]
) -> dict[int, dict[str, tuple[int, Decimal]]]:
    """Return group id → state → (count, sum) of the claims tied by `member`, in one statement for a whole page."""
    counts: dict[int, dict[str, tuple[int, Decimal]]] = {}
    counted = (
        select(member, Claim.state, func.count(), func.sum(Claim.amount))
        .where(member.in_(ids), *only)
        .group_by(member, Claim.state)
    )
    for group, state, count, total in db.session.execute(counted):
        counts.setdefault(group, {})[state] = (count, total)
    return counts


def live_total(counts: Mapping) -> Decimal:
    """Return the total of an application: its live claims."""
    return _total(counts, LIVE)


def open_total(counts: Mapping) -> Decimal:
    """Return what is still being handled of an application: drafts too, and nothing that was paid."""
    return _total(counts, set(OPEN_OR_LIVE) - {"disbursed"})


def paid_total(counts: Mapping) -> Decimal:
    return _total(counts, ("disbursed",))


def _total(counts: Mapping, counted: Collection[str]) -> Decimal:
    return sum((total for state, (_, total) in counts.items() if state in counted), Decimal(0))


TOTALS = {"live_total": live_total, "open_total": open_total, "paid_total": paid_total}
"""As templates call them."""
