import pytest

from app.kernel.names import fold


@pytest.mark.parametrize("dot", "·•・･‧．.⋅∙")
def test_every_middle_dot_is_one(dot):
    assert fold(f"阿依古丽 {dot} 买买提") == "阿依古丽·买买提"


def test_blanks_and_width():
    assert fold(" 张　 三\u200b") == "张三"
    assert fold("Ｊｏｈｎ Smith") == "JohnSmith"


@pytest.mark.parametrize("name", ["𠮷野", "㛃", "王𬎆", "\U00030edd", "\ue863", "﨑"])
def test_rare_characters_stay(name):
    assert fold(name) == name


def test_compatibility_forms_agree_with_the_unified_character():
    assert fold("\uf9f4") == fold("林")
