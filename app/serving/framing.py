"""Where a body ends, found from its bytes as they arrive (RFC 9112, 6 and 7)."""

from __future__ import annotations

from gunicorn.http.errors import ChunkMissingTerminator, InvalidChunkSize

HEX = frozenset(b"0123456789abcdefABCDEF")
LONGEST_LINE = 8190
"""Bytes of a chunk's first line, and of all trailers together."""


class Measured:
    """A body whose length the head gives; what comes after it is not part of the request."""

    def __init__(self, length: int) -> None:
        self._left = length

    @property
    def ended(self) -> bool:
        return self._left == 0

    def feed(self, data: bytes) -> bytes:
        """Return the bytes of the body in `data`."""
        data = data[: self._left]
        self._left -= len(data)
        return data


class Chunked:
    """A body in chunks; trailers are dropped, for nothing here reads them."""

    def __init__(self) -> None:
        self.ended = False
        self._left, self._line, self._trailing, self._take = 0, bytearray(), 0, self._size

    def feed(self, data: bytes) -> bytes:
        """Return the bytes of the body in `data`, without their frames. Raises what gunicorn answers with 400."""
        body, at = bytearray(), 0
        while at < len(data) and not self.ended:
            if self._left:
                piece = data[at : at + self._left]
                body += piece
                self._left -= len(piece)
                at += len(piece)
            else:
                at = self._read_line(data, at)
        return bytes(body)

    def _read_line(self, data: bytes, at: int) -> int:
        end = data.find(b"\n", at)
        self._line += data[at : len(data) if end < 0 else end + 1]
        if len(self._line) > LONGEST_LINE:
            raise InvalidChunkSize(b"a line of %d bytes" % len(self._line))
        if end < 0:
            return len(data)
        line, self._line = bytes(self._line), bytearray()
        if not line.endswith(b"\r\n"):
            raise ChunkMissingTerminator(line[-2:])
        self._take(line[:-2])
        return end + 1

    def _size(self, line: bytes) -> None:
        digits = line.partition(b";")[0].rstrip(b" \t")
        if not digits or not HEX.issuperset(digits) or len(digits) > 16:
            raise InvalidChunkSize(digits[:20])
        self._left = int(digits, 16)
        self._take = self._terminator if self._left else self._trailer

    def _terminator(self, line: bytes) -> None:
        if line:
            raise ChunkMissingTerminator(line[:2])
        self._take = self._size

    def _trailer(self, line: bytes) -> None:
        self._trailing += len(line)
        if self._trailing > LONGEST_LINE:
            raise InvalidChunkSize(b"trailers of %d bytes" % self._trailing)
        self.ended = not line
