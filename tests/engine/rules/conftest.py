import pytest

from tests.engine.rules.cases import Table


@pytest.fixture
def table(app, session):
    """Judges a table of cases on an empty database."""
    return Table(session, app.extensions["vault"])
