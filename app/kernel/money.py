"""Amounts in yuan: exact decimals, their figures and their capital characters."""

from decimal import ROUND_HALF_UP, Decimal

from app.kernel.errors import BadValue
from app.kernel.messages import N_

_CENT = Decimal("0.01")
_LIMIT = Decimal(10) ** 12
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_SECTIONS = ("", "万", "亿")


def yuan(value: Decimal | int | str) -> Decimal:
    """Return the amount at two decimals, half up; floats are not amounts."""
    if isinstance(value, float):
        raise TypeError("an amount is a Decimal, an int or a str, never a float")
    return Decimal(value).quantize(_CENT, rounding=ROUND_HALF_UP)


def format_yuan(value: Decimal) -> str:
    """Return figures with thousands separators and two decimals: 1,000.00."""
    return f"{yuan(value):,}"


def uppercase(value: Decimal) -> str:
    """金额大写 as vouchers print it (支付结算办法, annex on filling in bills), below 10^12 yuan.

    Of the two writings that the annex allows around a zero before 角, the shorter one is given.
    """
    amount = yuan(value)
    if not 0 <= amount < _LIMIT:
        raise BadValue(N_("金额 {amount} 无法写成大写，请核对：只能是 0 元至 9999 亿元之间。"), amount=amount)
    whole, cents = divmod(int(amount * 100), 100)
    integer = _integer(whole) + "元" if whole else ""
    return (integer + _cents(cents, bool(whole))) or "零元整"


def _integer(number: int) -> str:
    text = ""
    for index in (2, 1, 0):
        section = number // 10_000**index % 10_000
        if text and 0 < section < 1000:
            text += _DIGITS[0]
        if section:
            text = text + _section(section) + _SECTIONS[index]
        elif text and index == 1 and number % 10_000 >= 1000:
            text += _DIGITS[0]
    return text


def _section(section: int) -> str:
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = section // 10**place % 10
        if digit:
            text += (_DIGITS[0] if gap and text else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return text


def _cents(cents: int, after_yuan: bool) -> str:
    jiao, fen = divmod(cents, 10)
    text = f"{_DIGITS[jiao]}角" if jiao else ""
    if fen:
        zero = _DIGITS[0] if after_yuan and not jiao else ""
        return f"{text}{zero}{_DIGITS[fen]}分"
    return f"{text}整" if jiao or after_yuan else ""
