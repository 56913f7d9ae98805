"""What the log knew of a person's places in classes at a moment."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased, selectinload

from app.engine.audit import NAMED, AuditEntry
from app.engine.oversight.dossier import PastPlace, value_then
from app.kernel.dates import SHANGHAI
from app.kernel.messages import N_
from app.programmes.training.model import Enrolment, TrainingClass
from app.programmes.training.results import FIELDS
from app.programmes.training.states import TITLES

STANDING = {"enrolled": N_("在班"), "stopped": N_("未通过系统风控点"), "withdrawn": N_("已移出")}


def classes_of(people: Select) -> Select:
    """Return the ids of classes in which people are students."""
    student = aliased(Enrolment)
    return select(student.class_id).where(student.person_id.in_(people))


def numbered(text: str) -> Select:
    """Return the ids of classes whose cohort number begins so."""
    classes = aliased(TrainingClass)
    return select(classes.id).where(classes.cohort_no.startswith(text, autoescape=True))


def past(session: Session, person_id: int, until: datetime) -> list[PastPlace]:
    """Return the person's places within scope, each with its class's state and results as known then."""
    related = (TrainingClass.project, TrainingClass.employer, TrainingClass.office)
    loads = [selectinload(Enrolment.training_class).selectinload(relation) for relation in related]
    students = session.scalars(
        select(Enrolment).where(Enrolment.person_id == person_id).options(*loads).order_by(Enrolment.id)
    ).all()
    entries = defaultdict(list)
    ids = {student.class_id for student in students}
    query = select(AuditEntry).where(AuditEntry.class_id.in_(ids)).options(NAMED)
    for entry in session.scalars(query.order_by(AuditEntry.id)):
        entries[entry.class_id].append(entry)
    known = ((s, entries[s.class_id]) for s in students if _since(s, entries[s.class_id]) <= until)
    return [_place(student, log, until) for student, log in known]


def _since(student: Enrolment, log: list[AuditEntry]) -> datetime:
    """Return when the student was added; entries that name no numbers are older than those that do."""
    for entry in log:
        after = entry.after or {}
        first = after.get("first_student_no")
        if first and first <= student.student_no < first + after["students_added"]:
            return entry.at
    return log[0].at if log else datetime.combine(student.training_class.created_on, time.min, SHANGHAI)


def _place(student: Enrolment, log: list[AuditEntry], until: datetime) -> PastPlace:
    training_class = student.training_class
    moves = [entry for entry in log if "state" in (entry.after or {})]
    own = [entry for entry in log if entry.subject == student.number]
    seen = [e for e in log if e.at <= until and (e in own or e.event not in ("remove", "complete_student"))]
    results = {name: value_then(own, name, until, getattr(student, name)) for name in FIELDS}
    return PastPlace(
        number=student.number,
        title=training_class.project.name,
        employer=training_class.employer,
        office=training_class.office,
        first=str(value_then(log, "opens_on", until, training_class.opens_on)),
        last=str(value_then(log, "closes_on", until, training_class.closes_on)),
        state=TITLES[value_then(moves, "state", until, training_class.state)],
        standing=STANDING[_standing(student, log, until)],
        results={name: value for name, value in results.items() if value is not None},
        entries=seen,
    )


def _standing(student: Enrolment, log: list[AuditEntry], until: datetime) -> str:
    """Return how a student stood then: a submission sets aside, a removal takes out; what came later is not known yet."""
    removed = next((e.at for e in log if e.event == "remove" and e.subject == student.number), None)
    judged = [entry.at for entry in log if entry.event in ("submit_class", "approve_class")]
    if student.state == "withdrawn":
        return "withdrawn" if removed is None or removed <= until else "enrolled"
    return student.state if judged and judged[-1] <= until else "enrolled"
