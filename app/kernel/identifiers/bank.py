"""Numbers of bank accounts and branches, as people type them."""

from stdnum import luhn
from stdnum.iso7064 import mod_11_10

from app.kernel.text import squeeze


def digits(typed: str) -> str:
    """Return the text without blanks and invisible characters, full-width digits made plain."""
    return squeeze(typed)


def is_account_number(text: str) -> bool:
    """Accept 8 to 30 digits: banks share no check digit."""
    return _plain(text) and 8 <= len(text) <= 30


def looks_rounded(text: str) -> bool:
    """Return whether a spreadsheet has kept only 15 digits: zeros stand behind them, and no card's check digit comes out."""
    return _plain(text) and len(text) > 15 and not text[15:].strip("0") and not luhn.is_valid(text)


def is_branch_number(text: str) -> bool:
    """Accept 12 digits of the payment system (联行号), the last by ISO 7064 MOD 11,10."""
    return _plain(text) and len(text) == 12 and mod_11_10.is_valid(text)


def _plain(text: str) -> bool:
    return text.isascii() and text.isdigit()
