import pytest

from app.kernel.uploads import media_type


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"%PDF-1.7\n%", "application/pdf"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image/png"),
        (b"", None),
        (b"<svg onload=alert(1)>", None),
        (b"\xef\xbb\xbf%PDF-1.4", "application/pdf"),
        (b"-" * 1019 + b"%PDF-", "application/pdf"),
        (b"-" * 1020 + b"%PDF-", None),
        (b"MZ\x90\x00", None),
        (b"PK\x03\x04", None),
    ],
)
def test_content_decides(head, expected):
    assert media_type(head) == expected
