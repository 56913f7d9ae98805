"""What the database itself forbids the login that serves requests, asked as that login."""

from __future__ import annotations

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import ProgrammingError

from app import create_app
from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.oversight import sealing
from app.extensions import db
from tests.desk.database import settings

LAST = 2**63 - 1
ENTRY = "INSERT INTO audit_entries ({columns}) VALUES ({values})"


@pytest.fixture
def runtime(app, cluster):
    with create_engine(cluster.urls.runtime, poolclass=NullPool).connect() as connection:
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        ENTRY.format(columns="id, event, actor_name, address", values=f"{LAST}, 'edit', '-', '-'"),
        "INSERT INTO audit_entries (id, event, actor_name, address) OVERRIDING SYSTEM VALUE"
        f" VALUES ({LAST}, 'edit', '-', '-')",
        ENTRY.format(columns="at, event, actor_name, address", values="'2030-01-01', 'edit', '-', '-'"),
        ENTRY.format(columns="id, at, event, actor_name, address", values="1, now(), 'edit', '-', '-'"),
        "COPY audit_entries (id, event, actor_name, address) FROM STDIN",
        "UPDATE audit_entries SET at = now()",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "UPDATE audit_seals SET head = head",
        f"SELECT setval('audit_entries_id_seq', {LAST})",
        "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
        "UPDATE accounts SET holder = holder",
        "UPDATE accounts SET number_cipher = number_cipher",
        "UPDATE accounts SET employer_id = NULL",
        "DELETE FROM accounts",
        "SELECT * FROM accounts FOR UPDATE",
        "TRUNCATE accounts CASCADE",
    ],
)
def test_is_refused(runtime, statement):
    with pytest.raises(ProgrammingError, match="permission denied|must be owner"):
        runtime.execute(text(statement))


def test_an_entry_gets_its_number_and_time_from_the_database_and_is_sealed(app, session, runtime):
    runtime.execute(text(ENTRY.format(columns="event, actor_name, address", values="'edit', '-', '-'")))
    runtime.commit()
    record(session, Actor.command(), "edit", subject="x", after={"n": 1})
    session.commit()
    vault = app.extensions["vault"]
    assert sealing.seal(session, vault) >= 2
    assert sealing.verify(session, vault).tail == 0


def test_every_other_column_may_be_given(app, runtime):
    asked = """SELECT column_name, has_column_privilege('audit_entries', column_name, 'INSERT')
               FROM information_schema.columns WHERE table_name = 'audit_entries'"""
    rights = dict(runtime.execute(text(asked)).all())
    assert {name for name, given in rights.items() if not given} == {"id", "at"}


def test_prepare_twice_leaves_the_same_rights(app, runtime):
    result = app.test_cli_runner().invoke(args=["prepare"])
    assert result.exit_code == 0 and "同一个登录" not in result.output
    with pytest.raises(ProgrammingError, match="permission denied"):
        runtime.execute(text("UPDATE accounts SET holder = holder"))


def test_one_login_for_both_works_and_is_told(cluster, application, keys):
    """Of an outside database whose operator has made one login only."""
    with application.app_context():
        db.engine.dispose()
    cluster.fresh()
    urls = cluster.urls
    single = create_app(settings(urls, **keys) | {"SQLALCHEMY_DATABASE_URI": urls.owner})
    result = single.test_cli_runner().invoke(args=["prepare"])
    assert result.exit_code == 0 and "同一个登录" in result.output and "Use two logins" in result.output
    assert single.test_cli_runner().invoke(args=["keys", "rotate"]).exit_code == 0
