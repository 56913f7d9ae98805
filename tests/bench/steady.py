"""The product as gunicorn and flask are given it, on the day for which a county's registers are made."""

from app import create_app
from app.engine import clock
from tests.bench.county import TODAY

__all__ = ["create_app"]

clock.today = lambda *_: TODAY
