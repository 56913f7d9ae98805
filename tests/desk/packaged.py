"""PostgreSQL as Debian packages it, of the oldest version that is here, with the logins and the database that deploy/operations.md asks for."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.server.database import DIALECT, Urls
from tests.desk.documents import OPERATIONS, text_of
from tests.desk.places import throw_away

PROGRAMS = "/usr/lib/postgresql/*/bin/postgres"
LOGINS = re.compile(r"^```sql\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@contextmanager
def packaged_server() -> Iterator[Urls]:
    """Started in a directory of its own, without a network; gone afterwards."""
    found = sorted(Path("/").glob(PROGRAMS.removeprefix("/")), key=lambda path: float(path.parts[4]))
    assert found, f"the tests need Debian's postgresql: no {PROGRAMS}"
    place = throw_away("benefits-packaged-")
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    shutil.chown(place, user)

    def run(program: str, *arguments: str, text: str | None = None) -> None:
        subprocess.run(
            [found[0].with_name(program), *arguments],
            **(
                {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
                if os.geteuid() == 0
                else {}
            ),
            cwd=place,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            input=text,
            text=True,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    data, options = str(place / "data"), f"-c listen_addresses='' -c fsync=off -k {place}"
    try:
        run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        run("pg_ctl", "start", "-D", data, "-w", "-s", "-l", str(place / "log"), "-o", options)
        (logins,) = LOGINS.findall(text_of(OPERATIONS))
        run("psql", "-h", str(place), "-U", "postgres", "-q", "-v", "ON_ERROR_STOP=1", text=logins)
        yield Urls(*(f"{DIALECT}://{name}@/benefits?host={place}" for name in ("benefits_owner", "benefits")))
    finally:
        run("pg_ctl", "stop", "-D", data, "-m", "immediate", "-s")
        shutil.rmtree(place)
