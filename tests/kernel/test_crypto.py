import base64
import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as some

from app.kernel.crypto import FORMATS, HEADER_BYTES, KEY_BYTES, NAMES, Vault, is_free, name_of, new_key
from app.kernel.errors import BadValue, Unreadable

HERE, ELSEWHERE = b"persons.id_cipher\0one", b"persons.id_cipher\0other"
HASH_KEY, KEY, OTHER_KEY = new_key(), new_key(), new_key()
VAULTS = {
    (cipher, form): Vault.from_base64(HASH_KEY, KEY, cipher, [OTHER_KEY], form)
    for cipher in NAMES
    for form in FORMATS
}


@pytest.fixture(params=VAULTS, ids="-".join)
def vault(request):
    return VAULTS[request.param]


def first_release(key: str, content: bytes) -> bytes:
    """As release 0.1 encrypted: one key and no number."""
    nonce = os.urandom(12)
    return b"\x01" + nonce + AESGCM(base64.urlsafe_b64decode(key)).encrypt(nonce, content, b"\x01")


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
    ciphertext = vault.encrypt(text, HERE)
    assert vault.decrypt(ciphertext, HERE) == text
    assert vault.decrypt(memoryview(ciphertext), HERE) == text
    assert ciphertext[:HEADER_BYTES] == vault.header
    assert len(ciphertext) == HEADER_BYTES + 12 + len(text.encode()) + 16


def test_sealing_twice_differs(vault):
    assert vault.encrypt("a", HERE) != vault.encrypt("a", HERE)


def test_every_altered_byte_is_refused(vault):
    ciphertext = vault.encrypt("11010519491231002X", HERE)
    for place in range(len(ciphertext)):
        altered = ciphertext[:place] + bytes([ciphertext[place] ^ 1]) + ciphertext[place + 1 :]
        with pytest.raises(BadValue):
            vault.decrypt(altered, HERE)


@pytest.mark.parametrize("ciphertext", [b"", b"\x01", b"\x01" + bytes(12), bytes(40), b"\x02" + bytes(60)])
def test_what_was_never_encrypted_is_refused(vault, ciphertext):
    with pytest.raises(Unreadable, match="密钥|旧格式"):
        vault.decrypt(ciphertext, HERE)


def test_another_key_is_refused(vault):
    with pytest.raises(BadValue):
        Vault.from_base64(new_key(), new_key()).decrypt(vault.encrypt("a", HERE), HERE)


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
    ciphertext = [one.encrypt("11010519491231002X", HERE) for one in made]
    assert len({one[:HEADER_BYTES] for one in ciphertext}) == len(ciphertext)
    assert {vault.decrypt(one, HERE) for one in ciphertext} == {"11010519491231002X"}
    assert [vault.current(one) for one in ciphertext] == [False, False, False, True]
    renewed = [vault.renew(one, HERE) for one in ciphertext]
    assert all(map(vault.current, renewed)) and renewed[-1] == ciphertext[-1]
    assert {vault.decrypt(one, HERE) for one in renewed} == {"11010519491231002X"}


@pytest.mark.parametrize("form", ["old", "new"])
def test_what_the_first_release_sealed_is_read_under_any_configured_key(form):
    ciphertext = first_release(OTHER_KEY, b"13912345678")
    vault = VAULTS["aes", form]
    assert vault.decrypt(ciphertext, HERE) == "13912345678"
    assert vault.current(vault.renew(ciphertext, HERE))


def test_a_header_names_cipher_and_key_and_not_the_key():
    key = new_key()
    aes, sm4 = (Vault.from_base64(new_key(), key, cipher).header for cipher in NAMES)
    assert aes[1:] == sm4[1:] != Vault.from_base64(new_key(), new_key()).header[1:]
    assert name_of(aes).startswith("AES-256-GCM ") and name_of(sm4).startswith("SM4-GCM ")
    assert aes[1:] not in base64.urlsafe_b64decode(key)


@pytest.mark.parametrize("cipher", NAMES)
def test_formats_write_and_read_as_their_setting_says(cipher):
    old, new, only = (VAULTS[cipher, form] for form in FORMATS)
    free, bound = old.encrypt("110105", HERE), new.encrypt("110105", HERE)
    assert is_free(free) and not is_free(bound) and only.header == new.header == bound[:HEADER_BYTES]
    for vault in (old, new):
        assert {vault.decrypt(ciphertext, HERE) for ciphertext in (free, bound)} == {"110105"}
    assert only.decrypt(bound, HERE) == "110105"
    for ciphertext in (free, first_release(KEY, b"110105")):
        with pytest.raises(Unreadable, match="旧格式"):
            only.decrypt(ciphertext, HERE)
        assert only.refuses(ciphertext) and not new.refuses(ciphertext) and is_free(ciphertext)
    assert new.decrypt(free, ELSEWHERE) == "110105", "the old format opens anywhere: what the new one ends"
    assert new.renew(free, HERE)[:HEADER_BYTES] == new.header
    assert old.renew(bound, HERE)[:HEADER_BYTES] == old.header, "the way back"


def test_what_was_put_elsewhere_is_refused_and_named(caplog):
    ciphertext = VAULTS["aes", "new"].encrypt("110105", HERE)
    with pytest.raises(Unreadable, match="改动或调换"):
        VAULTS["aes", "new"].decrypt(ciphertext, ELSEWHERE)
    assert caplog.messages == ["a ciphertext of persons.id_cipher does not open"]


def test_the_old_header_cannot_be_put_before_what_was_bound():
    """Else who may write could take the binding off."""
    old, new = VAULTS["aes", "old"], VAULTS["aes", "new"]
    bound = new.encrypt("110105", HERE)
    for header in (old.header, b"\x01"):
        with pytest.raises(Unreadable):
            new.decrypt(header + bound[HEADER_BYTES:], HERE)


anything = some.binary(max_size=80)
places = some.binary(max_size=40)


@given(content=anything, at=places, kind=some.sampled_from(list(VAULTS)))
def test_whatever_is_encrypted_is_read_where_it_was_encrypted(content, at, kind):
    ciphertext = VAULTS[kind].encrypt_bytes(content, at)
    assert all(
        vault.decrypt_bytes(ciphertext, at) == content
        for vault in VAULTS.values()
        if not vault.refuses(ciphertext[:HEADER_BYTES])
    )


@given(content=anything, at=places, elsewhere=places, cipher=some.sampled_from(list(NAMES)))
def test_nothing_bound_opens_in_another_place(content, at, elsewhere, cipher):
    ciphertext = VAULTS[cipher, "new"].encrypt_bytes(content, at)
    if at == elsewhere:
        return
    for vault in VAULTS.values():
        with pytest.raises(Unreadable):
            vault.decrypt_bytes(ciphertext, elsewhere)


@given(
    content=anything,
    kind=some.sampled_from(list(VAULTS)),
    start=some.integers(0, 200),
    length=some.integers(0, 20),
    put=some.binary(max_size=20),
)
def test_nothing_altered_opens(content, kind, start, length, put):
    ciphertext = VAULTS[kind].encrypt_bytes(content, HERE)
    altered = ciphertext[:start] + put + ciphertext[start + length :]
    if altered == ciphertext:
        return
    for vault in VAULTS.values():
        with pytest.raises(Unreadable):
            vault.decrypt_bytes(altered, HERE)


@given(some.binary(max_size=120))
def test_junk_is_refused_and_breaks_nothing(junk):
    for vault in VAULTS.values():
        with pytest.raises(Unreadable):
            vault.decrypt_bytes(junk, HERE)
    name_of(junk[:HEADER_BYTES])


def test_another_ciphers_name_and_a_bad_old_key_stop_the_start():
    with pytest.raises(BadValue, match="DATA_CIPHER"):
        Vault.from_base64(new_key(), new_key(), "des")
    with pytest.raises(BadValue, match="DATA_CIPHER_FORMAT"):
        Vault.from_base64(new_key(), new_key(), form="both")
    with pytest.raises(BadValue, match="旧加密"):
        Vault.from_base64(new_key(), new_key(), "aes", ["abc"])
