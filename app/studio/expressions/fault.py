"""What is wrong with an expression, where, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from app.kernel.messages import Message


class Fault(ValueError):
    """A fault at a place of the text; `place` and `length` count characters, `nearest` is the nearest known name."""

    def __init__(self, message: Message, place: int, length: int = 1, nearest: str | None = None):
        super().__init__(str(message))
        self.message, self.place, self.length, self.nearest = message, place, length, nearest


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that a word most resembles; None where none does."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.5)), None)
