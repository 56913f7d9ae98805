"""How a cell of a register's file is read; what cannot be a fact is refused with a reason for its sender."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from app.kernel import names
from app.kernel.dates import parse_date
from app.kernel.errors import BadValue
from app.kernel.identifiers import citizen_id, uscc
from app.kernel.messages import N_
from app.kernel.text import squeeze
from app.registers.models import EMPLOYER_KINDS, SCALES

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ufeff]+")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)
_LONGEST_PHONE = 30


@dataclass(frozen=True)
class Known:
    """What a cell is held against: the day of the load and the codes of the regions."""

    today: date
    regions: frozenset[str]


Reader = Callable[[str, Known], object]


def person(text: str, known: Known) -> str:
    code = citizen_id.normalize(text)
    if not _valid_id(code, known.today):
        masked = citizen_id.mask(code[:40])
        raise BadValue(N_("公民身份号码无效：{masked}。请核对18位号码、出生日期和校验码。"), masked=masked)
    return code


def employer(text: str, known: Known) -> str:
    code = uscc.normalize(text)
    if not _valid_uscc(code):
        raise BadValue(N_("统一社会信用代码无效，请核对18位代码和校验码。"))
    return code


def region(text: str, known: Known) -> str:
    code = squeeze(text)
    if code not in known.regions:
        raise BadValue(N_("没有这个行政区划代码，请按国家标准填写6位代码。"))
    return code


def month(text: str, known: Known) -> date:
    """Return the month's first day; a month still to come has no contributions."""
    first = _month(text.strip())
    if first is None:
        raise BadValue(N_("月份无法识别，请写成 2026-03 的形式。"))
    return _not_ahead(first, known)


def day(text: str, known: Known) -> date:
    parsed = _day(text.strip())
    if parsed is None:
        raise BadValue(N_("日期无法识别，请写成 2026-03-01 的形式。"))
    return _not_ahead(parsed, known)


def end_or_none(text: str, known: Known) -> date | None:
    """Return a last day; one that lies ahead is a fact like any."""
    if not text.strip():
        return None
    parsed = _day(text.strip())
    if parsed is None:
        raise BadValue(N_("日期无法识别，请写成 2026-03-01 的形式。"))
    return parsed


def month_or_none(text: str, known: Known) -> date | None:
    """Return a month's first day; one that lies ahead is a fact like any."""
    if not text.strip():
        return None
    first = _month(text.strip())
    if first is None:
        raise BadValue(N_("月份无法识别，请写成 2026-03 的形式。"))
    return first


def flag(text: str, known: Known) -> bool:
    bare = text.strip()
    if bare not in ("0", "1"):
        raise BadValue(N_("只能填 1（已缴）或 0（未缴）。"))
    return bare == "1"


def name(longest: int) -> Reader:
    """Read a name as it is written, rare characters and all, of at most `longest` characters."""
    required = optional(longest)

    def read(text: str, known: Known) -> str:
        value = required(text, known)
        if value is None or not names.fold(value):
            raise BadValue(N_("不能为空。"))
        return value

    return read


def optional(longest: int) -> Callable[[str, Known], str | None]:
    def read(text: str, known: Known) -> str | None:
        value = _CONTROLS.sub("", text).strip()
        if max(len(value), len(names.fold(value))) > longest:
            raise BadValue(N_("超过{longest}个字，请缩短。"), longest=longest)
        return value or None

    return read


def phone(text: str, known: Known) -> str | None:
    number = squeeze(text)
    if len(number) > _LONGEST_PHONE:
        raise BadValue(N_("超过{longest}个字，请缩短。"), longest=_LONGEST_PHONE)
    return number or None


def one_of(*codes: str) -> Reader:
    def read(text: str, known: Known) -> str:
        value = text.strip()
        if value not in codes:
            raise BadValue(N_("只能填：{codes}。"), codes="、".join(codes))
        return value

    return read


employer_kind = one_of(*EMPLOYER_KINDS)
scale = one_of(*SCALES)


def _not_ahead(value: date, known: Known) -> date:
    if value > known.today:
        raise BadValue(N_("晚于今天，尚未发生的事不能登记。"))
    return value


@lru_cache(maxsize=20_000)
def _valid_id(code: str, today: date) -> bool:
    return citizen_id.is_valid(code, today)


@lru_cache(maxsize=100_000)
def _valid_uscc(code: str) -> bool:
    return uscc.is_valid(code)


@lru_cache(maxsize=5_000)
def _month(text: str) -> date | None:
    return parse_date(f"{text}-01") if _MONTH.fullmatch(text) else None


@lru_cache(maxsize=50_000)
def _day(text: str) -> date | None:
    return parse_date(text)
