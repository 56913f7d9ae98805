"""What gunicorn writes an answer to in place of the socket: nobody who reads slowly is waited for."""

from __future__ import annotations

import socket
from contextlib import suppress
from tempfile import SpooledTemporaryFile

IN_MEMORY = 256 * 1024
AT_ONCE = 256 * 1024


class Answer:
    """Bytes on their way to a browser: the kernel takes at once what it can, the rest waits in an unnamed file."""

    def __init__(self, client: socket.socket) -> None:
        self._client = client
        self._begin()
        self.broken = False

    def _begin(self) -> None:
        self._rest = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # closed with the answer
        self._kept = self._sent = 0

    @property
    def waiting(self) -> bool:
        """Whether something is left to be sent."""
        return self._sent < self._kept

    def sendall(self, data: bytes) -> None:
        """Send without ever blocking. Raises OSError when the browser is gone."""
        view = memoryview(data)
        while view and not self.waiting:
            try:
                view = view[self._client.send(view) :]
            except BlockingIOError:
                break
        if view:
            self._rest.seek(self._kept)
            self._rest.write(view)
            self._kept += len(view)

    def send(self, data: bytes) -> int:
        """Send as a socket's."""
        self.sendall(data)
        return len(data)

    def flush(self) -> int:
        """Send what the kernel takes now; how many bytes that was. Raises OSError when the browser is gone."""
        self._rest.seek(self._sent)
        with suppress(BlockingIOError):
            sent = self._client.send(self._rest.read(AT_ONCE))
            self._sent += sent
            return sent
        return 0

    def close(self) -> None:
        """Forget what is left. gunicorn calls it when an answer broke in the middle, so that it isn't taken for whole."""
        self.broken = True
        self._rest.close()
        self._begin()

    def shutdown(self, _how: int) -> None:
        """Do nothing: closing does not block."""
        raise OSError

    def gettimeout(self) -> float:
        """Answer as of a socket that doesn't block."""
        return 0.0
