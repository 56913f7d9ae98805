"""Whether the configured keys are those of the data: asked before a host gets requests, not at somebody's save."""

from __future__ import annotations

from collections.abc import Iterator
from hmac import compare_digest

from sqlalchemy import Column, Connection, Select, func, select, union_all

from app.engine.keys.rotation import sealed_columns
from app.kernel.crypto import HEADER_BYTES, Vault
from app.kernel.errors import BadValue
from app.registers.ciphers import place
from app.registers.models import Person


def fits(connection: Connection, vault: Vault) -> bool:
    """Open the first and the last person's id and looks it up by its hash; an empty database fits any keys."""
    wanted = select(Person.id_hash, Person.id_cipher).limit(1)
    ends = (
        connection.execute(wanted.order_by(order)).one_or_none() for order in (Person.id, Person.id.desc())
    )
    return all(_opens(vault, *end) for end in ends if end is not None)


def format_left(connection: Connection, vault: Vault) -> bool:
    """Return whether a format that is refused still lies at an end of a table, where a renewal would have come first or last.

    A look, not a count: that would take minutes in a province, and `flask keys status` makes it.
    """
    if vault.form != "only":
        return False
    ends = union_all(*(end for columns in sealed_columns().values() for end in _ends(columns)))
    return any(vault.refuses(bytes(header)) for header in connection.scalars(ends) if header)


def _ends(columns: list[Column]) -> Iterator[Select]:
    (key,) = columns[0].table.primary_key.columns
    for column in columns:
        header = func.substring(column, 1, HEADER_BYTES).label("header")
        for order in (key, key.desc()):
            yield select(select(header).order_by(order).limit(1).subquery().c.header)


def _opens(vault: Vault, id_hash: bytes, id_cipher: bytes) -> bool:
    try:
        return compare_digest(
            vault.hash(vault.decrypt(id_cipher, place(Person.id_cipher, id_hash=id_hash))), bytes(id_hash)
        )
    except BadValue:
        return False
