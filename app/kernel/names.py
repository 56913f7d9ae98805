"""Names of people and units, compared the way rule C-03 compares them: what looks the same is the same."""

import re

from app.kernel.look_alikes import MIDDLE_DOT, TABLE
from app.kernel.text import squeeze

_PLAIN = re.compile(r"[\u4e00-\u6235\u6237\u6239-\u9750\u9752-\u9ec2\u9ec4-\u9fff]+")
"""Ideographs that stand for themselves: nearly every name."""
_DOTS = re.compile(f"{MIDDLE_DOT}{{2,}}")
_GAPS = re.compile(rf"[\s{MIDDLE_DOT}]+")


def grams(part: str) -> list[str]:
    """Return what every name that contains the part has in the index of names (`grams` in the database): its pairs, or the one character."""
    return [part[place : place + 2] for place in range(len(part) - 1)] or [part]


def fold(name: str) -> str:
    """Return the form in which two writings of one name agree; `fold_name` in the database makes the same of it.

    Width, blanks, invisible characters, the kind of dot, apostrophe and bracket, GB 18030's former private-use characters
    and radicals make no difference; rare characters stay what they are.
    """
    if _PLAIN.fullmatch(name):
        return name
    return _DOTS.sub(MIDDLE_DOT, squeeze(name.translate(TABLE)).translate(TABLE))


def writings(name: str) -> tuple[str, ...]:
    """Return the folded name, and the one in which blanks inside it are the dot that somebody did not find on the keyboard."""
    if _PLAIN.fullmatch(name):
        return (name,)
    folded = fold(name)
    dotted = fold(_GAPS.sub(MIDDLE_DOT, name.translate(TABLE).strip()))
    return (folded,) if dotted == folded else (folded, dotted)


def agree(typed: str, registered: str | None) -> bool:
    """Return whether two names, as they were written, are one."""
    return bool({*writings(typed)} & {*writings(registered or "")} - {""})
