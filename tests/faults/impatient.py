"""The product as gunicorn and flask are given it in these tests: work is long sooner, a dead worker is missed sooner.

Its day is the county's, and `demo_clock` moves it, so that a publicity can end while the processes live on.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from app import create_app
from app.engine import clock
from app.engine.longwork import queue
from app.web.longwork import exporting, works
from tests.bench.county import TODAY

__all__ = ["create_app"]

AHEAD = text("SELECT coalesce(max(days_ahead), 0) FROM demo_clock")

works.AT_ONCE = 150
exporting.STEP = 50
queue.HEARTBEAT_SECONDS, queue.SILENT_SECONDS, queue.EVERY_TEN_SECONDS = 0.5, 3, "* * * * * *"
clock.today = lambda _, session: TODAY + timedelta(days=session.scalar(AHEAD))
