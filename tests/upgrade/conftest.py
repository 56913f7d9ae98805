"""The office of release 0.5.0 as its own backup command kept it, restored and prepared by today's product."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from app.database import Urls
from app.extensions import db
from tests.conftest import _named, settings

FOLDER = Path(__file__).parent / "release_0_5_0"
DATABASE = "benefits_upgrade"


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


@pytest.fixture(scope="module")
def upgraded(cluster) -> Upgraded:
    """Restored and prepared once; a module's tests go on from one another."""
    stated = json.loads((FOLDER / "keys.json").read_text(encoding="utf-8"))
    cluster.execute(
        f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)",
        f"CREATE DATABASE {DATABASE} OWNER benefits_owner",
    )
    urls = Urls(*(_named(url, DATABASE) for url in (cluster.urls.owner, cluster.urls.runtime)))
    given = {"TODAY": date.fromisoformat(stated["today"]), "DATA_CIPHER_FORMAT": "old"}
    app = create_app(settings(urls, **given) | stated["keys"])
    made = Upgraded(app, urls, stated)
    made.command("restore", str(FOLDER))
    made.command("prepare")
    yield made
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    cluster.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
