"""The product as gunicorn and flask are given it, on the day for which a county's registers are made.

`demo_clock` moves that day, so that a publicity can end while the processes live on.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from app import create_app
from app.engine import clock
from tests.bench.county import TODAY

__all__ = ["create_app"]

AHEAD = text("SELECT coalesce(max(days_ahead), 0) FROM demo_clock")

clock.today = lambda _, session: TODAY + timedelta(days=session.scalar(AHEAD))
