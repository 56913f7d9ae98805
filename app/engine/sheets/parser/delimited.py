"""Rows of a text file with separators, in the encodings that spreadsheets save."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from refusal import Refusal

TAB = "CSV"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_GUESSES = ("utf-8", "gb18030")
_DELIMITERS = ",\t;"
_BINARY = re.compile(r"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f]")
_QUOTED = re.compile(r'="((?:[^"]|"")*)"\s*')
_OTHERS = {
    "ods": re.compile(r"<office:document\b"),
    "xml": re.compile(r"<(?:\w+:)?Workbook\b"),
    "html": re.compile(r"<(?:html|head|body|table|meta|style)\b", re.IGNORECASE),
}
"""What spreadsheets also save as text with marks in it."""
_OTHER_STARTS = {"MIME-Version:": "html", "ID;P": "text", "{\\rtf": "text"}
_HEAD = 4096
_SAMPLE_CHARACTERS, _SAMPLE_ROWS = 1 << 16, 10


def tabs(content: bytes) -> Iterator[tuple[str, list[int], Iterator[tuple[int, list[str], bool]]]]:
    """Yield the one tab of a text file; pages, other sheets of text and binary files that end up here are refused."""
    text = _decode(content)
    if code := _other(text.lstrip()[:_HEAD]):
        raise Refusal(code)
    if _BINARY.search(text):
        raise Refusal("unknown_type")
    rows = _rows(text, _delimiter(text[:_SAMPLE_CHARACTERS]))
    yield TAB, [], ((number, [_shown(cell) for cell in row], False) for number, row in enumerate(rows, 1))


def _other(start: str) -> str | None:
    """Return what else than a table of text begins so."""
    if start.startswith("<"):
        return next((code for code, mark in _OTHERS.items() if mark.search(start)), "unknown_type")
    return next((code for mark, code in _OTHER_STARTS.items() if start.startswith(mark)), None)


def _shown(cell: str) -> str:
    """Return what people see: `="510…"` is how they keep spreadsheets from rounding an id in a text file."""
    quoted = _QUOTED.fullmatch(cell) if cell.startswith("=") else None
    return quoted[1].replace('""', '"') if quoted else cell


def _decode(content: bytes) -> str:
    marked = [encoding for mark, encoding in _MARKS if content.startswith(mark)]
    for encoding in marked or _GUESSES:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("unknown_type" if b"\0" in content else "encoding")


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _delimiter(sample: str) -> str:
    """Return the separator that gives the typical row most cells; the median leaves title rows and remarks out."""

    def typical_width(delimiter: str) -> int:
        widths = sorted(len(row) for row in islice(_rows(sample, delimiter), _SAMPLE_ROWS) if row)
        return widths[len(widths) // 2] if widths else 0

    return max(_DELIMITERS, key=typical_width)
