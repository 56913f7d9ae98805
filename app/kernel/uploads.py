"""What an attachment really is, told by its first bytes and never by its name."""

HEAD_BYTES = 1024
"""How much of a file tells its type: readers of PDF accept its mark anywhere in there (ISO 32000-1, annex H.3.4.1)."""

_BEGINNINGS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
_PDF = b"%PDF-"


def media_type(head: bytes) -> str | None:
    """Return the media type that the first `HEAD_BYTES` announce, or None when it is none of those accepted."""
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    return "application/pdf" if _PDF in head[:HEAD_BYTES] else None
