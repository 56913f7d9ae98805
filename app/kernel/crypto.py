"""Guards what identifies people: a keyed hash to look up by, a cipher to read back."""

import base64
import binascii
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.kernel.errors import BadValue
from app.kernel.messages import N_

KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = b"\x01"


def new_key() -> str:
    """A fresh key in base64url, as it stands in the configuration."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


class Vault:
    """Two independent keys: whoever learns one can neither look people up nor read them with it alone."""

    def __init__(self, hash_key: bytes, cipher_key: bytes) -> None:
        self._hash_key = hash_key
        self._cipher = AESGCM(cipher_key)

    @classmethod
    def from_base64(cls, hash_key: str | None, cipher_key: str | None) -> "Vault":
        """The vault of the configured keys; a missing or short key stops the start, not the first save."""
        return cls(_decode(hash_key, N_("散列")), _decode(cipher_key, N_("加密")))

    def hash(self, text: str) -> bytes:
        """HMAC-SHA256 of normalized text, 32 bytes: equal texts are found by it, nothing is read from it."""
        return hmac.digest(self._hash_key, text.encode(), hashlib.sha256)

    def encrypt(self, text: str) -> bytes:
        """AES-256-GCM under a fresh nonce: version byte, 12-byte nonce, ciphertext with tag."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, text.encode(), _VERSION)

    def decrypt(self, sealed: bytes) -> str:
        """The text that `encrypt` sealed; refuses what another key sealed or anyone altered."""
        body = 1 + _NONCE_BYTES
        try:
            if sealed[:1] != _VERSION:
                raise InvalidTag
            return self._cipher.decrypt(bytes(sealed[1:body]), bytes(sealed[body:]), _VERSION).decode()
        except (InvalidTag, ValueError) as error:
            raise BadValue(N_("加密数据无法解开。请系统管理员核对密钥是否与写入数据时相同。")) from error


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
