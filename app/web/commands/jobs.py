"""`flask jobs work`: the job worker as a process of its own, on this machine or another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click
from flask import Flask, g
from flask.cli import AppGroup
from flask.globals import app_ctx

from app.engine.casework import batch
from app.engine.desk import searches
from app.engine.intake import held_sheets
from app.engine.longwork import works
from app.engine.oversight import sealing
from app.engine.scope import Scope, seeing
from app.engine.sessions import logins
from app.extensions import db
from app.programmes.installed import is_behind
from app.server.supervisor import AGAIN
from app.web.longwork.works import do

if TYPE_CHECKING:
    from procrastinate import App

jobs = AppGroup("jobs", help="长任务 / long work")
PERIODIC = {
    "drop_unfired_batches": ("17 3 * * *", batch.drop_unfired),
    "drop_unnamed_searches": ("18 3 * * *", searches.drop_unnamed),
    "drop_old_works": ("19 3 * * *", works.drop_old),
    "drop_old_logins": ("20 3 * * *", logins.drop_old),
    "drop_old_sheets": ("21 3 * * *", held_sheets.drop_old),
    "seal_audit_log": ("*/5 * * * *", lambda session: sealing.seal(session, g.vault)),
}
TASKS = {works.TASK: do}


@jobs.command()
def work() -> None:
    """Takes jobs until it is told to stop (SIGINT, SIGTERM: the job under way is finished first).

    Ends with AGAIN once a definition is published: whoever started it starts it anew.
    """
    from app.engine.longwork.queue import serve

    queue = queue_of(app_ctx.app)
    click.echo("任务进程已启动 / Worker ready")
    if serve(queue, is_behind):
        raise SystemExit(AGAIN)


def queue_of(app: Flask) -> App:
    """Return the queue with every task of the product, each in a session of its own that is committed at its end."""
    from app.engine.longwork.queue import make_queue  # a web worker registers the command and needs no queue

    def run(function, **args):
        with app.app_context(), seeing(db.session, Scope.everything()):
            result = function(db.session, **args)
            db.session.commit()
            return result

    periodic = {name: (cron, partial(run, function)) for name, (cron, function) in PERIODIC.items()}
    tasks = {name: partial(run, function) for name, function in TASKS.items()}
    return make_queue(app.config["SQLALCHEMY_DATABASE_URI"], periodic, tasks)
