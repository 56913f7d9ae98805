import base64

import pytest

from app.kernel.crypto import KEY_BYTES, Vault, new_key
from app.kernel.errors import BadValue


@pytest.fixture
def vault():
    return Vault.from_base64(new_key(), new_key())


def test_new_key_is_base64url_of_32_bytes():
    assert len(base64.urlsafe_b64decode(new_key())) == KEY_BYTES
    assert new_key() != new_key()


def test_hash_is_keyed_and_repeatable(vault):
    digest = vault.hash("11010519491231002X")
    assert len(digest) == 32
    assert digest == vault.hash("11010519491231002X")
    assert digest != Vault.from_base64(new_key(), new_key()).hash("11010519491231002X")


@pytest.mark.parametrize("text", ["", "11010519491231002X", "王𬎆"])
def test_what_is_sealed_is_read_back(vault, text):
    sealed = vault.encrypt(text)
    assert vault.decrypt(sealed) == text
    assert vault.decrypt(memoryview(sealed)) == text
    assert sealed[0] == 1
    assert len(sealed) == 1 + 12 + len(text.encode()) + 16


def test_sealing_twice_differs(vault):
    assert vault.encrypt("a") != vault.encrypt("a")


def test_every_altered_byte_is_refused(vault):
    sealed = vault.encrypt("11010519491231002X")
    for place in range(len(sealed)):
        altered = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(BadValue):
            vault.decrypt(altered)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(12), bytes(40)])
def test_what_was_never_sealed_is_refused(vault, sealed):
    with pytest.raises(BadValue, match="密钥"):
        vault.decrypt(sealed)


def test_another_key_is_refused(vault):
    with pytest.raises(BadValue):
        Vault.from_base64(new_key(), new_key()).decrypt(vault.encrypt("a"))


@pytest.mark.parametrize("key", [None, "", "abc", "不是密钥", base64.b64encode(bytes(31)).decode()])
def test_a_missing_or_short_key_is_named(key):
    with pytest.raises(BadValue, match="散列"):
        Vault.from_base64(key, new_key())
    with pytest.raises(BadValue, match="加密"):
        Vault.from_base64(new_key(), key)
