"""The subsidy declaration (补贴申报): students of a class become claims; a supplementary one takes who is left."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.cases.numbers import application_number
from app.engine.cases.states import OPEN_OR_LIVE
from app.engine.policy import stored
from app.engine.programme import Programme
from app.engine.statements import count_changes
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.kernel.money import yuan
from app.programmes.training.classes.editing import lock_class
from app.programmes.training.model import Enrolment, TrainingApplication, TrainingClaim, TrainingClass
from app.programmes.training.states import DECLARABLE

DECLARE = f"""
    INSERT INTO claims (programme, application_id, office_id, person_id, employer_id, insured_region, state, amount, name,
                        enrolment_id, opens_on, closes_on, hours)
    SELECT 'training', :application, k.office_id, e.person_id, k.employer_id, m.region_code, 'draft', :amount,
           p.name_folded, e.id, k.opens_on, k.closes_on, k.hours
    FROM enrolments e JOIN training_classes k ON k.id = e.class_id JOIN persons p ON p.id = e.person_id
    JOIN employers m ON m.id = k.employer_id
    WHERE e.class_id = :class AND e.state = 'enrolled' AND e.passed IS NOT FALSE
      AND NOT EXISTS (SELECT 1 FROM claims t WHERE t.enrolment_id = e.id AND t.state IN {OPEN_OR_LIVE})
    ORDER BY e.student_no
"""


def amount_of(hours: int, policy: dict[str, Any]) -> Decimal:
    """Return class hours × amount per hour, capped, half-up to 0.01, CNY."""
    return min(yuan(hours * policy["amount_per_hour"]), policy["amount_cap"])


def undeclared(session: Session, class_id: int) -> int:
    """Return how many students of a class could be declared."""
    open_claim = select(TrainingClaim.id).where(
        TrainingClaim.enrolment_id == Enrolment.id, TrainingClaim.state.in_(OPEN_OR_LIVE)
    )
    wanted = select(func.count(Enrolment.id)).where(
        Enrolment.class_id == class_id,
        Enrolment.state == "enrolled",
        Enrolment.passed.is_not(False),
        ~open_claim.exists(),
    )
    return session.scalars(wanted).one()


def declare(
    session: Session, actor: Actor, programme: Programme, class_id: int, today: date
) -> TrainingApplication:
    """Return a declaration with a draft claim for each student who has none. Raises NotFound, Refused."""
    course = lock_class(session, actor, class_id, DECLARABLE)
    if not undeclared(session, course.id):
        raise Refused(N_("本班没有未申报的学员。已申报的请在查询页查看；结业不合格的不能申报。"))
    application = _open(session, actor, programme, course, today)
    amount = amount_of(course.hours, programme.policy.at(stored(session, programme.code), course.opens_on))
    facts = {"application": application.id, "amount": amount, "class": course.id}
    count = count_changes(session, text(DECLARE), facts)
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


def _open(
    session: Session, actor: Actor, programme: Programme, course: TrainingClass, today: date
) -> TrainingApplication:
    application = TrainingApplication(
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
