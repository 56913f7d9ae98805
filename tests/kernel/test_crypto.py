import base64
import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.kernel.crypto import HEADER_BYTES, KEY_BYTES, NAMES, Vault, name_of, new_key
from app.kernel.errors import BadValue


@pytest.fixture(params=NAMES)
def vault(request):
    return Vault.from_base64(new_key(), new_key(), request.param)


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
    assert sealed[:HEADER_BYTES] == vault.header
    assert len(sealed) == HEADER_BYTES + 12 + len(text.encode()) + 16


def test_sealing_twice_differs(vault):
    assert vault.encrypt("a") != vault.encrypt("a")


def test_every_altered_byte_is_refused(vault):
    sealed = vault.encrypt("11010519491231002X")
    for place in range(len(sealed)):
        altered = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(BadValue):
            vault.decrypt(altered)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(12), bytes(40), b"\x02" + bytes(60)])
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


def test_ciphertexts_of_every_cipher_and_key_are_read_side_by_side():
    old, new = new_key(), new_key()
    made = [Vault.from_base64(new_key(), key, cipher) for key in (old, new) for cipher in NAMES]
    vault = Vault.from_base64(new_key(), new, "sm4", [old])
    sealed = [one.encrypt("11010519491231002X") for one in made]
    assert len({one[:HEADER_BYTES] for one in sealed}) == len(sealed)
    assert {vault.decrypt(one) for one in sealed} == {"11010519491231002X"}
    assert [vault.current(one) for one in sealed] == [False, False, False, True]
    renewed = [vault.renew(one) for one in sealed]
    assert all(map(vault.current, renewed)) and renewed[-1] == sealed[-1]
    assert {vault.decrypt(one) for one in renewed} == {"11010519491231002X"}


def test_what_the_first_release_sealed_is_read_under_any_configured_key():
    old, nonce = new_key(), os.urandom(12)
    body = AESGCM(base64.urlsafe_b64decode(old)).encrypt(nonce, b"13912345678", b"\x01")
    vault = Vault.from_base64(new_key(), new_key(), read_keys=[old])
    assert vault.decrypt(b"\x01" + nonce + body) == "13912345678"
    assert vault.current(vault.renew(b"\x01" + nonce + body))


def test_a_header_names_cipher_and_key_and_not_the_key():
    key = new_key()
    aes, sm4 = (Vault.from_base64(new_key(), key, cipher).header for cipher in NAMES)
    assert aes[1:] == sm4[1:] != Vault.from_base64(new_key(), new_key()).header[1:]
    assert name_of(aes).startswith("AES-256-GCM ") and name_of(sm4).startswith("SM4-GCM ")
    assert aes[1:] not in base64.urlsafe_b64decode(key)


def test_another_ciphers_name_and_a_bad_old_key_stop_the_start():
    with pytest.raises(BadValue, match="DATA_CIPHER"):
        Vault.from_base64(new_key(), new_key(), "des")
    with pytest.raises(BadValue, match="旧加密"):
        Vault.from_base64(new_key(), new_key(), "aes", ["abc"])
