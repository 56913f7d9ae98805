"""Names of people, compared the way rule C-03 compares them."""

from app.kernel.text import squeeze

MIDDLE_DOT = "·"
_DOTS = str.maketrans(dict.fromkeys("•・‧∙⋅.", MIDDLE_DOT))


def grams(part: str) -> list[str]:
    """What every name that contains the part has in the index of names (`grams` in the database): its pairs, or the one character."""
    return [part[place : place + 2] for place in range(len(part) - 1)] or [part]


def fold(name: str) -> str:
    """The form in which two writings of one name agree; rare characters stay what they are.

    NFKC has already turned the full-width ．and the half-width ･ into two of the dots listed here.
    """
    return squeeze(name).translate(_DOTS)
