"""A place in a class is told as it was known at a moment, however often class and results changed afterwards."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.engine.audit import AuditEntry
from app.engine.scope import seeing
from app.kernel.dates import SHANGHAI
from app.programmes.training.classes import editing
from app.programmes.training.model import Enrolment
from app.programmes.training.past import past
from tests.desk import school
from tests.desk.completion import give_results, sheet, take

INSTANT = timedelta(microseconds=1)


def test_states_and_results_are_those_of_the_day(session, actors, approved, vault):
    held, people = approved
    take(session, actors["clerk"], held, sheet(session, vault, held, theory_score=70), vault)
    give_results(session, actors["clerk"], held, only=people[:1], score="91")
    log = session.scalars(select(AuditEntry).where(AuditEntry.class_id == held).order_by(AuditEntry.id)).all()
    number = session.scalars(select(Enrolment).where(Enrolment.person_id == people[0])).one().number

    def seen(moment):
        return next(iter(past(session, people[0], moment)), None)

    at = {e.event: e.at for e in log if e.subject in (None, number)}
    told = [
        (seen(at[event]).state, seen(at[event] - INSTANT).state)
        for event in ("submit_class", "approve_class")
    ]
    assert told == [("待审核", "草稿"), ("已开班", "待审核")]
    mine = [e for e in log if e.event == "complete_student" and e.subject == number]
    assert [seen(e.at).results["theory_score"] for e in mine] == ["70", "91"]
    assert seen(mine[0].at - INSTANT).results == {}
    assert past(session, people[0], log[0].at.astimezone(SHANGHAI) - INSTANT) == []


def test_who_was_added_later_or_taken_out_was_not_there_before(session, actors, firm, vault):
    people = school.make_students(session, vault, 2, [firm])
    held = school.open_class(session, actors["clerk"], firm, people[:1])
    session.commit()
    opened = session.scalars(select(AuditEntry.at).order_by(AuditEntry.id.desc()).limit(1)).one()
    with seeing(session, actors["clerk"].scope):
        editing.add_students(session, actors["clerk"], held, people[1:])
        session.commit()
        added = session.scalars(select(AuditEntry.at).order_by(AuditEntry.id.desc()).limit(1)).one()
        student = session.scalars(select(Enrolment).where(Enrolment.person_id == people[1])).one()
        editing.withdraw_student(session, actors["clerk"], student.id)
        session.commit()
    removed = session.scalars(select(AuditEntry.at).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert past(session, people[1], opened) == []
    assert [p.standing for p in past(session, people[1], added)] == ["在班"]
    assert [p.standing for p in past(session, people[1], removed)] == ["已移出"]
