"""The job queue as a worker sees it: a web worker only defers (`jobs`) and is spared the import.

A worker tells that it lives by a heartbeat. The jobs of one that has fallen silent are given to another.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Mapping

import procrastinate
from procrastinate.exceptions import ConnectorException
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError

from app.engine.longwork.works import NotHere
from app.engine.versions import SIGNED

HEARTBEAT_SECONDS, SILENT_SECONDS = 5, 20
PAUSE_SECONDS = 2
"""Between a worker that has lost the database and the next one."""
LOOK_SECONDS = 10
EVERY_TEN_SECONDS = "* * * * * */10"
RETRY = procrastinate.RetryStrategy(
    max_attempts=10, linear_wait=5, retry_exceptions={OperationalError, InterfaceError, NotHere}
)
"""The database was away, two were in each other's way, or the worker is too old: none is the job's own fault."""

log = logging.getLogger(__name__)


def conninfo(url: str) -> str:
    """Return libpq's form of an SQLAlchemy URL."""
    parts = make_url(url)
    return parts.set(drivername="postgresql").render_as_string(hide_password=False)


def make_queue(
    url: str,
    periodic: Mapping[str, tuple[str, Callable[[], object]]],
    tasks: Mapping[str, Callable[..., object]],
) -> procrastinate.App:
    """Return the queue of one database: what is done by the clock (name → cron, function), and what when it is asked for."""
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


class Behind(Exception):
    """More definitions are signed than when this process began."""


def serve(queue: procrastinate.App, is_behind: Callable[[int], bool]) -> bool:
    """Take jobs until told to stop (SIGINT, SIGTERM) or behind what is published, whatever the database does meanwhile.

    Those under way are finished first. `is_behind` answers for a number of signed definitions; returns whether it did so with yes.
    """
    return asyncio.run(_serve(queue, is_behind))


async def _serve(queue: procrastinate.App, is_behind: Callable[[int], bool]) -> bool:
    """Serve until the database is lost; another worker takes the place."""
    event, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, event.set)
    stopping = asyncio.create_task(event.wait())
    while not event.is_set():
        worker = asyncio.create_task(_work(queue, is_behind))
        await asyncio.wait({worker, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if event.is_set():
            worker.cancel()
            await asyncio.wait({worker})
        elif await worker:
            return True
        else:
            log.warning("the database went away; a new worker begins in %s s", PAUSE_SECONDS)
            await asyncio.wait({stopping}, timeout=PAUSE_SECONDS)
    return False


async def _work(queue: procrastinate.App, is_behind: Callable[[int], bool]) -> bool:
    """Work until the queue can't be reached, or until behind what is published; return whether that is why."""
    behind = False
    try:
        async with queue.open_async(), asyncio.TaskGroup() as both:
            looking = both.create_task(_look(queue, is_behind))
            working = both.create_task(queue.run_worker_async(install_signal_handlers=False))
            # it also returns, as if all were well, when it has lost the database
            working.add_done_callback(lambda _: looking.cancel())
    except* Behind:
        behind = True
    except* ConnectorException as errors:
        for error in errors.exceptions:
            log.warning("the queue cannot be reached: %s", error.__cause__ or error)
    return behind


async def _look(queue: procrastinate.App, is_behind: Callable[[int], bool]) -> None:
    """Look now and then whether more is signed. Raises Behind, which lets the worker beside finish what it does."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            row = await queue.connector.execute_query_one_async(str(SIGNED))
        except ConnectorException as error:
            # the worker beside ends by itself; were it told to, it would wait for the database
            log.info("whether more is signed can't be read now: %s", error.__cause__ or error)
            continue
        if is_behind(next(iter(row.values()))):
            raise Behind


def _by_the_clock(queue: procrastinate.App, name: str, cron: str, function: Callable[[], object]) -> None:
    @queue.periodic(cron=cron)
    @queue.task(name=name, queueing_lock=name, pass_context=False)
    def run(timestamp: int) -> object:
        return function()


def _take_over(queue: procrastinate.App, tasks: Mapping[str, Callable[..., object]]) -> None:
    """Queue the jobs of workers that have died once more; what is done by the clock comes again at its time."""

    @queue.periodic(cron=EVERY_TEN_SECONDS)
    @queue.task(name="retry_stalled", queueing_lock="retry_stalled", pass_context=False)
    async def retry_stalled(timestamp: int) -> None:
        jobs = queue.job_manager
        for name in tasks:
            for job in await jobs.get_stalled_jobs(task_name=name, seconds_since_heartbeat=SILENT_SECONDS):
                await jobs.retry_job(job)
