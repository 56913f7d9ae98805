"""The process that touches foreign bytes: it binds its own hands, reads one file from its standard input, prints rows as JSON.

It is started by path (`python parser < FILE`) and imports nothing of the product and no more than its file needs, so that
it starts fast and whatever happens here happens to nobody else. A dead parser is the other side's one message.
"""

import json
import re
import resource
import sys
from collections.abc import Callable, Iterator
from importlib import import_module

from refusal import Refusal

Tabs = Iterator[tuple[str, list[int], Iterator[tuple[int, list, bool]]]]
"""Name, indexes of hidden columns, and rows: number from 1, cells from column A, whether it is hidden."""

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 10
COLUMNS = 256
CELL_CHARACTERS = 32_767
_XLSX, _XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_VERY_OLD = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
"""Excel 2 to 4, before there were containers."""
_JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
_HALF = re.compile("[\ud800-\udfff]")
_AHEAD = 4096
"""How many bytes a sender may have put before an archive."""


def bind_hands() -> None:
    """Limit address space and CPU, and allows no written file and no core dump."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def reader_of(content: bytes) -> Callable[[bytes], Tabs]:
    """Return what reads the file, told by its content: people rename .csv to .xls and the other way round."""
    if not content:
        raise Refusal("empty")
    if content.startswith(_XLS):
        return import_module("old").tabs
    if content.startswith(_VERY_OLD):
        raise Refusal("old")
    if _XLSX in content[:_AHEAD]:
        return import_module("workbook").tabs
    return import_module("delimited").tabs


def emit(line: list) -> None:
    """Write one line for the other side; half a character, which no encoding knows, counts as lost."""
    text = _JSON.encode(line)
    try:
        written = text.encode()
    except UnicodeEncodeError:
        written = _HALF.sub("\ufffd", text).encode()
    sys.stdout.buffer.write(written + b"\n")


def trimmed(row: list) -> list:
    """Return the row up to its last cell that holds anything, blanks as null, nothing longer than a cell can be."""
    cells = [
        (cell[:CELL_CHARACTERS] if cell.strip() else None) if isinstance(cell, str) else cell
        for cell in row[:COLUMNS]
    ]
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def main(content: bytes) -> None:
    """Print `["tab", name, hidden columns]`, `[row number, cells, hidden]`… and last `["end"]` or `["refused", code]`."""
    try:
        tabs = reader_of(content)
        bind_hands()  # only now: Python may keep the compiled reader for the next file
        for name, hidden_columns, rows in tabs(content):
            emit(["tab", name, hidden_columns])
            for number, row, hidden in rows:
                if cells := trimmed(row):
                    emit([number, cells, hidden])
    except Refusal as refusal:
        emit(["refused", refusal.code])
    else:
        emit(["end"])


if __name__ == "__main__":
    main(sys.stdin.buffer.read())
