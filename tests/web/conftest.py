"""What several tests of the screens need."""

import pytest
from sqlalchemy.orm import Session

from app.engine.scope import Scope
from app.extensions import db
from tests.web.facts import Facts


@pytest.fixture
def facts(demo_app) -> Facts:
    return Facts(demo_app)


@pytest.fixture
def everything(demo_app):
    """A session of its own that sees all; no context stays pushed, for requests would share its login."""
    with demo_app.app_context():
        engine = db.engine
    with Session(engine, info={"scope": Scope.everything()}) as session:
        yield session
