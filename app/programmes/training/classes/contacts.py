"""Whom a class is reached by: a name in plain text, and a phone as a ciphertext of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.kernel.crypto import Vault
from app.kernel.errors import BadValue
from app.kernel.identifiers import phones
from app.kernel.messages import N_
from app.programmes.training.model import TrainingClass
from app.registers.ciphers import UNREADABLE, new_row_key, place, text_of, text_or

NAMELESS = N_("请填写班级联系人的姓名；电话填在“联系人电话”中，加密保存。")
TWO = N_("联系人中写有另一个电话。请把电话都填在“联系人电话”中，用顿号隔开。")
NO_PHONE = N_(
    "联系人电话应为手机号码或带区号的固定电话，如13800000000、028-12345678，多个用顿号隔开。请更正。"
)
LONGEST_PHONE = 60


def sorted_out(contact: str, typed: str | None) -> tuple[str, str]:
    """Return (name, phones) of what was typed in both fields: a phone beside the name becomes the phone. Raises BadValue.

    No phone at all is the empty text.
    """
    name, beside = phones.split(contact)
    given = ""
    if typed and typed.strip():
        given = phones.normalized(typed) or ""
        if not given or len(given) > LONGEST_PHONE:
            raise BadValue(NO_PHONE)
    if not name:
        raise BadValue(NAMELESS)
    if beside and given and beside != given:
        raise BadValue(TWO)
    return name, given or beside


def placed(values: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return a class's values without `contact_phone`, and the phone. Raises BadValue."""
    name, phone = sorted_out(values["contact"], values.get("contact_phone"))
    rest = {key: value for key, value in values.items() if key != "contact_phone"}
    return {**rest, "contact": name}, phone


def encrypt_phone(vault: Vault, course: TrainingClass, phone: str) -> None:
    """Keep the phone of a class; of one without a row key before it, the key is made."""
    course.row_key = course.row_key or new_row_key()
    own = place(
        TrainingClass.contact_phone_cipher,
        row_key=course.row_key,
        employer_id=course.employer_id,
    )
    course.contact_phone_cipher = vault.encrypt(phone, own)


def change_phone(vault: Vault, course: TrainingClass, phone: str) -> tuple[str | None, str] | None:
    """Replace the phone by another; (before, after), masked, for the history; None where nothing changed."""
    before = text_or(vault, course, TrainingClass.contact_phone_cipher, UNREADABLE)
    if not phone or phone == before:
        return None
    encrypt_phone(vault, course, phone)
    return _shown(before), phones.shown(phone)


def phone_of(vault: Vault, course: TrainingClass) -> str | None:
    """Return the whole phone. Raises Unreadable."""
    return text_of(vault, course, TrainingClass.contact_phone_cipher)


def shown_phone(vault: Vault, course: TrainingClass) -> str | None:
    """Return the phone as screens show it; None where there is none, UNREADABLE where it does not open."""
    return _shown(text_or(vault, course, TrainingClass.contact_phone_cipher, UNREADABLE))


def _shown(phone: str | None) -> str | None:
    return phone if phone is None or phone == UNREADABLE else phones.shown(phone)
