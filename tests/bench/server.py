"""The product on an embedded server of its own, prepared and empty, gone when the bench ends."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import NullPool, create_engine

from app import create_app
from app.engine.scope import Scope
from app.extensions import db
from app.kernel.crypto import new_key
from app.server.database import EmbeddedServer
from tests.bench.measure import Stopwatch
from tests.desk.database import settings


@contextmanager
def product(**more: object) -> Iterator[tuple[Flask, Stopwatch]]:
    """The application with `more` settings, without a context pushed, as in a real server; and a watch over it and its database."""
    place = Path(tempfile.mkdtemp(prefix="benefits-bench-"))
    server = EmbeddedServer(place)
    try:
        keys = {"DATA_HASH_KEY": new_key(), "DATA_CIPHER_KEY": new_key()}
        app = create_app(settings(server.start(), **keys, **more))
        prepared = app.test_cli_runner().invoke(args=["prepare"])
        if prepared.exit_code:
            raise SystemExit(prepared.output)
        yield app, Stopwatch(server.pgdata)
        with app.app_context():
            db.engine.dispose()
    finally:
        server.stop()
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def everything(app: Flask) -> Iterator[object]:
    """A session that sees all, committed at the end of the block; it is vacuumed and analyzed, as it would be within a minute."""
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        yield db.session
        db.session.commit()
        db.session.remove()
    with create_engine(
        app.config["DATABASE_OWNER_URL"], poolclass=NullPool, isolation_level="AUTOCOMMIT"
    ).connect() as owner:
        owner.exec_driver_sql("VACUUM ANALYZE")
