"""Numbers of accounts and branches as people paste them."""

import pytest

from app.kernel.identifiers import bank

BRANCHES = (
    "102100099996",
    "103100000026",
    "104100000004",
    "105100000017",
    "301290000007",
    "308584000013",
    "403100000004",
    "313651099999",
)
"""Head offices and branches as the payment system publishes them."""


@pytest.mark.parametrize(
    "typed", ["６２１７００３８１００１２３４５６７８", "6217 0038\u200b1001\ufeff2345\u00a0678"]
)
def test_full_width_digits_blanks_and_invisible_characters_are_read(typed):
    assert bank.digits(typed) == "6217003810012345678"


@pytest.mark.parametrize("number", BRANCHES)
def test_published_branch_numbers_check_and_any_digit_changed_does_not(number):
    assert bank.is_branch_number(number)
    for place in range(12):
        changed = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        assert not bank.is_branch_number(changed)


@pytest.mark.parametrize("text", ["", "10510000001", "1051000000170", "10510000001X", "١٠٥١٠٠٠٠٠٠١٧"])
def test_what_is_no_branch_number(text):
    assert not bank.is_branch_number(text)


@pytest.mark.parametrize(
    ("text", "fits"), [("1234567", False), ("12345678", True), ("1" * 31, False), ("12345678a", False)]
)
def test_an_account_number_has_8_to_30_digits(text, fits):
    assert bank.is_account_number(text) is fits
