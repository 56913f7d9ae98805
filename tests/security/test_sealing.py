"""Whatever is done to the log behind the product's back is found, and where."""

from __future__ import annotations

import io
import re
import threading
from hashlib import sha256

import openpyxl
import pytest
from sqlalchemy import BigInteger, DateTime, Integer, String, create_engine, func, select, text
from sqlalchemy.dialects.postgresql import JSONB

from app.engine.actor import Actor
from app.engine.audit import AuditEntry, record
from app.engine.models import METADATA
from app.engine.oversight import sealing
from app.engine.oversight.sealing import Seal
from app.extensions import db
from tests.desk.clerks import Desk
from tests.desk.database import SCRATCH

CHANGE = {
    "audit_entries": "UPDATE audit_entries SET note = ''",
    "audit_seals": "UPDATE audit_seals SET head = ''",
}
ENTRIES = 25
TABLES = ("audit_entries", "audit_seals")


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
    """Statements past everything that the product forbids itself: by the server's superuser, without triggers."""

    def run(statement: str, **facts: object) -> None:
        engine = create_engine("postgresql+psycopg://", creator=lambda: cluster.server._superuser(SCRATCH))
        with engine.begin() as connection:
            connection.execute(text("SET session_replication_role = replica"))
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


OTHERWISE = {
    DateTime: "at + interval '1 microsecond'",
    BigInteger: "coalesce({c}, 0) + 1",
    Integer: "(SELECT id FROM offices WHERE id IS DISTINCT FROM {c} LIMIT 1)",
    JSONB: """coalesce({c}, '{{}}') || '{{"n": -1}}'""",
    String: "coalesce({c}, '') || '别'",
}


def test_an_entry_of_which_any_column_was_changed_is_named(session, vault, log, behind):
    columns = {c.name: c.type for c in METADATA.tables["audit_entries"].columns if c.name != "id"}
    behind("CREATE TABLE kept AS SELECT * FROM audit_entries")
    assert len(columns) == 15
    for name, kind in columns.items():
        kind = Integer if name == "office_id" else kind
        fits = (sql for base, sql in OTHERWISE.items() if isinstance(kind, base) or kind is base)
        other = next(fits, OTHERWISE[String])
        behind(f"UPDATE audit_entries SET {name} = {other.format(c=name)} WHERE id = :id", id=log[12])
        found = sealing.verify(session, vault)
        assert not found.whole and found.entry == log[12], name
        behind(f"UPDATE audit_entries e SET {name} = k.{name} FROM kept k WHERE k.id = e.id")
        assert sealing.verify(session, vault).whole


def test_the_newest_format_hashes_every_column_and_the_one_of_0_5_0_stays_as_it_was():
    assert set(sealing.COLUMNS[sealing.NEWEST]) == set(METADATA.tables["audit_entries"].columns.keys())
    columns = "|".join(sealing.COLUMNS[1])
    assert sha256(columns.encode()).hexdigest()[:16] == "3343380667b16efe"


def test_a_new_column_breaks_no_chain_of_the_format_before(session, vault, log, monkeypatch):
    monkeypatch.setattr(sealing, "NEWEST", 2)
    monkeypatch.setitem(sealing.COLUMNS, 2, sealing.COLUMNS[1][:-1])
    record(session, Actor.command(), "edit", subject="新格式")
    session.commit()
    sealing.seal(session, vault)
    assert sealing.verify(session, vault).whole
    monkeypatch.delitem(sealing.COLUMNS, 2)
    monkeypatch.setattr(sealing, "NEWEST", 1)
    newest = session.scalar(select(func.max(Seal.number)))
    assert sealing.verify(session, vault).seal == newest, "a head names its format"


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
    for table in TABLES:
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}", CHANGE[table]):
            with pytest.raises(Exception, match="permission denied"), engine.begin() as connection:
                connection.execute(text(statement))
    engine.dispose()


def test_not_even_the_owner_changes_the_log_unless_the_trigger_is_taken_away(session, cluster, log):
    session.rollback()
    engine = create_engine(cluster.urls.owner)
    for table in TABLES:
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}", CHANGE[table]):
            with pytest.raises(Exception, match="append-only"), engine.begin() as connection:
                connection.execute(text(statement))
    engine.dispose()


def test_the_command_and_the_screen_say_the_same(app, session, log, behind):
    runner = app.test_cli_runner()
    whole = runner.invoke(args=["audit", "verify"])
    assert whole.exit_code == 0 and "Whole" in whole.output
    behind("UPDATE audit_entries SET note = '改' WHERE id = :id", id=log[0])
    broken = runner.invoke(args=["audit", "verify"])
    assert broken.exit_code == 1 and f"entry {log[0]}" in broken.output
    session.add(AuditEntry(event="edit", actor_name="-", address="-"))
    session.commit()
    assert "未封存 1" in runner.invoke(args=["audit", "verify"]).output
    printed = runner.invoke(args=["audit", "heads"]).output.split()
    assert whole.output.split()[-1] == printed[-1].rpartition(",")[2] and len(printed) >= 3


def test_an_auditor_sees_whether_the_log_is_whole(demo_app, behind):
    unsealed = Desk(demo_app, "auditor").get("/settings/audit/verify")
    assert "日志还没有封印" in unsealed and "完整" not in unsealed
    with demo_app.app_context():
        sealing.seal(db.session, demo_app.extensions["vault"])
        first = db.session.scalar(
            select(AuditEntry.id).order_by(AuditEntry.id), execution_options={"scope": "open"}
        )
    auditor = Desk(demo_app, "auditor")
    assert "/settings/audit/verify" in auditor.get("/settings/audit/list/")
    page = auditor.get("/settings/audit/verify")
    head = re.search(r"<code>([0-9a-f]{64})</code>", page)[1]
    assert "完整" in page and "完整" in auditor.get(f"/settings/audit/verify?head={head}")
    assert "末尾已被删除" in auditor.get("/settings/audit/verify?head=" + "0" * 64)
    kept = openpyxl.load_workbook(io.BytesIO(auditor.client.get("/settings/audit/heads").data)).active
    assert kept.cell(kept.max_row, 4).value == head
    assert "审计日志封印" in auditor.get("/settings/audit/list/?event=download")
    behind("UPDATE audit_entries SET address = '-x-' WHERE id = :id", id=first)
    assert f"首个不符的条目编号：{first}" in auditor.get("/settings/audit/verify")
