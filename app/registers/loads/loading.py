"""Bulk loading of a register: chunks of bounded memory, a fixed number of statements each; twice is once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.kernel.crypto import Vault
from app.kernel.errors import BadValue, Refused
from app.kernel.messages import N_, Message
from app.registers.loads import files, territory
from app.registers.loads.cells import Known
from app.registers.loads.defined import find_register
from app.registers.loads.identities import create_missing, encrypt_persons
from app.registers.loads.kinds import BadCell, Register
from app.registers.models import Coverage, RegisterLoad

CHUNK = 20_000
KNOWN_EMPLOYERS = text("SELECT uscc FROM employers WHERE uscc = ANY(:codes)")
REGIONS = text("SELECT code FROM regions")

Span = tuple[date, date]
Row = tuple[int, tuple]


@dataclass(frozen=True)
class RefusedLine:
    """A line that was not taken: its number in the file, the column to blame (empty: the line), and why."""

    line: int
    column: str
    reason: Message


@dataclass(frozen=True)
class Declared:
    """What the sender says that the file covers; both days count."""

    regions: tuple[str, ...]
    first: date | None = None
    last: date | None = None

    def spans(self, register: Register, known: Known) -> dict[str, Span]:
        """Return region → span. Raises BadValue for an unknown region or for days that make no span."""
        unknown = sorted(set(self.regions) - known.regions)
        if unknown:
            raise BadValue(N_("没有这些行政区划代码：{codes}。请核对装载范围。"), codes="、".join(unknown))
        if not self.regions or (register.by_day and not (self.first and self.last)):
            raise BadValue(N_("说明装载范围时，地区、开始日期和截止日期须同时给出。"))
        first, last = self.first or known.today, self.last or known.today
        if first > last:
            raise BadValue(N_("装载范围的开始日期{first}晚于截止日期{last}。"), first=first, last=last)
        if last > known.today:
            raise BadValue(
                N_("装载范围的截止日期{last}晚于今天，尚未到来的日子不能算作已装载。请改为{today}或更早。"),
                last=last,
                today=known.today,
            )
        return dict.fromkeys(self.regions, (first, last))


@dataclass(frozen=True)
class LoadReport:
    """What became of a file's lines; `stored` counts the rows that were new or differed.

    `added` and `changed` (fact → rows) say what: new rows, and which facts of the known ones.
    """

    load_id: int
    kind: str
    read: int
    stored: int
    refused: int
    coverage: dict[str, Span]
    added: int
    changed: dict[str, int]

    @property
    def unchanged(self) -> int:
        """Lines that said what was known already, or that a later line of the file replaced."""
        return self.read - self.stored - self.refused


def load(
    session: Session,
    kind: str,
    stream: BinaryIO,
    vault: Vault,
    today: date,
    *,
    source: str,
    declared: Declared | None = None,
    refuse: Callable[[RefusedLine], None] = lambda refusal: None,
) -> LoadReport:
    """Take a file in and hands each refused line to `refuse`; the caller commits, or rolls back on an error.

    Without `declared` the file covers what it speaks of. Raises NotFound for no register, BadSheet for a file that is no
    such register, BadValue for an impossible declaration.
    """
    register = find_register(session, kind)
    known = Known(today, frozenset(session.scalars(REGIONS)))
    spans = declared.spans(register, known) if declared else None
    with closing(files.lines(stream)) as lines:
        intake = _Intake(session, register, vault, known, files.read_header(lines, list(register.columns)))
        return intake.all(lines, source, spans, refuse)


def load_rows(
    session: Session,
    kind: str,
    rows: Iterable[files.Line],
    vault: Vault,
    today: date,
    *,
    source: str,
    regions: Collection[str],
    declared: Declared | None = None,
    refuse: Callable[[RefusedLine], None] = lambda refusal: None,
) -> LoadReport:
    """Load as `load`, for numbered rows in the register's own columns, from a sender that speaks for `regions` only."""
    register = find_register(session, kind)
    known = Known(today, frozenset(session.scalars(REGIONS)))
    spans = declared.spans(register, known) if declared else None
    if spans and not set(spans) <= set(regions):
        raise Refused(N_("装载范围包含管辖范围以外的地区。请只写本机构管辖的地区。"))
    territory.lock(session)
    intake = _Intake(session, register, vault, known, list(register.columns), frozenset(regions))
    return intake.all(rows, source, spans, refuse)


class _Intake:
    """One load under way: what has been counted and covered so far."""

    def __init__(
        self,
        session: Session,
        register: Register,
        vault: Vault,
        known: Known,
        header: list[str],
        regions: frozenset[str] | None = None,
    ):
        self.session, self.register, self.vault, self.known = session, register, vault, known
        self.regions = regions
        self.width, self.read_row = len(header), register.row_reader(header)
        self.read = self.stored = self.refused = 0
        self.spans: dict[str, Span] = {}
        self.changes = [0] * (1 + len(register.facts))
        table = f"CREATE TEMP TABLE IF NOT EXISTS {register.table} ({register.staged}) ON COMMIT DROP"
        session.execute(text(table))
        self.record = RegisterLoad(kind=register.kind, source="", rows_read=0, rows_stored=0, rows_refused=0)
        session.add(self.record)
        session.flush()
        self.facts = {**register.parameters, "load": self.record.id, "today": known.today}

    def all(
        self,
        lines: Iterable[files.Line],
        source: str,
        declared: dict[str, Span] | None,
        refuse: Callable[[RefusedLine], None],
    ) -> LoadReport:
        """Take everything, chunk by chunk."""
        for chunk in files.chunks(iter(lines), CHUNK):
            for refusal in self.take(chunk):
                refuse(refusal)
        return self.finish(source, declared)

    def take(self, chunk: list[files.Line]) -> list[RefusedLine]:
        """Store a chunk's good lines and return the others, in the order of the file."""
        refusals: list[RefusedLine] = []
        rows = self._own(self._parse(chunk, refusals), refusals)
        rows = self._known_employers(rows, refusals)
        latest = {row[: self.register.key_length]: row for _, row in rows}
        self._copy(self._staged(list(latest.values())))
        counts = self.session.execute(text(self.register.changes), self.facts).one()
        self.changes = [before + more for before, more in zip(self.changes, counts, strict=True)]
        self.stored += self.session.connection().execute(text(self.register.store), self.facts).rowcount
        self._cover()
        self.read += len(chunk)
        self.refused += len(refusals)
        return sorted(refusals, key=lambda refusal: refusal.line)

    def finish(self, source: str, declared: dict[str, Span] | None) -> LoadReport:
        """Write down that the load took place and what it covers."""
        spans = self.spans if declared is None else declared
        record = self.record
        record.source = source[:200]
        record.rows_read, record.rows_stored, record.rows_refused = self.read, self.stored, self.refused
        record.coverage = [
            Coverage(region_code=code, kind=self.register.kind, first_day=first, last_day=last)
            for code, (first, last) in sorted(spans.items())
        ]
        self.session.flush()
        counts = self.read, self.stored, self.refused
        added, *changed = self.changes
        counts_changed = {fact: n for fact, n in zip(self.register.facts, changed, strict=True) if n}
        return LoadReport(record.id, self.register.kind, *counts, spans, added, counts_changed)

    def _parse(self, chunk: list[files.Line], refusals: list[RefusedLine]) -> list[Row]:
        rows = []
        for number, cells in chunk:
            if len(cells) != self.width:
                reason = Message(N_("应有{wanted}列，实有{found}列。"), wanted=self.width, found=len(cells))
                refusals.append(RefusedLine(number, "", reason))
                continue
            try:
                rows.append((number, self.read_row(cells, self.known)))
            except BadCell as bad:
                refusals.append(RefusedLine(number, bad.column, bad.message))
        return rows

    def _own(self, rows: list[Row], refusals: list[RefusedLine]) -> list[Row]:
        """Return the rows that the sender may write."""
        if self.regions is None:
            return rows
        bare = (row for _, row in rows)
        refused_rows = territory.refusals(self.session, self.vault, self.register, bare, self.regions)
        pairs = list(zip(rows, refused_rows, strict=True))
        refusals += [RefusedLine(number, *refused) for (number, _), refused in pairs if refused]
        return [numbered for numbered, refused in pairs if not refused]

    def _known_employers(self, rows: list[Row], refusals: list[RefusedLine]) -> list[Row]:
        """Return the rows whose employer is registered; an employer can't be made up from its code."""
        columns = list(self.register.columns)
        if self.register.kind == "employers" or "uscc" not in columns:
            return rows
        at = columns.index("uscc")
        codes = list({row[at] for _, row in rows})
        stored = set(self.session.scalars(KNOWN_EMPLOYERS, {"codes": codes}))
        reason = territory.NO_EMPLOYER
        refusals += [RefusedLine(number, "uscc", reason) for number, row in rows if row[at] not in stored]
        return [numbered for numbered in rows if numbered[1][at] in stored]

    def _staged(self, rows: list[tuple]) -> Iterable[tuple]:
        if self.register.kind == "employers":
            return rows
        if self.register.kind == "persons":
            return encrypt_persons(self.session, self.vault, rows)
        ids = {row[0] for row in rows} if self.register.of_persons else set()
        return self.register.stage(rows, create_missing(self.session, self.vault, ids) if ids else {})

    def _copy(self, rows: Iterable[tuple]) -> None:
        self.session.execute(text(f"TRUNCATE {self.register.table}"))
        cursor = self.session.connection().connection.cursor()
        with cursor.copy(f"COPY {self.register.table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def _cover(self) -> None:
        covered = self.session.execute(text(self.register.coverage), self.facts)
        for code, first, last in covered:
            span = self.spans.get(code, (first, last))
            self.spans[code] = (min(span[0], first), min(max(span[1], last), self.known.today))
