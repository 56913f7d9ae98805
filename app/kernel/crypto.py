"""Guards what identifies people: a keyed hash to look up by, ciphers to read back.

A ciphertext says by which format, cipher and key it was made, so that rows of several stand side by side while
`app.engine.keys.rotation` brings them under the current ones. The new format binds it to its place in the database, so
that one that was put elsewhere doesn't open there; the old one, of release 0.5.0 and before, opens anywhere.
"""

import base64
import binascii
import hashlib
import hmac
import logging
import os
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.kernel.errors import BadValue, Unreadable
from app.kernel.messages import N_

log = logging.getLogger(__name__)

KEY_BYTES = 32
HEADER_BYTES = 5
"""Version byte and the key's number."""
NAMES = {"aes": "AES-256-GCM", "sm4": "SM4-GCM"}
FORMATS = ("old", "new", "only")
"""Write the old format, or the new one, and read both; write the new one and refuse the old."""
_NUMBER_BYTES, _NONCE_BYTES, _TAG_BYTES, _SM4_KEY_BYTES = 4, 12, 16, 16
_UNNUMBERED = b"\x01"
"""AES-256-GCM of the product's first release, which had one key and no number."""
_FREE = {"aes": b"\x02", "sm4": b"\x03"}
_BOUND = {"aes": b"\x04", "sm4": b"\x05"}
NO_KEY = N_("加密数据无法解开。请系统管理员核对密钥是否与写入数据时相同。")
MOVED = N_("加密数据与所在的记录不符，可能被改动或调换过，没有显示。请把这条记录告诉系统管理员核查。")
OLD_FORMAT = N_(
    "加密数据仍是旧格式，当前设置不读取，没有显示。请系统管理员把 DATA_CIPHER_FORMAT 设为 new，运行 keys rotate。"
)


def new_key() -> str:
    """Return a fresh key in base64url, as it stands in the configuration."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


class _SM4GCM:
    """SM4 (GB/T 32907) in Galois/Counter Mode, with the interface of AESGCM; its key is derived from ours."""

    def __init__(self, key: bytes) -> None:
        derived = HKDF(algorithm=SM3(), length=_SM4_KEY_BYTES, salt=None, info=b"benefits sm4-gcm")
        self._algorithm = algorithms.SM4(derived.derive(key))

    def encrypt(self, nonce: bytes, data: bytes, header: bytes) -> bytes:
        cipher = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        cipher.authenticate_additional_data(header)
        return cipher.update(data) + cipher.finalize() + cipher.tag

    def decrypt(self, nonce: bytes, data: bytes, header: bytes) -> bytes:
        text, tag = data[:-_TAG_BYTES], data[-_TAG_BYTES:]
        cipher = Cipher(self._algorithm, modes.GCM(nonce, tag)).decryptor()
        cipher.authenticate_additional_data(header)
        return cipher.update(text) + cipher.finalize()


class Vault:
    """A key to look up by and keys to read by: who learns one can neither look people up nor read them with it alone."""

    def __init__(
        self,
        hash_key: bytes,
        cipher_key: bytes,
        cipher: str = "aes",
        read_keys: Iterable[bytes] = (),
        form: str = "new",
    ) -> None:
        """Make new ciphertexts by `cipher`, `cipher_key` and `form` (of FORMATS); open others' by `read_keys`."""
        self._hash_key = hash_key
        self._by_header: dict[bytes, AESGCM | _SM4GCM] = {}
        self._unnumbered: list[AESGCM] = []
        for key in (cipher_key, *read_keys):
            number, aes, sm4 = _number(key), AESGCM(key), _SM4GCM(key)
            for versions in (_FREE, _BOUND):
                self._by_header |= {versions["aes"] + number: aes, versions["sm4"] + number: sm4}
            self._unnumbered.append(aes)
        self.form = form
        self.header = (_FREE if form == "old" else _BOUND)[cipher] + _number(cipher_key)

    @classmethod
    def from_base64(
        cls,
        hash_key: str | None,
        cipher_key: str | None,
        cipher: str = "aes",
        read_keys: Iterable[str] = (),
        form: str = "new",
    ) -> "Vault":
        """Return the vault of the configured keys; a missing or short key stops the start, not the first save."""
        if cipher not in NAMES:
            raise BadValue(
                N_("没有“{cipher}”这种加密算法。请把 DATA_CIPHER 设为 aes 或 sm4。"), cipher=cipher
            )
        if form not in FORMATS:
            raise BadValue(
                N_("没有“{form}”这种密文格式设置。请把 DATA_CIPHER_FORMAT 设为 old、new 或 only。"),
                form=form,
            )
        others = [_decode(key, N_("旧加密")) for key in read_keys]
        return cls(_decode(hash_key, N_("散列")), _decode(cipher_key, N_("加密")), cipher, others, form)

    def hash(self, text: str) -> bytes:
        """Return HMAC-SHA256 of normalized text, 32 bytes: equal texts are found by it, nothing is read from it."""
        return hmac.digest(self._hash_key, text.encode(), hashlib.sha256)

    def encrypt(self, text: str, bound_to: bytes) -> bytes:
        """Encrypt a text as `encrypt_bytes` does bytes."""
        return self.encrypt_bytes(text.encode(), bound_to)

    def encrypt_bytes(self, content: bytes, bound_to: bytes) -> bytes:
        """Encrypt Under a fresh nonce: 5-byte header, 12-byte nonce, ciphertext with 16-byte tag.

        The header is authenticated; in the new format also `bound_to`, which names the place that it is kept in.
        """
        nonce = os.urandom(_NONCE_BYTES)
        aad = _authenticated(self.header, bound_to)
        return self.header + nonce + self._by_header[self.header].encrypt(nonce, content, aad)

    def decrypt(self, ciphertext: bytes, bound_to: bytes) -> str:
        """Decrypt the text that `encrypt` made for that place."""
        return self.decrypt_bytes(ciphertext, bound_to).decode()

    def decrypt_bytes(self, ciphertext: bytes, bound_to: bytes) -> bytes:
        """Decrypt what `encrypt_bytes` made for that place.

        Raises Unreadable for what anyone altered or put elsewhere, what a key that is not configured encrypted, and what
        is of a format that is refused.
        """
        ciphertext = bytes(ciphertext)
        header = header_of(ciphertext)
        if self.refuses(header):
            raise _unreadable(OLD_FORMAT, bound_to)
        known = self._by_header.get(header)
        ciphers = self._unnumbered if header == _UNNUMBERED else [known] if known else []
        nonce, body = len(header), len(header) + _NONCE_BYTES
        for cipher in ciphers:
            try:
                return cipher.decrypt(
                    ciphertext[nonce:body], ciphertext[body:], _authenticated(header, bound_to)
                )
            except (InvalidTag, ValueError):
                continue
        raise _unreadable(MOVED if known else NO_KEY, bound_to)

    def opens(self, header: bytes) -> bool:
        """Return whether a configured key may open what was made so; of ciphertexts without a number nobody can tell."""
        return header == _UNNUMBERED or header in self._by_header

    def refuses(self, header: bytes) -> bool:
        """Return whether the setting forbids to read this format, whatever the keys."""
        return self.form == "only" and is_free(header)

    def current(self, ciphertext: bytes) -> bool:
        """Return whether a ciphertext was made by today's format, cipher and key."""
        return bytes(ciphertext[:HEADER_BYTES]) == self.header

    def renew(self, ciphertext: bytes, bound_to: bytes) -> bytes:
        """Encrypt the same content by today's format, cipher and key."""
        if self.current(ciphertext):
            return ciphertext
        return self.encrypt_bytes(self.decrypt_bytes(ciphertext, bound_to), bound_to)


def header_of(ciphertext: bytes) -> bytes:
    """Return the part of a ciphertext that says how it was made."""
    return bytes(ciphertext[:1] if ciphertext[:1] == _UNNUMBERED else ciphertext[:HEADER_BYTES])


def is_free(header: bytes) -> bool:
    """Return whether it is of the old format, which opens wherever it is put."""
    return header[:1] in (_UNNUMBERED, *_FREE.values())


def name_of(header: bytes) -> str:
    """Return a header as an operator reads it: cipher, number of the key, format."""
    cipher = next((name for name in NAMES if header[:1] in (_FREE[name], _BOUND[name])), "aes")
    binding = "旧格式 / old format" if is_free(header) else "新格式 / new format"
    return f"{NAMES[cipher]} {header[1:].hex() or '—'} {binding}"


def _authenticated(header: bytes, bound_to: bytes) -> bytes:
    return header if is_free(header) else header + bound_to


def _unreadable(msgid: str, bound_to: bytes) -> Unreadable:
    """Log the place's label, which holds nobody's data."""
    log.error("a ciphertext of %s does not open", bound_to.partition(b"\0")[0].decode(errors="replace"))
    return Unreadable(msgid)


def _number(key: bytes) -> bytes:
    """Tell keys apart and say nothing of them: the beginning of a digest of 32 random bytes."""
    return hashlib.sha256(b"benefits key number" + key).digest()[:_NUMBER_BYTES]


def _decode(key: str | None, purpose: str) -> bytes:
    if not key:
        raise BadValue(N_("没有配置{purpose}密钥。请在配置中设置 32 字节的 base64 密钥。"), purpose=purpose)
    try:
        raw = base64.b64decode(key.strip(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES:
        raise BadValue(N_("{purpose}密钥不是 32 字节的 base64 文本。请重新生成后再启动。"), purpose=purpose)
    return raw
