"""The desk of the small province, an employer with every register loaded, and the vault that hides ids."""

import pytest

from tests.engine.workflow import facts
from tests.programmes.training import school


@pytest.fixture
def actors(session):
    made = facts.make_actors(session)
    session.commit()
    return made


@pytest.fixture
def firm(session):
    """A small enterprise of 锦江区; every register covers every month there."""
    facts.cover(session, facts.JINJIANG)
    made = school.make_employer(session)
    session.commit()
    return made


@pytest.fixture
def vault(app):
    return app.extensions["vault"]


@pytest.fixture
def approved(session, actors, firm, vault):
    """(class, its three students), approved."""
    people = school.make_students(session, vault, 3, [firm])
    held = school.open_class(session, actors["clerk"], firm, people)
    session.commit()
    school.advance(session, actors, held, "submit_class", "approve_class")
    return held, people
