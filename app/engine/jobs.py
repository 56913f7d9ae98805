"""Jobs on `procrastinate`: deferred in the caller's transaction, run at least once, take effect once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import procrastinate
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

DEFER = """
    SELECT procrastinate_defer_jobs_v1(ARRAY[
        ROW('default', :task, 0, NULL, NULL, CAST(:args AS jsonb), NULL)::procrastinate_job_to_defer_v1])
"""


def conninfo(url: str) -> str:
    """libpq's form of an SQLAlchemy URL."""
    parts = make_url(url)
    return parts.set(drivername="postgresql").render_as_string(hide_password=False)


def defer(session: Session, task: str, args: Mapping[str, str]) -> None:
    """Queues a task that a worker takes once the caller has committed; ids only, for arguments are kept in clear."""
    session.execute(text(DEFER), {"task": task, "args": json.dumps(dict(args))})


def make_queue(
    url: str,
    periodic: Mapping[str, tuple[str, Callable[[], object]]],
    tasks: Mapping[str, Callable[..., object]],
) -> procrastinate.App:
    """The queue of one database: what is done by the clock (name → cron, function), and what when it is asked for."""
    queue = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo(url)))
    for name, (cron, function) in periodic.items():
        _by_the_clock(queue, name, cron, function)
    for name, function in tasks.items():
        queue.task(name=name, pass_context=False)(function)
    return queue


def _by_the_clock(queue: procrastinate.App, name: str, cron: str, function: Callable[[], object]) -> None:
    @queue.periodic(cron=cron)
    @queue.task(name=name, queueing_lock=name, pass_context=False)
    def run(timestamp: int) -> object:
        return function()
