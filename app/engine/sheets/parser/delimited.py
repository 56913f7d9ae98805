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
_SAMPLE_CHARACTERS, _SAMPLE_ROWS = 1 << 16, 10


def tabs(path: str) -> Iterator[tuple[str, Iterator[list[str]]]]:
    """The one tab of a text file; web pages and binary files that end up here are refused."""
    with open(path, "rb") as stream:
        text = _decode(stream.read())
    if _BINARY.search(text) or text.lstrip().startswith("<"):
        raise Refusal("unknown_type")
    yield TAB, _rows(text, _delimiter(text[:_SAMPLE_CHARACTERS]))


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
    """The separator that gives the typical row most cells; the median leaves title rows and remarks out."""

    def typical_width(delimiter: str) -> int:
        widths = sorted(len(row) for row in islice(_rows(sample, delimiter), _SAMPLE_ROWS) if row)
        return widths[len(widths) // 2] if widths else 0

    return max(_DELIMITERS, key=typical_width)
