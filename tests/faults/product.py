"""The whole product with a PostgreSQL of its own, whose processes may be killed, starved and restarted."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import requests
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import create_app
from app.engine.scope import Scope
from app.extensions import db
from app.kernel.crypto import new_key
from app.server.database import EmbeddedServer
from app.server.supervisor import AGAIN
from tests.desk.database import settings
from tests.desk.places import throw_away

ROOT = Path(__file__).parents[2]
PATIENCE = 90
UNLIMITED = resource.RLIM_INFINITY
WEB = ("gunicorn", "--config", "deploy/gunicorn.conf.py", "tests.faults.impatient:create_app()")
JOBS = ("flask", "--app", "tests.faults.impatient", "jobs", "work")
BUSY = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
        AND pid <> pg_backend_pid() AND state <> 'idle'
"""


def until(holds: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Asks again and again; a condition that never comes true is a failure that says which."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"still waiting after {seconds} s: {what}"
        time.sleep(0.08)


class Product:
    """Two web workers under gunicorn and one job worker, started again when it ends, as systemd does."""

    def __init__(self, place: Path, server: EmbeddedServer, app: Flask):
        self.place, self.server, self.app = place, server, app
        with app.app_context():
            self.engine = db.engine
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = (place / "processes.log").open("ab")
        self.job_workers_ended = 0
        self.web = self._start(*WEB)
        self._begin_jobs()
        self.await_ready()

    def _begin_jobs(self) -> None:
        self._said_before = len(self.said())
        self.jobs = self._start(*JOBS)

    def _start(self, *arguments: str) -> subprocess.Popen:
        keys = ("DATA_HASH_KEY", "DATA_CIPHER_KEY", "SECRET_KEY")
        environ = os.environ | {key: self.app.config[key] for key in keys}
        environ |= {"DATABASE_URL": self.app.config["SQLALCHEMY_DATABASE_URI"], "PORT": str(self.port)}
        environ |= {"WEB_WORKERS": "2", "HOST": "127.0.0.1"}
        command = [sys.executable, "-m", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=self.log, stderr=self.log)

    @contextmanager
    def everything(self) -> Iterator[Session]:
        """A session that sees all; left without a commit."""
        with Session(self.engine, info={"scope": Scope.everything()}) as session:
            yield session

    def ask(self, statement: str, **values: object):
        """The first column of a statement's first row."""
        with self.everything() as session:
            return session.scalar(text(statement), values)

    def tell(self, statement: str, **values: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.web.pid).children()

    def kill_web(self, chance: random.Random) -> None:
        """The worker that is at somebody's request, else any of them; gunicorn puts another in its place."""
        found = self.workers()
        busy = [worker for worker in found if _connected(worker)]
        chance.choice(busy or found).send_signal(signal.SIGKILL)

    def kill_jobs(self, _: random.Random | None = None) -> None:
        self.jobs.kill()
        self.jobs.wait()
        self._begin_jobs()

    def restart_database(self, _: random.Random | None = None) -> None:
        """As after a crash of the machine: nobody is asked to finish."""
        self.server._run("pg_ctl", "restart", "-s", "-w", "-m", "immediate", "-l", "start.log")

    @contextmanager
    def without_database(self) -> Iterator[None]:
        self.server._run("pg_ctl", "stop", "-s", "-w", "-m", "immediate")
        try:
            yield
        finally:
            self.server._run("pg_ctl", "start", "-s", "-w", "-t", "60", "-l", "start.log")

    def await_ready(self) -> None:
        until(self._ready, "the product to be ready again")
        if self.jobs.poll() is not None:
            self.job_workers_ended += 1
            self._begin_jobs()

    def _ready(self) -> bool:
        with suppress(requests.RequestException):
            return requests.get(f"{self.address}/health/ready", timeout=10).status_code == 200
        return False

    def await_quiet(self) -> None:
        """Nobody's statement is under way; a dead process's last one ends with its connection."""
        until(lambda: self.ask(BUSY) == 0, "statements to end")

    @contextmanager
    def full_disk(self, bytes_left: int, *, web: bool = True) -> Iterator[None]:
        """No process can make a file longer than so many bytes: what a full disk is to anyone who writes."""
        pids = [self.jobs.pid, *(worker.pid for worker in self.workers() if web)]
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (bytes_left, UNLIMITED))
        try:
            yield
        finally:
            for pid in pids:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (UNLIMITED, UNLIMITED))

    def said(self) -> str:
        """What the processes have written so far."""
        return (self.place / "processes.log").read_text(errors="replace")

    def stop(self) -> None:
        """In peace: a job worker that is just starting would not know yet how to end."""
        until(lambda: "Worker ready" in self.said()[self._said_before :], "the job worker to have started")
        for process in (self.web, self.jobs):
            process.terminate()
        ended = self.web.wait(30), self.jobs.wait(30)
        assert ended in ((0, 0), (0, AGAIN)), ended
        self.log.close()
        self.engine.dispose()


def _connected(worker: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return any(
            one.status == psutil.CONN_ESTABLISHED and one.raddr for one in worker.net_connections("tcp")
        )
    return False


@contextmanager
def running() -> Iterator[Product]:
    """Prepared and empty, gone at the end."""
    place = throw_away("benefits-faults-")
    server = EmbeddedServer(place)
    try:
        keys = {"DATA_HASH_KEY": new_key(), "DATA_CIPHER_KEY": new_key()}
        app = create_app(settings(server.start(), **keys))
        prepared = app.test_cli_runner().invoke(args=["prepare"])
        assert prepared.exit_code == 0, prepared.output
        product = Product(place, server, app)
        try:
            yield product
        finally:
            product.stop()
    finally:
        server.stop()
        shutil.rmtree(place, ignore_errors=True)
