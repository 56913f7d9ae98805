"""Health and readiness: seen by nobody in particular, true, and silent about what is wrong."""

import pytest
from sqlalchemy import NullPool, create_engine, text

from app import create_app
from app.kernel.crypto import new_key
from app.web.site import health
from tests.desk.database import settings


@pytest.fixture
def ask(monkeypatch):
    """(status, body) of an address of an application, asked afresh each time."""
    monkeypatch.setattr(health, "REMEMBERED_SECONDS", 0)

    def ask(made, address="/health/ready", **how):
        answer = made.test_client().get(address, **how)
        assert "Set-Cookie" not in answer.headers and answer.headers["Cache-Control"] == "no-store"
        return answer.status_code, answer.text

    return ask


def made(cluster, keys, **more):
    return create_app(settings(cluster.urls, **{**keys, **more}))


def test_a_prepared_database_is_ready_for_whatever_host_is_named(app, cluster, keys, ask):
    named = made(cluster, keys, TRUSTED_HOSTS=["benefits.example"])
    assert ask(named, base_url="http://10.0.0.1") == (200, "ready\n")
    assert ask(named, "/health/live", base_url="http://10.0.0.1") == (200, "live\n")
    assert ask(named, "/health/other")[0] == 404


def test_without_its_database_a_process_lives_but_is_not_ready(cluster, keys, ask):
    lost = made(cluster, keys, SQLALCHEMY_DATABASE_URI="postgresql+psycopg://u:hidden@127.0.0.1:1/d")
    assert ask(lost) == (503, "not ready\n")
    assert ask(lost, "/health/live") == (200, "live\n")


@pytest.mark.parametrize(("found", "status"), [("0001", 503), ("9999", 200), (None, 503)])
def test_a_schema_behind_is_not_ready_and_a_newer_ones_is(app, cluster, keys, ask, found, status):
    """A release is rolled out host by host after `prepare`: the old hosts must not all be taken out at once."""
    with create_engine(cluster.urls.owner, poolclass=NullPool).begin() as connection:
        if found:
            connection.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": found})
        else:
            connection.execute(text("DELETE FROM alembic_version"))
    assert ask(app)[0] == status


@pytest.mark.parametrize("name", ["DATA_HASH_KEY", "DATA_CIPHER_KEY"])
def test_keys_of_other_data_are_not_ready(demo_app, cluster, keys, ask, caplog, name):
    assert ask(made(cluster, keys)) == (200, "ready\n")
    assert ask(made(cluster, keys, **{name: new_key()})) == (503, "not ready\n")
    assert "keys do not fit" in caplog.text


def test_the_database_is_asked_once_a_second(app, cluster, keys, monkeypatch):
    asked = []
    monkeypatch.setattr(health.Readiness, "_why_not", lambda self: asked.append(1))
    client = made(cluster, keys).test_client()
    for _ in range(20):
        client.get("/health/ready")
    assert len(asked) == 1
