"""Whatever is done to the log behind the product's back is found, and where."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import create_engine, select, text

from app.engine import sealing
from app.engine.actor import Actor
from app.engine.audit import AuditEntry, record
from app.engine.sealing import Seal
from app.extensions import db
from tests.web.desk import Desk

ENTRIES = 25


@pytest.fixture
def vault(app):
    return app.extensions["vault"]


@pytest.fixture
def log(session, vault, monkeypatch) -> list[int]:
    """The ids of entries that are sealed by tens."""
    monkeypatch.setattr(sealing, "CHUNK", 10)
    for number in range(ENTRIES):
        record(session, Actor.command(), "edit", subject=f"第{number}条", after={"n": number})
    session.commit()
    sealing.seal(session, vault)
    return list(session.scalars(select(AuditEntry.id).order_by(AuditEntry.id)))[-ENTRIES:]


@pytest.fixture
def behind(cluster):
    """Statements as the database's owner, past everything that the product forbids itself."""

    def run(statement: str, **facts: object) -> None:
        engine = create_engine(cluster.urls.owner)
        with engine.begin() as connection:
            connection.execute(text(statement), facts)
        engine.dispose()

    return run


def test_an_untouched_log_is_whole_and_says_what_is_not_sealed_yet(session, vault, log):
    found = sealing.verify(session, vault)
    assert found.whole and found.tail == 0 and found.entries >= ENTRIES and found.seals >= 3
    record(session, Actor.command(), "edit", subject="后来")
    session.commit()
    assert sealing.verify(session, vault).tail == 1
    assert sealing.seal(session, vault) == 1
    assert sealing.seal(session, vault) == 0
    assert sealing.verify(session, vault).tail == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entries SET subject = '别的' WHERE id = :id",
        "UPDATE audit_entries SET actor_name = '别人' WHERE id = :id",
        "UPDATE audit_entries SET at = at + interval '1 microsecond' WHERE id = :id",
        "UPDATE audit_entries SET after = '{\"n\": -1}' WHERE id = :id",
        "UPDATE audit_entries SET claim_id = 7 WHERE id = :id",
    ],
)
def test_a_changed_entry_is_named(session, vault, log, behind, change):
    behind(change, id=log[12])
    found = sealing.verify(session, vault)
    assert not found.whole and found.entry == log[12]


def test_a_removed_an_inserted_and_two_swapped_entries_are_found(session, vault, log, behind):
    behind("DELETE FROM audit_entries WHERE id = :id", id=log[5])
    assert sealing.verify(session, vault).entry == log[6], "the one after it"
    behind(
        "INSERT INTO audit_entries (id, at, event, actor_name, address, subject, after) OVERRIDING SYSTEM VALUE"
        " SELECT :id, at, event, actor_name, address, '第5条', after FROM audit_entries WHERE id = :like",
        id=log[5],
        like=log[6],
    )
    assert sealing.verify(session, vault).entry == log[5]


def test_swapped_entries_are_found(session, vault, log, behind):
    behind("UPDATE audit_entries SET id = -1 WHERE id = :a", a=log[3])
    behind("UPDATE audit_entries SET id = :a WHERE id = :b", a=log[3], b=log[4])
    behind("UPDATE audit_entries SET id = :b WHERE id = -1", b=log[4])
    assert sealing.verify(session, vault).entry == log[3]


def test_the_last_entry_of_a_seal_is_missed_too(session, vault, log, behind):
    behind("DELETE FROM audit_entries WHERE id = :id", id=log[-1])
    assert sealing.verify(session, vault).entry == log[-1]


def test_a_seal_made_without_the_key_does_not_fit(session, vault, log, behind):
    number = session.scalar(select(Seal.number).order_by(Seal.number.desc()).limit(1)) - 1
    behind("UPDATE audit_seals SET head = sha256(head) WHERE number = :number", number=number)
    assert sealing.verify(session, vault).seal == number


def test_a_removed_seal_is_found_and_a_cut_off_end_by_a_head_kept_elsewhere(session, vault, log, behind):
    head = sealing.verify(session, vault).head
    assert sealing.verify(session, vault, head).whole
    last = session.scalar(select(Seal.number).order_by(Seal.number.desc()).limit(1))
    behind("DELETE FROM audit_seals WHERE number = :last", last=last)
    behind("DELETE FROM audit_entries WHERE id > (SELECT max(last_id) FROM audit_seals)")
    assert sealing.verify(session, vault).whole, "nothing in the database can tell"
    assert sealing.verify(session, vault, head).lost
    behind("DELETE FROM audit_seals WHERE number = 1")
    assert not sealing.verify(session, vault).whole


def test_an_entry_that_is_still_being_written_is_waited_for(app, session, vault, log, cluster):
    engine = create_engine(cluster.urls.runtime)
    writer = engine.connect()
    begun = writer.begin()
    insert = "INSERT INTO audit_entries (event, actor_name, address, subject) VALUES ('edit', '-', '-', :s)"
    writer.execute(text(insert), {"s": "先取号，后提交"})
    record(session, Actor.command(), "edit", subject="后取号，先提交")
    session.commit()
    done = threading.Event()

    def work() -> None:
        with app.app_context():
            sealing.seal(db.session, vault)
            db.session.remove()
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert not done.wait(1), "the sealer does not pass a writer by"
    begun.commit()
    thread.join(20)
    writer.close()
    engine.dispose()
    found = sealing.verify(session, vault)
    assert done.is_set() and found.whole and found.tail == 0


def test_the_runtime_login_can_neither_change_the_log_nor_its_seals(cluster, log):
    engine = create_engine(cluster.urls.runtime)
    for table in ("audit_entries", "audit_seals"):
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(Exception, match="permission denied"), engine.begin() as connection:
                connection.execute(text(statement))
    engine.dispose()


def test_the_command_and_the_screen_say_the_same(app, session, log, behind):
    runner = app.test_cli_runner()
    whole = runner.invoke(args=["audit", "verify"])
    assert whole.exit_code == 0 and "Whole" in whole.output
    behind("UPDATE audit_entries SET note = '改' WHERE id = :id", id=log[0])
    broken = runner.invoke(args=["audit", "verify"])
    assert broken.exit_code == 1 and f"entry {log[0]}" in broken.output


def test_an_auditor_sees_whether_the_log_is_whole(demo_app, cluster):
    with demo_app.app_context():
        sealing.seal(db.session, demo_app.extensions["vault"])
        first = db.session.scalar(
            select(AuditEntry.id).order_by(AuditEntry.id), execution_options={"scope": "open"}
        )
    auditor = Desk(demo_app, "auditor")
    assert "/settings/audit/verify" in auditor.get("/settings/audit/list/")
    assert "完整" in auditor.get("/settings/audit/verify")
    engine = create_engine(cluster.urls.owner)
    with engine.begin() as connection:
        connection.execute(text("UPDATE audit_entries SET address = '-x-' WHERE id = :id"), {"id": first})
    engine.dispose()
    assert f"首个不符的条目编号：{first}" in auditor.get("/settings/audit/verify")
