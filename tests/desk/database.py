"""The tests' database server, its templates, and what an application on it needs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.engine import make_url

from app import create_app
from app.extensions import db
from app.server.database import EmbeddedServer, Urls
from tests.desk.days import TODAY, after, publicity_end
from tests.desk.places import throw_away

TEMPLATE, DEMO, CASES, SCRATCH = "benefits", "benefits_demo", "benefits_cases", "benefits_test"
PROVINCE = "benefits_province"
UNSAFE = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "max_wal_size = '128MB'")
"""What a server may do whose data nobody will miss; how the product's own is set is tested in `test_database`."""


@dataclass(frozen=True)
class Stage:
    """How far a walk has come: the template database that it left, and what it gave."""

    template: str
    given: object


class Cluster:
    """The server with a prepared template database; `fresh()` makes the scratch database again from it."""

    def __init__(self, server: EmbeddedServer, urls: Urls):
        self.server, self.template = server, urls
        self.urls = self.urls_of(SCRATCH)
        self._stages = count(1)

    def urls_of(self, database: str) -> Urls:
        return Urls(*(named(url, database) for url in (self.template.owner, self.template.runtime)))

    def execute(self, *statements: str) -> None:
        with self.server._superuser("postgres") as connection:
            for statement in statements:
                connection.execute(statement)

    def fresh(self, template: str = TEMPLATE, name: str = SCRATCH) -> None:
        self.execute(
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            f"CREATE DATABASE {name} TEMPLATE {template} OWNER benefits_owner STRATEGY FILE_COPY",
        )

    @contextmanager
    def copied(self, application: Flask, template: str) -> Iterator[Flask]:
        """The application on a scratch database of its own; no context is pushed, as in a real server."""
        release(application)
        self.fresh(template)
        yield application
        release(application)

    def walked(self, application: Flask, template: str, day: date, walk: Callable[[], object]) -> Stage:
        """Walk on from a template as of a day and keep what that leaves, so that it is done once for many tests."""
        stage = f"benefits_stage_{next(self._stages)}"
        with self.copied(application, template), pytest.MonkeyPatch.context() as patch:
            patch.setitem(application.config, "TODAY", day)
            given = walk()
        self.fresh(SCRATCH, stage)
        return Stage(stage, given)


@contextmanager
def running_cluster(keys: dict[str, str]) -> Iterator[Cluster]:
    """Started in a folder that is thrown away, its template prepared."""
    place = throw_away("benefits-test-")
    server = EmbeddedServer(place)
    try:
        cluster = Cluster(server, server.start())
        cluster.execute(*(f"ALTER SYSTEM SET {setting}" for setting in UNSAFE), "SELECT pg_reload_conf()")
        command(create_app(settings(cluster.template, **keys)), "prepare")
        yield cluster
    finally:
        server.stop()
        shutil.rmtree(place, ignore_errors=True)


@dataclass(frozen=True)
class Demonstration:
    """What the demonstration is as of a day: the template database, and the folder of its sheets."""

    day: date
    template: str
    files: Path

    @property
    def end(self) -> date:
        """The last day of a publicity that starts today."""
        return publicity_end(self.day)

    @property
    def over(self) -> date:
        return after(1, self.end)


def named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def settings(urls: Urls, **more: object) -> dict:
    """What a test application needs beyond the environment."""
    return {
        "TESTING": True,
        "DATA_CIPHER_FORMAT": "only",
        "TODAY": TODAY,
        "SECRET_KEY": "test",
        "SQLALCHEMY_DATABASE_URI": urls.runtime,
        "DATABASE_OWNER_URL": urls.owner,
        "WTF_CSRF_ENABLED": False,
        **more,
    }


def command(application: Flask, *arguments: str) -> str:
    """The output of a command, which must succeed; it leaves no connection behind.

    In a context of its own: within another application's, Flask runs a command of that one.
    """
    result = Context().run(application.test_cli_runner().invoke, args=list(arguments))
    assert result.exit_code == 0, result.output + repr(result.exception)
    release(application)
    return result.output


def release(application: Flask) -> None:
    """Ends every connection: a database that somebody is connected to can be no template."""
    with application.app_context():
        db.session.remove()
        db.engine.dispose()
