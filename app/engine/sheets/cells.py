"""One cell as a person typed it, made the value that it means or the sentence that says why not."""

import re
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from app.engine.sheets.child import ERROR, LOST, MERGED, UNCACHED, Cell, UnreadableCell, unreadable_kind
from app.engine.sheets.columns import Column, Kind
from app.engine.sheets.words import QUOTES, is_no_score, is_open_end, unwrapped
from app.kernel.dates import month_start, parse_date, parse_month, serial_date
from app.kernel.errors import BadValue
from app.kernel.identifiers import bank, citizen_id, uscc
from app.kernel.messages import N_
from app.kernel.text import squeeze

Value = str | date | Decimal | int | None

MAX_CHARACTERS = 200
EXACT_BELOW = 10**15
ROUNDED = N_(
    "“{title}”的数字被表格软件四舍五入为 {value}，末几位已丢失。"
    "请先把该列的单元格格式设为“文本”，再重新输入完整的号码。"
)

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff]")
_BLANKS = re.compile(r"\s+")
_BLANKS_IN_CHINESE = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")
_FULL_WIDTH = {
    full: full - 0xFEE0 for span in ("０９", "ａｚ", "ＡＺ") for full in range(ord(span[0]), ord(span[1]) + 1)
}
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+\d{2}", re.IGNORECASE | re.ASCII)
_MOBILE = re.compile(r"(\+?86)?(1\d{10})", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,15}(\.0+)?", re.ASCII)
_AMOUNT = re.compile(r"-?\d{1,13}(\.\d{1,2}0*)?", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,8}(\.\d+)?", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,12}(\.\d{1,6}0*)?", re.ASCII)
_CENT = Decimal("0.01")
_NO_DATE = {
    (False, False): N_("“{title}”的日期“{value}”无法识别。请写成 2020-03-01 的样子。"),
    (False, True): N_(
        "“{title}”的日期“{value}”无法识别。请写成 2020-03-01 的样子；没有终止日期的，留空或写“无固定期限”。"
    ),
    (True, False): N_(
        "“{title}”的“{value}”是数字，看不出是哪一天。请把单元格格式设为“日期”，或写成 2020-03-01 的样子。"
    ),
    (True, True): N_(
        "“{title}”的“{value}”是数字，看不出是哪一天。请把单元格格式设为“日期”，或写成 2020-03-01 的样子；没有终止日期的，留空或写“无固定期限”。"
    ),
}
"""What is written is a number; the date may have no end."""
_SENTENCES = {
    ERROR: N_("“{title}”是错误值 {value}，读不出内容。请改正公式，或直接填写内容后重新上传。"),
    UNCACHED: N_(
        "“{title}”是公式，但文件中没有计算结果。请用 Excel 或 WPS 打开文件，保存后重新上传；或直接填写内容。"
    ),
    MERGED: N_("“{title}”与其他列的单元格合并，看不出这一格填的是什么。请取消合并，逐格填写后重新上传。"),
    LOST: N_("“{title}”的“{value}”中有已经丢失的字（显示为“�”）。请对照证件重新输入。"),
}
_NOT_ROUNDED = {Kind.DATE, Kind.MONTH, Kind.CHOICE}


def typed(cell: Cell) -> str:
    """Return the cell as text; numbers without the tail that binary fractions leave, as a spreadsheet shows them."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _UNPRINTABLE.sub("", cell) if not cell.isalnum() else cell
    if isinstance(cell, date):
        return _iso(cell)
    if isinstance(cell, UnreadableCell):
        return cell.text
    return str(int(cell)) if float(cell).is_integer() else f"{cell:.15g}"


def _refuse_unreadable(cell: Cell, text: str) -> None:
    """Raise BadValue for a cell that can't be read; the caller adds the column's title and the place."""
    if kind := cell.kind if isinstance(cell, UnreadableCell) else unreadable_kind(text):
        raise BadValue(_SENTENCES[kind], value=text.strip())


def is_blank(text: str) -> bool:
    """Return whether a person sees nothing in the cell."""
    return _shows_nothing(unwrapped(text))


def _shows_nothing(text: str) -> bool:
    return not text or text.isspace() or (not text.isprintable() and not squeeze(text))


@lru_cache(maxsize=4096)
def _iso(day: date) -> str:
    """Return one text for a day that stands in many rows."""
    return day.isoformat()


def value_of(column: Column, cell: Cell, text: str, today: date) -> Value:
    """Return the value of a cell that reads `text`; the caller adds the column's title and the place."""
    if not (text.isalnum() or isinstance(cell, date)):  # these are neither wrapped, blank nor unreadable
        text = unwrapped(text)
        if _shows_nothing(text):
            if column.required:
                raise BadValue(N_("“{title}”没有填写。请补填。"))
            return None
        _refuse_unreadable(cell, text)
    if len(text) > MAX_CHARACTERS:
        raise BadValue(
            N_("“{title}”有 {length} 个字，最多 {most} 个。请缩短。"),
            length=len(text),
            most=MAX_CHARACTERS,
        )
    if column.kind not in _NOT_ROUNDED and _rounded(column.kind, cell, text, today):
        raise BadValue(
            ROUNDED,
            value=text.strip(),
        )
    return _READERS[column.kind](column, text)


def _rounded(kind: Kind, cell: Cell, text: str, today: date) -> bool:
    """Return whether a spreadsheet has kept only 15 digits of what was typed.

    A rounded id that was turned into text afterwards ends in 000 and has lost its check digit.
    """
    if isinstance(cell, int | float):
        return abs(cell) >= EXACT_BELOW
    if kind is Kind.TEXT and text.isalnum():
        return False
    bare = squeeze(text)
    if kind is Kind.CITIZEN_ID and len(bare) == 18 and bare.isdigit() and bare.endswith("000"):
        return not citizen_id.is_valid(bare, today)
    if kind is Kind.ACCOUNT and bank.looks_rounded(bare):
        return True
    return "+" in bare and bool(_SCIENTIFIC.fullmatch(bare))


def _text(column: Column, text: str) -> str:
    plain = _BLANKS.sub(" ", text.translate(_FULL_WIDTH)).strip()
    return _BLANKS_IN_CHINESE.sub("", plain)


def _citizen_id(column: Column, text: str) -> str:
    return citizen_id.normalize(text).strip(QUOTES)


def _uscc(column: Column, text: str) -> str:
    return uscc.normalize(text).strip(QUOTES)


def _phone(column: Column, text: str) -> str:
    bare = squeeze(text).strip(QUOTES).removesuffix(".0")
    mobile = _MOBILE.fullmatch(bare.replace("-", ""))
    return mobile[2] if mobile else bare


def _account(column: Column, text: str) -> str:
    number = bank.digits(text).strip(QUOTES).replace("-", "")
    if bank.is_account_number(number):
        return number
    raise BadValue(N_("“{title}”应为8至30位数字。请与银行卡核对，并把单元格格式设为“文本”。"))


def _branch(column: Column, text: str) -> str:
    number = bank.digits(text).strip(QUOTES).removesuffix(".0")
    if bank.is_branch_number(number):
        return number
    raise BadValue(N_("“{title}”应为12位数字，且末位校验码须正确。请与开户银行核对。"))


def _date(column: Column, text: str) -> date | None:
    bare = text.strip(QUOTES)
    if day := parse_date(bare) or serial_date(bare):
        return day
    if column.open_ended and is_open_end(bare):
        return None
    raise BadValue(
        _NO_DATE[_NUMBER.fullmatch(squeeze(bare)) is not None, column.open_ended], value=text.strip()
    )


def _month(column: Column, text: str) -> date:
    """Return the first day of a month; a whole day, as spreadsheets make of `2026-03`, lies in its own."""
    bare = text.strip(QUOTES)
    if day := parse_month(bare) or parse_date(bare) or serial_date(bare):
        return month_start(day)
    raise BadValue(
        N_("“{title}”的“{value}”看不出是哪个月。请写成 2026-03 的样子。"),
        value=text.strip(),
    )


def _choice(column: Column, text: str) -> str:
    codes = column.codes(text)
    if len(codes) == 1:
        return codes[0]
    if codes:
        raise BadValue(
            N_("“{title}”的“{value}”有 {count} 个：{choices}。请写明是哪一个。"),
            value=text.strip(),
            count=len(codes),
            choices="、".join(column.label(code) for code in codes),
        )
    raise BadValue(
        N_("“{title}”不能填“{value}”。请从下拉列表中选择，如：{choices}。"),
        value=text.strip(),
        choices="、".join(column.labels[:5]),
    )


def _integer(column: Column, text: str) -> int:
    bare = squeeze(text).replace(",", "")
    if _WHOLE.fullmatch(bare):
        return int(bare.partition(".")[0])
    raise BadValue(
        N_("“{title}”的“{value}”不是整数。请只填数字。"),
        value=text.strip(),
    )


def _money(column: Column, text: str) -> Decimal:
    bare = squeeze(text).replace(",", "").lstrip("¥").removesuffix("元")
    if _AMOUNT.fullmatch(bare):
        return Decimal(bare).quantize(Decimal("0.01"))
    raise BadValue(
        N_("“{title}”的“{value}”不是数字。请只填数字，最多两位小数。"),
        value=text.strip(),
    )


def _decimal(column: Column, text: str) -> Decimal:
    bare = squeeze(text).replace(",", "")
    if _DECIMAL.fullmatch(bare):
        return Decimal(f"{Decimal(bare).normalize():f}")
    raise BadValue(
        N_("“{title}”的“{value}”不是数字。请只填数字，最多六位小数。"),
        value=text.strip(),
    )


def _score(column: Column, text: str) -> Decimal | None:
    """Return a score with two decimals, half up, as averages have more; None for somebody who did not sit the examination."""
    if is_no_score(text):
        return None
    bare = squeeze(text).strip(QUOTES).removesuffix("分")
    if _NUMBER.fullmatch(bare):
        return Decimal(bare).quantize(_CENT, rounding=ROUND_HALF_UP)
    raise BadValue(
        N_("“{title}”的“{value}”不是分数。请只填数字；没有参加考试的填“缺考”。"),
        value=text.strip(),
    )


_READERS: dict[Kind, Callable[[Column, str], Value]] = {
    Kind.TEXT: _text,
    Kind.CITIZEN_ID: _citizen_id,
    Kind.USCC: _uscc,
    Kind.PHONE: _phone,
    Kind.ACCOUNT: _account,
    Kind.BRANCH: _branch,
    Kind.DATE: _date,
    Kind.MONTH: _month,
    Kind.CHOICE: _choice,
    Kind.INTEGER: _integer,
    Kind.MONEY: _money,
    Kind.DECIMAL: _decimal,
    Kind.SCORE: _score,
}
