"""Phones are taken out of a text and ids masked in it, however they are written; other numbers stay what they are."""

import pytest

from app.kernel.identifiers.phones import names_somebody, normalized, shown, split, without_somebody


@pytest.mark.parametrize(
    ("text", "rest", "phones"),
    [
        ("王主任", "王主任", ""),
        ("王主任 13812345678", "王主任", "13812345678"),
        ("王主任13812345678", "王主任", "13812345678"),
        ("王主任（手机：138-1234-5678）", "王主任", "13812345678"),
        ("王主任，电话：138 1234 5678", "王主任", "13812345678"),
        ("王主任１３８１２３４５６７８", "王主任", "13812345678"),
        ("王主任1381\u200b2345678", "王主任", "13812345678"),
        ("王主任 +86 13812345678", "王主任", "13812345678"),
        ("王主任 028-00000000", "王主任", "028-00000000"),
        ("王主任 02885551234转12", "王主任", "028-85551234转12"),
        ("王主任（0830）3190000", "王主任", "0830-3190000"),
        ("王主任 85551234", "王主任", "85551234"),
        ("王主任 13812345678、李主任 13912345678", "王主任、李主任", "13812345678、13912345678"),
        ("13812345678", "", "13812345678"),
        ("王主任 510104199001015678", "王主任 **************5678", ""),
        ("王主任 510104 20050101 5678", "王主任 ****************5678", ""),
        ("王主任，卡6228480402564890018", "王主任，卡***************0018", ""),
        ("王主任 20261130期", "王主任 20261130期", ""),
        ("教务处 301室", "教务处 301室", ""),
        ("王主任 *******5678", "王主任 *******5678", ""),
    ],
)
def test_split(text, rest, phones):
    assert split(text) == (rest, phones)
    assert split(rest) == (rest, "")


def test_a_field_of_phones_holds_nothing_else():
    assert normalized("138-1234-5678") == "13812345678"
    assert normalized("(028)85551234") == "028-85551234"
    assert normalized("13812345678，13912345678") == "13812345678、13912345678"
    assert normalized("王主任 13812345678") is normalized("") is normalized("12345") is None


def test_every_phone_is_shown_by_its_end():
    assert shown("13812345678、028-85551234") == "*******5678、********1234"


@pytest.mark.parametrize(
    "text", ["510104199001015678", "ZS-510104199001015678", "13812345678", "编号138 1234 5678"]
)
def test_what_names_somebody(text):
    assert names_somebody(text)
    assert without_somebody(text).endswith("5678") and "*******" in without_somebody(text)
    assert not names_somebody(without_somebody(text))


@pytest.mark.parametrize(
    "text",
    ["S000051010012345678901", "1151003000300123", "ZS-2026-0001", "20261130001", "510100202613450001"],
)
def test_a_certificates_own_number_is_nobodys(text):
    assert not names_somebody(text)
    assert without_somebody(text) == text
