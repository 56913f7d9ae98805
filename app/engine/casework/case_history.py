"""What happened to an application: what was done to it itself, and its people's moves, each bulk action in one line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Numeric, Select, String, case, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.engine.audit import NAMED, AuditEntry
from app.engine.cases.claims import Claim
from app.registers.organisation import User

SINGLE = ("objection", "objection_decided")
"""Events of one person that no bulk action makes and that belong to the application's history too."""


@dataclass(frozen=True)
class Moved:
    """People of one application whom one bulk action moved, and their sum, CNY; has the fields of an entry of the log."""

    id: int
    event: str
    programme: str | None
    actor_name: str
    actor: User | None
    at: datetime
    note: str | None
    people: int
    amount: Decimal | None
    before: None = None
    after: None = None
    subject: None = None


def history_of(session: Session, application_id: int) -> list[AuditEntry | Moved]:
    """Return both kinds in the order in which they happened, in one statement."""
    lines = _lines(application_id).subquery()
    wanted = select(AuditEntry, lines.c.people, lines.c.amount).join(lines, AuditEntry.id == lines.c.id)
    return [
        entry if entry.claim_id is None else _moved(entry, people, amount)
        for entry, people, amount in session.execute(wanted.options(NAMED).order_by(AuditEntry.id))
    ]


@dataclass(frozen=True)
class Opinion:
    """Why claims that are returned now were sent back, by the entry that says so, and whose they are (claim id, name)."""

    entry: AuditEntry
    people: list[tuple[int, str]]


def opinions(session: Session, application_id: int) -> list[Opinion]:
    """Return the opinions on an application's returned claims, each once, the oldest first."""
    wanted = (
        select(AuditEntry, Claim.id, Claim.name)
        .join(Claim, Claim.id == AuditEntry.claim_id)
        .where(
            Claim.application_id == application_id, Claim.state == "returned", AuditEntry.event == "return"
        )
        .ext(distinct_on(AuditEntry.claim_id))
        .order_by(AuditEntry.claim_id, AuditEntry.id.desc())
        .options(NAMED)
    )
    by_act: dict[tuple, Opinion] = {}
    for entry, claim, name in session.execute(wanted):
        key = entry.note, entry.actor_id, entry.batch_id or entry.id
        by_act.setdefault(key, Opinion(entry, [])).people.append((claim, name))
    return sorted(by_act.values(), key=lambda opinion: opinion.entry.id)


def _lines(application_id: int) -> Select:
    """Return the first entry of each line, with how many people it moved; the application's own entries are lines by themselves."""
    of_people = AuditEntry.claim_id.is_not(None)
    in_bulk = of_people & AuditEntry.batch_id.is_not(None)
    line = case((in_bulk, AuditEntry.batch_id), else_=cast(AuditEntry.id, String))
    amount = func.sum(cast(AuditEntry.after["amount"].astext, Numeric(16, 2)))
    return (
        select(
            func.min(AuditEntry.id).label("id"),
            func.count().label("people"),
            amount.filter(of_people).label("amount"),
        )
        .where(
            AuditEntry.application_id == application_id,
            ~of_people | in_bulk | AuditEntry.event.in_(SINGLE),
        )
        .group_by(line, AuditEntry.event, AuditEntry.programme, AuditEntry.actor_name, AuditEntry.note)
    )


def _moved(entry: AuditEntry, people: int, amount: Decimal | None) -> Moved:
    who = entry.actor_name, entry.actor
    return Moved(entry.id, entry.event, entry.programme, *who, entry.at, entry.note, people, amount)
