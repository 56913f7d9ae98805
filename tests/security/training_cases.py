"""Training's rows in every state that a screen shows, written directly: how they come about is tested elsewhere."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.programmes.training import PROGRAMME
from app.programmes.training.classes import contacts
from app.programmes.training.model import Enrolment, Project, TrainingApplication, TrainingClass
from app.registers.models import Contribution, Employer, Person
from app.registers.organisation import Office, Staff
from tests.security.any_cases import CLAIM_STATES, CLOSES, OPENS, file

CLASS_STATES = ("draft", "submitted", "approved", "completion_submitted", "completed")
TEACHER, CONTACT = "司马讲师", "诸葛联系人"
PHONES = tuple(f"1371234560{number}" for number in range(len(CLASS_STATES)))


def build(session: Session, office: Office) -> None:
    """One class of each state with one student; one class's students declared, in every state."""
    firms = select(Employer).where(Employer.region_code == office.region_code, Employer.kind == "enterprise")
    employers = list(session.scalars(firms.order_by(Employer.id).limit(len(CLASS_STATES))))
    classes = [
        _class(session, office, *pair) for pair in enumerate(zip(employers, CLASS_STATES, strict=True))
    ]
    for held in classes:
        _enrol(session, held, 1)
    _declare(session, next(held for held in classes if held.state == "approved"))


def _class(session: Session, office: Office, number: int, of: tuple[Employer, str]) -> TrainingClass:
    employer, state = of
    clerk = session.scalars(select(Staff.user_id).where(Staff.office_id == office.id).limit(1)).one()
    held = TrainingClass(
        office_id=office.id,
        employer_id=employer.id,
        project_id=session.scalars(select(Project.id).limit(1)).one(),
        cohort_no=f"{office.code}-{OPENS:%Y%m%d}-{number:03d}",
        opens_on=OPENS,
        closes_on=CLOSES,
        stop_from=OPENS,
        stop_to=CLOSES,
        hours=20,
        platform="某平台",
        teacher=TEACHER,
        contact=CONTACT,
        state=state,
        created_on=OPENS,
        created_by=clerk,
    )
    contacts.encrypt_phone(current_app.extensions["vault"], held, PHONES[number])
    session.add(held)
    session.flush()
    return held


def _enrol(session: Session, held: TrainingClass, number: int) -> Enrolment:
    insured = select(Contribution.person_id).where(Contribution.employer_id == held.employer_id)
    taken = select(Enrolment.person_id).where(Enrolment.class_id == held.id)
    person = select(Person.id).where(Person.id.in_(insured), Person.id.not_in(taken)).order_by(Person.id)
    student = Enrolment(
        class_id=held.id,
        office_id=held.office_id,
        person_id=session.scalars(person.limit(1)).one(),
        student_no=number,
    )
    session.add(student)
    session.flush()
    return student


def _declare(session: Session, held: TrainingClass) -> None:
    application = TrainingApplication(
        programme=PROGRAMME.code,
        number=f"PX-{held.cohort_no}",
        office_id=held.office_id,
        employer_id=held.employer_id,
        class_id=held.id,
        created_on=OPENS,
        created_by=held.created_by,
    )
    enrolled = [_enrol(session, held, number) for number in range(2, 2 + len(CLAIM_STATES))]
    enrolments = {student.person_id: student.id for student in enrolled}
    dates = {"opens_on": OPENS, "closes_on": CLOSES, "hours": 20}
    file(
        session,
        PROGRAMME,
        application,
        enrolments,
        lambda person: {"enrolment_id": enrolments[person], **dates},
    )
