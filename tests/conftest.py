"""One embedded server a test run; every test that asks for `app` gets the database fresh from a template."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from werkzeug.security import generate_password_hash

from app.kernel.crypto import new_key
from app.server.database import EmbeddedServer, Urls
from tests.days import DECEMBER, TODAY, after, publicity_end
from tests.places import throw_away

TEMPLATE, DEMO, SCRATCH = "benefits", "benefits_demo", "benefits_test"
UNSAFE = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "max_wal_size = '128MB'")
"""What a server may do whose data nobody will miss; how the product's own is set is tested in `test_database`."""


class Cluster:
    """The server with a prepared template database; `fresh()` makes the scratch database anew from it."""

    def __init__(self, server: EmbeddedServer, urls: Urls):
        self.server, self.template = server, urls
        self.urls = Urls(*(_named(url, SCRATCH) for url in (urls.owner, urls.runtime)))

    def execute(self, *statements: str) -> None:
        with self.server._superuser("postgres") as connection:
            for statement in statements:
                connection.execute(statement)

    def fresh(self, template: str = TEMPLATE, name: str = SCRATCH) -> None:
        self.execute(
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            f"CREATE DATABASE {name} TEMPLATE {template} OWNER benefits_owner STRATEGY FILE_COPY",
        )


def _named(url: str, database: str) -> str:
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


@pytest.fixture(scope="session")
def keys() -> dict[str, str]:
    return {"DATA_HASH_KEY": new_key(), "DATA_CIPHER_KEY": new_key()}


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords():
    """A login costs a sixth of a second, as it should; thousands of logins in tests needn't."""
    with pytest.MonkeyPatch.context() as patch:
        quick = partial(generate_password_hash, method="pbkdf2:sha256:1")
        patch.setattr("app.engine.access.accounts.generate_password_hash", quick)
        yield


@pytest.fixture(scope="session")
def cluster(keys):
    from app import create_app
    from app.extensions import db

    place = throw_away("benefits-test-")
    server = EmbeddedServer(place)
    try:
        urls = server.start()
        made = Cluster(server, urls)
        made.execute(*(f"ALTER SYSTEM SET {setting}" for setting in UNSAFE), "SELECT pg_reload_conf()")
        template = create_app(settings(urls, **keys))
        result = template.test_cli_runner().invoke(args=["prepare"])
        assert result.exit_code == 0, result.output + repr(result.exception)
        with template.app_context():
            db.engine.dispose()
        yield made
    finally:
        server.stop()
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def application(cluster, keys):
    """The one application object of the run; use `app`, which also makes its database fresh."""
    from app import create_app

    return create_app(settings(cluster.urls, **keys))


@pytest.fixture(scope="session")
def demo_installation(cluster, keys):
    """An application that runs the demonstration, which production lacks; on the same database."""
    from app import create_app

    return create_app(settings(cluster.urls, DEMO=True, **keys))


@pytest.fixture
def app(application, cluster):
    """The application with an empty, prepared database, in an application context."""
    from app.extensions import db

    cluster.fresh()
    with application.app_context():
        db.engine.dispose()
        yield application
        db.session.remove()
        db.engine.dispose()


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


@pytest.fixture(scope="session")
def demonstrations(cluster, keys, tmp_path_factory) -> Callable[[date], Demonstration]:
    """The demonstration as of a day, loaded once a worker."""
    from app import create_app
    from app.demo.sheets import FOLDER
    from app.extensions import db

    @cache
    def load(day: date) -> Demonstration:
        name = DEMO if day == TODAY else f"{DEMO}_{day:%Y%m%d}"
        cluster.fresh(name=name)
        urls = Urls(*(_named(url, name) for url in (cluster.template.owner, cluster.template.runtime)))
        place = tmp_path_factory.mktemp(name)
        loader = create_app(settings(urls, DEMO=True, DATA_DIR=place, TODAY=day, **keys))
        result = loader.test_cli_runner().invoke(args=["demo", "load"])
        assert result.exit_code == 0, result.output + repr(result.exception)
        with loader.app_context():
            db.engine.dispose()
        return Demonstration(day, name, place / FOLDER)

    return load


@pytest.fixture(scope="session")
def demo_files(demonstrations) -> Path:
    """The folder of the demonstration's sheets; its database is a template by then."""
    return demonstrations(TODAY).files


@pytest.fixture
def demonstration(request, demonstrations) -> Demonstration:
    """As of the day of the run, or of the one that a test asks for (`at_the_turn`)."""
    return demonstrations(getattr(request, "param", TODAY))


at_the_turn = pytest.mark.parametrize("demonstration", sorted({TODAY, DECEMBER}), indirect=True, ids=str)
"""For a walk that is made in late December too, whose module takes `demo_files` from `demonstration`."""


@pytest.fixture
def demo_app(application, cluster, demonstration, monkeypatch):
    """The application with the demonstration's data; no context is pushed, as in a real server."""
    from app.extensions import db

    cluster.fresh(demonstration.template)
    monkeypatch.setitem(application.config, "TODAY", demonstration.day)
    with application.app_context():
        db.engine.dispose()
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app):
    """The session with the IT officer's scope: sees everything."""
    from app.engine.scope import Scope
    from app.extensions import db

    db.session.info["scope"] = Scope.everything()
    return db.session


def pytest_terminal_summary(terminalreporter):
    """What the walks through the product counted, summed over all workers."""
    counted = Counter()
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        counted.update({name: n for name, n in report.user_properties if isinstance(n, int)})
    for name, number in sorted(counted.items()):
        terminalreporter.write_line(f"counted {name}: {number:,}")


os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
