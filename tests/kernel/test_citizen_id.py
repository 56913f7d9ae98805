from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.identifiers import citizen_id

TODAY = date(2026, 3, 1)


def whole(first17: str) -> str:
    return first17 + citizen_id.check_digit(first17)


def ids(born):
    return st.builds(
        lambda region, day, order: whole(f"{region:06d}{day:%Y%m%d}".replace(" ", "0") + f"{order:03d}"),
        st.integers(0, 999_999),
        born,
        st.integers(0, 999),
    )


def test_the_example_of_the_standard():
    assert citizen_id.check_digit("11010519491231002") == "X"
    assert citizen_id.is_valid("11010519491231002X", TODAY)
    assert citizen_id.is_valid("440524188001010014", TODAY)


def test_an_id_tells_birth_and_sex():
    assert citizen_id.birth("11010519491231002X") == date(1949, 12, 31)
    assert not citizen_id.is_male("11010519491231002X") and citizen_id.is_male("440524188001010014")


@given(ids(st.dates(date(1900, 1, 1), TODAY - timedelta(days=1))))
def test_any_region_with_a_past_date_is_valid(text):
    assert citizen_id.is_valid(text, TODAY)


@given(ids(st.dates(TODAY, date(2999, 12, 31))))
def test_a_birth_today_or_later_is_not(text):
    assert not citizen_id.is_valid(text, TODAY)


@given(ids(st.dates(date(1950, 1, 1), date(2005, 1, 1))), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(text, place, shift):
    wrong = str((int(text[place]) + shift) % 10)
    assert not citizen_id.is_valid(text[:place] + wrong + text[place + 1 :], TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "510104900101123",
        whole("51010419900230001"),
        whole("51010419901301001"),
        whole("51010400000101001"),
        "11010519491231002x",
        " 11010519491231002X",
        "11010519491231002X\n",
        "１１０１０５１９４９１２３１００２Ｘ",
        "1101051949123100XX",
    ],
)
def test_what_is_not_valid(text):
    assert not citizen_id.is_valid(text, TODAY)


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        "　110105 19491231 002X\t",
        "１１０１０５１９４９１２３１００２ｘ",
        "\u202d11010519491231002X\u202c",
        "\ufeff11010519491231002X\u200b",
    ],
)
def test_normalize(typed):
    assert citizen_id.normalize(typed) == "11010519491231002X"


def test_mask():
    assert citizen_id.mask("510104199001011234") == "5101**********1234"
    assert citizen_id.mask("12345678") == "********"
    assert citizen_id.mask("") == ""
