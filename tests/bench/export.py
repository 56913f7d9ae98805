"""`python -m tests.bench.export [--rows 100000]`: a list as a workbook, 14 columns, by several writers, each in a process of its own.

XlsxWriter in constant memory is what the product uses. Beside it, in the same run: openpyxl's write-only mode, and
rustpy-xlsxwriter where it is installed (it isn't among the requirements).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from tests.bench.measure import peak_mib

COLUMNS = [f"列{n}" for n in range(14)]


def rows(count: int) -> Iterator[list[object]]:
    """Texts, a date, an amount, as a list of claims has them."""
    for n in range(count):
        texts = [
            f"张三{n % 977}",
            "5101**********1234",
            "锦江示范有限公司",
            "登记失业半年以上人员",
            "草稿",
            "锦江区",
        ]
        yield [*texts, *texts, date(2026, 3, 1), Decimal("1000.00")]


def by_the_product(count: int, path: str) -> None:
    from app.engine.sheets import export

    with open(path, "wb") as stream:
        export("清单", COLUMNS, rows(count), stream, "某人 2026-11-26")


def by_xlsxwriter(count: int, path: str) -> None:
    from xlsxwriter import Workbook

    with Workbook(path, {"constant_memory": True}) as book:
        page, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows(count)):
            for index, value in enumerate(row[:12]):
                page.write_string(number, index, value)
            page.write_datetime(number, 12, row[12], day)
            page.write_number(number, 13, row[13])


def by_openpyxl(count: int, path: str) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet()
    for row in rows(count):
        page.append(row)
    book.save(path)


def by_rust(count: int, path: str) -> None:
    from rustpy_xlsxwriter import write_worksheet

    lines = (
        {name: float(v) if isinstance(v, Decimal) else v for name, v in zip(COLUMNS, row, strict=True)}
        for row in rows(count)
    )
    write_worksheet(list(lines), path)


WRITERS: dict[str, Callable[[int, str], None]] = {
    "product": by_the_product,
    "XlsxWriter": by_xlsxwriter,
    "openpyxl": by_openpyxl,
    "rustpy-xlsxwriter": by_rust,
}


def one(writer: str, count: int) -> None:
    """In this process; prints seconds and peak MiB."""
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        WRITERS[writer](10, file.name)
        start = time.perf_counter()
        WRITERS[writer](count, file.name)
        print(time.perf_counter() - start, peak_mib())


def main(count: int) -> None:
    found: dict[str, tuple[float, float]] = {}
    for writer in WRITERS:
        command = [sys.executable, "-m", "tests.bench.export", "--rows", str(count), "--writer", writer]
        said = subprocess.run(command, capture_output=True, text=True)
        if said.returncode:
            print(f"{writer}: {said.stderr.strip().splitlines()[-1]}")
            continue
        found[writer] = tuple(map(float, said.stdout.split()))
        print(f"{writer}: {found[writer][0]:.2f} s, peak {found[writer][1]:.0f} MiB")
    for writer in found:
        if writer != "product":
            print(f"product ÷ {writer}: {found['product'][0] / found[writer][0]:.2f}")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--writer", choices=WRITERS)
    chosen = options.parse_args()
    one(chosen.writer, chosen.rows) if chosen.writer else main(chosen.rows)
