"""Cases of 锦江区 in every state as a template database; the people of 青羊区 must not reach them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.desk.database import CASES, DEMO, SCRATCH
from tests.security import cases


@pytest.fixture(scope="session")
def known(application, cluster, demo_files) -> cases.Known:
    """What the cases are called; makes the template once a run."""
    with cluster.copied(application, DEMO), pytest.MonkeyPatch.context() as patch:
        built = cases.build(application, demo_files, patch)
    cluster.fresh(SCRATCH, CASES)
    return built


@pytest.fixture
def cases_app(known, application, cluster, monkeypatch) -> Iterator[Flask]:
    """The application with the cases, on the day on which they stand; no context is pushed."""
    monkeypatch.setitem(application.config, "TODAY", cases.CASES_DAY)
    with cluster.copied(application, CASES):
        yield application


@pytest.fixture(scope="module")
def api_app(known, application, cluster) -> Iterator[Flask]:
    """The same, one database for all tests of a file: each loads people of its own."""
    with cluster.copied(application, CASES), pytest.MonkeyPatch.context() as patch:
        patch.setitem(application.config, "TODAY", cases.CASES_DAY)
        patch.setitem(application.config, "API_PER_MINUTE", 10_000)
        yield application
