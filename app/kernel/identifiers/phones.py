"""Phones inside a text that people type, and ids of citizens: what is taken out or masked before it is stored."""

import re

from app.kernel.free_text import masked, without_numbers
from app.kernel.text import squeeze

_GAP = r"[\s.\-‐‑–—－·]?"
_CITIZEN = rf"(?<![\d*])[1-9]\d{{5}}{_GAP}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]){_GAP}\d{{3}}[\dXx](?!\d)"
_MOBILE = rf"(?<![\d*])(?:(?:\+|00)?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?!\d)"
_LANDLINE = rf"(?<![\d*])[(（]?0\d{{2,3}}[)）]?{_GAP}\d{{7,8}}(?:(?:-|转)\d{{1,6}})?(?!\d)"
_LOCAL = r"(?<![\d*-])(?!(?:19|20)\d{6}(?!\d))[2-8]\d{6,7}(?:(?:-|转)\d{1,6})?(?![\d-])"
PHONE = f"{_MOBILE}|{_LANDLINE}|{_LOCAL}"
SOMEBODY = f"{_CITIZEN}|{_MOBILE}"
"""Read by PostgreSQL too."""
_ID, _MOBILES, _PHONE = (re.compile(pattern) for pattern in (_CITIZEN, _MOBILE, PHONE))
_IN_WORDS = re.compile(rf"(?:(?:联系)?(?:电话|手机|座机|号码)|(?i:tel\.?|phone))*[\s:：]*(?:{PHONE})")
_EMPTY = re.compile(r"[(（【\[][\s,，、;；/]*[)）】\]]")
_LOOSE = re.compile(r"\s+(?=[,，、;；])")
_EDGES = " \t\u3000,，、;；:：/|-"
_WIDE = str.maketrans({0xFF10 + digit: str(digit) for digit in range(10)} | {"＋": "+"})
BETWEEN = "、"


def split(text: str) -> tuple[str, str]:
    """Return (the text without its phones, the phones joined by 、); every other long number in the text is masked.

    王主任（13800000000） → 王主任, 13800000000.
    """
    bare = _hide(_ID, _visible(text))
    phones = dict.fromkeys(_bare(match[0]) for match in _PHONE.finditer(bare))
    if not phones:
        return without_numbers(text if bare == _visible(text) else bare), ""
    rest = " ".join(_EMPTY.sub("", _IN_WORDS.sub(" ", bare)).split())
    return without_numbers(_LOOSE.sub("", rest).strip(_EDGES)), BETWEEN.join(phones)


def normalized(text: str) -> str | None:
    """Return phones and nothing else, as `split` writes them; None for a text that says anything more or none."""
    rest, phones = split(text)
    return phones if phones and not rest else None


def shown(phones: str) -> str:
    """Return each with its last digits only."""
    return BETWEEN.join(masked(phone) for phone in phones.split(BETWEEN))


def names_somebody(text: str) -> bool:
    """Return whether a citizen's id or a mobile stands in the text by itself; a certificate's own number may be as long."""
    bare = _visible(text)
    return bool(_ID.search(bare) or _MOBILES.search(bare))


def without_somebody(text: str) -> str:
    """Return the text with such numbers masked, and no others."""
    return _hide(_MOBILES, _hide(_ID, _visible(text))) if names_somebody(text) else text


def _hide(pattern: re.Pattern, text: str) -> str:
    return pattern.sub(lambda match: masked(match[0]), text)


def _visible(text: str) -> str:
    return "".join(char for char in text.translate(_WIDE) if char.isprintable() or char.isspace())


def _bare(phone: str) -> str:
    """Return a mobile as digits, a landline as 028-12345678."""
    digits = squeeze(phone)
    mobile = re.sub(r"\D", "", digits)
    if _MOBILES.fullmatch(digits):
        return mobile[-11:]
    area = re.fullmatch(r"\(?(0(?:10|2\d|\d{3}))\)?\W?(\d{7,8})(\D\d+)?", digits)
    return f"{area[1]}-{area[2]}{area[3] or ''}" if area else digits
