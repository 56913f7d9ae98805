"""A real streaming replica: registers and figures are read there, everything else is not, and nobody misses it when it is away."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, select
from sqlalchemy.engine import make_url

from app import create_app
from app.engine.scope import Scope
from app.extensions import db
from app.registers.models import Employer, Person
from app.server import replica
from app.server.database import SUPERUSER, EmbeddedServer
from tests.desk.clerks import Desk, opened
from tests.desk.database import DEMO, release, settings
from tests.desk.places import throw_away
from tests.faults.product import until

REPLICATION = f"local replication {SUPERUSER} peer map=server\n"


class Follower:
    """A copy made by pg_basebackup that follows the tests' server."""

    def __init__(self, server: EmbeddedServer, place: Path):
        self.server, self.pgdata = server, place / "postgres"
        hba = server.pgdata / "pg_hba.conf"
        hba.write_text(REPLICATION + hba.read_text())
        server._run("pg_ctl", "reload", "-s")
        place.chmod(0o755)
        self.pgdata.mkdir(mode=0o700)
        server._give(self.pgdata)
        source = ("-h", str(server._socket_dir), "-U", SUPERUSER)
        server._run("pg_basebackup", *source, "-R", "-X", "stream", "-c", "fast", pgdata=self.pgdata)
        for copied in self.pgdata.glob(".s.PGSQL.*"):
            copied.unlink()
        with (self.pgdata / "postgresql.auto.conf").open("a") as conf:
            conf.write(f"unix_socket_directories = '{self.pgdata}'\n")

    def start(self) -> None:
        self.server._run("pg_ctl", "start", "-s", "-w", "-l", "start.log", pgdata=self.pgdata)

    def stop(self) -> None:
        self.server._run("pg_ctl", "stop", "-s", "-w", "-m", "immediate", pgdata=self.pgdata)

    def url(self, of: str) -> str:
        return make_url(of).set(query={"host": str(self.pgdata)}).render_as_string(hide_password=False)

    def catch_up(self) -> None:
        """Waits, on the replica, for all that the primary has written."""
        with self.server._superuser(SUPERUSER) as primary:
            written = primary.execute("SELECT pg_current_wal_lsn()").fetchone()[0]
        place = {"host": str(self.pgdata), "user": SUPERUSER, "dbname": SUPERUSER}
        with psycopg.connect(**place, autocommit=True) as connection:
            caught = (
                "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn AND EXISTS (SELECT FROM pg_stat_wal_receiver)"
            )
            until(lambda: connection.execute(caught, [written]).fetchone()[0], "the replica")


@pytest.fixture(scope="module")
def follower(system, cluster, demo_files, application):
    place = throw_away("benefits-replica-")
    made = Follower(cluster.server, place)
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="module")
def routed(application, cluster, keys, follower):
    release(application)
    cluster.fresh(DEMO)
    follower.catch_up()
    url = follower.url(cluster.urls.runtime)
    app = create_app(settings(cluster.urls, SQLALCHEMY_BINDS={"replica": {"url": url}}, **keys))
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def asked(routed):
    """engine → tables that were asked there since; counted by the first table of each statement."""
    told, engines = {"primary": Counter(), "replica": Counter()}, {}
    with routed.app_context():
        engines = {"primary": db.engine, "replica": db.engines["replica"]}

    def listen(name):
        def note(connection, cursor, statement, *_):
            words = statement.split()
            if "FROM" in words:
                told[name][words[words.index("FROM") + 1].strip("(")] += 1

        event.listen(engines[name], "before_cursor_execute", note)
        return note

    notes = {name: listen(name) for name in engines}
    yield told
    for name, note in notes.items():
        event.remove(engines[name], "before_cursor_execute", note)
    routed.extensions[replica.BIND]._away_since = float("-inf")


def clear(asked) -> None:
    for counter in asked.values():
        counter.clear()


def rested(desk: Desk) -> Desk:
    """As if the login had been a while ago: a POST keeps to the primary."""
    with desk.client.session_transaction() as session:
        session.pop(replica.CHANGED, None)
    return desk


@pytest.mark.parametrize(
    ("path", "table"),
    [
        ("/registers/persons/list/", "persons"),
        ("/registers/contributions/list/", "contributions"),
        ("/desk/figures/", "claims"),
        ("/ledger/", "claims"),
        ("/ledger/sums?by=notice", "claims"),
    ],
)
def test_registers_figures_and_ledger_are_read_there_and_logins_here(routed, asked, path, table):
    auditor = rested(Desk(routed, "auditor"))
    clear(asked)
    page = auditor.get(path)
    assert asked["replica"][table] and not asked["primary"][table]
    assert asked["primary"]["ab_user"] and not asked["replica"]["ab_user"]
    assert "锦江区就业服务管理局" in page


def test_cases_forms_and_other_pages_are_read_here(routed, asked):
    policy, clerk = rested(Desk(routed, "policy")), rested(Desk(routed, "clerk"))
    clear(asked)
    clerk.get("/hiring/query/list/")
    clerk.get("/")
    policy.get(f"/registers/employers/edit/{_first(routed, Employer).id}")
    assert not asked["replica"]


def test_another_countys_people_stay_hidden_there(routed, asked):
    clerk = rested(Desk(routed, "clerk_b"))
    mine = _first(routed, Person, Person.region_code == "510104")
    assert mine.masked_id not in clerk.get("/registers/persons/list/?size=100")
    clerk.get(f"/registers/persons/show/{mine.id}", expect=404)
    assert asked["replica"]["persons"]


def test_whoever_changes_something_sees_it_at_once(routed, asked, follower):
    policy = rested(Desk(routed, "policy"))
    firm = _first(routed, Employer)
    address = f"/registers/employers/edit/{firm.id}"
    policy.post(address, opened(policy.get(address)) | {"name": "改过名的公司"})
    clear(asked)
    assert "改过名的公司" in policy.get("/registers/employers/list/?name=改过名的公司")
    assert not asked["replica"]
    follower.catch_up()
    assert "改过名的公司" in rested(policy).get("/registers/employers/list/?name=改过名的公司")
    assert asked["replica"]


def test_a_replica_that_is_away_is_not_missed_and_found_again(routed, asked, follower, caplog, monkeypatch):
    monkeypatch.setattr(replica, "AWAY_SECONDS", 10**6)
    clerk = rested(Desk(routed, "clerk"))
    follower.stop()
    try:
        clear(asked)
        clerk.get("/registers/persons/list/")
        assert asked["primary"]["persons"] and "the replica is not asked" in caplog.text
    finally:
        follower.start()
    clear(asked)
    clerk.get("/registers/persons/list/")
    assert not asked["replica"], "left alone for a while"
    routed.extensions[replica.BIND]._away_since = float("-inf")
    follower.catch_up()
    clerk.get("/registers/persons/list/")
    assert asked["replica"]["persons"]


def test_a_server_that_follows_nobody_is_no_replica(cluster, keys, routed, asked):
    alone = {"replica": {"url": cluster.urls.runtime}}
    app = create_app(settings(cluster.urls, SQLALCHEMY_BINDS=alone, **keys))
    with app.app_context():
        assert not app.extensions[replica.BIND].follows(db.engines["replica"])


def _first(app, model, *where):
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        return db.session.scalars(select(model).where(*where).order_by(model.id).limit(1)).one()
