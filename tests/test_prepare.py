"""Several processes prepare one empty database at once: they take turns, and all of them find it ready."""

from __future__ import annotations

import multiprocessing

import pytest
from sqlalchemy import NullPool, create_engine, text

from app.server.database import Urls
from tests.desk.database import named, settings

EMPTY = "benefits_empty"
AT_ONCE = 4


def prepare(urls: Urls, keys: dict[str, str], barrier) -> None:
    """In a process of its own, forked: what is imported is imported once."""
    from app import create_app

    app = create_app(settings(urls, **keys))
    barrier.wait(60)
    result = app.test_cli_runner().invoke(args=["prepare"])
    raise SystemExit(result.exit_code)


@pytest.mark.parametrize("rounds", [2, pytest.param(20, marks=pytest.mark.soak)])
def test_four_at_once_on_an_empty_database(cluster, keys, rounds):
    urls = Urls(*(named(url, EMPTY) for url in (cluster.template.owner, cluster.template.runtime)))
    fork = multiprocessing.get_context("fork")
    for _ in range(rounds):
        cluster.execute(
            f"DROP DATABASE IF EXISTS {EMPTY} WITH (FORCE)", f"CREATE DATABASE {EMPTY} OWNER benefits_owner"
        )
        barrier = fork.Barrier(AT_ONCE)
        processes = [fork.Process(target=prepare, args=(urls, keys, barrier)) for _ in range(AT_ONCE)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(120)
        assert [process.exitcode for process in processes] == [0] * AT_ONCE
        with create_engine(urls.owner, poolclass=NullPool).connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM regions")) > 200
    cluster.execute(f"DROP DATABASE {EMPTY} WITH (FORCE)")
