"""How gunicorn serves the product; run.py gives HOST, PORT and WEB_WORKERS."""

import os

from app.supervisor import die_with_parent

host = os.environ.get("HOST", "127.0.0.1")
port = os.environ.get("PORT", "8080")
bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "sync"
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
# Its socket lies in the home directory, where two instances of one user would share it.
control_socket_disable = True


def post_fork(server, worker):
    """A killed master must leave no worker on the port; quick, for the worker handles no signal yet."""
    die_with_parent(server.pid)
