"""The programmes that this installation runs: those in code, those that ship as definitions, and those that officers publish."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.engine.cases.claims import Application, Claim
from app.engine.programme import Programme
from app.engine.sheets import Sheet
from app.engine.versions import SIGNED, ProgrammeVersion
from app.studio import loading, publishing
from app.studio.document import Document
from app.studio.schema import parse_yaml, read

INSTALLED = ["hiring_subsidy", "service_subsidy", "training"]
"""In menu order; a folder with a `definition.yaml` is a definition, any other a package with one `PROGRAMME`."""
FOLDERS = [Path(__file__).parent]
VERSION = ("version", "first_day", "last_day")
"""What a shipped file says beside the definition: which version it is, and on which policy dates it is in force."""


class Shipped(NamedTuple):
    """A definition that ships, as the version that it is installed as."""

    document: Document
    version: int
    first: date
    last: date


def programmes() -> list[Programme]:
    """Return every programme, in menu order; those of officers after those that ship."""
    return list(_by_code().values())


def programme_of(code: str, version: int | None = None) -> Programme:
    """Return the programme of a stored code, as a version has it or the newest; raises KeyError for one that is not here.

    What was published after this process began is read when it is met.
    """
    if code not in _by_code() or (version and (code, version) not in _VERSIONS and _by_code()[code].versions):
        with _sessions() as session:
            refresh(session)
    return _VERSIONS.get((code, version or 0)) or _by_code()[code]


def programme_for(case: Application | Claim) -> Programme:
    """Return the programme of a case as the version has it by which it goes."""
    return programme_of(case.programme, case.definition_version)


def by_code() -> Mapping[str, Programme]:
    """Return each programme as it is now, by its code."""
    return _by_code()


def programme_or_none(code: str | None) -> Programme | None:
    """Return the programme of what may belong to none."""
    return _by_code().get(code or "")


def every_sheet() -> tuple[Sheet, ...]:
    """Return the sheets of all programmes, any of which people may choose by mistake."""
    return tuple(sheet for one in programmes() for sheet in (one.sheet, *one.further_sheets))


def views_in_code(programme: Programme) -> tuple[type, ...] | None:
    """Return the view classes of a programme in code, as its `views.py` lists them; None for a definition."""
    return None if programme.versions else import_module(f"{_package(programme.code)}.views").VIEWS


def install(session: Session) -> int:
    """Publish what ships and isn't installed yet; return how many versions. The caller commits."""
    return sum(publishing.install(session, *one) for one in _shipped().values())


def take_up(sessions: Callable[[], Session]) -> None:
    """Take up what is published in a database, and read there what is published later."""
    global _sessions, _signed  # noqa: PLW0603  # a process serves one database
    _sessions = sessions
    with sessions() as session:
        _signed = refresh(session)


def is_behind(signed: int) -> bool:
    """Return whether this process, its screens and menu, began when fewer versions were signed."""
    return signed > _signed


def refresh(session: Session) -> int:
    """Take up what is published; return how many versions had been signed by then, at least.

    Before the database's first preparation there is only what ships.
    """
    signed = 0
    _by_code.cache_clear()
    _VERSIONS.clear()
    if inspect(session.connection()).has_table(ProgrammeVersion.__tablename__):
        signed = session.scalars(SIGNED).one()
        for row, programme in loading.programmes(session):
            _VERSIONS[row.programme, row.version] = programme
            if row.state == "published":
                _by_code()[row.programme] = programme
    return signed


_VERSIONS: dict[tuple[str, int], Programme] = {}
_signed = 0
_sessions: Callable[[], AbstractContextManager[Session]] = Session


@cache
def _shipped() -> dict[str, Shipped]:
    paths = (folder / name / "definition.yaml" for name in INSTALLED for folder in FOLDERS)
    return {path.parent.name: _read(path) for path in paths if path.exists()}


def _read(path: Path) -> Shipped:
    data = parse_yaml(path.read_text(encoding="utf-8"))
    version, first, last = (data.pop(name, None) for name in VERSION)
    return Shipped(read(data), version, first or date.min, last or date.max)


@cache
def _by_code() -> dict[str, Programme]:
    return {programme.code: programme for programme in _built()}


def _built() -> Iterator[Programme]:
    for name in INSTALLED:
        if name in _shipped():
            document, version, *_ = _shipped()[name]
            content = dict(document.content)
            yield loading.of_content(publishing.digest_of(content), content, version)
        else:
            yield import_module(_package(name)).PROGRAMME


def _package(code: str) -> str:
    return f"{__package__}.{code}"
