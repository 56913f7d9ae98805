"""The office of release 0.5.0 as its own backup command kept it, restored and prepared by today's product."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest

from app import create_app
from tests.desk.database import release, settings
from tests.upgrade.office import FOLDER, Upgraded

TEMPLATE, DATABASE = "benefits_0_5_0", "benefits_upgrade"


@pytest.fixture(scope="session")
def restored(cluster) -> Upgraded:
    """Restored and prepared once a run, as a template; the application reads the copy that each test gets."""
    stated = json.loads((FOLDER / "keys.json").read_text(encoding="utf-8"))
    cluster.execute(f"CREATE DATABASE {TEMPLATE} OWNER benefits_owner")
    made = {}
    for name in (TEMPLATE, DATABASE):
        urls = cluster.urls_of(name)
        made[name] = Upgraded(
            create_app(settings(urls, DATA_CIPHER_FORMAT="old") | stated["keys"]), urls, stated
        )
    made[TEMPLATE].command("restore", str(FOLDER))
    made[TEMPLATE].command("prepare")
    return made[DATABASE]


@pytest.fixture
def upgraded(restored, cluster, monkeypatch) -> Iterator[Upgraded]:
    """An office of its own for each test."""
    cluster.fresh(TEMPLATE, DATABASE)
    monkeypatch.setitem(restored.app.config, "TODAY", date.fromisoformat(restored.stated["today"]))
    yield restored
    release(restored.app)
