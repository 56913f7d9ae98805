"""Calendar arithmetic and the ways in which people write a date."""

import calendar
import re
import unicodedata
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.kernel.text import squeeze

SHANGHAI = ZoneInfo("Asia/Shanghai")

_CLOCK = re.compile(r"[\sT]\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)", re.ASCII | re.IGNORECASE
)
_SERIAL = re.compile(r"(\d{5})(\.\d+)?", re.ASCII)
_SERIAL_ZERO = date(1899, 12, 30)
_SERIAL_DAYS = range(32_874, 73_051)
"""1990 to 2099: the days that people mean."""
_PUNCTUATION = str.maketrans({**dict.fromkeys("‐‑‒–—―−", "-"), "。": ".", "\\": "/"})
_WRITINGS = (
    re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})(年)(\d{1,2})月(\d{1,2})[日号]?", re.ASCII),
    re.compile(r"(\d{4})()(\d{2})(\d{2})", re.ASCII),
)
_MONTHS = (
    re.compile(r"(\d{4})-(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})[/.](\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})年(\d{1,2})月份?", re.ASCII),
    re.compile(r"(\d{4})(\d{2})", re.ASCII),
)
_TRAILING_ZERO_LOST = re.compile(r"\d{4}\.1", re.ASCII)
"""What a spreadsheet makes of 2026.10, and what people mean by 2026.1."""
_EARLIEST_YEAR = 1900


def add_months(day: date, months: int) -> date:
    """Return the same day of a later (or earlier) month, clamped to that month's end."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_start(day: date) -> date:
    """Return the first day of the month, under which contribution months are kept."""
    return day.replace(day=1)


@lru_cache(maxsize=4096)
def parse_date(text: str) -> date | None:
    """Return the date that a person typed, or None; a time of day behind it is left out, years begin at 1900.

    A moment with its offset (`2026-02-28T16:00:00Z`) lies on the day that it has in Shanghai.
    """
    folded = unicodedata.normalize("NFKC", text).strip().translate(_PUNCTUATION)
    if _MOMENT.fullmatch(folded):
        return _day_of(folded.upper())
    bare = squeeze(_CLOCK.sub("", folded))
    for writing in _WRITINGS:
        if match := writing.fullmatch(bare):
            year, month, day = int(match[1]), int(match[3]), int(match[4])
            try:
                return date(year, month, day) if year >= _EARLIEST_YEAR else None
            except ValueError:
                return None
    return None


def parse_month(text: str) -> date | None:
    """Return the first day of the month that a person typed (2026-03, 2026年3月, 202603), or None, also where two may be meant."""
    bare = squeeze(unicodedata.normalize("NFKC", text).translate(_PUNCTUATION))
    if _TRAILING_ZERO_LOST.fullmatch(bare):
        return None
    for writing in _MONTHS:
        if (
            (match := writing.fullmatch(bare))
            and int(match[1]) >= _EARLIEST_YEAR
            and 1 <= int(match[2]) <= 12
        ):
            return date(int(match[1]), int(match[2]), 1)
    return None


def serial_date(text: str) -> date | None:
    """Return the day that a spreadsheet keeps as this number (46284 is 2026-09-19), or None for no plausible one."""
    match = _SERIAL.fullmatch(squeeze(text))
    if match is None or int(match[1]) not in _SERIAL_DAYS:
        return None
    return _SERIAL_ZERO + timedelta(int(match[1]))


def _day_of(moment: str) -> date | None:
    try:
        return datetime.fromisoformat(moment).astimezone(SHANGHAI).date()
    except (ValueError, OverflowError):
        return None
