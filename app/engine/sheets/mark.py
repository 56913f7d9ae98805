"""Who took a workbook away, and when: on every page that is printed of it, and in its properties."""

from xlsxwriter import Workbook

_FOOTER_CHARACTERS = 200


def mark_book(book: Workbook, mark: str) -> None:
    """Mark the book; called when every page of it has been added."""
    book.set_properties({"comments": mark, "author": mark})
    footer = mark[:_FOOTER_CHARACTERS].replace("&", "&&")
    for page in book.worksheets():
        page.set_footer(f"&L{footer}&R&P / &N")
