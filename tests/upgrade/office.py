"""The office of release 0.5.0 as its own backup keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from app import vault_of
from app.extensions import db
from app.kernel.crypto import Vault
from app.server.database import Urls
from tests.desk.database import command

FOLDER = Path(__file__).parent / "release_0_5_0"


@dataclass(frozen=True)
class Upgraded:
    """The application on the restored database, and what `make_0_5_0` wrote down of it."""

    app: Flask
    urls: Urls
    stated: dict

    def command(self, *arguments: str) -> str:
        """The output of a command, which must succeed."""
        return command(self.app, *arguments)

    def rows(self, statement: str, **values: object) -> list:
        with self.app.app_context(), db.engine.connect() as connection:
            return connection.execute(text(statement), values).all()


def under(app, monkeypatch, form: str) -> Vault:
    """The product started with another format."""
    monkeypatch.setitem(app.config, "DATA_CIPHER_FORMAT", form)
    monkeypatch.setitem(app.extensions, "vault", vault_of(app.config))
    return app.extensions["vault"]
