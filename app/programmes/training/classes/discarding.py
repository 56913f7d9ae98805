"""A draft class without students is thrown away; its cohort number is not given out again."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.audit import record
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.programmes.training.classes.editing import PROGRAMME, lock_class
from app.programmes.training.model import Enrolment


def discard_class(session: Session, actor: Actor, class_id: int) -> str:
    """Delete an empty draft; returns its cohort number. Raises NotFound, Refused."""
    opened = lock_class(session, actor, class_id, ("draft",))
    students = select(Enrolment.id).where(Enrolment.class_id == opened.id, Enrolment.state != "withdrawn")
    if session.scalar(students.limit(1)):
        raise Refused(N_("班级{number}中还有学员，不能删除。请先移除学员。"), number=opened.cohort_no)
    number = opened.cohort_no
    session.execute(delete(Enrolment).where(Enrolment.class_id == opened.id))
    record(session, actor, "discard", programme=PROGRAMME, class_id=opened.id, subject=number)
    session.delete(opened)
    session.flush()
    return number
