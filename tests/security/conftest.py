"""Cases of 锦江区 in every state as a template database; the people of 青羊区 must not reach them."""

from __future__ import annotations

import pytest

from app.extensions import db
from tests.conftest import DEMO, SCRATCH
from tests.security import cases

CASES = "benefits_cases"


def _release(application) -> None:
    """A database that somebody is connected to can be no template."""
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def known(application, cluster, demo_files) -> cases.Known:
    """What the cases are called; makes the template once a run."""
    _release(application)
    cluster.fresh(DEMO)
    with pytest.MonkeyPatch.context() as patch:
        built = cases.build(application, demo_files, patch)
    _release(application)
    cluster.fresh(SCRATCH, CASES)
    return built


@pytest.fixture
def cases_app(known, application, cluster, monkeypatch):
    """The application with the cases, on the day on which they stand; no context is pushed."""
    _release(application)
    cluster.fresh(CASES)
    monkeypatch.setitem(application.config, "TODAY", cases.CASES_DAY)
    yield application
    _release(application)
