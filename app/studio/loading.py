"""Published versions as they are used: read in the transaction that judges, built once a process for each content."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.edition import Edition
from app.engine.programme import Programme
from app.engine.versions import IN_FORCE, ProgrammeVersion
from app.registers.definitions import library
from app.registers.definitions.definition import Definition
from app.studio.building import build, edition
from app.studio.schema import BadDefinition, read

log = logging.getLogger(__name__)


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


def programmes(session: Session) -> Iterator[tuple[ProgrammeVersion, Programme]]:
    """Yield each version that judges claims with its programme, the older ones first; one that can't be built is left out."""
    kept = select(ProgrammeVersion).where(ProgrammeVersion.state.in_(IN_FORCE))
    registers = library.known(session)
    for row in session.scalars(kept.order_by(ProgrammeVersion.programme, ProgrammeVersion.version)):
        try:
            yield row, of_content(row.digest, row.content, row.version, registers)
        except BadDefinition:
            log.exception("the definition %r is left out", row)


def of_content(
    digest: str, content: dict, version: int, registers: Sequence[Definition] | None = None
) -> Programme:
    """Return the programme of a document that was signed. Raises BadDefinition."""
    if (digest, version) not in _BUILT:
        document = read(content)
        _BUILT[digest, version] = build(document, version, editions_of(document.code), registers)
    return _BUILT[digest, version]


_BUILT: dict[tuple[str, int], Programme] = {}
_CUT: dict[tuple[str, int, date, date], Edition] = {}


def _edition(session: Session, digest: str, version: int, first: date, last: date) -> Edition:
    key = digest, version, first, last
    if key not in _CUT:
        of_content = select(ProgrammeVersion.content).where(ProgrammeVersion.digest == digest).limit(1)
        document = read(session.scalars(of_content).one())
        _CUT[key] = edition(document, version, first, last, library.known(session))
    return _CUT[key]
