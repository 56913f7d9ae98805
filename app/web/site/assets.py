"""Scripts and styles at an address that holds their release: fetched once, never asked about again, never mixed.

A module imports its neighbours relatively, so all of a page's modules come from the release that drew the page.
Another release's address has no file here: such a page goes on without scripts until it is loaded again.
"""

from __future__ import annotations

from functools import cache
from gzip import compress
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path

from flask import Flask, Response, request

from app.web.site.packing import SMALL, as_packed, may_pack

KINDS = ("*.js", "*.css", "*.svg")
STYLES = (
    "tokens",
    "base",
    "shell",
    "page",
    "controls",
    "forms",
    "parts",
    "tables",
    "overlays",
    "time",
    "evidence",
    "home",
    "people",
    "intake",
    "manual",
    "login",
    "screens",
)
"""The components of css/ in the order in which one may overrule another; a page asks for all of them at once, as desk.css."""
A_YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Before the first request; a template names a file by `asset`, the desk's modules by `modules`."""
    folder = Path(app.static_folder or "")
    release = _digest(folder)
    texts = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _released(folder)}
    texts["desk.css"] = b"".join(texts[f"css/{name}.css"] for name in STYLES)
    packed = cache(lambda name: compress(texts[name], SMALL, mtime=0))

    def send(filename: str) -> Response:
        name = filename.removeprefix(f"{release}/")
        if name == filename:
            return app.send_static_file(name)
        if name not in texts:
            return _for_good(app.send_static_file(name))
        answer = Response(texts[name], mimetype=guess_type(name)[0])
        return _for_good(as_packed(answer, packed(name)) if may_pack(answer) else answer)

    # a page names some 70 files, most of them the icons': put together here, for url_for takes a tenth of a page's time
    path = f"{app.static_url_path}/{release}/"

    def asset(filename: str) -> str:
        return f"{request.script_root}{path}{filename}"

    app.view_functions["static"] = send
    modules = [path.relative_to(folder).as_posix() for path in sorted(folder.glob("desk/*.js"))]
    app.jinja_env.globals.update(asset=asset, modules=modules)


def _for_good(answer: Response) -> Response:
    answer.cache_control.no_cache = None
    answer.cache_control.public = answer.cache_control.immutable = True
    answer.cache_control.max_age = A_YEAR
    return answer


def _released(folder: Path) -> list[Path]:
    return sorted(path for kind in KINDS for path in folder.rglob(kind))


def _digest(folder: Path) -> str:
    """Return what changes with the name or the content of any script or style."""
    whole = sha256()
    for path in _released(folder):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:12]
