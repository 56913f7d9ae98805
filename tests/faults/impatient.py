"""The product as gunicorn and flask are given it in these tests: work is long sooner, a dead worker is missed sooner."""

from app.engine import queue
from app.web import exporting, works
from tests.bench.steady import create_app

__all__ = ["create_app"]

works.AT_ONCE = 150
exporting.STEP = 50
queue.HEARTBEAT_SECONDS, queue.SILENT_SECONDS, queue.EVERY_TEN_SECONDS = 0.5, 3, "* * * * * *"
