"""Another key: everything that is encrypted comes under it, whatever happens meanwhile, and nothing is lost."""

from __future__ import annotations

import pytest
from sqlalchemy import LargeBinary, create_engine, select, text, update

from app.engine.keys import rotation
from app.engine.keys.rotation import holdings, rotate, sealed_columns
from app.engine.models import METADATA
from app.engine.scope import Scope
from app.extensions import db
from app.kernel.crypto import Vault, new_key
from app.registers.ciphers import Cipher, place, text_of
from app.registers.models import Person

PEOPLE = 300
NO_CIPHERTEXT = {
    "persons.id_hash": "a keyed hash; its key stays",
    "audit_seals.leaves": "digests",
    "audit_seals.head": "an HMAC",
    **dict.fromkeys(
        (
            f"{table}.row_key"
            for table in (
                "claims",
                "failed_rows",
                "attachments",
                "objections",
                "searches",
                "training_classes",
            )
        ),
        "random",
    ),
}


@pytest.fixture
def new_vault(keys):
    """The next key and another cipher; today's key can still be read."""
    return Vault.from_base64(keys["DATA_HASH_KEY"], new_key(), "sm4", [keys["DATA_CIPHER_KEY"]])


@pytest.fixture
def people_ids(app, session, monkeypatch):
    """People enough for three batches, the first with a phone."""
    monkeypatch.setattr(rotation, "ROWS", PEOPLE // 3)
    vault = app.extensions["vault"]
    hashes = [vault.hash(f"{n:018d}") for n in range(PEOPLE)]
    people = [
        Person(
            id_hash=own,
            id_cipher=vault.encrypt(f"{n:018d}", place(Person.id_cipher, id_hash=own)),
            head4="5101",
            last4=f"{n:04d}",
            name=f"某{n}",
            phone_cipher=vault.encrypt("13912345678", place(Person.phone_cipher, id_hash=own))
            if n == 0
            else None,
        )
        for n, own in enumerate(hashes)
    ]
    session.add_all(people)
    session.commit()
    return [person.id for person in people]


def ids_read_by(session, vault) -> list[str]:
    session.expire_all()
    return sorted(text_of(vault, person, Person.id_cipher) for person in session.scalars(select(Person)))


def test_every_column_of_ciphertext_is_found_by_its_type():
    binary = {
        f"{table.name}.{column.name}": column
        for table in METADATA.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    plain = {name for name, column in binary.items() if not isinstance(column.type, Cipher)}
    assert plain == set(NO_CIPHERTEXT), "give it the type Cipher, or say here why not"
    found = {f"{table}.{column.name}" for table, columns in sealed_columns().items() for column in columns}
    assert found == set(binary) - plain
    assert not [name for name in NO_CIPHERTEXT if name.endswith("_cipher")]


def test_everything_comes_under_the_new_key_in_batches(session, people_ids, new_vault):
    told = []
    reports = {r.table: r for r in rotate(session, new_vault, lambda r: told.append(r.renewed))}
    people = reports["persons"]
    assert (people.stale, people.renewed, people.left, people.unreadable) == (PEOPLE, PEOPLE, 0, 0)
    assert told == [100, 200, 300]
    assert {h.header for h in holdings(session)} == {new_vault.header}
    only_new = Vault.from_base64(new_key(), new_key())
    only_new._by_header = {new_vault.header: new_vault._by_header[new_vault.header]}
    assert ids_read_by(session, only_new) == [f"{n:018d}" for n in range(PEOPLE)]
    again = {r.table: r.stale for r in rotate(session, new_vault)}
    assert set(again.values()) == {0}


def test_a_run_that_was_broken_off_is_taken_up_again(session, people_ids, new_vault):
    def break_off(report):
        if report.renewed == 2 * PEOPLE // 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(session, new_vault, break_off)
    session.rollback()
    counts = {h.header: h.count for h in holdings(session) if h.column == "persons.id_cipher"}
    assert sorted(counts.values()) == [100, 200]
    people = next(r for r in rotate(session, new_vault) if r.table == "persons")
    assert (people.stale, people.renewed, people.left) == (100, 100, 0)


def test_who_writes_meanwhile_is_neither_waited_for_nor_overwritten(
    session, people_ids, new_vault, app, cluster
):
    engine = create_engine(cluster.urls.runtime)
    with engine.connect() as other:
        writing = update(Person).where(Person.id == people_ids[5])
        own = place(Person.phone_cipher, id_hash=session.get(Person, people_ids[5]).id_hash)
        phone = app.extensions["vault"].encrypt("13800001234", own)
        session.rollback()
        other.execute(writing.values(phone_cipher=phone))
        first = next(r for r in rotate(session, new_vault) if r.table == "persons")
        assert (first.renewed, first.left) == (PEOPLE - 1, 1)
        other.commit()
    engine.dispose()
    second = next(r for r in rotate(session, new_vault) if r.table == "persons")
    assert (second.stale, second.renewed, second.left) == (1, 1, 0)
    session.expire_all()
    assert text_of(new_vault, session.get(Person, people_ids[5]), Person.phone_cipher) == "13800001234"


def test_what_no_key_opens_stays_and_is_counted(session, people_ids, new_vault):
    lost = Vault.from_base64(new_key(), new_key()).encrypt("1", b"")
    session.execute(update(Person).where(Person.id == people_ids[7]).values(id_cipher=lost))
    session.commit()
    people = next(r for r in rotate(session, new_vault) if r.table == "persons")
    assert (people.renewed, people.unreadable, people.left) == (PEOPLE - 1, 1, 1)
    session.expire_all()
    assert session.get(Person, people_ids[7]).id_cipher == lost


def test_large_contents_are_taken_few_at_a_time(session, people_ids, new_vault, monkeypatch):
    monkeypatch.setattr(rotation, "BYTES", 200)
    told = []
    session.execute(text("DELETE FROM persons WHERE id > :last"), {"last": people_ids[9]})
    session.commit()
    people = next(
        r for r in rotate(session, new_vault, lambda r: told.append(r.renewed)) if r.table == "persons"
    )
    assert people.renewed == 10 and told == [3, 6, 9, 10]


def test_the_command_renews_records_and_says_what_is_left(app, session, people_ids, keys, monkeypatch):
    runner = app.test_cli_runner()
    before = runner.invoke(args=["keys", "status"])
    assert "persons.id_cipher: AES-256-GCM" in before.output and "须更换" not in before.output
    new = Vault.from_base64(keys["DATA_HASH_KEY"], new_key(), read_keys=[keys["DATA_CIPHER_KEY"]])
    monkeypatch.setitem(app.extensions, "vault", new)
    assert "persons.phone_cipher" in runner.invoke(args=["keys", "status"]).output
    done = runner.invoke(args=["keys", "rotate"])
    assert done.exit_code == 0, done.output
    assert "persons: 已更换 / renewed 300" in done.output and "300 / 300" in done.output
    db.session.info["scope"] = Scope.everything()
    entry = db.session.execute(
        text("SELECT subject, after FROM audit_entries WHERE event = 'key_rotation'")
    ).one()
    assert entry.after == {"left": 0, "persons": PEOPLE} and entry.subject.startswith("AES-256-GCM ")
    lost = Vault.from_base64(new_key(), new_key()).encrypt("1", b"")
    db.session.execute(update(Person).where(Person.id == people_ids[0]).values(id_cipher=lost))
    db.session.commit()
    left = runner.invoke(args=["keys", "rotate"])
    assert left.exit_code == 1 and "1 rows are left" in left.output
