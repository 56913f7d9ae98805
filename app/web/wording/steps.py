"""The way of a claim as a stepper: what is behind it, where it stands, what is still to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.engine.audit import AuditEntry

STANDS_AT = {"returned": "submitted"}
"""Where on the path a state lies that is only beside it."""


@dataclass(frozen=True)
class Step:
    """`place` is done, here, ended (off the path, for good or until it is mended) or ahead."""

    state: str
    place: str


def steps(path: Sequence[str], state: str, history: Sequence[AuditEntry]) -> list[Step]:
    """Return the steps of a claim whose programme has that path; one that left the path stands where it left, and nothing is ahead of it."""
    if state in path:
        at = path.index(state)
        behind = [Step(step, "done") for step in path[:at]]
        return [*behind, Step(state, "here"), *(Step(step, "ahead") for step in path[at + 1 :])]
    moves = [entry for entry in history if (entry.after or {}).get("state") == state]
    before = (moves[-1].before or {}).get("state", "draft") if moves else "draft"
    at = path.index(STANDS_AT.get(before, before))
    return [*(Step(step, "done") for step in path[: at + 1]), Step(state, "ended")]
