"""What another authority sends becomes a register, with an entry in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.audit import record
from app.kernel.crypto import Vault
from app.registers.loads.loading import LoadReport, load


def load_and_record(
    session: Session,
    kind: str,
    facts: object,
    vault: Vault,
    today: date,
    *,
    by: Actor | None = None,
    take: Callable = load,
    **options: object,
) -> LoadReport:
    """Load (`take`) the facts of a register and write the audit entry in the same transaction; the caller commits."""
    report = take(session, kind, facts, vault, today, **options)
    after = {
        "kind": kind,
        "load_id": report.load_id,
        "read": report.read,
        "stored": report.stored,
        "refused": report.refused,
        "added": report.added,
        "changed": report.changed,
        "coverage": {code: f"{first} — {last}" for code, (first, last) in sorted(report.coverage.items())},
    }
    actor = by or Actor.command()
    record(session, actor, "register_load", subject=str(options["source"])[:200], after=after)
    return report
