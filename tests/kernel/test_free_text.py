"""Free text keeps its words and dates, and loses whatever identifies somebody."""

import pytest

from app.kernel.free_text import without_numbers


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("张三510104198806182938补", "张三**************2938补"),
        ("51010419880618293x", "**************293x"),
        ("510104 19880618 2938", "****************2938"),
        ("510104-19880618-2938", "****************2938"),
        ("５１０１０４１９８８０６１８２９３８", "**************２９３８"),
        ("ID510104198806182938", "ID**************2938"),
        ("电话13800001234", "电话*******1234"),
        ("138-0000-1234", "*********1234"),
        ("028-86001234", "********1234"),
        ("6217-0038-1001-2345-678", "*******************-678"),
        ("6217 0038 1001 2345 678", "******************* 678"),
    ],
)
def test_what_identifies_is_masked(typed, kept):
    assert without_numbers(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-23 收到，次日补正",
        "20261123 补正 3 份",
        "见 HS-510104-20261123-0007",
        "公示 HS-GS-510104-2026-012",
        "学号 510104-20260301-001-05",
        "91510104MA62ABCD1X",
        "陈婷军 5101**********9016 91510105MA8QMF68XC 2024-11",
        "川人社发〔2020〕1号",
        "合计 1,200,000.00 元",
    ],
)
def test_what_does_not_is_kept(typed):
    assert without_numbers(typed) == typed


@pytest.mark.parametrize(
    "own",
    [
        "5d30278501157a" + "0a" * 25,
        "c0ffee00-1111-4222-8333-123456789012",
        "12345678-1234-1234-1234-1234567890ab",
    ],
)
def test_a_digest_and_an_id_of_the_product_stay_whole(own):
    assert without_numbers(own) == own
