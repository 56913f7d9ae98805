"""A region is found however people write it; a writing that may mean several gives all of them."""

import pytest

from app.registers.region_names import codes_of
from app.registers.shipping import region_labels


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("四川省成都市锦江区", {"510104"}),
        ("成都市锦江区", {"510104"}),
        ("锦江区", {"510104"}),
        ("成都 锦江", {"510104"}),
        ("四川省-成都市-锦江区", {"510104"}),
        ("５１０１０４", {"510104"}),
        ("510104000000", {"510104"}),
        ("市中区", {"511002", "511102"}),
        ("内江市中区", {"511002"}),
        ("广安", {"511600", "511602"}),
        ("广安区", {"511602"}),
        ("四川省", {"510000"}),
        ("成都市本级", {"510100"}),
        ("阿坝州", {"513200"}),
        ("阿坝藏族羌族自治州汶川县", {"513221"}),
        ("北川县", {"510726"}),
        ("北京市", set()),
        ("县", set()),
        ("", set()),
    ],
)
def test_a_writing_means_its_regions(written, codes):
    assert set(codes_of(written)) == codes


def test_every_region_is_known_by_its_code_its_full_name_and_the_provinces_before_it():
    for code, name, full in region_labels():
        assert codes_of(code) == (code,)
        assert code in codes_of(name)
        for written in (full, f"四川省{full}".replace("四川省四川省", "四川省")):
            assert codes_of(written) == (code,), written
