"""People of an application, and parts of their periods, that are missing from a list that is uploaded again: shown by name, removed only when the clerk agrees."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import LargeBinary, SmallInteger, TableValuedAlias, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, contains_eager

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.cases.claims import Claim, FailedRow
from app.engine.cases.failed_rows import mended_by, readable_cells
from app.engine.cases.periods import UNREAD
from app.engine.intake.check import lock_own
from app.engine.programme import Programme
from app.engine.sheets import SheetRow
from app.engine.statements import count_changes
from app.kernel.crypto import Vault
from app.kernel.identifiers import citizen_id
from app.registers.models import Person

DRAFT, FAILED = "d", "f"


@dataclass(frozen=True)
class Absentee:
    """A draft claim or a failed row that is not in the list; `key` names it, `part` is of what it is where that tells it apart."""

    key: str
    name: str
    masked_id: str
    passed: bool
    part: str = ""


def absentees(
    session: Session,
    actor: Actor,
    programme: Programme,
    application_id: int,
    rows: Sequence[SheetRow],
    vault: Vault,
) -> list[Absentee]:
    """Return the drafts and failed rows of an application that are missing from the rows; other claims are left alone.

    A fixed number of statements, whatever the number of rows. Raises NotFound, Refused.
    """
    application = lock_own(session, actor, application_id)
    if _is_empty(session, application.id):
        return []
    period, given = programme.period, _given(programme, rows, vault)
    same = given.c.id_hash == Person.id_hash
    listed = select(given).where(same, given.c.slot_no == Claim.slot_no).exists()
    known = select(given).where(same, FailedRow.slot_no.in_((UNREAD, given.c.slot_no))).exists()
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
        .where(FailedRow.application_id == application.id, ~known)
        .order_by(FailedRow.row_no, FailedRow.id)
    )
    mended = set(mended_by(session, application.id, rows, vault))
    absences = [
        Absentee(f"{DRAFT}{claim.id}", claim.name, claim.person.masked_id, True, period.title(claim.slot_no))
        for claim in session.scalars(drafts)
    ]
    for row in session.scalars(failed):
        if row.id not in mended:
            written = citizen_id.mask(
                citizen_id.normalize(readable_cells(row, vault).get("citizen_id", ""))[:20]
            )
            part = period.title(row.slot_no) if row.slot_no else ""
            absences.append(Absentee(f"{FAILED}{row.id}", row.name, written, False, part))
    return absences


def _given(programme: Programme, rows: Sequence[SheetRow], vault: Vault) -> TableValuedAlias:
    """Return the rows as a table: digests of ids, with the numbers of the parts."""
    named = {
        (vault.hash(row.values["citizen_id"]), programme.period.number(row.values))
        for row in rows
        if row.values.get("citizen_id")
    }
    hashes = literal([one for one, _ in named], ARRAY(LargeBinary))
    parts = literal([part for _, part in named], ARRAY(SmallInteger))
    return func.unnest(hashes, parts).table_valued("id_hash", "slot_no", name="given").render_derived()


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
