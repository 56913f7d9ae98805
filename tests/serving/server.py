"""gunicorn as deploy/ has it, in front of a small application."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.desk.proxies import ROOT, free_port
from tests.faults.product import until

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Server:
    """gunicorn, of one worker unless told otherwise, in front of a small application."""

    def __init__(self, port: int, process: subprocess.Popen) -> None:
        self.port, self.process = port, process

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def ask(self, *pieces: bytes) -> bytes:
        """All that comes back, until the server ends the connection."""
        with self.connect() as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in pieces:
                connection.sendall(piece)
            return rest(connection)

    def answers(self) -> bool:
        try:
            return self.ask(GET).startswith(b"HTTP/1.1 200")
        except OSError:
            return False


def rest(connection: socket.socket) -> bytes:
    taken = bytearray()
    while piece := connection.recv(65_536):
        taken += piece
    return bytes(taken)


@contextmanager
def serving(application: str = "tests.serving.echo:app", **environ: str) -> Iterator[Server]:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "deploy/gunicorn.conf.py",
        application,
    ]
    given = {"PORT": str(port), "WEB_WORKERS": "1"}
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | given | environ)
    server = Server(port, process)
    try:
        until(server.answers, "the worker to answer")
        yield server
    finally:
        process.terminate()
        process.wait()
