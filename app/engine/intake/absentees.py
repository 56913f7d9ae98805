"""People of an application who are missing from a list that is uploaded again: shown by name, removed only when the clerk agrees."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import LargeBinary, any_, delete, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, contains_eager

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.cases.claims import Claim, FailedRow
from app.engine.cases.failed_rows import mended_by, readable_cells
from app.engine.intake.check import lock_own
from app.engine.sheets import SheetRow
from app.engine.statements import count_changes
from app.kernel.crypto import Vault
from app.kernel.identifiers import citizen_id
from app.registers.models import Person

DRAFT, FAILED = "d", "f"


@dataclass(frozen=True)
class Absentee:
    """A draft claim or a failed row whose person is not in the list; `key` names it."""

    key: str
    name: str
    masked_id: str
    passed: bool


def absentees(
    session: Session, actor: Actor, application_id: int, rows: Sequence[SheetRow], vault: Vault
) -> list[Absentee]:
    """Return the drafts and failed rows of an application whose people are missing from the rows; other claims are left alone.

    A fixed number of statements, whatever the number of rows. Raises NotFound, Refused.
    """
    application = lock_own(session, actor, application_id)
    if _is_empty(session, application.id):
        return []
    hashes = {vault.hash(row.values["citizen_id"]) for row in rows if row.values.get("citizen_id")}
    listed = Person.id_hash == any_(literal(list(hashes), ARRAY(LargeBinary)))
    drafts = (
        select(Claim)
        .join(Claim.person)
        .where(Claim.application_id == application.id, Claim.state == "draft", ~listed)
        .options(contains_eager(Claim.person))
        .order_by(Claim.id)
    )
    failed = (
        select(FailedRow)
        .outerjoin(Person, Person.id == FailedRow.person_id)
        .where(FailedRow.application_id == application.id, listed.is_not(True))
        .order_by(FailedRow.row_no, FailedRow.id)
    )
    mended = set(mended_by(session, application.id, rows, vault))
    absences = [
        Absentee(f"{DRAFT}{claim.id}", claim.name, claim.person.masked_id, passed=True)
        for claim in session.scalars(drafts)
    ]
    for row in session.scalars(failed):
        if row.id not in mended:
            written = citizen_id.mask(
                citizen_id.normalize(readable_cells(row, vault).get("citizen_id", ""))[:20]
            )
            absences.append(Absentee(f"{FAILED}{row.id}", row.name, written, passed=False))
    return absences


def _is_empty(session: Session, application_id: int) -> bool:
    """Return whether nobody can be missing, as at a first upload: no digest is made then, and none sent."""
    drafts = select(Claim.id).where(Claim.application_id == application_id, Claim.state == "draft").limit(1)
    failed = select(FailedRow.id).where(FailedRow.application_id == application_id).limit(1)
    return session.scalar(drafts) is None and session.scalar(failed) is None


def leave_out(session: Session, actor: Actor, application_id: int, keys: Collection[str]) -> int:
    """Take drafts and failed rows out of an application; returns how many there were."""
    if not keys:
        return 0
    application = lock_own(session, actor, application_id)
    ids = {kind: [int(key[1:]) for key in keys if key[0] == kind] for kind in (DRAFT, FAILED)}
    drafts = delete(Claim).where(
        Claim.application_id == application.id, Claim.state == "draft", Claim.id.in_(ids[DRAFT])
    )
    failed = delete(FailedRow).where(
        FailedRow.application_id == application.id, FailedRow.id.in_(ids[FAILED])
    )
    gone = {"drafts": count_changes(session, drafts), "failed_rows": count_changes(session, failed)}
    if any(gone.values()):
        facts = {"application_id": application.id, "programme": application.programme}
        record(session, actor, "remove", **facts, after={name: n for name, n in gone.items() if n})
        session.flush()
    return sum(gone.values())
