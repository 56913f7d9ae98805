import pytest

from app.kernel.identifiers import uscc


@pytest.mark.parametrize("code", ["91110000600037341L", "91440300708461136T", "91330106673959654P"])
def test_real_codes(code):
    assert uscc.is_valid(code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "91110000600037342L",
        "91110000600037341l",
        "91110000600037341",
        "9111000060003734IL",
        "９1110000600037341L",
    ],
)
def test_what_is_not_valid(code):
    assert not uscc.is_valid(code)


def test_normalize():
    assert uscc.normalize(" ９１１１００００ 600037341l ") == "91110000600037341L"
