"""统一社会信用代码 (GB 32100)."""

from stdnum.cn import uscc

from app.kernel.text import squeeze


def normalize(text: str) -> str:
    """Return the code as the registers write it, whatever blanks, full-width or lower-case letters were typed."""
    return squeeze(text).upper()


def is_valid(text: str) -> bool:
    """Return whether a normalized code is 18 long, of the standard's characters, with the right check character."""
    return len(text) == 18 and text.isascii() and text == text.upper() and uscc.is_valid(text)
