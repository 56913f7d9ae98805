"""An empty database of its own on an embedded server of its own, gone when the bench ends."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.server.database import EmbeddedServer


@contextmanager
def database() -> Iterator[str]:
    """The owner's URL."""
    place = Path(tempfile.mkdtemp(prefix="benefits-bench-"))
    server = EmbeddedServer(place)
    try:
        yield server.start().owner
    finally:
        server.stop()
        shutil.rmtree(place, ignore_errors=True)
