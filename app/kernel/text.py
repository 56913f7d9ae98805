"""How typed text is made comparable: people paste full-width, spaced and invisible characters."""

import re
import unicodedata

_DROPPED = {"Zs", "Zl", "Zp", "Cc", "Cf"}


_BETWEEN = re.compile(r"[-‐‑‒–—―−/\\_|>·、,]")


def squeeze(text: str) -> str:
    """Return the NFKC form without blanks and invisible characters, so that look-alikes compare equal."""
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text)
    if folded.isalnum():
        return folded
    return "".join(char for char in folded if unicodedata.category(char) not in _DROPPED)


def word_key(text: str) -> str:
    """Return a word of a list as it is compared: without case, blanks and what people put between its parts; "—" stays something."""
    bare = squeeze(text).casefold()
    return _BETWEEN.sub("", bare) or bare[:1]


def whole_number(text: str | None, longest: int = 18) -> int | None:
    """Return the number that a text of plain digits writes; None for any other text, or for more digits."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= longest else None
