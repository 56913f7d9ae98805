"""Registers of any size, made up from a seed and written by COPY: for benches and for tables of cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from random import Random

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.demo.identities import Resident, make_id, make_name, make_phone, make_uscc
from app.kernel import names
from app.kernel.crypto import Vault
from app.registers.ciphers import place
from app.registers.models import Coverage, Person, RegisterLoad

DATED = ("contributions", "unemployment", "transfers")
UNDATED = ("persons", "employers")
PAID_BY_ALL = """
    INSERT INTO contributions (person_id, employer_id, insured_region, month, paid)
    SELECT person, :employer, :region, month, true FROM unnest(CAST(:people AS bigint[])) person,
           generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 month') month
"""


def residents(count: int, region: str, today: date, seed: int = 1) -> list[Resident]:
    """People of one region, each id once; the same seed makes the same people."""
    random, ids = Random(seed), {}
    while len(ids) < count:
        ids[make_id(random, today)] = None
    return [Resident(code, make_name(random), make_phone(random), region) for code in ids]


def copy(session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Rows into a table, in the session's transaction."""
    cursor = session.connection().connection.cursor()
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as sink:
        for row in rows:
            sink.write_row(row)


def add_persons(session: Session, vault: Vault, people: Sequence[Resident]) -> list[int]:
    """Registers people; their row ids, in the order given."""
    hashes = [vault.hash(person.citizen_id) for person in people]
    copy(
        session,
        "persons",
        ("id_hash", "id_cipher", "head4", "last4", "name", "name_folded", "region_code"),
        (
            (
                found,
                vault.encrypt(p.citizen_id, place(Person.id_cipher, id_hash=found)),
                p.citizen_id[:4],
                p.citizen_id[-4:],
                p.name,
                names.fold(p.name),
                p.region,
            )
            for found, p in zip(hashes, people, strict=True)
        ),
    )
    stored = session.execute(text("SELECT id_hash, id FROM persons WHERE id_hash = ANY(:h)"), {"h": hashes})
    ids = dict(stored.all())
    return [ids[found] for found in hashes]


def add_employers(session: Session, scales: Sequence[str], region: str, seed: int = 1) -> list[int]:
    """Registers one enterprise for each scale; their row ids."""
    random = Random(f"{seed}-{region}")
    ids = []
    for number, scale in enumerate(scales, 1):
        facts = {"uscc": make_uscc(random, region), "name": f"{region}第{number}有限公司", "scale": scale}
        statement = """INSERT INTO employers (uscc, unit_no, name, kind, scale, region_code)
                       VALUES (:uscc, :uscc, :name, 'enterprise', :scale, :region) RETURNING id"""
        ids.append(session.scalar(text(statement), {**facts, "region": region}))
    return ids


def add_contributions(session: Session, rows: Iterable[tuple[int, int, str, date, bool]]) -> None:
    """Rows (person, employer, insured region, the month's first day, paid)."""
    columns = ("person_id", "employer_id", "insured_region", "month", "paid")
    copy(session, "contributions", columns, rows)


def pay_all(session: Session, people: list[int], employer: int, region: str, first: date, last: date) -> None:
    """The same paid months for many people, made where they are stored."""
    facts = {"people": people, "employer": employer, "region": region, "first": first, "last": last}
    session.execute(text(PAID_BY_ALL), facts)


def add_unemployment(session: Session, rows: Iterable[tuple[int, date, date | None]]) -> None:
    """Rows (person, registered on, cancelled on)."""
    copy(session, "unemployment", ("person_id", "registered_on", "cancelled_on"), rows)


def add_transfers(session: Session, rows: Iterable[tuple[int, date]]) -> None:
    """Rows (person, left on)."""
    copy(session, "transfers", ("person_id", "left_on"), rows)


def cover(session: Session, kind: str, regions: Iterable[str], first: date, last: date) -> None:
    """Writes down that a register was loaded for some regions from a first to a last day."""
    load = RegisterLoad(kind=kind, source="synthetic.csv", rows_read=0, rows_stored=0, rows_refused=0)
    load.coverage = [Coverage(region_code=r, kind=kind, first_day=first, last_day=last) for r in regions]
    session.add(load)
    session.flush()
