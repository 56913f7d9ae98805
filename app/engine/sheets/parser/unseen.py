"""What the reader of workbooks passes over in silence: error values, formulas without a result, hidden rows and columns."""

import re
from xml.parsers import expat

from refusal import Refusal

MARKS_LIMIT = 1_000_000
_SIGNS = (b"hidden", b'"e"', b"'e'")
_FORMULAS = (re.compile(rb"<f[\s/>]"), re.compile(rb":f[\s/>]"))
"""One pattern of all of these would take ten times as long: each begins with a text that can be searched for."""
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_YES = ("1", "true")
UNCACHED = {"unreadable": "uncached", "shown": ""}


class Unseen:
    """Cells by row and column from 0 that show something unreadable, and the indexes of what is hidden."""

    def __init__(self) -> None:
        self.cells: dict[int, dict[int, dict]] = {}
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self._marks = 0

    def mark(self, row: int, column: int, cell: dict) -> None:
        """Note notes one unreadable cell; their number is bounded, as memory is."""
        self._marks += 1
        if self._marks > MARKS_LIMIT:
            raise Refusal("wide")
        self.cells.setdefault(row, {})[column] = cell

    @property
    def width(self) -> int:
        return 1 + max((max(cells) for cells in self.cells.values()), default=-1)


def error(shown: str) -> dict:
    """Return an error value, as it stands in the cell."""
    return {"unreadable": "error", "shown": shown[:20] or "#N/A"}


def of_worksheet(content: bytes, columns: int, *, untrusted: bool) -> Unseen:
    """Return what one worksheet's XML holds of it; a sheet without any is only searched, not parsed.

    `untrusted`: its writer has reckoned nothing and put 0 or an empty text where results belong.
    """
    walk = _Walk(columns, untrusted)
    if any(sign in content for sign in _SIGNS) or any(formula.search(content) for formula in _FORMULAS):
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
        parser.CharacterDataHandler = walk.text
        parser.Parse(content, True)
    return walk.unseen


class _Walk:
    """Handlers of expat over a worksheet."""

    def __init__(self, columns: int, untrusted: bool) -> None:
        self.unseen = Unseen()
        self._columns, self._untrusted = columns, untrusted
        self._row = self._column = -1
        self._type, self._formula, self._within = "n", False, False
        self._value: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self._place(attributes.get("r"))
            self._type, self._formula, self._value = attributes.get("t", "n"), False, None
        elif tag == "f":
            self._formula = True
        elif tag == "v":
            self._value, self._within = "", True
        elif tag == "row":
            self._row, self._column = self._number(attributes.get("r"), self._row), -1
            if attributes.get("hidden") in _YES:
                self.unseen.hidden_rows.add(self._row)
        elif tag == "col" and attributes.get("hidden") in _YES:
            first, last = int(attributes.get("min", "1")), int(attributes.get("max", "1"))
            self.unseen.hidden_columns |= set(range(first - 1, min(last, self._columns)))

    def end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == "v":
            self._within = False
        elif tag == "c" and self._column < self._columns:
            if self._type == "e":
                self.unseen.mark(self._row, self._column, error((self._value or "").strip()))
            elif self._formula and self._lacks_result():
                self.unseen.mark(self._row, self._column, UNCACHED)

    def text(self, data: str) -> None:
        if self._within:
            self._value = (self._value or "") + data

    def _lacks_result(self) -> bool:
        """Return whether the result is missing: an empty text was reckoned; no result, or an empty number, was not."""
        if self._untrusted and self._value in ("", "0"):
            return True
        return not self._value and not (self._value == "" and self._type == "str")

    def _place(self, reference: str | None) -> None:
        if reference is None:
            self._column += 1
            return
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise Refusal("broken")
        self._column = -1
        for letter in match[1]:
            self._column = (self._column + 1) * 26 + ord(letter) - ord("A")
        self._row = int(match[2]) - 1

    def _number(self, written: str | None, before: int) -> int:
        return int(written) - 1 if written else before + 1
