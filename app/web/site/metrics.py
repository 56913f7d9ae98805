"""`/metrics` for Prometheus: requests of all workers of this host, and what waits in the database.

Only with METRICS_TOKEN, by which the scraper shows who it is; otherwise the address doesn't exist.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from hmac import compare_digest

from flask import Flask, Response, request
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response as PlainResponse

from app import logs
from app.extensions import db

SHARED = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
WAITING = {
    "benefits_jobs": (
        "Jobs in the queue, by state.",
        "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status",
    ),
    "benefits_long_works": (
        "Long works of the last two days, by state.",
        "SELECT state, count(*) FROM long_works GROUP BY state",
    ),
    "benefits_unsealed_entries": (
        "Audit entries that no seal closes yet.",
        "SELECT 'open', count(*) FROM audit_entries"
        " WHERE id > (SELECT coalesce(max(last_id), 0) FROM audit_seals)",
    ),
}


def init_app(app: Flask) -> Measures | None:
    """Count requests, if anybody may ask for the figures."""
    if not app.config["METRICS_TOKEN"]:
        return None
    measures = Measures(app)
    app.after_request(measures.count)
    return measures


class Measures:
    """The figures of one process; with PROMETHEUS_MULTIPROC_DIR those of all that share it are told together."""

    def __init__(self, app: Flask) -> None:
        # a tenth of a second that only a measured process pays
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self._app, self._own = app, CollectorRegistry()
        self._requests = Counter(
            "benefits_requests", "Requests answered.", ("endpoint", "method", "status"), registry=self._own
        )
        self._seconds = Histogram(
            "benefits_request_seconds",
            "Time to answer a request.",
            ("endpoint", "method"),
            registry=self._own,
            buckets=SECONDS,
        )

    def count(self, answer: Response) -> Response:
        """Count by endpoint: an address holds numbers of cases, and there are too many of them."""
        where, how = request.endpoint or "none", request.method
        self._requests.labels(where, how, answer.status_code).inc()
        self._seconds.labels(where, how).observe(logs.seconds())
        return answer

    @property
    def wsgi(self):
        """The address's application."""

        @Request.application
        def answer(http: Request) -> PlainResponse:
            token = self._app.config["METRICS_TOKEN"]
            given = http.headers.get("Authorization", "").removeprefix("Bearer ")
            if http.path not in ("", "/") or not compare_digest(given.encode(), token.encode()):
                return PlainResponse("unauthorized\n", 401, {"WWW-Authenticate": "Bearer"})
            return self._told()

        return answer

    def _told(self) -> PlainResponse:
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        registry = self._own
        if SHARED in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)
        with self._app.app_context():
            waiting = CollectorRegistry()
            waiting.register(_Waiting(db.engine))
            body = generate_latest(registry) + generate_latest(waiting)
        return PlainResponse(body, 200, {"Cache-Control": "no-store"}, content_type=CONTENT_TYPE_LATEST)


class _Waiting:
    """What waits in the database, and whether it can be reached."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator:
        from prometheus_client.core import GaugeMetricFamily

        up = GaugeMetricFamily("benefits_database_up", "Whether the database answers.")
        try:
            with self._engine.connect() as connection:
                yield from self._read(connection)
            up.add_metric([], 1)
        except SQLAlchemyError:
            up.add_metric([], 0)
        yield up

    def _read(self, connection: Connection) -> Iterator:
        from prometheus_client.core import GaugeMetricFamily

        for name, (meaning, statement) in WAITING.items():
            family = GaugeMetricFamily(name, meaning, labels=["state"])
            for state, count in connection.execute(text(statement)):
                family.add_metric([state], count)
            yield family
