"""What a programme judges by on which days: of one in code always the same, of a definition one edition for each version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.engine.policy import Policy
from app.engine.policy_values import PolicyValue
from app.engine.rules.rule import RiskRule


@dataclass(frozen=True)
class Amount:
    """SQL over `candidates` that yields one person's amount, CNY, the values that it binds, and the registers that it asks, code → title."""

    sql: str = "CAST(candidates.policy->>'amount' AS numeric(12, 2))"
    values: Mapping[str, object] = field(default_factory=dict)
    registers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Edition:
    """Rules, policy and amount of one version, for policy dates from `first` to `last`, both ends counted."""

    version: int
    rules: tuple[RiskRule, ...]
    policy: Policy
    amount: Amount
    first: date = date.min
    last: date = date.max

    def periods(self, rows: Sequence[PolicyValue]) -> Iterator[tuple[date, date, int, dict]]:
        """Yield its days in spans of equal values: first day, last day, version, JSON-ready values."""
        for first, last, values in self.policy.periods(rows):
            if first <= self.last and last >= self.first:
                yield max(first, self.first), min(last, self.last), self.version, values


def periods_of(
    editions: Sequence[Edition], rows: Sequence[PolicyValue]
) -> Iterator[tuple[date, date, int, dict]]:
    """Yield the spans of all editions, for `rules.make_tables`."""
    for edition in editions:
        yield from edition.periods(rows)


def rules_of(editions: Sequence[Edition]) -> list[tuple[int, Sequence[RiskRule]]]:
    """Return the rules of each version, for `rules.judge`."""
    return [(edition.version, edition.rules) for edition in editions]


def amount_of(editions: Sequence[Edition]) -> Amount:
    """Return the amount by each candidate's version."""
    if len(editions) == 1:
        return editions[0].amount
    ways = " ".join(f"WHEN {int(one.version)} THEN {one.amount.sql}" for one in editions)
    return Amount(
        f"CASE candidates.version {ways} END",
        {k: v for one in editions for k, v in one.amount.values.items()},
    )
