"""What tests of several rooms ask for by name: the server and its databases, the demonstration, a small province."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache, partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session
from werkzeug.security import generate_password_hash

from app import create_app
from app.demo.sheets import FOLDER
from app.engine.actor import Actor
from app.engine.scope import Scope
from app.extensions import db
from app.kernel.crypto import new_key
from tests.desk import province, school
from tests.desk.database import (
    DEMO,
    PROVINCE,
    SCRATCH,
    TEMPLATE,
    Cluster,
    Demonstration,
    command,
    running_cluster,
    settings,
)
from tests.desk.days import TODAY
from tests.desk.libreoffice import convert
from tests.desk.logins import Facts


@pytest.fixture(scope="session")
def system() -> None:
    """Asked for by what starts a browser, a proxy, a packaged program or a server, or takes long: its tests are marked `system`."""


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
def cluster(keys) -> Iterator[Cluster]:
    with running_cluster(keys) as running:
        yield running


@pytest.fixture(scope="session")
def application(cluster, keys) -> Flask:
    """The one application object of the run; use `app`, which also makes its database fresh.

    It takes up what is published where it begins, so no test before it may have left anything there.
    """
    cluster.fresh()
    return create_app(settings(cluster.urls, **keys))


@pytest.fixture(scope="session")
def demo_installation(cluster, keys) -> Flask:
    """An application that runs the demonstration, which production lacks; on the same database."""
    cluster.fresh()
    return create_app(settings(cluster.urls, DEMO=True, **keys))


@pytest.fixture
def app(request, application, cluster) -> Iterator[Flask]:
    """The application with an empty, prepared database, in an application context; for `actors` they are there."""
    template = PROVINCE if "actors" in request.fixturenames else TEMPLATE
    with cluster.copied(application, template), application.app_context():
        yield application


@pytest.fixture
def session(app) -> scoped_session:
    """The session with the IT officer's scope: sees everything."""
    db.session.info["scope"] = Scope.everything()
    return db.session


@pytest.fixture(scope="session")
def demonstrations(cluster, keys, tmp_path_factory) -> Callable[[date], Demonstration]:
    """The demonstration as of a day, loaded once a worker."""

    @cache
    def load(day: date) -> Demonstration:
        name = DEMO if day == TODAY else f"{DEMO}_{day:%Y%m%d}"
        cluster.fresh(name=name)
        place = tmp_path_factory.mktemp(name)
        loaded = settings(cluster.urls_of(name), DEMO=True, DATA_DIR=place, TODAY=day, **keys)
        command(create_app(loaded), "demo", "load")
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


@pytest.fixture
def demo_app(request, application, cluster, demonstration, monkeypatch) -> Iterator[Flask]:
    """The application with the demonstration's data, or what a module's `stage` left; no context is pushed."""
    monkeypatch.setitem(application.config, "TODAY", demonstration.day)
    start = request.getfixturevalue("stage") if "stage" in request.fixturenames else demonstration
    with cluster.copied(application, start.template):
        yield application


@pytest.fixture
def facts(demo_app) -> Facts:
    return Facts(demo_app)


@pytest.fixture
def everything(demo_app) -> Iterator[Session]:
    """A session of its own that sees all; no context stays pushed, for requests would share its login."""
    with demo_app.app_context():
        engine = db.engine
    with Session(engine, info={"scope": Scope.everything()}) as session:
        yield session


@pytest.fixture
def libreoffice(system) -> Callable[[Path, str], Path]:
    """Saves a file as another type ("xls", "csv:filter"), beside it."""

    def save(source: Path, target: str) -> Path:
        folder = source.parent / "converted"
        folder.mkdir()
        return convert([source], target, folder)[0]

    return save


@pytest.fixture(scope="session")
def people_at_the_desk(application, cluster) -> dict[str, Actor]:
    """The logins of the small province; makes the template that holds them, once a worker."""
    with cluster.copied(application, TEMPLATE), application.app_context():
        db.session.info["scope"] = Scope.everything()
        made = province.make_actors(db.session)
        db.session.commit()
    cluster.fresh(SCRATCH, PROVINCE)
    return made


@pytest.fixture
def actors(people_at_the_desk, app) -> dict[str, Actor]:
    """Name → actor; their logins are in the database."""
    return dict(people_at_the_desk)


@pytest.fixture
def firm(session):
    """A small enterprise of 锦江区; every register covers every month there."""
    province.cover(session, province.JINJIANG)
    made = school.make_employer(session)
    session.commit()
    return made


@pytest.fixture
def vault(app):
    return app.extensions["vault"]


@pytest.fixture
def approved(session, actors, firm, vault):
    """(class, its three students), approved."""
    people = school.make_students(session, vault, 3, [firm])
    held = school.open_class(session, actors["clerk"], firm, people)
    session.commit()
    school.advance(session, actors, held, "submit_class", "approve_class")
    return held, people
