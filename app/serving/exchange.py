"""One connection: a request that is being collected, then an answer that is being sent, then the end."""

from __future__ import annotations

import socket
from enum import Enum
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import Any

from gunicorn.config import Config
from gunicorn.http import get_parser
from gunicorn.http.errors import LimitRequestHeaders

from app.serving.answer import Answer
from app.serving.framing import Chunked, Measured

PATIENCE = 20.0
PACE = 16 * 1024
"""A stage ends after so many seconds and one more for every so many bytes: 24 MB may take 26 minutes, a form 21 s."""
LARGEST_HEAD = 64 * 1024
IN_MEMORY = 64 * 1024
AT_ONCE = 256 * 1024
END_OF_HEAD = b"\r\n\r\n"


class Stage(Enum):
    """What a connection is at; leaving is what it does once all of the answer is sent."""

    HEAD = 1
    BODY = 2
    ANSWER = 3
    LEAVING = 4


class Exchange:
    """Collects without ever waiting; `request`, which is gunicorn's, is there with the head."""

    def __init__(self, client: socket.socket, address: tuple, listener: socket.socket, now: float) -> None:
        client.setblocking(False)
        self.client, self.address, self.listener = client, address, listener
        self.answer = Answer(client)
        self.request: Any = None
        self.limit = 0
        self._head = bytearray()
        self._frame: Measured | Chunked = Measured(0)
        self._body = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # closed with the exchange
        self.enter(Stage.HEAD, now)

    def enter(self, stage: Stage, now: float) -> None:
        """Enter a stage; its time is reckoned from its beginning."""
        self.stage, self.since, self.moved = stage, now, 0

    def overdue(self, now: float) -> bool:
        """Return whether this stage has taken longer than any line in use would."""
        return now > self.since + PATIENCE + self.moved / PACE

    @property
    def silent(self) -> bool:
        """Whether nothing has arrived yet."""
        return self.stage is Stage.HEAD and not self._head

    @property
    def rank(self) -> tuple:
        """The order in which connections are given up: answered ones, then strangers, the oldest first."""
        return self.stage is not Stage.LEAVING, self.limit > IN_MEMORY, self.since

    def read(self) -> bytes | None:
        """Return what has come, empty at the end of it; None when nothing is there yet. Raises OSError."""
        try:
            data = self.client.recv(AT_ONCE)
        except BlockingIOError:
            return None
        if self.stage is not Stage.HEAD:
            self.moved += len(data)
        return data

    def collect_head(self, data: bytes, cfg: Config) -> bytes | None:
        """Put the head together; once it is whole, what came after it. Raises what gunicorn answers with 4xx."""
        begin = max(0, len(self._head) - len(END_OF_HEAD))
        self._head += data
        end = self._head.find(END_OF_HEAD, begin)
        if (end if end >= 0 else len(self._head)) > LARGEST_HEAD:
            raise LimitRequestHeaders("limit request headers size")
        if end < 0:
            return None
        end += len(END_OF_HEAD)
        head, rest = bytes(self._head[:end]), bytes(self._head[end:])
        self._head = bytearray()
        self.request = next(get_parser(cfg, [head], self.address))
        self.request.body = BytesIO()
        return rest

    @property
    def length(self) -> int | None:
        """Bytes of the body as the head gives them, None for chunks."""
        headers = dict(self.request.headers)
        return None if "TRANSFER-ENCODING" in headers else int(headers.get("CONTENT-LENGTH", 0))

    def await_body(self, limit: int, now: float) -> bool:
        """Return whether the body will be waited for; one that is longer than the limit stays unread."""
        self.limit, length = limit, self.length
        if length == 0 or limit == 0 or (length or 0) > limit:
            return False
        self._frame = Chunked() if length is None else Measured(length)
        self.enter(Stage.BODY, now)
        return True

    def collect_body(self, data: bytes) -> bool:
        """Return whether the body is whole, or longer than allowed, which the application refuses. Raises what is a 400."""
        try:
            self._body.write(self._frame.feed(data))
        except OSError as full:
            self.request.body = LostBody(full)
            return True
        if self._frame.ended or self._body.tell() > self.limit:
            self._body.seek(0)
            self.request.body = self._body
            return True
        return False

    def forget_body(self) -> None:
        """Forget the body once the application has answered."""
        self._body.close()

    def close(self) -> None:
        """Leave nothing behind."""
        self.answer.close()
        self.forget_body()
        self.client.close()


class NotKept(Exception):
    """A body found no room; what stood in the way is its cause. No OSError: to readers that is a lost connection."""


class LostBody:
    """A body that could not be stored, for example on a full disk: reading it raises, so that a page can report it."""

    def __init__(self, error: OSError) -> None:
        self._error = error

    def read(self, *_: int) -> bytes:
        raise NotKept from self._error

    readline = readinto = read
