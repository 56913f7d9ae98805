"""The same people at the desk and the same registers for every test of moves."""

import pytest
from sqlalchemy import text

from tests.desk import province


@pytest.fixture
def employers(session):
    """Region → the small enterprise there."""
    found = province.make_employers(session)
    session.commit()
    return found


@pytest.fixture
def submitted(session, actors, employers):
    """(application, ids of its three submitted claims), taken in and submitted by the clerk of 锦江区."""
    application = province.take_in(session, actors["clerk"], employers[province.JINJIANG])
    claims = province.draft(session, application, province.make_people(session, 3))
    session.commit()
    assert province.act(session, actors["clerk"], "submit", claims) == dict.fromkeys(claims)
    return application, claims


@pytest.fixture
def unpaid(session):
    """Lets the contributions of claims' people turn out unpaid."""

    def spoil(claims, paid=False):
        session.execute(
            text(
                """UPDATE contributions SET paid = :paid
                   WHERE person_id IN (SELECT person_id FROM claims WHERE id = ANY(:ids))"""
            ),
            {"ids": list(claims), "paid": paid},
        )
        session.commit()

    return spoil
