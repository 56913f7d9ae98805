"""The five registers as their files bring them: columns, keys, and the statements that take a chunk in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.kernel.errors import BadValue
from app.kernel.messages import N_
from app.registers.loads import cells
from app.registers.loads.cells import Reader


@dataclass(frozen=True)
class Register:
    """A kind of file.

    The first `key_length` of the `columns` are the key. `staged` declares the table that a chunk is copied to
    (a person as `id_hash`), `store` upserts from it and leaves alone what is the same, `coverage` selects
    (region, first day, last day) of the chunk. `stored_join` joins the staged rows `s` with those that are held, and `facts`
    names the columns beyond the key by what they tell. `period` names a first day and its last day. `by_day`: what it covers
    are days, not the day of the load. `place` is the column that says where a row belongs, whoever it is about.
    `parameters` are bound in its statements.
    """

    kind: str
    columns: Mapping[str, Reader]
    key_length: int
    staged: str
    store: str
    coverage: str
    stored_join: str
    facts: Mapping[str, str]
    period: tuple[str, str] | None = None
    by_day: bool = True
    place: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)

    @property
    def table(self) -> str:
        return f"staged_{self.kind}"

    @property
    def of_persons(self) -> bool:
        return "citizen_id" in self.columns

    def stage(self, rows: Iterable[tuple], hashes: Mapping[str, bytes]) -> Iterator[tuple]:
        """Yield rows as they are staged; `hashes` are those of the citizen ids."""
        return ((hashes[row[0]], *row[1:]) for row in rows)

    @property
    def changes(self) -> str:
        """Selects how many staged rows are new, then how many change each of the facts."""
        differ = (f"held.id IS NOT NULL AND held.{c} IS DISTINCT FROM s.{c}" for c in self.facts.values())
        counted = ", ".join(f"count(*) FILTER (WHERE {one})" for one in ("held.id IS NULL", *differ))
        return " ".join(("SELECT", counted, "FROM", self.table, "s", self.stored_join))

    def row_reader(self, header: Sequence[str]) -> Callable[[Sequence[str], cells.Known], tuple]:
        """Return a function that reads one line's cells, which stand in the order of `header`; it raises BadCell."""
        plan = [(column, header.index(column), reader) for column, reader in self.columns.items()]
        positions = [list(self.columns).index(column) for column in self.period or ()]

        def read(line: Sequence[str], known: cells.Known) -> tuple:
            row = []
            for column, position, reader in plan:
                try:
                    row.append(reader(line[position], known))
                except BadValue as error:
                    raise BadCell(column, error) from None
            if self.period:
                _refuse_backwards(self.period[1], *(row[p] for p in positions))
            return tuple(row)

        return read


class BadCell(Exception):
    """A cell that cannot be a fact: its column and why."""

    def __init__(self, column: str, why: BadValue):
        super().__init__(column)
        self.column, self.message = column, why.message


def _refuse_backwards(column: str, first, last) -> None:
    if last is not None and last < first:
        raise BadCell(column, BadValue(N_("早于开始日期，请核对两个日期。")))


PERSONS = Register(
    kind="persons",
    columns={
        "citizen_id": cells.person,
        "name": cells.name(100),
        "phone": cells.phone,
        "region_code": cells.region,
    },
    key_length=1,
    by_day=False,
    staged="""
        id_hash bytea, id_cipher bytea, head4 text, last4 text, name text, name_folded text,
        phone_cipher bytea, region_code text
    """,
    store="""
        INSERT INTO persons AS held
            (id_hash, id_cipher, head4, last4, name, name_folded, phone_cipher, region_code)
        SELECT * FROM staged_persons ORDER BY id_hash
        ON CONFLICT (id_hash) DO UPDATE
        SET name = excluded.name, name_folded = excluded.name_folded, phone_cipher = excluded.phone_cipher,
            region_code = excluded.region_code
        WHERE (held.name, held.name_folded, held.phone_cipher, held.region_code) IS DISTINCT FROM
              (excluded.name, excluded.name_folded, excluded.phone_cipher, excluded.region_code)
    """,
    coverage="SELECT DISTINCT region_code, CAST(:today AS date), CAST(:today AS date) FROM staged_persons",
    stored_join="LEFT JOIN persons held USING (id_hash)",
    facts={"name": "name", "phone": "phone_cipher", "region_code": "region_code"},
)
EMPLOYERS = Register(
    kind="employers",
    columns={
        "uscc": cells.employer,
        "unit_no": cells.optional(30),
        "name": cells.name(200),
        "kind": cells.employer_kind,
        "scale": cells.scale,
        "region_code": cells.region,
    },
    key_length=1,
    by_day=False,
    staged="uscc text, unit_no text, name text, kind text, scale text, region_code text",
    store="""
        INSERT INTO employers AS held (uscc, unit_no, name, kind, scale, region_code)
        SELECT * FROM staged_employers ORDER BY uscc
        ON CONFLICT (uscc) DO UPDATE
        SET unit_no = excluded.unit_no, name = excluded.name, kind = excluded.kind, scale = excluded.scale,
            region_code = excluded.region_code
        WHERE (held.unit_no, held.name, held.kind, held.scale, held.region_code) IS DISTINCT FROM
              (excluded.unit_no, excluded.name, excluded.kind, excluded.scale, excluded.region_code)
    """,
    coverage="SELECT DISTINCT region_code, CAST(:today AS date), CAST(:today AS date) FROM staged_employers",
    stored_join="LEFT JOIN employers held USING (uscc)",
    facts={name: name for name in ("unit_no", "name", "kind", "scale", "region_code")},
)
CONTRIBUTIONS = Register(
    kind="contributions",
    columns={
        "citizen_id": cells.person,
        "uscc": cells.employer,
        "month": cells.month,
        "insured_region": cells.region,
        "paid": cells.flag,
    },
    key_length=4,
    place="insured_region",
    staged="id_hash bytea, uscc text, month date, insured_region text, paid boolean",
    store="""
        INSERT INTO contributions AS held (person_id, employer_id, insured_region, month, paid)
        SELECT p.id, e.id, s.insured_region, s.month, s.paid
        FROM staged_contributions s JOIN persons p USING (id_hash) JOIN employers e USING (uscc)
        ORDER BY p.id, e.id, s.insured_region, s.month
        ON CONFLICT ON CONSTRAINT contribution_key DO UPDATE SET paid = excluded.paid
        WHERE held.paid <> excluded.paid
    """,
    coverage="""
        SELECT insured_region, min(month), (max(month) + interval '1 month')::date - 1
        FROM staged_contributions GROUP BY insured_region
    """,
    stored_join="""
        JOIN persons p USING (id_hash) JOIN employers e USING (uscc)
        LEFT JOIN contributions held ON held.person_id = p.id AND held.employer_id = e.id
            AND held.insured_region = s.insured_region AND held.month = s.month
    """,
    facts={"paid": "paid"},
)
UNEMPLOYMENT = Register(
    kind="unemployment",
    columns={"citizen_id": cells.person, "registered_on": cells.day, "cancelled_on": cells.end_or_none},
    key_length=2,
    period=("registered_on", "cancelled_on"),
    staged="id_hash bytea, registered_on date, cancelled_on date",
    store="""
        INSERT INTO unemployment AS held (person_id, registered_on, cancelled_on)
        SELECT p.id, s.registered_on, s.cancelled_on FROM staged_unemployment s JOIN persons p USING (id_hash)
        ORDER BY p.id, s.registered_on
        ON CONFLICT ON CONSTRAINT unemployment_key DO UPDATE SET cancelled_on = excluded.cancelled_on
        WHERE held.cancelled_on IS DISTINCT FROM excluded.cancelled_on
    """,
    coverage="""
        SELECT p.region_code, min(s.registered_on), least(max(coalesce(s.cancelled_on, s.registered_on)), CAST(:today AS date))
        FROM staged_unemployment s JOIN persons p USING (id_hash)
        WHERE p.region_code IS NOT NULL GROUP BY p.region_code
    """,
    stored_join="""
        JOIN persons p USING (id_hash)
        LEFT JOIN unemployment held ON held.person_id = p.id AND held.registered_on = s.registered_on
    """,
    facts={"cancelled_on": "cancelled_on"},
)
TRANSFERS = Register(
    kind="transfers",
    columns={
        "citizen_id": cells.person,
        "left_on": cells.day,
        "returned_on": cells.end_or_none,
        "destination": cells.optional(100),
    },
    key_length=2,
    period=("left_on", "returned_on"),
    staged="id_hash bytea, left_on date, returned_on date, destination text",
    store="""
        INSERT INTO transfers AS held (person_id, left_on, returned_on, destination)
        SELECT p.id, s.left_on, s.returned_on, s.destination
        FROM staged_transfers s JOIN persons p USING (id_hash)
        ORDER BY p.id, s.left_on
        ON CONFLICT ON CONSTRAINT transfer_key DO UPDATE
        SET returned_on = excluded.returned_on, destination = excluded.destination
        WHERE (held.returned_on, held.destination) IS DISTINCT FROM
              (excluded.returned_on, excluded.destination)
    """,
    coverage="""
        SELECT p.region_code, min(s.left_on), least(max(coalesce(s.returned_on, s.left_on)), CAST(:today AS date))
        FROM staged_transfers s JOIN persons p USING (id_hash)
        WHERE p.region_code IS NOT NULL GROUP BY p.region_code
    """,
    stored_join="""
        JOIN persons p USING (id_hash)
        LEFT JOIN transfers held ON held.person_id = p.id AND held.left_on = s.left_on
    """,
    facts={"returned_on": "returned_on", "destination": "destination"},
)
REGISTERS = {r.kind: r for r in (PERSONS, EMPLOYERS, CONTRIBUTIONS, UNEMPLOYMENT, TRANSFERS)}
