"""The subsidy declaration (补贴申报): students of a class become claims; a supplementary one takes who is left."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Insert, func, insert, literal, select
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.cases.numbers import application_number
from app.engine.cases.states import OPEN_OR_LIVE
from app.engine.policy_values import stored
from app.engine.programme import Programme
from app.engine.scope import OPEN
from app.engine.statements import count_changes
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.kernel.money import yuan
from app.programmes.training.classes.editing import lock_class
from app.programmes.training.model import Enrolment, TrainingApplication, TrainingClaim, TrainingClass
from app.programmes.training.states import DECLARABLE
from app.registers.models import Person


def amount_of(hours: int, policy: dict[str, Any]) -> Decimal:
    """Return class hours × amount per hour, capped, half-up to 0.01, CNY."""
    return min(yuan(hours * policy["amount_per_hour"]), policy["amount_cap"])


def undeclared(session: Session, class_id: int) -> int:
    """Return how many students of a class could be declared."""
    return session.scalars(select(func.count(Enrolment.id)).where(*_is_undeclared(class_id))).one()


def declare(
    session: Session, actor: Actor, programme: Programme, class_id: int, today: date
) -> TrainingApplication:
    """Make a declaration with a draft claim for each student who has none. Raises NotFound, Refused."""
    course = lock_class(session, actor, class_id, DECLARABLE)
    if not undeclared(session, course.id):
        raise Refused(N_("本班没有未申报的学员。已申报的请在查询页查看；结业不合格的不能申报。"))
    application = _open(session, actor, programme, course, today)
    amount = amount_of(course.hours, programme.policy.at(stored(session, programme.code), course.opens_on))
    count = count_changes(session, _claims(application, course, amount))
    record(
        session,
        actor,
        "apply",
        application_id=application.id,
        class_id=course.id,
        programme=programme.code,
        after={"rows": count, "amount": str(amount * count)},
    )
    return application


def _is_undeclared(class_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return conditions on `Enrolment`: a student of the class who may be paid for and has no open or live claim."""
    declared = select(TrainingClaim.id).where(
        TrainingClaim.enrolment_id == Enrolment.id, TrainingClaim.state.in_(OPEN_OR_LIVE)
    )
    return (
        Enrolment.class_id == class_id,
        Enrolment.state == "enrolled",
        Enrolment.passed.is_not(False),
        ~declared.exists(),
    )


def _claims(application: TrainingApplication, course: TrainingClass, amount: Decimal) -> Insert:
    """Insert a draft claim for each undeclared student, in the students' order; whatever region a person lies in."""
    columns: dict[str, Any] = {
        "programme": literal(application.programme),
        "application_id": literal(application.id),
        "office_id": literal(course.office_id),
        "person_id": Enrolment.person_id,
        "employer_id": literal(course.employer_id),
        "insured_region": literal(course.employer.region_code),
        "state": literal("draft"),
        "amount": literal(amount),
        "name": Person.name_folded,
        "enrolment_id": Enrolment.id,
        "opens_on": literal(course.opens_on),
        "closes_on": literal(course.closes_on),
        "hours": literal(course.hours),
    }
    students = (
        select(*columns.values())
        .join_from(Enrolment, Person, Person.id == Enrolment.person_id)
        .where(*_is_undeclared(course.id))
        .order_by(Enrolment.student_no)
    )
    return (
        insert(TrainingClaim)
        .from_select(list(columns), students)
        .execution_options(**OPEN, preserve_rowcount=True)
    )


def _open(
    session: Session, actor: Actor, programme: Programme, course: TrainingClass, today: date
) -> TrainingApplication:
    application = TrainingApplication(
        programme=programme.code,
        number=application_number(session, programme.prefix, actor.office_code, today),
        office_id=actor.office_id,
        employer_id=course.employer_id,
        class_id=course.id,
        created_on=today,
        created_by=actor.user_id,
    )
    session.add(application)
    session.flush()
    return application
