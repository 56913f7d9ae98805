"""The embedded server: two plain logins, a superuser that only few users of the machine are, nothing left."""

import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import event, func, insert, make_url, select, text
from sqlalchemy.exc import DataError, OperationalError

from app.extensions import db
from app.registers.models import Employer
from app.server import database
from app.server.database import DatabaseConfigError, EmbeddedServer, from_environment, secret

ROOT = Path(__file__).resolve().parent.parent
LEFT = {
    "uscc": "91510104000000001X",
    "name": "留下",
    "kind": "enterprise",
    "scale": "small",
    "region_code": "510104",
}
START_AND_DIE = """
import os, signal, sys
from pathlib import Path
from app.server.database import EmbeddedServer
EmbeddedServer(Path(sys.argv[1])).start()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def place():
    """Not pytest's own directory: the server's system user must get through to it."""
    path = Path(tempfile.mkdtemp(prefix="benefits-test-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def data_dir(place):
    return place / "data"


@pytest.fixture(scope="module")
def server(data_dir):
    server = EmbeddedServer(data_dir)
    yield server
    server.stop()


@pytest.fixture
def urls(server):
    return server.start()


def connect(url: str, **other) -> psycopg.Connection:
    parts = make_url(url)
    known = {"user": parts.username, "password": parts.password, "dbname": parts.database, **parts.query}
    return psycopg.connect(**(known | other), autocommit=True, connect_timeout=5)


def scalar(connection: psycopg.Connection, statement: str):
    return connection.execute(statement).fetchone()[0]


def server_pids(data_dir: Path) -> list[int]:
    """Found otherwise than the product does: the postmaster by its command line, the rest as its children."""
    pgdata, found = str(data_dir / "postgres"), []
    for process in psutil.process_iter(["cmdline"]):
        if pgdata in (process.info["cmdline"] or []):
            found += [process.pid, *(child.pid for child in process.children(recursive=True))]
    return found


def survivors(pids: list[int]) -> list[int]:
    alive = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    return [process.pid for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_no_url_asks_for_the_embedded_server():
    assert from_environment({}) is None
    assert from_environment({"DATABASE_URL": ""}) is None


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_one_url(scheme):
    urls = from_environment({"DATABASE_URL": f"{scheme}://u:p%40ss@h:5433/d?sslmode=require"})
    assert urls.runtime == urls.owner == "postgresql+psycopg://u:p%40ss@h:5433/d?sslmode=require"


def test_migrations_may_have_a_login_of_their_own():
    environ = {"DATABASE_URL": "postgres://u:p@h/d", "DATABASE_OWNER_URL": "postgres://o:q@h/d"}
    urls = from_environment(environ)
    assert (urls.owner, urls.runtime) == ("postgresql+psycopg://o:q@h/d", "postgresql+psycopg://u:p@h/d")
    assert "q" not in repr(urls).partition("(")[2]


@pytest.mark.parametrize(
    "environ",
    [
        {"DATABASE_URL": "mysql://u:hidden@h/d"},
        {"DATABASE_URL": "sqlite:///x.db"},
        {"DATABASE_URL": "hidden"},
        {"DATABASE_URL": "postgres://u:hidden@h:port/d"},
        {"DATABASE_OWNER_URL": "postgres://u:hidden@h/d"},
    ],
)
def test_what_is_no_postgresql_is_refused_without_quoting_it(environ):
    with pytest.raises(DatabaseConfigError, match="DATABASE_(OWNER_)?URL") as refusal:
        from_environment(environ)
    assert "hidden" not in str(refusal.value)


def test_a_secret_is_made_once_and_for_its_owner_only(tmp_path):
    assert secret(tmp_path, "key", lambda: "first") == "first"
    assert secret(tmp_path, "key", lambda: "second") == "first"
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "secrets" / "key").stat().st_mode) == 0o600
    assert os.listdir(tmp_path / "secrets") == ["key"]


def test_two_plain_logins(urls):
    for url, login in ((urls.owner, "benefits_owner"), (urls.runtime, "benefits")):
        with connect(url) as connection:
            assert scalar(connection, "SELECT session_user") == login
            rights = "rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
            row = connection.execute(f"SELECT {rights} FROM pg_roles WHERE rolname = session_user").fetchone()
            assert not any(row)


def test_only_the_owner_makes_tables_and_grants(urls):
    with connect(urls.owner) as owner, connect(urls.runtime) as runtime:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            runtime.execute("CREATE TABLE mine (x int)")
        owner.execute("CREATE TABLE theirs (x int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            runtime.execute("SELECT * FROM theirs")
        owner.execute("GRANT SELECT ON theirs TO benefits")
        assert runtime.execute("SELECT * FROM theirs").fetchall() == []
        owner.execute("DROP TABLE theirs")


def test_the_superuser_has_no_password_and_no_port(urls):
    with pytest.raises(psycopg.OperationalError):
        connect(urls.runtime, password="wrong")
    with pytest.raises(psycopg.OperationalError):
        connect(urls.runtime, dbname="postgres")
    with connect(urls.owner) as connection:
        assert scalar(connection, "SHOW listen_addresses") == ""
    place = make_url(urls.owner).query
    with psycopg.connect(**place, user="postgres", dbname="postgres") as connection:
        rules = connection.execute("SELECT type, user_name, auth_method FROM pg_hba_file_rules").fetchall()
        assert scalar(connection, "SELECT rolpassword IS NULL FROM pg_authid WHERE rolsuper")
    logins = ("local", ["benefits_owner", "benefits"], "scram-sha-256")
    assert rules == [("local", ["postgres"], "peer"), logins]


def as_other_user(user: str, action: Callable[[], object]) -> bool:
    """Whether the action succeeds; a fork, because another user may not be able to run this Python."""
    account, pid = pwd.getpwnam(user), os.fork()
    if pid == 0:
        with suppress(BaseException):
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
            action()
            os._exit(0)
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="needs other system users")
def test_other_users_of_the_machine_get_nowhere(urls, data_dir):
    socket = make_url(urls.owner).query
    as_superuser = partial(psycopg.connect, **socket, user="postgres", dbname="postgres")
    assert as_other_user("pgserver", as_superuser)
    assert not as_other_user("nobody", as_superuser)
    assert not as_other_user("nobody", partial(os.listdir, data_dir / "postgres"))
    assert not as_other_user("pgserver", partial(os.listdir, data_dir / "secrets"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its rights away")
def test_the_server_keeps_neither_groups_nor_keys_of_its_starter(server, data_dir, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "for the web server only")
    server.start()
    process = psutil.Process(server_pids(data_dir)[0])
    assert process.username() == "pgserver"
    assert 0 not in process.gids()
    assert "\nGroups:\t\n" in Path(f"/proc/{process.pid}/status").read_text().replace(" ", "")
    assert "SECRET_KEY" not in process.environ()


def test_settings(urls):
    expected = {
        "jit": "off",
        "timezone": "Asia/Shanghai",
        "password_encryption": "scram-sha-256",
        "max_connections": "100",
        "shared_buffers": "256MB",
        "server_encoding": "UTF8",
    }
    with connect(urls.runtime) as connection:
        assert {name: scalar(connection, f"SHOW {name}") for name in expected} == expected
        locale = "SELECT datlocprovider, datlocale, datcollate FROM pg_database WHERE datname = 'benefits'"
        assert connection.execute(locale).fetchone() == ("b", "C.UTF-8", "C")


def test_a_restart_keeps_data_and_logins(server, urls):
    with connect(urls.owner) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS x")
    server.stop()
    again = server.start()
    assert again == urls
    with connect(again.owner) as connection:
        assert scalar(connection, "SELECT x FROM kept") == 42
        connection.execute("DROP TABLE kept")


def test_logins_are_mended_at_start(server, urls, data_dir):
    with psycopg.connect(**make_url(urls.owner).query, user="postgres", dbname="postgres") as connection:
        connection.execute("ALTER ROLE benefits SUPERUSER PASSWORD 'known'")
    (data_dir / "secrets" / "benefits_owner").unlink()
    again = server.start()
    assert again.owner != urls.owner
    connect(again.owner).close()
    with connect(again.runtime) as connection:
        assert not scalar(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = session_user")


def test_what_a_killed_starter_left_is_taken_over_and_stopped(server, data_dir):
    server.stop()
    killed = subprocess.run([sys.executable, "-c", START_AND_DIE, str(data_dir)], cwd=ROOT)
    left = server_pids(data_dir)
    assert killed.returncode == -9
    assert left
    (data_dir / "postgres" / ".handle_pids.json").write_text(json.dumps([1, killed.returncode, os.getpid()]))
    connect(EmbeddedServer(data_dir).start().runtime).close()
    left += server_pids(data_dir)
    EmbeddedServer(data_dir).stop()
    assert not survivors(left)


def test_a_pid_file_that_names_a_stranger_does_no_harm(server, urls, data_dir):
    """Pids are small and used again in containers."""
    pgdata = data_dir / "postgres"
    for pid in server_pids(data_dir):
        psutil.Process(pid).kill()
    stranger = subprocess.Popen(["sleep", "600"], **({"user": "pgserver"} if os.geteuid() == 0 else {}))
    try:
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            lines = (pgdata / name).read_text().splitlines()
            (pgdata / name).write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        server.stop()
        connect(server.start().runtime).close()
        server.stop()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_processes_outliving_their_postmaster_are_ended(server, urls, data_dir, monkeypatch):
    monkeypatch.setattr(database, "STOP_STEPS", ((signal.SIGINT, 0.2), (signal.SIGKILL, 10)))
    pids = server_pids(data_dir)
    assert server.running()
    psutil.Process(pids[1]).suspend()
    psutil.Process(pids[0]).kill()
    deadline = time.monotonic() + 10
    while server.running() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not server.running()
    server.stop()
    assert not survivors(pids)


def test_a_half_made_cluster_is_made_anew(place):
    data_dir = place / "half"
    (data_dir / "postgres.new").mkdir(parents=True)
    (data_dir / "postgres.new" / "PG_VERSION").write_text("18")
    server = EmbeddedServer(data_dir)
    connect(server.start().runtime).close()
    server.stop()


def test_a_long_path_gets_a_short_socket(place):
    data_dir = place / "数据 directory" / ("deep" * 30)
    server = EmbeddedServer(data_dir)
    urls = server.start()
    connect(urls.runtime).close()
    host = Path(make_url(urls.runtime).query["host"])
    assert len(os.fsencode(host)) < 60
    pids = server_pids(data_dir)
    server.stop()
    assert pids
    assert not survivors(pids)
    assert not host.exists()


@pytest.mark.parametrize("ended", ["close", "rollback"])
def test_a_connection_that_died_with_its_transaction_is_given_up_quietly(app, cluster, ended):
    """Else the page that was made already would give way to the server's own error."""
    with app.app_context():
        number = db.session.scalar(text("SELECT pg_backend_pid()"))
        cluster.execute(f"SELECT pg_terminate_backend({number})")
        getattr(db.session, ended)()
        assert db.session.scalar(text("SELECT pg_backend_pid()")) != number
        db.session.remove()


@pytest.mark.parametrize("ended", ["close", "rollback"])
def test_a_connection_whose_loss_a_statement_has_told_is_given_up_quietly(app, ended):
    """Else a work that met the loss would be called a failure instead of being tried again."""
    with app.app_context():
        with pytest.raises(OperationalError):
            db.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        getattr(db.session, ended)()
        assert db.session.scalar(text("SELECT 1")) == 1
        db.session.remove()


def test_a_session_that_could_not_connect_ends_without_another_try(app):
    tried = []

    def refuse(*_) -> None:
        tried.append(None)
        raise psycopg.OperationalError

    with app.app_context():
        engine = db.engine
        engine.dispose()
        event.listen(engine, "do_connect", refuse)
        with pytest.raises(OperationalError):
            db.session.execute(text("SELECT 1"))
        db.session.remove()
        event.remove(engine, "do_connect", refuse)
        assert len(tried) == 1
        assert db.session.scalar(text("SELECT 1")) == 1
        db.session.remove()


def test_a_transaction_that_only_read_leaves_its_statements_prepared(app):
    """The driver forgets them at ROLLBACK, and PostgreSQL would plan each statement of each request again."""
    with app.app_context():
        for _ in range(7):
            db.session.execute(text("SELECT 'is kept'"))
            db.session.remove()
        kept = "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT ''is kept'''"
        assert db.session.scalar(text(kept)) == 1
        db.session.remove()


def test_what_was_written_and_left_is_rolled_back(app):
    with app.app_context():
        db.session.execute(insert(Employer).values(LEFT))
        db.session.remove()
        assert db.session.scalar(select(func.count(Employer.id))) == 0


def test_what_was_made_beside_a_reading_and_left_is_not_written(app):
    with app.app_context():
        db.session.scalar(text("SELECT 1"))
        db.session.add(Employer(**LEFT))
        db.session.remove()
        assert db.session.scalar(select(func.count(Employer.id))) == 0


def test_a_transaction_that_failed_ends_and_its_connection_serves_on(app):
    with app.app_context():
        number = db.session.scalar(text("SELECT pg_backend_pid()"))
        with suppress(DataError):
            db.session.execute(text("SELECT 1/0"))
        db.session.remove()
        assert db.session.scalar(text("SELECT pg_backend_pid()")) == number
