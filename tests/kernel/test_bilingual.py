"""Texts of data in both languages: which is which, and that both name the same facts."""

import pytest

from app.kernel.bilingual import chinese, english_of, places
from app.kernel.errors import BadValue


def test_a_plain_text_is_chinese():
    assert chinese("参保") == chinese({"zh": "参保", "en": "Insured"}) == "参保"
    assert chinese(None) == chinese({"en": "Insured"}) == chinese(["参保"]) == ""


def test_english_stands_by_its_chinese_wherever_it_lies():
    data = [{"title": {"zh": "参保", "en": "Insured"}, "more": [{"zh": "{n}人", "en": "{n} people"}, "无"]}]
    assert english_of(data) == {"参保": "Insured", "{n}人": "{n} people"}


def test_english_that_names_another_fact_is_refused():
    with pytest.raises(BadValue) as refused:
        english_of({"zh": "自{since}起", "en": "from {until}"})
    assert str(refused.value) == "英文“from {until}”中花括号里的名称与中文“自{since}起”不一致。"


@pytest.mark.parametrize(
    "text", ["{", "}", "{}", "{0}", "{a.b}", "{a[0]}", "{a!r}", "{a:>9999999}", "{a b}", "{a:{b}}"]
)
def test_nothing_but_a_name_stands_between_braces(text):
    with pytest.raises(BadValue):
        places(f"满{text}个月")
    assert places("{a}至{b}，{a}") == ["a", "b", "a"]
