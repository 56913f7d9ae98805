"""Merged cells: what a person sees once in many cells is read in each row that it covers."""

from collections.abc import Iterator

Range = tuple[tuple[int, int], tuple[int, int]]
"""First and last (row, column), from 0, both included."""


class Merges:
    """Gives the values of merged cells to the rows that they cover, as rows go by from the first on."""

    def __init__(self, ranges: list[Range], width: int) -> None:
        self._waiting = sorted(ranges, reverse=True)
        self._open: list[tuple[Range, object]] = []
        self._width = width

    def spread(self, number: int, row: list) -> list:
        """Return the row with what it shows of merged cells; a row that holds nothing of its own stays as it is.

        Only its own column may take the value further down: what else a range covers is unknown.
        """
        while self._waiting and self._waiting[-1][0][0] <= number:
            (top, left), last = opened = self._waiting.pop()
            shown = row[left] if top == number and left < len(row) else None
            if shown not in (None, "") and last[0] >= number:
                self._open.append((opened, shown))
        self._open = [span for span in self._open if span[0][1][0] >= number]
        if not self._open or all(cell in (None, "") for cell in row):
            return row
        cells = row + [None] * (self._width - len(row))
        for place, value in self._covered(number):
            cells[place] = value if cells[place] in (None, "", value) else _merged(value)
        return cells

    def _covered(self, number: int) -> Iterator[tuple[int, object]]:
        for ((top, left), (_, right)), shown in self._open:
            for place in range(left, min(right + 1, self._width)):
                if place > left:
                    yield place, _merged(shown)
                elif number > top:
                    yield place, shown


def _merged(shown: object) -> dict:
    return {"unreadable": "merged", "shown": shown[:100] if isinstance(shown, str) else ""}
