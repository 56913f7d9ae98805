"""Persons on their way into the register: hashed to be found, encrypted to be read, never in the clear."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.kernel import names
from app.kernel.crypto import Vault
from app.kernel.errors import Unreadable
from app.registers.ciphers import place
from app.registers.models import Person

HELD = text("SELECT id_hash FROM persons WHERE id_hash = ANY(:hashes)")
PHONES = text("""
    SELECT id_hash, phone_cipher FROM persons WHERE id_hash = ANY(:hashes) AND phone_cipher IS NOT NULL
""")
CREATE = text("""
    INSERT INTO persons (id_hash, id_cipher, head4, last4)
    SELECT * FROM unnest(CAST(:hashes AS bytea[]), CAST(:ciphers AS bytea[]), CAST(:heads AS text[]),
                         CAST(:lasts AS text[]))
    ON CONFLICT (id_hash) DO NOTHING
""")


def create_missing(session: Session, vault: Vault, ids: set[str]) -> dict[str, bytes]:
    """Create persons whom no one has registered yet, without a name; return the hash of each id."""
    hashes = {code: vault.hash(code) for code in ids}
    stored = set(session.scalars(HELD, {"hashes": list(hashes.values())}))
    missing = sorted((digest, code) for code, digest in hashes.items() if digest not in stored)
    if missing:
        session.execute(
            CREATE,
            {
                "hashes": [digest for digest, _ in missing],
                "ciphers": [
                    vault.encrypt(code, place(Person.id_cipher, id_hash=digest)) for digest, code in missing
                ],
                "heads": [code[:4] for _, code in missing],
                "lasts": [code[-4:] for _, code in missing],
            },
        )
    return hashes


def encrypt_persons(session: Session, vault: Vault, rows: list[tuple]) -> list[tuple]:
    """Encrypt rows (id, name, phone, region) as they are stored; a phone that is the same keeps its ciphertext.

    Two ciphertexts of one phone differ, so that only this makes a second load change nothing.
    """
    hashes = [vault.hash(code) for code, *_ in rows]
    stored = {row.id_hash: row.phone_cipher for row in session.execute(PHONES, {"hashes": hashes})}
    return [
        (
            digest,
            vault.encrypt(code, place(Person.id_cipher, id_hash=digest)),
            code[:4],
            code[-4:],
            name,
            names.fold(name),
            _phone(vault, phone, digest, stored.get(digest)),
            region,
        )
        for digest, (code, name, phone, region) in zip(hashes, rows, strict=True)
    ]


def _phone(vault: Vault, phone: str | None, id_hash: bytes, stored: bytes | None) -> bytes | None:
    if phone is None:
        return None
    own = place(Person.phone_cipher, id_hash=id_hash)
    return stored if stored and _reads(vault, stored, own, phone) else vault.encrypt(phone, own)


def _reads(vault: Vault, stored: bytes, own: bytes, phone: str) -> bool:
    """Return whether that phone is the stored one; what doesn't open is replaced."""
    try:
        return vault.decrypt(stored, own) == phone
    except Unreadable:
        return False
