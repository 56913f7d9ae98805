"""Root may start the product, but requests, jobs and the database run as an unprivileged user.

The database has a user of its own: the user that peer authentication accepts as superuser must not answer requests.
"""

from __future__ import annotations

import os
import pwd
from contextlib import suppress
from pathlib import Path

WORKERS = ("benefits", "nobody")
"""The first that the system has."""


def worker_account() -> pwd.struct_passwd | None:
    """Return the user that web and job workers run as when root starts them; None when somebody else does. Raises KeyError."""
    if os.geteuid() != 0:
        return None
    with suppress(KeyError):
        return pwd.getpwnam(WORKERS[0])
    return pwd.getpwnam(WORKERS[1])


def let_run(root: Path) -> None:
    """Let workers reach this Python, its packages and the product in `root`; nothing of the data."""
    import flask

    packages, library = Path(flask.__file__).parents[1], Path(os.__file__).parent
    let_through(packages, library, root)
    root.chmod(root.stat().st_mode | 0o004)  # Python looks for modules by listing folders
    code = [root / name for name in ("app", "deploy", "migrations", "config.py", "run.py")]
    for place in (packages, library, *filter(Path.exists, code)):
        if not all(one.stat().st_mode & 0o004 for one in (place, *place.glob("*"))):
            let_read(place)


def let_through(*paths: Path) -> None:
    """Let a lesser user get to these directories: it may pass, not read."""
    for path in paths:
        for step in (path, *path.parents):
            mode = step.stat().st_mode
            if not mode & 0o001:
                step.chmod(mode | 0o001)


def let_read(installation: Path) -> None:
    """Let the lesser user read the programs, which a strict umask at installation hides from it."""
    for path in (installation, *installation.rglob("*")):
        mode = path.stat().st_mode
        wanted = mode | (mode & 0o500) >> 6
        if wanted != mode:
            path.chmod(wanted)
