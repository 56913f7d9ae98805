"""Published versions as they are used: read in the transaction that judges, built once a process for each content."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.edition import Edition
from app.engine.programme import Programme
from app.engine.versions import IN_FORCE, ProgrammeVersion
from app.studio.building import build, edition
from app.studio.schema import read


def editions_of(code: str) -> Callable[[Session], Sequence[Edition]]:
    """Return what reads a programme's editions in a transaction: a process that is older than a version judges by it all the same."""

    def editions(session: Session) -> Sequence[Edition]:
        of = (
            select(
                ProgrammeVersion.digest,
                ProgrammeVersion.version,
                ProgrammeVersion.first_day,
                ProgrammeVersion.last_day,
            )
            .where(ProgrammeVersion.programme == code, ProgrammeVersion.state.in_(IN_FORCE))
            .order_by(ProgrammeVersion.version)
        )
        return [_edition(session, *row) for row in session.execute(of)]

    return editions


def programmes(session: Session) -> list[Programme]:
    """Return the programme of each definition's newest version that applications begin with, by code. Raises BadDefinition."""
    published = select(ProgrammeVersion).where(ProgrammeVersion.state == "published")
    by_age = session.scalars(published.order_by(ProgrammeVersion.programme, ProgrammeVersion.version))
    newest = {row.programme: row for row in by_age}
    return [of_content(row.digest, row.content) for row in newest.values()]


def of_content(digest: str, content: dict) -> Programme:
    """Return the programme of a document that was signed. Raises BadDefinition."""
    if digest not in _built:
        document = read(content)
        _built[digest] = build(document, editions_of(document.code))
    return _built[digest]


_built: dict[str, Programme] = {}
_cut: dict[tuple[str, int, date, date], Edition] = {}


def _edition(session: Session, digest: str, version: int, first: date, last: date) -> Edition:
    key = digest, version, first, last
    if key not in _cut:
        row = session.scalars(select(ProgrammeVersion).where(ProgrammeVersion.digest == digest)).one()
        _cut[key] = edition(read(row.content), version, first, last)
    return _cut[key]
