"""The audit log's seals: each closes some entries and everything before them by HMAC, so that no change goes unseen.

The key is the one that looks people up: who can write to the database alone can't make a seal that fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

from flask_appbuilder import Model
from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, cast, func, select
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from app.engine.audit import AuditEntry
from app.engine.scope import OPEN
from app.kernel.crypto import Vault
from app.kernel.free_text import IDENTIFYING, OWN

COLUMNS = {
    1: (
        "id",
        "at",
        "event",
        "actor_id",
        "actor_name",
        "address",
        "office_id",
        "programme",
        "application_id",
        "claim_id",
        "class_id",
        "batch_id",
        "subject",
        "note",
        "before",
        "after",
    ),
}
"""Format of a seal → the columns of an entry that it hashes, in order. A format that was released never changes: a new column is a new format."""
NEWEST = max(COLUMNS)
CHUNK = 1000
LEAF = 32
"""Bytes of one entry's digest."""
SEALER = 7_305_001
"""The advisory lock that one sealer at a time holds."""


class Seal(Model):
    """Entries after the previous seal's last up to `last_id`; `leaves` are their SHA-256 digests in order."""

    __tablename__ = "audit_seals"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    last_id: Mapped[int] = mapped_column(BigInteger)
    leaves: Mapped[bytes] = mapped_column(LargeBinary)
    head: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found. `seal` and `entry` name the first broken link; `tail` counts what no seal covers yet.

    `lost`: a head that was kept elsewhere is not in the chain any more.
    """

    seals: int
    entries: int
    tail: int
    head: str
    seal: int | None = None
    entry: int | None = None
    lost: bool = False

    @property
    def whole(self) -> bool:
        return self.seal is None and not self.lost


def seal(session: Session, vault: Vault) -> int:
    """Close every entry whose transaction is over; returns how many. Commits after each seal."""
    sealed, horizon = 0, session.scalars(select(func.audit_horizon())).one()
    session.commit()
    while True:
        session.execute(select(func.pg_advisory_xact_lock(SEALER)))
        before = _last(session)
        entries = _entries(session, NEWEST, before.last_id if before else 0, horizon, CHUNK)
        if not entries:
            session.commit()
            return sealed
        leaves = b"".join(leaf for _, leaf in entries)
        number, last = (before.number + 1 if before else 1), entries[-1][0]
        head = _head(vault, NEWEST, before.head if before else b"", number, last, leaves)
        session.add(Seal(number=number, last_id=last, leaves=leaves, head=head))
        session.commit()
        sealed += len(entries)


def verify(session: Session, vault: Vault, known: str = "") -> Verdict:
    """Walk the whole chain. `known` is a head that was kept elsewhere: it must be in the chain still."""
    head, last, entries, number, seen = b"", 0, 0, 0, not known
    tail = _tail(session)
    for one in session.scalars(select(Seal).order_by(Seal.number).execution_options(yield_per=50)):
        number += 1
        format_no = _format(vault, head, number, one)
        digests = _entries(session, format_no or NEWEST, last, one.last_id, None)
        broken = _first_difference(digests, one)
        if format_no is None or broken is not None:
            return Verdict(number - 1, entries, tail, head.hex(), one.number, broken)
        head, last, entries = one.head, one.last_id, entries + len(digests)
        seen = seen or compare_digest(head.hex(), known)
    return Verdict(number, entries, tail, head.hex(), lost=not seen)


def numbered(session: Session) -> int:
    """Return how many sealed entries hold ids, phones or accounts in their text, as earlier releases wrote some."""
    last = select(func.max(Seal.last_id)).scalar_subquery()
    texts = (AuditEntry.actor_name, AuditEntry.subject, AuditEntry.note)
    facts = (cast(column, Text) for column in (AuditEntry.before, AuditEntry.after))
    whole = func.regexp_replace(func.concat_ws(" ", *texts, *facts), rf"\m({OWN})\M", "", "g")
    wanted = select(func.count(AuditEntry.id)).where(AuditEntry.id <= last, whole.regexp_match(IDENTIFYING))
    return session.scalars(wanted, execution_options=OPEN).one()


def heads(session: Session) -> Iterator[Seal]:
    """Return every seal in order, without its leaves: what is to be kept elsewhere."""
    wanted = select(Seal).options(defer(Seal.leaves)).order_by(Seal.number)
    return iter(session.scalars(wanted.execution_options(yield_per=1000)))


def _tail(session: Session) -> int:
    """Return how many entries no seal covers."""
    sealed = select(func.coalesce(func.max(Seal.last_id), 0)).scalar_subquery()
    wanted = select(func.count(AuditEntry.id)).where(AuditEntry.id > sealed)
    return session.scalars(wanted, execution_options=OPEN).one()


def _first_difference(entries: list[tuple[int, bytes]], one: Seal) -> int | None:
    """Return the first entry that is not what was sealed: changed, put in, or the one after which something is missing."""
    kept = [one.leaves[at : at + LEAF] for at in range(0, len(one.leaves), LEAF)]
    for (entry, leaf), wanted in zip(entries, kept, strict=False):
        if leaf != wanted:
            return entry
    if len(entries) != len(kept):
        return entries[len(kept)][0] if len(entries) > len(kept) else one.last_id
    return None


def _entries(
    session: Session, format_no: int, after: int, upto: int, most: int | None
) -> list[tuple[int, bytes]]:
    """Return (id, digest in a format) of the entries between two ids, in order."""
    columns = [
        func.timezone("UTC", AuditEntry.at) if name == "at" else getattr(AuditEntry, name)
        for name in COLUMNS[format_no]
    ]
    row = cast(func.jsonb_build_array(*columns), Text)
    wanted = select(AuditEntry.id, func.sha256(func.convert_to(row, "UTF8"))).order_by(AuditEntry.id)
    wanted = wanted.where(AuditEntry.id > after, AuditEntry.id <= upto).limit(most)
    return [(entry, bytes(leaf)) for entry, leaf in session.execute(wanted, execution_options=OPEN)]


def _last(session: Session) -> Seal | None:
    return session.scalars(select(Seal).order_by(Seal.number.desc()).limit(1)).one_or_none()


def _format(vault: Vault, before: bytes, number: int, one: Seal) -> int | None:
    """Return the format whose head the seal bears, as the one of this number after the head `before`; None when none fits.

    No column says so: a database that was restored from an earlier release is verified before it is migrated.
    """
    if one.number != number:
        return None
    heads = {form: _head(vault, form, before, number, one.last_id, one.leaves) for form in COLUMNS}
    return next((form for form, head in heads.items() if compare_digest(one.head, head)), None)


def _head(vault: Vault, format_no: int, before: bytes, number: int, last: int, leaves: bytes) -> bytes:
    name = "audit seal" if format_no == 1 else f"audit seal {format_no}"
    return vault.hash(f"{name}|{before.hex()}|{number}|{last}|{sha256(leaves).hexdigest()}")
