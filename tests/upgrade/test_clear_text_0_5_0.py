"""Phones and ids that 0.5.0 took as plain text: `prepare` moves or masks them, wherever they stand but in sealed entries."""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import NullPool, create_engine, inspect, select, text

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.scope import OPEN
from app.engine.sessions import logins
from app.extensions import db
from app.programmes.training.classes.contacts import phone_of
from app.programmes.training.model import TrainingClass
from app.registers.organisation import Staff
from tests.desk.clerks import Desk
from tests.upgrade.make_0_5_0 import CERTIFICATE, CONTACT, TEACHER, TITLE, USERNAME
from tests.upgrade.office import under

NUMBERS = {
    "teacher": TEACHER.split()[1],
    "contact": CONTACT.split()[1],
    "title": TITLE[2:],
    "username": USERNAME[1:],
    "certificate": CERTIFICATE,
}


def in_clear(upgraded, number: str) -> dict[str, int]:
    """table → how many of its rows hold the number in any column."""
    with upgraded.app.app_context():
        tables = inspect(db.engine).get_table_names()
    counted = {
        table: upgraded.rows(
            f'SELECT count(*) FROM "{table}" one WHERE one::text LIKE :part', part=f"%{number}%"
        )[0][0]
        for table in tables
    }
    return {table: count for table, count in counted.items() if count}


def test_no_number_is_left_but_in_sealed_entries_and_the_user_name(upgraded):
    """A user name opens the account, so it stays; what identified somebody in the text of a seal can't be changed."""
    left = {what: in_clear(upgraded, number) for what, number in NUMBERS.items()}
    assert left == {
        "teacher": {},
        "contact": {},
        "title": {"audit_entries": 1},
        "username": {"ab_user": 1},
        "certificate": {"audit_entries": 5},
    }
    assert upgraded.rows("SELECT username FROM ab_user WHERE ab_user::text LIKE '%13612345678%'") == [
        (USERNAME,)
    ]
    sealed = """SELECT bool_and(e.id <= (SELECT max(last_id) FROM audit_seals)) FROM audit_entries e
                WHERE e::text LIKE ANY(:parts)"""
    assert upgraded.rows(sealed, parts=[f"%{number}%" for number in NUMBERS.values()]) == [(True,)]


def test_the_contacts_phone_is_encrypted_and_revealed(upgraded):
    held = upgraded.rows(
        "SELECT id, contact, teacher, contact_phone_cipher FROM training_classes ORDER BY id"
    )
    assert {(row.contact, row.teacher) for row in held} == {("王主任", "李老师 *******5678")}
    assert len({bytes(row.contact_phone_cipher) for row in held}) == len(held) == 12
    clerk = Desk(upgraded.app, "clerk")
    for row in held:
        page = clerk.get(f"/training/classes/show/{row.id}")
        assert "*******5678" in page and NUMBERS["contact"] not in page
    assert NUMBERS["contact"] in clerk.post(f"/training/classes/reveal/{held[0].id}", expect=200)


def test_the_phone_comes_under_another_key_and_format(upgraded, monkeypatch):
    under(upgraded.app, monkeypatch, "new")
    upgraded.command("keys", "rotate")
    vault = under(upgraded.app, monkeypatch, "only")
    with upgraded.app.app_context():
        classes = db.session.scalars(select(TrainingClass), execution_options=OPEN).all()
        assert {phone_of(vault, held) for held in classes} == {NUMBERS["contact"]}
        db.session.remove()


def test_titles_and_results_are_masked(upgraded):
    assert upgraded.rows("SELECT title FROM own_roles") == [("组长*******5678",)]
    certificates = "SELECT DISTINCT certificate_no FROM enrolments WHERE certificate_no LIKE '%5678'"
    assert upgraded.rows(certificates) == [("**************5678",)]


def test_the_chain_verifies_and_says_how_many_entries_hold_numbers(upgraded):
    said = upgraded.command("audit", "verify")
    assert "完整" in said and "封存的条目中有 6 条" in said
    page = Desk(upgraded.app, "auditor").get("/settings/audit/verify")
    assert "封存的条目中有 6 条" in page
    entry = "SELECT id FROM audit_entries WHERE after::text LIKE :part ORDER BY id LIMIT 1"
    ((shown,),) = upgraded.rows(entry, part=f"%{CERTIFICATE}%")
    page = Desk(upgraded.app, "auditor").get(f"/settings/audit/show/{shown}")
    assert "**************5678" in page and CERTIFICATE not in page


def test_prepare_hides_once_and_takes_what_an_older_host_writes_meanwhile(upgraded):
    entries = "SELECT subject, after FROM audit_entries WHERE event = 'clear_text' ORDER BY id"
    done = [
        ("own_roles", {"rows": 1}),
        ("ab_user", {"rows": 1}),
        ("training_classes", {"rows": 12}),
        ("enrolments", {"rows": 5}),
    ]
    assert upgraded.rows(entries) == done
    assert "号码" not in upgraded.command("prepare")
    with create_engine(upgraded.urls.owner, poolclass=NullPool).begin() as connection:
        older = (
            "UPDATE training_classes SET contact = :contact WHERE id = (SELECT min(id) FROM training_classes)"
        )
        connection.execute(text(older), {"contact": "赵主任 028-85551234"})
    assert "training_classes 1" in upgraded.command("prepare")
    assert upgraded.rows(entries) == [*done, ("training_classes", {"rows": 1})]
    assert upgraded.rows("SELECT contact FROM training_classes ORDER BY id LIMIT 1") == [("赵主任",)]
    with upgraded.app.app_context():
        first = select(TrainingClass).order_by(TrainingClass.id).limit(1)
        held = db.session.scalars(first, execution_options=OPEN).one()
        assert phone_of(upgraded.app.extensions["vault"], held) == "028-85551234"
        db.session.remove()


def test_a_user_name_that_holds_a_phone_is_masked_but_where_accounts_are_administered(upgraded):
    with upgraded.app.app_context():
        user = db.session.scalars(select(User).where(User.username == USERNAME)).one()
        token = logins.begin(db.session, user.id, "127.0.0.1", "Firefox/140")
        office = db.session.get(Staff, user.id).office
        actor = Actor(user.id, "某人", office.id, office.code, office.name, "127.0.0.1", None)
        record(db.session, actor, "logout", subject=USERNAME)
        db.session.commit()
        assert token
        db.session.remove()
    admin, auditor = Desk(upgraded.app, "county_admin"), Desk(upgraded.app, "auditor")
    assert USERNAME in admin.get("/settings/users/list/")
    for desk, address in (
        (admin, "/settings/logins/list/"),
        (admin, "/settings/login_log/list/"),
        (auditor, "/settings/audit/list/?event=logout"),
    ):
        page = desk.get(address)
        assert "w*******5678" in page and USERNAME not in page, address


def test_prepare_leaves_rows_alone_that_name_nobody(upgraded):
    """A certificate's own number may be long: its row isn't even locked, so that no `prepare` writes all results again."""
    own = "UPDATE enrolments SET certificate_no = :number WHERE id = (SELECT max(id) FROM enrolments)"
    wide = "UPDATE enrolments SET certificate_no = :number WHERE id = (SELECT min(id) FROM enrolments)"
    with create_engine(upgraded.urls.owner, poolclass=NullPool).begin() as connection:
        connection.execute(text(own), {"number": "S000051010012345678901"})
        connection.execute(text(wide), {"number": "证１３８１２３\u200b４５６７８"})
    touched = "SELECT xmin::text, xmax::text, certificate_no FROM enrolments WHERE certificate_no LIKE 'S%'"
    before = upgraded.rows(touched)
    assert "enrolments 1" in upgraded.command("prepare")
    assert upgraded.rows(touched) == before
    masked = "SELECT certificate_no FROM enrolments ORDER BY id LIMIT 1"
    assert upgraded.rows(masked) == [("证*******5678",)]
