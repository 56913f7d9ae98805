"""Long work, done by the test itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from app.extensions import db
from app.web.commands.jobs import queue_of


def run_jobs(app) -> None:
    """In a thread: this one may have a browser test's event loop already. Works of one person come one after another."""
    one_by_one = {"wait": False, "install_signal_handlers": False, "listen_notify": False}
    left, before = _jobs_left(app), None
    while before is None or 0 < left < before:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(queue_of(app).run_worker, **one_by_one).result()
        left, before = _jobs_left(app), left


def _jobs_left(app) -> int:
    with app.app_context():
        left = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at IS NULL"
        return db.session.scalar(text(left))
