"""What 0.5.0 kept of classes in clear: the contact's phone is moved into its ciphertext, ids and other phones are masked."""

from __future__ import annotations

from app.engine.clear_text import Clearing
from app.kernel.crypto import Vault
from app.kernel.free_text import IDENTIFYING, without_numbers
from app.kernel.identifiers import phones
from app.programmes.training.classes.contacts import encrypt_phone
from app.programmes.training.model import Enrolment, TrainingClass


def _of_class(vault: Vault, course: TrainingClass) -> bool:
    """Hide a class's contact; one who was nothing but a phone is called by its last digits."""
    before = course.contact, course.teacher, course.platform
    name, phone = phones.split(course.contact)
    if phone:
        encrypt_phone(vault, course, phone)
        course.contact = name or phones.shown(phone)
    else:
        course.contact = name
    course.teacher, course.platform = (
        without_numbers(course.teacher),
        without_numbers(course.platform),
    )
    return (course.contact, course.teacher, course.platform) != before


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
