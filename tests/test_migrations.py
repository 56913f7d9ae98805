"""The schema that migrations make is the one that the models describe."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import upgrade
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from app.engine.models import METADATA


def test_migrations_make_what_the_models_describe(app):
    def ours(obj, name, type_, reflected, compare_to):
        return not (
            reflected and compare_to is None and name.startswith(("procrastinate", "alembic_version"))
        )

    engine = create_engine(app.config["DATABASE_OWNER_URL"], poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_prepare_passes_by_people_who_read_and_write(app, monkeypatch):
    """A release that changes no schema needs no lock that anybody at work holds."""
    monkeypatch.setitem(app.config, "MIGRATION_LOCK_TIMEOUT", "200ms")
    with create_engine(app.config["DATABASE_OWNER_URL"], poolclass=NullPool).begin() as at_work:
        for name in METADATA.tables:
            at_work.execute(text(f"LOCK TABLE {name} IN ACCESS SHARE MODE"))
        for name in ("claims", "applications", "persons", "audit_entries", "slots"):
            at_work.execute(text(f"LOCK TABLE {name} IN ROW EXCLUSIVE MODE"))
        result = app.test_cli_runner().invoke(args=["prepare"])
    assert result.exit_code == 0, result.output + repr(result.exception)


def test_a_migration_that_must_wait_for_somebody_gives_up_and_leaves_nothing_half_done(
    app, cluster, monkeypatch
):
    monkeypatch.setitem(app.config, "MIGRATION_LOCK_TIMEOUT", "200ms")
    cluster.execute(
        "DROP DATABASE benefits_test WITH (FORCE)", "CREATE DATABASE benefits_test OWNER benefits_owner"
    )
    migrations = str(app.config["ROOT"] / "migrations")
    engine = create_engine(app.config["DATABASE_OWNER_URL"], poolclass=NullPool)
    upgrade(migrations, "0001")
    with engine.begin() as reader:
        reader.execute(text("LOCK TABLE claims IN ACCESS SHARE MODE"))
        with pytest.raises(OperationalError, match="lock timeout"):
            upgrade(migrations, "0002")
        assert reader.scalar(text("SELECT version_num FROM alembic_version")) == "0001"
        assert reader.scalar(text("SELECT to_regclass('payment_lists')")) is None
    upgrade(migrations, "0002")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0002"
