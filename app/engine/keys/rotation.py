"""Another cipher key, or the new format: every ciphertext is made again under it while people go on working.

Runs as the owner of the database, for the product's own login may not change an account. The columns are found by their type, so that a new one cannot be forgotten. A batch locks its rows, passes by those
that somebody else holds, and is committed at once: what was done stays done, and the next run takes what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import (
    BindParameter,
    Column,
    Integer,
    LargeBinary,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from app.engine.keys.account_payees import fill_payees
from app.kernel.crypto import HEADER_BYTES, Vault
from app.kernel.errors import Unreadable
from app.registers.ciphers import Cipher, bound_to, new_row_key, place

ROWS, BYTES = 1_000, 16 * 1024 * 1024
"""A batch at most; scanned papers are large."""
UNNUMBERED = 1


@dataclass
class Renewal:
    """One table: rows of another key or format at the beginning, renewed, left, and of those not to be opened."""

    table: str
    stale: int
    renewed: int = 0
    unreadable: int = 0
    left: int = 0


@dataclass(frozen=True)
class Holding:
    """How many values of one column were made by one format, cipher and key; `header` names them."""

    column: str
    header: bytes
    count: int


def sealed_columns() -> dict[str, list[Column]]:
    """Return table → its columns of ciphertext, from the models themselves."""
    by_table = {
        name: [column for column in table.columns if isinstance(column.type, Cipher)]
        for name, table in sorted(Model.metadata.tables.items())
    }
    return {name: columns for name, columns in by_table.items() if columns}


def holdings(session: Session) -> Iterator[Holding]:
    """Yield what every column holds, by format, cipher and key."""
    for table, columns in sealed_columns().items():
        for column in columns:
            shortest = case((func.get_byte(column, 0) == UNNUMBERED, 1), else_=HEADER_BYTES)
            header = func.substring(column, 1, shortest)
            counted = select(header, func.count()).where(func.octet_length(column) > 0).group_by(header)
            for made_by, count in session.execute(counted):
                yield Holding(f"{table}.{column.name}", bytes(made_by), count)


def rotate(session: Session, vault: Vault, tell: Callable[[Renewal], None] = lambda _: None) -> list[Renewal]:
    """Bring everything under the current key and format; `tell` hears of every batch. Commits after each."""
    done = []
    for name, columns in sealed_columns().items():
        stale = _stale(columns, vault)
        report = Renewal(name, _count(session, stale))
        if report.stale:
            unclear = fill_payees(session) if name == "accounts" else frozenset()
            _renew_table(session, vault, columns, report, tell, unclear)
        report.left = _count(session, stale)
        session.commit()
        done.append(report)
    return done


def _count(session: Session, stale: ColumnElement[bool]) -> int:
    return session.scalars(select(func.count()).where(stale)).one()


def _renew_table(
    session: Session,
    vault: Vault,
    columns: list[Column],
    report: Renewal,
    tell: Callable[[Renewal], None],
    unclear: frozenset[int],
) -> None:
    """Renew from the first key to the last; a row that somebody holds meanwhile is left for the next run, `unclear` ones for good."""
    key, last = _key(columns[0]), None
    while keys := _next(session, key, last, _stale(columns, vault), _size(columns)):
        locked = select(key, *columns, *_binding(columns)).where(key.in_(keys), _stale(columns, vault))
        locked = locked.where(key.not_in(unclear)) if unclear else locked
        rows = session.execute(locked.with_for_update(key_share=True, skip_locked=True)).all()
        renewed = [values for row in rows if (values := _renewed(vault, key, columns, row, report))]
        if renewed:
            sets: dict[Any, BindParameter] = {
                column: bindparam(f"new_{column.name}") for column in (*columns, *_own_key(columns))
            }
            session.connection().execute(
                update(key.table).where(key == bindparam("row")).values(sets), renewed
            )
        session.commit()
        report.renewed += len(renewed)
        last = keys[-1]
        tell(report)


def _next(session: Session, key: Column, last: object, stale: ColumnElement, size: ColumnElement) -> list:
    """Return the keys of the next batch, few enough that their contents fit into memory."""
    wanted = select(key, size).where(stale).order_by(key).limit(ROWS)
    if last is not None:
        wanted = wanted.where(key > last)
    keys: list = []
    total = 0
    for value, length in session.execute(wanted):
        total += length
        if keys and total > BYTES:
            break
        keys.append(value)
    return keys


def _renewed(vault: Vault, key: Column, columns: list[Column], row, report: Renewal) -> dict | None:
    """Return the new values of a row; None for one that does not open, which stays as it is."""
    values = {column.name: row._mapping[column] for column in (*columns, *_binding(columns))}
    for own in _own_key(columns):
        values[own.name] = values[own.name] or new_row_key()
    try:
        new = {
            f"new_{c.name}": vault.renew(values[c.name], place(c, **values))
            if values[c.name]
            else values[c.name]
            for c in columns
        }
    except Unreadable:
        report.unreadable += 1
        return None
    new |= {f"new_{own.name}": values[own.name] for own in _own_key(columns)}
    return {"row": row._mapping[key], **new}


def _binding(columns: list[Column]) -> list[Column]:
    """Return the columns that a table's ciphertexts are bound to."""
    table, names = columns[0].table, {name for column in columns for name in bound_to(column)}
    return [table.c[name] for name in sorted(names)]


def _own_key(columns: list[Column]) -> list[Column]:
    """Return the random key of a table's rows, which those of 0.5.0 get here, where it has one."""
    return [column for column in _binding(columns) if column.name == "row_key"]


def _stale(columns: list[Column], vault: Vault) -> ColumnElement[bool]:
    """Return whether a row holds anything that was made by another format, cipher or key; an empty value was made by none."""
    header = literal(vault.header, LargeBinary)
    return or_(
        *(
            and_(func.octet_length(column) > 0, func.substring(column, 1, HEADER_BYTES) != header)
            for column in columns
        )
    )


def _size(columns: list[Column]) -> ColumnElement[int]:
    lengths = (func.coalesce(func.octet_length(column), 0) for column in columns)
    return sum(lengths, start=literal(0, Integer))


def _key(column: Column) -> Column:
    """Return the primary key of a column's table."""
    (key,) = column.table.primary_key.columns
    return key
