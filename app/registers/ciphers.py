"""The type of every column that only the vault reads, and the name of the place that a ciphertext is bound to.

The rotation of keys finds the columns by their type.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import cast, overload

from flask_appbuilder import Model
from sqlalchemy import Column, LargeBinary
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from app.kernel.crypto import Vault
from app.kernel.errors import Unreadable
from app.kernel.messages import N_

UNREADABLE = N_("无法解开")
"""What a list shows instead of the one value that does not open; the row's own page says why."""
ENCRYPTED = "encrypted"
"""Ciphertexts are loaded together with the row's key: one that was renewed meanwhile would not fit the other."""


class Cipher(LargeBinary):
    """What `Vault` encrypted for one row: for the table, the column, and that row's values of the columns `bound_to`.

    These are known before the row is inserted and never change; a row's own random key is one of them where nothing
    else tells the row from others. Table and column are part of what was encrypted: they can't be renamed.
    """

    def __init__(self, bound_to: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.bound_to = bound_to


def row_key(deferred: bool = True) -> Mapped[bytes | None]:
    """Return a random number that a row's ciphertexts are bound to; rows of 0.5.0 get theirs with the new format."""
    return mapped_column(LargeBinary, deferred=deferred, deferred_group=ENCRYPTED if deferred else None)


def new_row_key() -> bytes:
    """Return 16 random bytes."""
    return os.urandom(16)


def place(column: Column | InstrumentedAttribute, **values: object) -> bytes:
    """Return the name of the place that a ciphertext is bound to. Raises KeyError for a value that is missing."""
    label, names = _label(column)
    return label + b"".join([_told_apart(values[name]) for name in names])


@lru_cache(maxsize=128)
def _label(column: Column | InstrumentedAttribute) -> tuple[bytes, tuple[str, ...]]:
    attribute: Column = column if isinstance(column, Column) else column.property.columns[0]
    return f"{attribute.table.name}.{attribute.name}\0".encode(), bound_to(attribute)


def bound_to(column: Column) -> tuple[str, ...]:
    """Return the columns that the ciphertexts in a column of `Cipher` are bound to."""
    return cast(Cipher, column.type).bound_to


@overload
def text_of(vault: Vault, row: Model, attribute: InstrumentedAttribute[bytes]) -> str: ...


@overload
def text_of(vault: Vault, row: Model, attribute: InstrumentedAttribute[bytes | None]) -> str | None: ...


def text_of(vault: Vault, row: Model, attribute: InstrumentedAttribute) -> str | None:
    """Return the text in a row's column. Raises Unreadable."""
    content = bytes_of(vault, row, attribute)
    return None if content is None else content.decode()


@overload
def text_or(vault: Vault, row: Model, attribute: InstrumentedAttribute[bytes], instead: str) -> str: ...


@overload
def text_or(
    vault: Vault, row: Model, attribute: InstrumentedAttribute[bytes | None], instead: str
) -> str | None: ...


def text_or(vault: Vault, row: Model, attribute: InstrumentedAttribute, instead: str) -> str | None:
    """Return the same for a list, which one row that doesn't open must not stop."""
    try:
        return text_of(vault, row, attribute)
    except Unreadable:
        return instead


@overload
def bytes_of(vault: Vault, row: Model, attribute: InstrumentedAttribute[bytes]) -> bytes: ...


@overload
def bytes_of(vault: Vault, row: Model, attribute: InstrumentedAttribute[bytes | None]) -> bytes | None: ...


def bytes_of(vault: Vault, row: Model, attribute: InstrumentedAttribute) -> bytes | None:
    """Return the bytes in a row's column. Raises Unreadable."""
    ciphertext = getattr(row, attribute.key)
    (column,) = attribute.property.columns
    if ciphertext is None:
        return None
    return vault.decrypt_bytes(ciphertext, place(column, **{n: getattr(row, n) for n in bound_to(column)}))


def _told_apart(value: object) -> bytes:
    """Join values so that no two rows of them yield the same bytes; an absent value differs from an empty one."""
    if value is None:
        return b"-"
    content = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
    return b"+" + len(content).to_bytes(4) + content
