"""Where throw-away servers live: in memory where there is room, for making a database touches hundreds of files."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

MEMORY, ROOM = Path("/dev/shm"), 3 << 30


def throw_away(prefix: str) -> Path:
    """A new directory, in memory when that has room for several servers; who asks removes it."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    return Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if roomy else None))
