"""A list of students that is handed in again: who is not in it is named, and leaves only when the clerk says so."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.engine.audit import AuditEntry
from app.engine.scope import seeing
from app.engine.sheets import parse_row
from app.kernel.errors import Refused
from app.programmes.training.classes.roll import absent_students, withdraw_students
from app.programmes.training.model import Enrolment
from app.programmes.training.sheet import STUDENTS
from app.registers.ciphers import text_of
from app.registers.models import Person
from tests.desk import school


@pytest.fixture
def enrolled(session, actors, firm, vault):
    people = school.make_students(session, vault, 3, [firm])
    held = school.open_class(session, actors["clerk"], firm, people)
    session.commit()
    return held, people


def rows_of(session, vault, people):
    found = [
        {"name": person.name, "citizen_id": text_of(vault, person, Person.id_cipher)}
        for person in session.scalars(select(Person).where(Person.id.in_(people)))
    ]
    return [parse_row(STUDENTS, typed, n, today=school.TODAY) for n, typed in enumerate(found, 3)]


def test_who_is_not_in_the_list_is_named(session, actors, enrolled, vault):
    held, people = enrolled
    with seeing(session, actors["clerk"].scope):
        for listed, missing in ((people, []), (people[:1], people[1:]), ([], people)):
            absent = absent_students(session, actors["clerk"], held, rows_of(session, vault, listed), vault)
            assert [student.person_id for student in absent] == missing


def test_who_shall_go_is_withdrawn_and_that_is_written_down(session, actors, enrolled, vault):
    held, people = enrolled
    clerk = actors["clerk"]
    with seeing(session, clerk.scope):
        absent = absent_students(session, clerk, held, rows_of(session, vault, people[:1]), vault)
        assert withdraw_students(session, clerk, held, [student.id for student in absent]) == 2
        assert withdraw_students(session, clerk, held, []) == 0
    session.commit()
    states = session.execute(select(Enrolment.person_id, Enrolment.state)).all()
    assert dict(states) == dict(zip(people, ("enrolled", "withdrawn", "withdrawn"), strict=True))
    assert session.scalars(select(AuditEntry.after).where(AuditEntry.event == "remove")).all() == [
        {"students": 2}
    ]


def test_another_office_and_an_approved_class_are_left_alone(session, actors, enrolled, vault):
    held, _ = enrolled
    student = session.scalars(select(Enrolment.id)).first()
    with seeing(session, actors["prefecture"].scope), pytest.raises(Refused, match="受理本班"):
        withdraw_students(session, actors["prefecture"], held, [student])
    school.advance(session, actors, held, "submit_class", "approve_class")
    with seeing(session, actors["clerk"].scope), pytest.raises(Refused, match="当前状态"):
        absent_students(session, actors["clerk"], held, [], vault)
