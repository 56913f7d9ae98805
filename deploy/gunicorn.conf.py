"""How gunicorn serves the product; run.py gives HOST, PORT and WEB_WORKERS."""

import gc
import os
import shutil
import tempfile

from app.logs import configuration
from app.server.supervisor import die_with_parent
from app.serving import NEWER
from app.serving.replacing import BOOK

SHARED = "PROMETHEUS_MULTIPROC_DIR"

host = os.environ.get("HOST", "127.0.0.1")
port = os.environ.get("PORT", "8080")
bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
# answers one request at a time, once it has come whole
worker_class = "app.serving.worker.CollectingWorker"
# an answer leaves by the worker's own loop
sendfile = False
preload_app = False
timeout = 120
graceful_timeout = 20
umask = 0o077
# The filters of a list travel in the address.
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190
# Addresses may carry what was searched for: no access log unless the operator asks for one.
accesslog = None
errorlog = "-"
loglevel = "warning"
logconfig_dict = configuration(
    os.environ.get("LOG_FORMAT") or "text", os.environ.get("LOG_LEVEL") or "WARNING"
)
# Its socket lies in the home directory, where two instances of one user would share it.
control_socket_disable = True


if os.environ.get("METRICS_TOKEN"):
    # where the workers of this host put their figures together
    os.environ[SHARED] = tempfile.mkdtemp(prefix="benefits-metrics-")


def post_worker_init(worker):
    """The application stays as long as the worker: a look through all of it for garbage would take a tenth of a second.

    What a page makes is gone with it: three looks while it is made find nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
    BOOK.arrive(worker.ppid)


def post_request(worker, req, environ, resp):
    """Screens are made when a worker begins: one that is behind what is published is replaced."""
    if NEWER in environ:
        BOOK.ask(worker.ppid, worker.cfg.workers, environ[NEWER])


def on_reload(server):
    """The master's own reload makes all workers new."""
    BOOK.clear()


def child_exit(server, worker):
    """What a worker that is gone was doing is no longer under way."""
    if SHARED in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)


def on_exit(server):
    """Figures begin again with the server."""
    if folder := os.environ.get(SHARED):
        shutil.rmtree(folder, ignore_errors=True)


def post_fork(server, worker):
    """A killed master must leave no worker on the port; quick, for the worker handles no signal yet."""
    die_with_parent(server.pid)
