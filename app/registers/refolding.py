"""Stored folded names after a release that folds otherwise: in `prepare`, in small transactions, once, and from where it stopped."""

from __future__ import annotations

from sqlalchemy import (
    Connection,
    NullPool,
    bindparam,
    column,
    create_engine,
    func,
    select,
    table,
    text,
)

VERSION = 1
"""Raised by a release whose `fold_name` makes something else of a name."""
BATCH = 20_000

START = text("""
    INSERT INTO refoldings AS held (table_name, version, reached) VALUES (:table, :version, 0)
    ON CONFLICT (table_name) DO UPDATE SET version = excluded.version, reached = 0
    WHERE held.version < excluded.version
""")
HOW_FAR = text("SELECT reached FROM refoldings WHERE table_name = :table")
REACHED = text("UPDATE refoldings SET reached = :reached WHERE table_name = :table")
PERSONS = """
    WITH changed AS (
        SELECT id, name_folded AS was, left(fold_name(name), 100) AS folded FROM persons
        WHERE id > :after AND id <= :last AND name_folded IS DISTINCT FROM left(fold_name(name), 100)
        ORDER BY id FOR NO KEY UPDATE
    ), stale AS (
        SELECT c.id, changed.folded FROM claims c JOIN changed ON c.person_id = changed.id AND c.name = changed.was
        ORDER BY c.id FOR NO KEY UPDATE OF c
    ), claimed AS (
        UPDATE claims SET name = stale.folded FROM stale WHERE claims.id = stale.id
    )
    UPDATE persons SET name_folded = changed.folded FROM changed WHERE persons.id = changed.id
"""
"""A claim keeps the name that rule C-03 found to agree, and is held against the person's again."""
FAILED_ROWS = """
    UPDATE failed_rows SET name = left(fold_name(name), 100)
    WHERE id > :after AND id <= :last AND name <> left(fold_name(name), 100)
"""
TABLES = {"persons": PERSONS, "failed_rows": FAILED_ROWS}


def refold(url: str) -> int:
    """Fold what other releases stored, with the owner's login; returns how many rows changed. Nobody waits longer than a batch."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return sum(_refold(connection, name, statement) for name, statement in TABLES.items())


def _refold(connection: Connection, name: str, statement: str) -> int:
    with connection.begin():
        connection.execute(START, {"table": name, "version": VERSION})
        reached = connection.scalar(HOW_FAR, {"table": name})
    changed, batch = 0, text(statement)
    key = table(name, column("id")).c.id
    following = select(key).where(key > bindparam("after")).order_by(key).limit(BATCH).subquery()
    upto = select(func.max(following.c.id))
    while True:
        with connection.begin():
            last = connection.scalar(upto, {"after": reached})
            if last is None:
                return changed
            changed += connection.execute(batch, {"after": reached, "last": last}).rowcount
            connection.execute(REACHED, {"table": name, "reached": last})
        reached = last
