"""The places that a returned class holds go with it when its project or its dates are changed."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app.kernel.errors import Refused
from app.programmes.training.classes.moving import PROJECT_TAKEN
from app.programmes.training.model import ClassPlace, Enrolment, StudentPlace, TrainingClass


def move_place(session: Session, course: TrainingClass, project_id: int) -> None:
    """Move a returned class's place to another project with it. Raises Refused."""
    session.execute(delete(ClassPlace).where(ClassPlace.class_id == course.id))
    taking = postgresql.insert(ClassPlace).values(
        employer_id=course.employer_id, project_id=project_id, class_id=course.id
    )
    if session.scalar(taking.on_conflict_do_nothing().returning(ClassPlace.class_id)) is None:
        raise Refused(PROJECT_TAKEN.sentence)


def move_students(session: Session, course: TrainingClass) -> None:
    """Move the students' places to other dates with the class; who is busy then is judged when it is submitted."""
    mine = select(Enrolment.id).where(Enrolment.class_id == course.id)
    gone = delete(StudentPlace).where(StudentPlace.enrolment_id.in_(mine)).returning(StudentPlace)
    during = Range(course.opens_on, course.closes_on, bounds="[]")
    places = [
        {name: getattr(place, name) for name in ("enrolment_id", "person_id", "window_from", "slot_no")}
        for place in session.scalars(gone)
    ]
    if places:
        taken = [{**place, "during": during} for place in sorted(places, key=lambda one: one["person_id"])]
        session.execute(postgresql.insert(StudentPlace).on_conflict_do_nothing(), taken)
