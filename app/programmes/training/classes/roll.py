"""Students of a class who are missing from a list that is uploaded again: shown by name, removed only when the clerk agrees."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.sheets import SheetRow
from app.engine.statements import count_changes
from app.kernel.crypto import Vault
from app.programmes.training.classes.editing import PROGRAMME, lock_class
from app.programmes.training.model import Enrolment, StudentPlace


def absent_students(
    session: Session, actor: Actor, class_id: int, rows: Sequence[SheetRow], vault: Vault
) -> list[Enrolment]:
    """Return the students of a class who are missing from the rows, by number; one statement. Raises NotFound, Refused."""
    course = lock_class(session, actor, class_id)
    hashes = {vault.hash(row.values["citizen_id"]) for row in rows if row.values.get("citizen_id")}
    wanted = (
        select(Enrolment)
        .where(Enrolment.class_id == course.id, Enrolment.state != "withdrawn")
        .options(joinedload(Enrolment.person))
        .order_by(Enrolment.student_no)
    )
    return [student for student in session.scalars(wanted) if student.person.id_hash not in hashes]


def withdraw_students(session: Session, actor: Actor, class_id: int, enrolment_ids: Collection[int]) -> int:
    """Take students out of a class that can still be edited; returns how many. Raises NotFound, Refused."""
    if not enrolment_ids:
        return 0
    course = lock_class(session, actor, class_id)
    session.execute(delete(StudentPlace).where(StudentPlace.enrolment_id.in_(enrolment_ids)))
    students = update(Enrolment).where(
        Enrolment.class_id == course.id,
        Enrolment.id.in_(enrolment_ids),
        Enrolment.state != "withdrawn",
    )
    gone = count_changes(session, students.values(state="withdrawn", version=Enrolment.version + 1))
    record(
        session,
        actor,
        "remove",
        programme=PROGRAMME,
        class_id=course.id,
        subject=course.cohort_no,
        after={"students": gone},
    )
    return gone
