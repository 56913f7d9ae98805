"""A table as a person sees it, before any program has written it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Error:
    """A cell that shows an error value."""

    shown: str


@dataclass(frozen=True)
class Formula:
    """A cell with a formula and the result that the file stores of it; None: it stores none."""

    text: str
    result: str | float | None = None


@dataclass
class Grid:
    """Cells by row and column from 0, what of them is merged (top, left, bottom, right) and what is hidden."""

    rows: list[list[object]]
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    @property
    def cells(self):
        """(row, column, cell) of all cells that hold anything."""
        for number, row in enumerate(self.rows):
            for column, cell in enumerate(row):
                if cell is not None and cell != "":
                    yield number, column, cell
