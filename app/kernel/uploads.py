"""What an attachment really is, told by its first bytes and never by its name."""

_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


def media_type(head: bytes) -> str | None:
    """The media type that the first bytes announce, or None when it is none of those accepted."""
    return next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), None)
