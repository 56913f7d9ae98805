"""The sums of an application by what became of its people, CNY; `counts` is state → (people, sum)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from app.engine.states import LIVE, OPEN_OR_LIVE


def live_total(counts: Mapping) -> Decimal:
    """The total of an application: its live claims."""
    return _total(counts, LIVE)


def open_total(counts: Mapping) -> Decimal:
    """What is still being handled of an application: drafts too, and nothing that was paid."""
    return _total(counts, set(OPEN_OR_LIVE) - {"disbursed"})


def paid_total(counts: Mapping) -> Decimal:
    return _total(counts, ("disbursed",))


def _total(counts: Mapping, counted: Collection[str]) -> Decimal:
    return sum((total for state, (_, total) in counts.items() if state in counted), Decimal(0))


TOTALS = {"live_total": live_total, "open_total": open_total, "paid_total": paid_total}
"""As templates call them."""
