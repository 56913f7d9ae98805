"""QR codes as pages draw them: one path in a square, by SVG attributes."""

from __future__ import annotations

from dataclasses import dataclass

import segno

QUIET = 4
"""Modules of quiet around a code, as ISO/IEC 18004 asks."""


@dataclass(frozen=True)
class Code:
    """A code of `side` by `side` modules, the dark ones as the data of a path."""

    side: int
    dark: str


def code_of(text: str) -> Code:
    """Return the code that a scanner reads a text from, with 15 % of it to spare."""
    code = segno.make(text, error="m", micro=False)
    rows = [list(row) for row in code.matrix_iter(border=QUIET)]
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, on in enumerate(row) if on)
    return Code(len(rows), dark)
