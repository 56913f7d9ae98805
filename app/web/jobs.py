"""`flask jobs work`: the job worker as a process of its own, on this machine or another."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from app.engine.jobs import make_queue
from app.engine.scope import Scope, seeing
from app.extensions import db

jobs = AppGroup("jobs", help="长任务 / long work")


@jobs.command()
def work() -> None:
    """Takes jobs until it is told to stop (SIGINT, SIGTERM: the job under way is finished first)."""
    app = current_app._get_current_object()

    def run_in_session(function):
        with app.app_context(), seeing(db.session, Scope.everything()):
            result = function(db.session)
            db.session.commit()
            return result

    click.echo("任务进程已启动 / Worker ready")
    make_queue(app.config["SQLALCHEMY_DATABASE_URI"], run_in_session).run_worker()
