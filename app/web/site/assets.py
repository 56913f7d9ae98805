"""Scripts and styles at an address that holds their release: fetched once, never asked about again, never mixed.

A module imports its neighbours relatively, so all of a page's modules come from the release that drew the page.
Another release's address has no file here: such a page goes on without scripts until it is loaded again.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, url_for

KINDS = ("*.js", "*.css", "*.svg")
A_YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Before the first request; a template names a file by `asset`, the desk's modules by `modules`."""
    folder = Path(app.static_folder or "")
    release = _digest(folder)

    def send(filename: str) -> Response:
        if not filename.startswith(f"{release}/"):
            return app.send_static_file(filename)
        answer = app.send_static_file(filename.removeprefix(f"{release}/"))
        answer.cache_control.no_cache = None
        answer.cache_control.public = answer.cache_control.immutable = True
        answer.cache_control.max_age = A_YEAR
        return answer

    def asset(filename: str) -> str:
        return url_for("static", filename=f"{release}/{filename}")

    app.view_functions["static"] = send
    modules = [path.relative_to(folder).as_posix() for path in sorted(folder.glob("desk/*.js"))]
    app.jinja_env.globals.update(asset=asset, modules=modules)


def _digest(folder: Path) -> str:
    """Return what changes with the name or the content of any script or style."""
    whole = sha256()
    for path in sorted(path for kind in KINDS for path in folder.rglob(kind)):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:12]
