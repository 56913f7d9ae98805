import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import BadValue
from app.kernel.money import format_yuan, uppercase, yuan


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0.005", "0.01"), ("0.0049", "0.00"), ("2.675", "2.68"), ("1000", "1000.00"), ("-0.005", "-0.01")],
)
def test_yuan_rounds_half_up(value, expected):
    assert str(yuan(Decimal(value))) == expected


def test_a_float_is_no_amount():
    with pytest.raises(TypeError):
        yuan(0.1)


def test_format():
    assert format_yuan(Decimal("1000")) == "1,000.00"
    assert format_yuan(Decimal("-1234567.8")) == "-1,234,567.80"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", "零元整"),
        ("1000", "壹仟元整"),
        ("10", "壹拾元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("0.55", "伍角伍分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("100500", "壹拾万零伍佰元整"),
        ("100000001", "壹亿零壹元整"),
        ("100005000", "壹亿零伍仟元整"),
        ("100050000", "壹亿零伍万元整"),
        ("1000000000", "壹拾亿元整"),
        ("100000000000", "壹仟亿元整"),
        (
            "999999999999.99",
            "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
        ),
    ],
)
def test_uppercase(value, expected):
    assert uppercase(Decimal(value)) == expected


@pytest.mark.parametrize("value", ["-0.01", "1000000000000"])
def test_uppercase_refuses_what_it_cannot_write(value):
    with pytest.raises(BadValue, match="请核对"):
        uppercase(Decimal(value))


def read_back(text: str) -> Decimal:
    digits = {char: number for number, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
    places = {"拾": 10, "佰": 100, "仟": 1000}
    total, section, digit, cents = 0, 0, 0, 0
    for char in text:
        if char in digits:
            digit = digits[char]
        elif char in places:
            section, digit = section + digit * places[char], 0
        elif char in "万亿元":
            scale = {"万": 10**4, "亿": 10**8, "元": 1}[char]
            total, section, digit = total + (section + digit) * scale, 0, 0
        elif char in "角分":
            cents, digit = cents + digit * (10 if char == "角" else 1), 0
    return Decimal(total) + Decimal(cents) / 100


@given(st.decimals(0, "999999999999.99", places=2))
def test_uppercase_says_the_amount_and_never_two_zeros(amount):
    text = uppercase(amount)
    assert read_back(text) == amount
    assert not re.search("零零|零[万亿]|零角", text)
    assert text.endswith(("分", "整"))
