"""What nobody sees in a text is made visible; a file's extension is that of its type."""

import pytest

from app.kernel.file_names import LONGEST, file_name, visible

PDF, JPEG, XLSX = (
    "application/pdf",
    "image/jpeg",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("劳动合同.pdf", "劳动合同.pdf"),
        ("a b　c", "a b　c"),
        ("one\ntwo\r\tthree", r"one\ntwo\r\tthree"),
        ("\x1b[2Jgone\x7f\x9b", r"\x1b[2Jgone\x7f\x9b"),
        ("合同\u202efdp.exe", r"合同\u202efdp.exe"),
        ("\u2066a\u2069\u200f\u061c\u200b\ufeff", r"\u2066a\u2069\u200f\u061c\u200b\ufeff"),
        ("a\u2028b\u2029c", r"a\u2028b\u2029c"),
    ],
)
def test_what_nobody_sees_is_made_visible(given, shown):
    assert visible(given) == shown


@pytest.mark.parametrize(
    ("given", "media_type", "named"),
    [
        ("劳动合同.pdf", PDF, "劳动合同.pdf"),
        ("合同.PDF", PDF, "合同.PDF"),
        ("照片.jpeg", JPEG, "照片.jpeg"),
        ("照片.png", JPEG, "照片.jpg"),
        ("合同.exe", PDF, "合同.pdf"),
        ("合同.pdf.html", PDF, "合同.pdf.pdf"),
        ("合同", PDF, "合同.pdf"),
        ("2026.11 证明", PDF, "2026.11 证明.pdf"),
        ("合同\u202efdp.exe", PDF, "合同_fdp.pdf"),
        ("合\r\n同.pdf", PDF, "合__同.pdf"),
        ("..\\..\\a/b:c.pdf", PDF, "_.._a_b_c.pdf"),
        (".pdf", PDF, "file.pdf"),
        ("", PDF, "file.pdf"),
        ("名单.xlsx", XLSX, "名单.xlsx"),
        ("长" * 300 + ".pdf", PDF, "长" * LONGEST + ".pdf"),
    ],
)
def test_the_type_decides_the_extension(given, media_type, named):
    assert file_name(given, media_type) == named
