"""The birth date and the sex of a batch's people, which no column holds in clear: their ids are read for it, and forgotten."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.kernel.crypto import Vault
from app.kernel.errors import Unreadable
from app.kernel.identifiers import citizen_id
from app.registers.ciphers import place
from app.registers.models import Person

PEOPLE = """
    SELECT p.id, p.id_hash, p.id_cipher FROM persons p
    WHERE p.id IN (SELECT c.person_id FROM candidates c WHERE c.born_on IS NULL)
"""
FILL = """
    UPDATE candidates c SET born_on = b.born_on, male = b.male
    FROM unnest(CAST(:ids AS bigint[]), CAST(:births AS date[]), CAST(:males AS boolean[])) b (id, born_on, male)
    WHERE c.person_id = b.id
"""
"""A birth date beside what is stored of a masked id would nearly give the id away, so it stays in the temporary table."""


def fill_births(session: Session) -> None:
    """Fill `born_on` and `male` of the candidates whom the register of persons knows, in two statements."""
    vault: Vault = session.info["vault"]
    known = {
        person: born
        for person, id_hash, cipher in session.execute(text(PEOPLE))
        if (born := _born(vault, id_hash, cipher))
    }
    births = [born for born, _ in known.values()]
    males = [male for _, male in known.values()]
    session.execute(text(FILL), {"ids": list(known), "births": births, "males": males})


def _born(vault: Vault, id_hash: bytes, cipher: bytes) -> tuple[date, bool] | None:
    """Return birth date and sex; none for an id that doesn't open, whose verdict is then unknown."""
    try:
        number = vault.decrypt_bytes(cipher, place(Person.id_cipher, id_hash=id_hash)).decode()
    except Unreadable:
        return None
    return citizen_id.birth(number), citizen_id.is_male(number)
