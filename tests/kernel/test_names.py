import pytest

from app.kernel.names import agree, fold, writings


@pytest.mark.parametrize("dot", "·•・･‧．.⋅∙。｡●º°˙˚◦⸱ㆍ·")
def test_every_middle_dot_is_one(dot):
    assert fold(f"阿依古丽 {dot} 买买提") == "阿依古丽·买买提"
    assert fold(f"阿依古丽{dot}{dot}买买提") == "阿依古丽·买买提"


@pytest.mark.parametrize("apostrophe", "'’‘＇ʼ`´′")
def test_every_apostrophe_is_one(apostrophe):
    assert fold(f"O{apostrophe}Brien") == "O'Brien"


@pytest.mark.parametrize(
    ("one", "other"), [("买买提 吐尔逊", "买买提·吐尔逊"), ("买买提　吐尔逊", "买买提●吐尔逊")]
)
def test_a_blank_may_stand_for_the_dot_on_either_side(one, other):
    assert agree(one, other) and agree(other, one)
    assert "买买提·吐尔逊" in writings(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("买买提吐尔逊", "买买提·吐尔逊"), ("王伟", "王玮"), ("", ""), ("王", None), (" ", "\u200b")],
)
def test_what_looks_different_or_like_nothing_does_not_agree(one, other):
    assert not agree(one, other)


def test_a_blank_within_a_plain_name_is_nothing():
    assert agree("张　三", "张三") and agree("张三", " 张 三 ")


def test_blanks_and_width():
    assert fold(" 张　 三\u200b") == "张三"
    assert fold("Ｊｏｈｎ Smith") == "JohnSmith"


@pytest.mark.parametrize("name", ["𠮷野", "㛃", "王𬎆", "\U00030edd", "䶮", "﨑", "\ue000"])
def test_rare_characters_stay(name):
    assert fold(name) == name


def test_compatibility_forms_agree_with_the_unified_character():
    assert fold("\uf9f4") == fold("林")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("\ue863", "䶮"),
        ("\ue815", "厂"),
        ("\ue816", "\U00020087"),
        ("\ue81e", "\u9fb4"),
        ("\ue831", "\U000215d7"),
        ("\ue843", "\u9fb9"),
        ("\ue864", "\u9fbb"),
        ("\ue7c7", "ḿ"),
    ],
)
def test_gb_18030s_former_private_use_characters_are_their_code_points(written, meant):
    assert fold(f"王{written}") == f"王{meant}"


def test_no_character_that_the_python_codec_leaves_private_stays_so():
    """Python's codec follows GB 18030-2000, where some of these bytes had no code point yet."""
    for trail in (*range(0x50, 0x7F), *range(0x80, 0xA1)):
        decoded = bytes([0xFE, trail]).decode("gb18030")
        assert not 0xE000 <= ord(fold(decoded)) <= 0xF8FF, hex(trail)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("⻩", "黄"),
        ("⺩", "王"),
        ("⽟", "玉"),
        ("⼩", "小"),
        ("⾼", "高"),
        ("⻢", "马"),
        ("⻓", "长"),
        ("⾭", "青"),
        ("⼾", "户"),
        ("⿈", "黄"),
    ],
)
def test_radicals_are_the_characters_that_they_show(written, meant):
    assert fold(written) == meant


def test_no_radical_stays_one():
    """U+2E80 and U+2E9A are no character's radical."""
    radicals = {chr(code) for code in (*range(0x2E80, 0x2EF4), *range(0x2F00, 0x2FD6))} - {"\u2e80", "\u2e9a"}
    assert [char for char in radicals if fold(char) in radicals] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("四川（集团）公司", "四川(集团)公司"),
        ("Ａ科技 有限公司", "A科技有限公司"),
        ("甲〔成都〕", "甲（成都）"),
        ("王\ufe00", "王"),
    ],
)
def test_width_brackets_and_invisible_characters_make_no_difference(one, other):
    assert fold(one) == fold(other)
