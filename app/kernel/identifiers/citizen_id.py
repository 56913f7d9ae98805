"""公民身份号码 (GB 11643): form, date and check digit, and nothing that refuses real people."""

import re
from datetime import date
from operator import mul

from app.kernel.text import squeeze

_FORM = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"


def normalize(text: str) -> str:
    """Return the id as the registers write it, whatever blanks, full-width digits or lower-case x were typed."""
    return squeeze(text).upper()


def is_whole(text: str) -> bool:
    """Return whether what was typed has the form of an id, be it anybody's or not."""
    return _FORM.fullmatch(normalize(text)) is not None


def check_digit(first17: str) -> str:
    """Return the 18th character that belongs to 17 digits."""
    total = sum(map(mul, map(int, first17), _WEIGHTS))
    return _CHECK_DIGITS[total % 11]


def is_valid(text: str, today: date) -> bool:
    """Return whether a normalized id holds a birth date before `today` and the right check digit.

    Region codes are not looked at: they change, and a table of them refuses real people.
    """
    if not _FORM.fullmatch(text) or check_digit(text[:17]) != text[17]:
        return False
    try:
        return birth(text) < today
    except ValueError:
        return False


def birth(text: str) -> date:
    """Return the birth date that a valid id holds."""
    return date.fromisoformat(text[6:14])


def is_male(text: str) -> bool:
    """Return the sex that a valid id holds."""
    return int(text[16]) % 2 == 1


def mask(text: str) -> str:
    """Return the first and last four characters, for screens and public notices: 5101**********1234."""
    if len(text) <= 8:
        return "*" * len(text)
    return f"{text[:4]}{'*' * (len(text) - 8)}{text[-4:]}"
