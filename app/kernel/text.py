"""How typed text is made comparable: people paste full-width, spaced and invisible characters."""

import unicodedata

_DROPPED = {"Zs", "Zl", "Zp", "Cc", "Cf"}


def squeeze(text: str) -> str:
    """The NFKC form without blanks and invisible characters, so that look-alikes compare equal."""
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text)
    if folded.isalnum():
        return folded
    return "".join(char for char in folded if unicodedata.category(char) not in _DROPPED)
