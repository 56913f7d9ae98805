"""What 0.5.0 kept of classes in clear: the contact's phone is moved into its ciphertext, ids and other phones are masked."""

from __future__ import annotations

from app.engine.clear_text import Clearing
from app.kernel.crypto import Vault
from app.kernel.free_text import IDENTIFYING, without_numbers
from app.kernel.identifiers import phones
from app.programmes.training.classes.contacts import encrypt_phone
from app.programmes.training.model import Enrolment, TrainingClass


def _of_class(vault: Vault, held: TrainingClass) -> bool:
    """Return a contact who was nothing but a phone is called by its last digits."""
    before = held.contact, held.teacher, held.platform
    name, phone = phones.split(held.contact)
    if phone:
        encrypt_phone(vault, held, phone)
        held.contact = name or phones.shown(phone)
    else:
        held.contact = name
    held.teacher, held.platform = without_numbers(held.teacher), without_numbers(held.platform)
    return (held.contact, held.teacher, held.platform) != before


def _of_result(_: Vault, student: Enrolment) -> bool:
    before = student.certificate_no or ""
    student.certificate_no = phones.without_somebody(before)
    return student.certificate_no != before


CLEARINGS = (
    Clearing(
        TrainingClass,
        (TrainingClass.contact, TrainingClass.teacher, TrainingClass.platform),
        _of_class,
        (IDENTIFYING, phones.PHONE),
    ),
    Clearing(Enrolment, (Enrolment.certificate_no,), _of_result, (phones.SOMEBODY,)),
)
