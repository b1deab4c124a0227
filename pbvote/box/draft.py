"""Drafts: a ranking that is not cast yet, kept on the voter's own device and nowhere else.

A draft is a cookie value that only the server can read: version, expiry and ranking, sealed with
ChaCha20-Poly1305 under a key derived (HKDF-SHA-256) from the server's secret, the voter's session and the
pot. Copied to another session or pot, or kept beyond its expiry, it reads as nothing. Its length does not
depend on the ranking.
"""

import base64
import binascii
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pbvote.box.canonical import canonical

_VERSION = b"\x01"
_NONCE = 12


class NoDraft(Exception):
    """There is no draft here: `reason` is "expired" or "unreadable" (forged, damaged, of another session)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def seal_draft(
    secret: bytes,
    ranking: Sequence[int],
    *,
    session_id: str,
    pot_id: int | str,
    expires: int,
    capacity: int,
) -> str:
    """Return a cookie value that holds a draft of 0 to `capacity` ballot numbers (1 to 65535).

    `secret` has at least 32 bytes; `expires` is in seconds since 1970. Raises ValueError for a longer draft.
    """
    if len(ranking) > capacity or not all(1 <= number <= 0xFFFF for number in ranking):
        raise ValueError("a draft holds up to `capacity` ballot numbers from 1 to 65535")
    numbers = b"".join(number.to_bytes(2, "big") for number in ranking)
    plaintext = (len(ranking).to_bytes(2, "big") + numbers).ljust(2 + 2 * capacity, b"\0")
    header = _VERSION + expires.to_bytes(8, "big")
    nonce = secrets.token_bytes(_NONCE)
    sealed = ChaCha20Poly1305(_key(secret, session_id, pot_id)).encrypt(nonce, plaintext, header)
    return base64.urlsafe_b64encode(header + nonce + sealed).decode().rstrip("=")


def open_draft(secret: bytes, value: str, *, session_id: str, pot_id: int | str, now: int) -> tuple[int, ...]:
    """Return the ranking in a cookie value; `now` is in seconds since 1970. Raises NoDraft."""
    try:
        data = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoDraft("unreadable") from error
    header, nonce, sealed = data[:9], data[9 : 9 + _NONCE], data[9 + _NONCE :]
    if header[:1] != _VERSION or len(nonce) != _NONCE:
        raise NoDraft("unreadable")
    try:
        plaintext = ChaCha20Poly1305(_key(secret, session_id, pot_id)).decrypt(nonce, sealed, header)
    except InvalidTag as error:
        raise NoDraft("unreadable") from error
    if int.from_bytes(header[1:], "big") <= now:
        raise NoDraft("expired")
    count = int.from_bytes(plaintext[:2], "big")
    return tuple(int.from_bytes(plaintext[2 + 2 * i : 4 + 2 * i], "big") for i in range(count))


def _key(secret: bytes, session_id: str, pot_id: int | str) -> bytes:
    if len(secret) < 32:
        raise ValueError("the secret for drafts has at least 32 bytes")
    info = b"pbvote-draft-1" + canonical({"pot": pot_id, "session": session_id})
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)
