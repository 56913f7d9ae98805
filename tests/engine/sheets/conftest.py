import pytest


@pytest.fixture
def book(tmp_path):
    """Writes rows as a spreadsheet of one tab with openpyxl, and gives its path."""
    from openpyxl import Workbook

    def write(*rows, name="book.xlsx", tab="招用人员"):
        workbook = Workbook()
        page = workbook.active
        page.title = tab
        for row in rows:
            page.append(row)
        workbook.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def text(tmp_path):
    """Writes rows as a text file, and gives its path."""

    def write(*rows, encoding="utf-8", delimiter=",", name="book.csv", newline="\r\n"):
        lines = newline.join(delimiter.join(map(str, row)) for row in rows) + newline
        (tmp_path / name).write_bytes(lines.encode(encoding))
        return tmp_path / name

    return write
