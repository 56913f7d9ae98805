"""Whether the configured keys are those of the data: asked before a host gets requests, not at somebody's save."""

from __future__ import annotations

from hmac import compare_digest

from sqlalchemy import Connection, select

from app.kernel.crypto import Vault
from app.kernel.errors import BadValue
from app.registers.models import Person


def fits(connection: Connection, vault: Vault) -> bool:
    """Opens the first and the last person's id and looks it up by its hash; an empty database fits any keys."""
    wanted = select(Person.id_hash, Person.id_cipher).limit(1)
    ends = (
        connection.execute(wanted.order_by(order)).one_or_none() for order in (Person.id, Person.id.desc())
    )
    return all(_opens(vault, *end) for end in ends if end is not None)


def _opens(vault: Vault, id_hash: bytes, id_cipher: bytes) -> bool:
    try:
        return compare_digest(vault.hash(vault.decrypt(id_cipher)), bytes(id_hash))
    except BadValue:
        return False
