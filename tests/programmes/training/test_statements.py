"""How many statements a class costs: the same for ten students as for five hundred."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from app.engine.scope import seeing
from app.engine.sheets import parse_row
from app.programmes.training import PROGRAMME, completion, declaration
from app.programmes.training.classes import editing
from app.programmes.training.sheet import STUDENTS
from app.registers.ciphers import text_of
from app.registers.models import Person
from tests.desk import school
from tests.desk.completion import sheet
from tests.desk.heard import heard

FEW, MANY = 10, 500


@pytest.fixture
def measured(session, actors, firm, vault):
    """Name of a step → statements, for a class of so many students."""
    clerk = actors["clerk"]

    def walk(number: int) -> dict[str, int]:
        people = school.make_students(session, vault, number, [firm])
        held = school.open_class(session, clerk, firm)
        session.commit()
        typed = [{"name": p.name, "citizen_id": whole} for p, whole in identities(session, vault, people)]
        rows = [parse_row(STUDENTS, one, n, today=school.TODAY) for n, one in enumerate(typed, 3)]
        found = {}

        def step(name: str, deed) -> object:
            session.expire_all()
            with seeing(session, clerk.scope), heard(session.get_bind()) as sent:
                result = deed()
            session.commit()
            found[name] = len(sent)
            return result

        added = step("add", lambda: editing.add_from_sheet(session, clerk, held, rows, vault, school.TODAY))
        assert (added.added, added.refused) == (number, [])
        for move in ("submit_class", "approve_class"):
            actor = actors["clerk" if move == "submit_class" else "reviewer"]
            batch = school.prepare(session, actor, move, [held])
            done = step(move, lambda actor=actor, batch=batch: school.run(session, actor, batch))
            assert done.moved == 1
        step("declare", lambda: declaration.declare(session, clerk, PROGRAMME, held, school.TODAY))
        assert declaration.undeclared(session, held) == 0
        roster = step("roster", lambda: list(completion.roster(session, vault, held)))
        assert len(roster) == number
        results = sheet(session, vault, held)
        stored = step(
            "import",
            lambda: completion.import_results(session, clerk, held, results, vault, school.TODAY),
        )
        assert (stored.changed, stored.refused) == (number, [])
        return found

    return walk


def identities(session, vault, people):
    """Each person with the whole id."""
    wanted = select(Person).where(Person.id.in_(people)).options(undefer(Person.id_cipher))
    return [(person, text_of(vault, person, Person.id_cipher)) for person in session.scalars(wanted)]


def test_the_number_of_students_does_not_change_the_number_of_statements(measured):
    few, many = measured(FEW), measured(MANY)
    assert few == many
    assert max(few.values()) < 60
