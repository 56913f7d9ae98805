"""A small application behind the product's worker: it tells what it was given. Served as `tests.serving.echo:app`."""

from __future__ import annotations

import json
import os
import time

from app.serving import BODY_LIMIT, exchange, worker

LARGE = 24 * 1024 * 1024

exchange.PATIENCE = float(os.environ.get("TEST_PATIENCE", exchange.PATIENCE))
worker.MOST = int(os.environ.get("TEST_MOST", worker.MOST))


class Echo:
    """`/large` answers with 24 MB, `/busy` keeps the worker for two seconds; everything else with the method, the limit and the body."""

    extensions = {"body_limit": lambda environ: int(environ.get("HTTP_X_LIMIT", "1000"))}

    def __call__(self, environ: dict, start_response):
        if environ["PATH_INFO"] == "/busy":
            time.sleep(2)
        body = environ["wsgi.input"].read()
        told = {
            "method": environ["REQUEST_METHOD"],
            "limit": environ[BODY_LIMIT],
            "body": body.decode(),
            "pid": os.getpid(),
        }
        content = b"x" * LARGE if environ["PATH_INFO"] == "/large" else json.dumps(told).encode()
        start_response("200 OK", [("Content-Length", str(len(content)))])
        return [content]


app = Echo()
