"""Keyed hashes and sealed secrets under the application's data key."""

import hmac
import os
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Keyring:
    """One key per purpose, derived with HKDF-SHA256 (RFC 5869) from `data_key`."""

    def __init__(self, data_key: str) -> None:
        self._root = data_key.encode()
        self._keys: dict[str, bytes] = {}

    def _key(self, purpose: str) -> bytes:
        if purpose not in self._keys:
            derive = HKDF(algorithm=SHA256(), length=32, salt=b"pbvote", info=purpose.encode())
            self._keys[purpose] = derive.derive(self._root)
        return self._keys[purpose]

    def digest(self, purpose: str, value: str | bytes) -> bytes:
        """HMAC-SHA256 of `value` under the key for `purpose`."""
        data = value.encode() if isinstance(value, str) else value
        return hmac.new(self._key(purpose), data, sha256).digest()

    def seal(self, purpose: str, data: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + ChaCha20Poly1305(self._key(purpose)).encrypt(nonce, data, purpose.encode())

    def open(self, purpose: str, sealed: bytes) -> bytes | None:
        """The sealed bytes, or None if they were not sealed here for this purpose."""
        try:
            return ChaCha20Poly1305(self._key(purpose)).decrypt(sealed[:12], sealed[12:], purpose.encode())
        except InvalidTag:
            return None
