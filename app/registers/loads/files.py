"""A register's file as a stream of lines: UTF-8 CSV whose header names exactly the register's columns."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterator, Sequence
from io import TextIOWrapper
from itertools import islice
from typing import BinaryIO

from app.kernel.errors import BadSheet
from app.kernel.identifiers.citizen_id import mask
from app.kernel.messages import N_

Line = tuple[int, list[str]]


def lines(stream: BinaryIO) -> Generator[Line, None, None]:
    """Yield (number of the line in the file, its cells) of every line that isn't blank. Raises BadSheet."""
    decoded = TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        yield from _parsed(decoded)
    finally:
        decoded.detach()


def _parsed(decoded: TextIOWrapper) -> Iterator[Line]:
    reader = csv.reader(decoded)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError as error:
            raise BadSheet(
                N_("第{line}行之后有内容不是 UTF-8 编码，没有装载任何内容。请另存为“CSV UTF-8”。"),
                line=number - 1,
            ) from error
        except csv.Error as error:
            raise BadSheet(
                N_("第{line}行不是有效的 CSV（引号可能没有成对），没有装载任何内容。"), line=number
            ) from error
        if any(map(str.strip, cells)):
            yield number, cells


def read_header(numbered: Iterator[Line], columns: Sequence[str]) -> list[str]:
    """Return the columns in the file's order. Raises BadSheet unless they are exactly the register's."""
    _, cells = next(numbered, (1, []))
    header = [cell.strip().lower() for cell in cells]
    if sorted(header) != sorted(columns):
        raise BadSheet(
            N_("表头应为：{wanted}（顺序不限）；文件的表头是：{header}。没有装载任何内容。"),
            wanted=", ".join(columns),
            header=", ".join(_discreet(cell) for cell in header[:20]) or "—",
        )
    return header


def _discreet(cell: str) -> str:
    """Quote nothing of a file without a header, which begins with somebody's data."""
    return cell if cell.isascii() and cell.isidentifier() and len(cell) <= 40 else mask(cell[:40])


def chunks(numbered: Iterator[Line], size: int) -> Iterator[list[Line]]:
    """Yield the lines by `size`, so that memory doesn't grow with the file."""
    while chunk := list(islice(numbered, size)):
        yield chunk
