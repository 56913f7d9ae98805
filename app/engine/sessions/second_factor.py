"""The second factor: a code of six digits that a person's telephone makes every 30 seconds (RFC 6238).

An administrator demands it of roles; those who have one are always asked for it. The secret is encrypted at rest, and no
code is taken twice: the database remembers the last step of time that was used.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from hmac import compare_digest

import pyotp
from flask_appbuilder import Model
from sqlalchemy import BigInteger, DateTime, ForeignKey, String, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.kernel.crypto import Vault
from app.registers.ciphers import Cipher, place
from app.registers.organisation import Staff

DRIFT = 1
"""Steps that a telephone's clock may be wrong by, either way."""


class SecondFactor(Model):
    """Who has one; `last_step` is the step of time of the last code that was taken."""

    __tablename__ = "second_factors"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    secret_cipher: Mapped[bytes] = mapped_column(Cipher(bound_to=("user_id",)))
    last_step: Mapped[int] = mapped_column(BigInteger)
    enrolled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    staff: Mapped[Staff] = relationship(
        primaryjoin="foreign(SecondFactor.user_id) == Staff.user_id", viewonly=True
    )


class DemandingRole(Model):
    """The name of a role whose holders need a second factor."""

    __tablename__ = "second_factor_roles"

    role: Mapped[str] = mapped_column(String(64), primary_key=True)


def new_secret() -> str:
    """Return 160 random bits in base32, as every authenticator takes them."""
    return pyotp.random_base32()


def address(secret: str, username: str, issuer: str) -> str:
    """Return what the square code says to the authenticator."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)


def enrolled(session: Session, user_id: int) -> bool:
    """Return whether somebody has a second factor."""
    return session.scalar(select(SecondFactor.user_id).where(SecondFactor.user_id == user_id)) is not None


def enrolled_among(session: Session, user_ids: Collection[int]) -> set[int]:
    """Return those of the logins that have a second factor."""
    return set(session.scalars(select(SecondFactor.user_id).where(SecondFactor.user_id.in_(user_ids))))


def enrol(session: Session, vault: Vault, user_id: int, secret: str, code: str, now: float) -> bool:
    """Take the secret as the person's, once a code proves that the telephone knows it; never replaces another."""
    step = _step_of(secret, code, now)
    if step is None:
        return False
    row = {"user_id": user_id, "secret_cipher": vault.encrypt(secret, _place(user_id)), "last_step": step}
    added = insert(SecondFactor).values(row).on_conflict_do_nothing().returning(SecondFactor.user_id)
    return session.scalar(added) is not None


def accept(session: Session, vault: Vault, user_id: int, code: str, now: float) -> bool:
    """Return whether the code is right at `now` (seconds since 1970) and its step of time was never used before."""
    own = SecondFactor.user_id == user_id
    ciphertext = session.scalar(select(SecondFactor.secret_cipher).where(own))
    step = None if ciphertext is None else _step_of(vault.decrypt(ciphertext, _place(user_id)), code, now)
    if step is None:
        return False
    used = update(SecondFactor).where(own, SecondFactor.last_step < step).values(last_step=step)
    return session.scalar(used.returning(SecondFactor.user_id)) is not None


def _place(user_id: int) -> bytes:
    return place(SecondFactor.secret_cipher, user_id=user_id)


def _step_of(secret: str, code: str, now: float) -> int | None:
    """Return the step of time whose code this is, within the drift."""
    totp = pyotp.TOTP(secret)
    current = int(now) // totp.interval
    steps = range(current - DRIFT, current + DRIFT + 1)
    right = [s for s in steps if compare_digest(totp.generate_otp(s).encode(), code.encode())]
    return right[-1] if right else None
