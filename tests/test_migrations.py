"""The schema that migrations make is the one that the models describe."""

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import check, upgrade
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from app.engine.models import METADATA

ROOT = Path(__file__).resolve().parent.parent

MANY_MONTHS = """
    INSERT INTO regions (code, name, level) VALUES ('510104', '锦江区', 'county');
    INSERT INTO employers (uscc, unit_no, name, kind, scale, region_code)
    VALUES ('91510104MA6C000000', '1', '甲', 'enterprise', 'small', '510104');
    INSERT INTO persons (id_hash, id_cipher, head4, last4, name, region_code)
    SELECT sha256(n::text::bytea), '', '5101', '0000', '某人', '510104' FROM generate_series(1, 100) AS n;
    INSERT INTO contributions (person_id, employer_id, insured_region, month, paid)
    SELECT id, 1, '510104', day::date, extract(month FROM day) <> 3
    FROM persons, generate_series(date '2026-01-01', '2026-10-01', '1 month') AS day
"""


def assert_as_described(app) -> None:
    def ours(obj, name, type_, reflected, compare_to):
        return not (
            reflected
            and compare_to is None
            and name.startswith(("procrastinate", "alembic_version", "contributions_"))
        )

    engine = create_engine(app.config["DATABASE_OWNER_URL"], poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_migrations_make_what_the_models_describe(app):
    assert_as_described(app)


def test_a_new_migration_begins_empty(app):
    """What `flask db migrate` would write where no model has changed; it raises when that is anything."""
    with app.app_context():
        check(directory=str(ROOT / "migrations"))


def test_indexes_whose_making_was_broken_off_are_made_anew(app):
    """These migrations commit as they go: one may have done all its work, or dropped what it had not replaced yet."""
    migrations = str(app.config["ROOT"] / "migrations")
    engine = create_engine(app.config["DATABASE_OWNER_URL"], poolclass=NullPool)
    for broken_off in ("", "DROP INDEX claim_by_state, claim_of_office, person_name_grams"):
        with engine.begin() as connection:
            newest = connection.scalar(text("SELECT version_num FROM alembic_version"))
            connection.execute(text("UPDATE alembic_version SET version_num = '0017'"))
            if broken_off:
                connection.execute(text(broken_off))
        with app.app_context():
            upgrade(migrations, "0020")
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest})
        assert_as_described(app)


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


def test_the_months_of_a_register_move_into_parts_as_they_are(app, cluster):
    cluster.execute(
        "DROP DATABASE benefits_test WITH (FORCE)", "CREATE DATABASE benefits_test OWNER benefits_owner"
    )
    migrations = str(app.config["ROOT"] / "migrations")
    engine = create_engine(app.config["DATABASE_OWNER_URL"], poolclass=NullPool)
    months = "SELECT id, person_id, employer_id, insured_region, month, paid FROM contributions ORDER BY id"
    upgrade(migrations, "0016")
    with engine.begin() as connection:
        connection.execute(text(MANY_MONTHS))
        held = connection.execute(text(months)).all()
    upgrade(migrations, "0017")
    with engine.begin() as connection:
        assert connection.execute(text(months)).all() == held
        assert connection.scalar(text("SELECT count(DISTINCT tableoid) FROM contributions")) == 16
        asked = "EXPLAIN SELECT * FROM contributions WHERE person_id = 7 AND month >= '2026-01-01'"
        plan = "\n".join(connection.scalars(text(asked)))
        assert len(set(re.findall(r"contributions_\d\d", plan))) == 1, plan
        added = "INSERT INTO contributions (person_id, employer_id, insured_region, month, paid)"
        added += " VALUES (1, 1, '510104', '2026-11-01', true) RETURNING id"
        assert connection.scalar(text(added)) == held[-1][0] + 1
