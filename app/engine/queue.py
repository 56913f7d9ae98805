"""The job queue as a worker sees it: a web worker only defers (`jobs`) and is spared the import.

A worker tells that it lives by a heartbeat. The jobs of one that has fallen silent are given to another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import procrastinate
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError

HEARTBEAT_SECONDS, SILENT_SECONDS = 5, 20
EVERY_TEN_SECONDS = "* * * * * */10"
RETRY = procrastinate.RetryStrategy(
    max_attempts=10, linear_wait=5, retry_exceptions={OperationalError, InterfaceError}
)
"""The database was away, or two were in each other's way: neither is the job's own fault."""


def conninfo(url: str) -> str:
    """libpq's form of an SQLAlchemy URL."""
    parts = make_url(url)
    return parts.set(drivername="postgresql").render_as_string(hide_password=False)


def make_queue(
    url: str,
    periodic: Mapping[str, tuple[str, Callable[[], object]]],
    tasks: Mapping[str, Callable[..., object]],
) -> procrastinate.App:
    """The queue of one database: what is done by the clock (name → cron, function), and what when it is asked for."""
    queue = procrastinate.App(
        connector=procrastinate.PsycopgConnector(conninfo=conninfo(url)),
        worker_defaults={
            "concurrency": 2,
            "update_heartbeat_interval": HEARTBEAT_SECONDS,
            "stalled_worker_timeout": SILENT_SECONDS,
            "delete_jobs": "successful",
        },
    )
    for name, (cron, function) in periodic.items():
        _by_the_clock(queue, name, cron, function)
    for name, function in tasks.items():
        queue.task(name=name, pass_context=False, retry=RETRY)(function)
    _take_over(queue, tasks)
    return queue


def _by_the_clock(queue: procrastinate.App, name: str, cron: str, function: Callable[[], object]) -> None:
    @queue.periodic(cron=cron)
    @queue.task(name=name, queueing_lock=name, pass_context=False)
    def run(timestamp: int) -> object:
        return function()


def _take_over(queue: procrastinate.App, tasks: Mapping[str, Callable[..., object]]) -> None:
    """Queues the jobs of workers that have died once more; what is done by the clock comes again of itself."""

    @queue.periodic(cron=EVERY_TEN_SECONDS)
    @queue.task(name="retry_stalled", queueing_lock="retry_stalled", pass_context=False)
    async def retry_stalled(timestamp: int) -> None:
        jobs = queue.job_manager
        for name in tasks:
            for job in await jobs.get_stalled_jobs(task_name=name, seconds_since_heartbeat=SILENT_SECONDS):
                await jobs.retry_job(job)
