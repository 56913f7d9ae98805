"""run.py as a whole, around a small stand-in for the product: what it starts, refuses and never leaves."""

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from app.server.supervisor import AGAIN, CannotRun, Children, StopFlag
from tests.desk.places import throw_away

ROOT = Path(__file__).resolve().parent.parent
KEYS = ("SECRET_KEY", "DATA_HASH_KEY", "DATA_CIPHER_KEY")
STAND_IN = """
import json, os, pathlib, signal, sys
import click
from flask import Flask
from flask.cli import AppGroup

def note(step):
    (pathlib.Path(os.environ["NOTES"]) / f"{step}.json").write_text(json.dumps(dict(os.environ)))

def create_app():
    app, demo, jobs = Flask(__name__), AppGroup("demo"), AppGroup("jobs")
    app.add_url_rule("/", view_func=lambda: json.dumps(dict(os.environ)))
    app.cli.add_command(demo)
    app.cli.add_command(jobs)

    @app.cli.command("prepare")
    def prepare():
        note("prepare")
        sys.exit(int(os.environ.get("PREPARE_EXIT", "0")))

    @demo.command("load")
    @click.option("--year", is_flag=True)
    def load(year):
        note("load with its year" if year else "load")

    @jobs.command("work")
    def work():
        note("work")
        signal.pause()

    return app
"""


def until(condition: Callable[[], object], seconds: float = 60):
    """The condition's first true value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.02)
    return value


class Run:
    """One installation: the real run.py, supervisor and database around a stand-in `app`."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.data_dir, self.tag = directory, directory / "data", uuid.uuid4().hex
        self.notes = directory / "notes"
        self.notes.mkdir()
        self.notes.chmod(0o777)  # workers are no root
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        shutil.copytree(ROOT / "deploy", directory / "deploy")
        for package in ("kernel", "serving"):
            shutil.copytree(ROOT / "app" / package, directory / "app" / package)
        (directory / "app" / "server").mkdir()
        for name in (
            "run.py",
            "app/server/__init__.py",
            "app/server/database.py",
            "app/server/lesser.py",
            "app/logs.py",
            "app/server/supervisor.py",
        ):
            shutil.copy(ROOT / name, directory / name)
        (directory / "app" / "__init__.py").write_text(STAND_IN)

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        given = {"PORT": str(self.port), "DATA_DIR": str(self.data_dir), "RUN_TAG": self.tag}
        given["NOTES"] = str(self.notes)
        command = [sys.executable, "run.py", *arguments]
        return subprocess.Popen(
            command,
            cwd=self.directory,
            env=kept | given | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ready(self, *arguments: str, **environ: str) -> subprocess.Popen:
        process = self.start(*arguments, **environ)
        line = process.stdout.readline()
        assert line == f"系统已启动 / Ready: http://127.0.0.1:{self.port}/\n", process.stderr.read()
        return process

    def refused(self, *arguments: str, **environ: str) -> str:
        process = self.start(*arguments, **environ)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (1, ""), err
        return err

    def seen_by(self, step: str) -> dict[str, str]:
        path = self.notes / f"{step}.json"
        return json.loads(until(lambda: path.exists() and path.read_text()))

    def processes(self) -> list[psutil.Process]:
        """What carries this run's environment, and servers at work in its data directory."""
        return [process for process in psutil.process_iter() if self._ours(process)]

    def _ours(self, process: psutil.Process) -> bool:
        try:
            ours = process.environ().get("RUN_TAG") == self.tag
            return ours or process.cwd() == str(self.data_dir / "postgres")
        except (psutil.Error, OSError):
            return False

    def named(self, text: str) -> list[psutil.Process]:
        return [process for process in self.processes() if text in " ".join(process.cmdline())]


@pytest.fixture
def run(system):
    """Not pytest's own directory: the database server's system user must get through to it."""
    directory = throw_away("benefits-run-")
    run = Run(directory)
    yield run
    for process in run.processes():
        process.kill()
    shutil.rmtree(directory)


@pytest.fixture
def given():
    """An operator's environment with a database of its own, which the stand-in never asks."""
    return dict.fromkeys(KEYS, "k") | {"DATABASE_URL": "postgres://u:p@h/d"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything(run, number):
    process = run.ready("--demo")
    assert run.named("postgres")
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, ""), err
    assert run.processes() == []


def test_ctrl_c_in_a_terminal_reaches_the_supervisor_alone(run, given):
    """A terminal signals its whole foreground group; gunicorn would drop its requests."""
    process = run.ready(**given)
    sessions = {os.getsid(child.pid) for child in run.processes() if child.pid != process.pid}
    assert os.getsid(process.pid) not in sessions
    process.send_signal(signal.SIGHUP)
    assert process.wait(60) == 0
    assert run.processes() == []


def test_a_killed_supervisor_leaves_a_database_at_most_and_the_next_run_takes_it_over(run):
    process = run.ready("--demo")
    left = run.named("postgres")
    process.kill()
    process.wait(60)
    until(lambda: {p.name() for p in run.processes()} <= {"postgres"})
    process = run.ready("--demo")
    assert not any(old.is_running() for old in left)
    process.terminate()
    assert process.wait(60) == 0
    assert run.processes() == []


def test_demo_makes_its_keys_once(run):
    process = run.ready("--demo", SECRET_KEY="given")
    first = run.seen_by("prepare")
    process.terminate()
    process.wait(60)
    process = run.ready("--demo")
    again = run.seen_by("prepare")
    process.terminate()
    process.wait(60)
    assert first["SECRET_KEY"] == "given"
    assert [again[name] == first[name] for name in KEYS] == [False, True, True]
    assert {len(base64.urlsafe_b64decode(again[name])) for name in KEYS} == {32}
    assert len({again[name] for name in KEYS}) == 3


def test_a_demonstration_may_start_without_its_year(run):
    process = run.ready("--demo", DEMO_YEAR="0")
    run.seen_by("load")
    assert not (run.notes / "load with its year.json").exists()
    process.terminate()
    assert process.wait(60) == 0


def test_only_the_preparation_sees_the_owner(run):
    process = run.ready("--demo", WEB_WORKERS="1")
    with urllib.request.urlopen(f"http://127.0.0.1:{run.port}/", timeout=10) as answer:
        web = json.load(answer)
    prepare, load, work = (run.seen_by(step) for step in ("prepare", "load with its year", "work"))
    process.terminate()
    process.wait(60)
    for step in (prepare, load):
        assert "//benefits_owner:" in step["DATABASE_OWNER_URL"]
    for step in (work, web):
        assert "DATABASE_OWNER_URL" not in step
    for step in (prepare, load, work, web):
        assert "//benefits:" in step["DATABASE_URL"]
        assert step["DEMO"] == "1"
        assert step["DATA_CIPHER_FORMAT"] == "new", "no host of an older release is beside"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its rights away")
def test_what_root_starts_does_not_run_as_root(run):
    process = run.ready("--demo")
    run.seen_by("work")
    workers = [*run.named("gunicorn"), *run.named("jobs work")]
    users = {number for worker in workers for number in (*worker.uids(), *worker.gids())}
    groups = {
        Path(f"/proc/{worker.pid}/status").read_text().split("Groups:")[1].split("\n")[0].strip()
        for worker in workers
    }
    databases = {number for server in run.named("postgres") for number in server.uids()}
    with urllib.request.urlopen(f"http://127.0.0.1:{run.port}/", timeout=10) as answer:
        assert not json.load(answer)["HOME"].startswith("/root")
    process.terminate()
    assert process.wait(60) == 0
    assert len(workers) >= 4 and users and 0 not in users and groups == {""}
    assert databases and not databases & users, (
        "who answers requests is not whom the database takes for its superuser"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its rights away")
def test_a_port_of_roots_is_refused(run, given):
    message = run.refused(**given, PORT="79")
    assert "PORT" in message and "1024" in message
    assert message.count("\n") == 1


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n"], ids=["nothing", "half a request"])
def test_who_falls_silent_does_not_keep_the_others_waiting(run, given, said):
    """Browsers open connections ahead of need; networks break in the middle of a request."""
    process = run.ready(**given, WEB_WORKERS="1")
    with socket.create_connection(("127.0.0.1", run.port)) as silent:
        silent.sendall(said)
        with urllib.request.urlopen(f"http://127.0.0.1:{run.port}/", timeout=30) as answer:
            assert answer.status == 200
    process.terminate()
    assert process.wait(60) == 0


def test_without_demo_there_is_no_trace_of_it(run, given):
    given["DATABASE_OWNER_URL"] = "postgresql://o:q@h/d"
    process = run.ready(**given, DEMO="1")
    prepare, work = run.seen_by("prepare"), run.seen_by("work")
    process.terminate()
    assert process.wait(60) == 0
    assert "DEMO" not in prepare | work
    assert "DATA_CIPHER_FORMAT" not in prepare | work
    assert not (run.notes / "load.json").exists()
    assert not (run.data_dir / "postgres").exists()
    assert not (run.data_dir / "secrets").exists()
    assert prepare["DATABASE_OWNER_URL"] == "postgresql+psycopg://o:q@h/d"
    assert work["DATABASE_URL"] == "postgresql+psycopg://u:p@h/d"
    assert "DATABASE_OWNER_URL" not in work


def test_missing_keys_are_refused_with_the_way_to_make_them(run):
    message = run.refused(SECRET_KEY="k")
    assert "DATA_HASH_KEY, DATA_CIPHER_KEY" in message
    assert "new_key()" in message
    assert message.count("\n") == 1
    assert not (run.data_dir / "postgres").exists()


def test_a_second_supervisor_is_refused(run, given):
    process = run.ready(**given)
    message = run.refused(**given, PORT="1")
    assert str(run.data_dir) in message
    assert message.count("\n") == 1
    assert process.poll() is None
    process.terminate()
    assert process.wait(60) == 0


def test_a_busy_port_is_refused_before_anything_starts(run):
    with socket.create_server(("127.0.0.1", run.port)):
        message = run.refused("--demo")
    assert f"127.0.0.1:{run.port}" in message
    assert message.count("\n") == 1
    assert not (run.data_dir / "postgres").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"PORT": "http"},
        {"PORT": "0"},
        {"WEB_WORKERS": "-1"},
        {"DATABASE_URL": "sqlite://"},
        {"HOST": "192.0.2.1"},
    ],
)
def test_a_wrong_environment_is_refused_in_one_line(run, given, wrong):
    message = run.refused(**(given | wrong))
    assert next(iter(wrong)) in message
    assert message.count("\n") == 1


def test_a_failed_preparation_stops_the_start(run):
    assert "prepare (exit 3)" in run.refused("--demo", PREPARE_EXIT="3")
    assert not (run.notes / "load.json").exists()
    assert run.processes() == []


@pytest.mark.parametrize(
    ("text", "name"), [("jobs work", "jobs"), ("app:create_app()", "web"), ("-D", "database")]
)
def test_a_dead_child_ends_everything(run, text, name):
    process = run.ready("--demo")
    oldest = min(run.named(text), key=lambda found: found.pid)
    oldest.kill()
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert f": {name}\n" in err
    assert run.processes() == []


@pytest.fixture
def children(tmp_path):
    """Children of this process, whose own signals stay as they are."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    children = Children(tmp_path, StopFlag(), grace_seconds=0.2)
    for number, handler in handlers.items():
        signal.signal(number, handler)
    yield children
    children.stop()


def test_a_child_that_wants_to_begin_anew_does_so(tmp_path, children):
    again = f"""
        import pathlib, sys, time
        begun = pathlib.Path("begun")
        begun.write_text(begun.read_text() + "x" if begun.exists() else "x")
        sys.exit({AGAIN} if len(begun.read_text()) < 3 else 1)
    """
    (tmp_path / "again.py").write_text(textwrap.dedent(again))
    children.start("again", os.environ, "again")
    with pytest.raises(CannotRun, match="again"):
        children.watch()
    assert (tmp_path / "begun").read_text() == "xxx"


def test_a_child_that_will_not_end_is_killed_with_all_it_started(tmp_path, children):
    stubborn = "import os, signal; signal.signal(15, signal.SIG_IGN); os.system('sleep 600; true')"
    (tmp_path / "stubborn.py").write_text(stubborn)
    children.start("stubborn", os.environ, "stubborn")
    child = until(lambda: [p for p in psutil.Process().children() if "stubborn" in p.cmdline()])[0]
    grandchild = until(child.children)[0]
    children.stop()
    assert not child.is_running()
    until(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE)
