"""The office of release 0.5.0 as its own backup command kept it, restored and prepared by today's product."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from app.extensions import db
from app.server.database import Urls
from tests.conftest import _named, settings

FOLDER = Path(__file__).parent / "release_0_5_0"
TEMPLATE, DATABASE = "benefits_0_5_0", "benefits_upgrade"


@dataclass(frozen=True)
class Upgraded:
    """The application on the restored database, and what `make_0_5_0` wrote down of it."""

    app: Flask
    urls: Urls
    stated: dict

    def command(self, *arguments: str) -> str:
        """The output of a command, which must succeed."""
        result = self.app.test_cli_runner().invoke(args=list(arguments))
        assert result.exit_code == 0, result.output + repr(result.exception)
        return result.output

    def rows(self, statement: str, **values: object) -> list:
        with self.app.app_context(), db.engine.connect() as connection:
            return connection.execute(text(statement), values).all()


@pytest.fixture(scope="session")
def restored(cluster) -> Upgraded:
    """Restored and prepared once a run, as a template; the application reads the copy that each test gets."""
    stated = json.loads((FOLDER / "keys.json").read_text(encoding="utf-8"))
    cluster.execute(f"CREATE DATABASE {TEMPLATE} OWNER benefits_owner")
    made = {}
    for name in (TEMPLATE, DATABASE):
        urls = Urls(*(_named(url, name) for url in (cluster.urls.owner, cluster.urls.runtime)))
        made[name] = Upgraded(
            create_app(settings(urls, DATA_CIPHER_FORMAT="old") | stated["keys"]), urls, stated
        )
    made[TEMPLATE].command("restore", str(FOLDER))
    made[TEMPLATE].command("prepare")
    with made[TEMPLATE].app.app_context():
        db.engine.dispose()
    return made[DATABASE]


@pytest.fixture
def upgraded(restored, cluster, monkeypatch) -> Iterator[Upgraded]:
    """An office of its own for each test."""
    cluster.fresh(TEMPLATE, DATABASE)
    monkeypatch.setitem(restored.app.config, "TODAY", date.fromisoformat(restored.stated["today"]))
    yield restored
    with restored.app.app_context():
        db.session.remove()
        db.engine.dispose()
