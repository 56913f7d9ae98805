"""The process that touches foreign bytes: it binds its own hands, reads one file, prints rows as JSON.

It is started by path (`python parser FILE`) and imports nothing of the product and no more than its file needs, so that
it starts fast and whatever happens here happens to nobody else. A dead parser is the other side's one message.
"""

import json
import resource
import sys
from collections.abc import Callable, Iterator

from refusal import Refusal

Tabs = Iterator[tuple[str, Iterator[list]]]

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 10
COLUMNS = 256
CELL_CHARACTERS = 32_767
_XLSX, _XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def bind_hands() -> None:
    """Limits address space and CPU, and allows no written file and no core dump."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def reader_of(path: str) -> Callable[[str], Tabs]:
    """What reads the file, told by its content: people rename .csv to .xls and the other way round."""
    with open(path, "rb") as stream:
        head = stream.read(8)
    if not head:
        raise Refusal("empty")
    if not head.startswith((_XLSX, _XLS)):
        from delimited import tabs

        return tabs
    from workbook import xls_tabs, xlsx_tabs

    return xlsx_tabs if head.startswith(_XLSX) else xls_tabs


def emit(line: list) -> None:
    """One line for the other side."""
    text = json.dumps(line, ensure_ascii=False, check_circular=False, separators=(",", ":"))
    sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")


def trimmed(row: list) -> list:
    """The row up to its last cell that holds anything, blanks as null, nothing longer than a cell can be."""
    cells = [
        (cell[:CELL_CHARACTERS] if cell.strip() else None) if isinstance(cell, str) else cell
        for cell in row[:COLUMNS]
    ]
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def main(path: str) -> None:
    """Prints `["tab", name]`, `[row number, cells]`… and last `["end"]` or `["refused", code]`."""
    try:
        tabs = reader_of(path)
        bind_hands()  # only now: Python may keep the compiled reader for the next file
        for name, rows in tabs(path):
            emit(["tab", name])
            for number, row in enumerate(rows, 1):
                if cells := trimmed(row):
                    emit([number, cells])
    except Refusal as refusal:
        emit(["refused", refusal.code])
    else:
        emit(["end"])


if __name__ == "__main__":
    main(sys.argv[1])
