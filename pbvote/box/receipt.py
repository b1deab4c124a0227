"""Receipts: a code that shows a voter that their envelope is in the box, and nothing about what it holds.

A receipt is the first 100 bits of SHA-256("pbvote-receipt" ‖ envelope), in base32 (RFC 4648), five groups of
four. The board and the Merkle tree carry the whole digest, so a receipt points at exactly one row.
"""

import base64
import re

from pbvote.box.canonical import digest

_LOOKALIKES = str.maketrans("018", "OIB")  # none of the three is in the base32 alphabet
_SHAPE = re.compile(r"[A-Z2-7]{20}")


class NotAReceipt(ValueError):
    """What was typed cannot be a receipt."""


def envelope_digest(envelope: bytes) -> bytes:
    """Return the digest (32 bytes) that stands for an envelope on the board and in the Merkle tree."""
    return digest("pbvote-receipt", envelope)


def receipt_of(envelope: bytes) -> str:
    """Return the receipt of an envelope, such as "MFRG-GZDF-MZTW-Q2LK-NNWG"."""
    return receipt_of_digest(envelope_digest(envelope))


def receipt_of_digest(digest_of_envelope: bytes | str) -> str:
    """Return the receipt of an envelope's digest, given as 32 bytes or 64 hexadecimal digits."""
    if isinstance(digest_of_envelope, str):
        digest_of_envelope = bytes.fromhex(digest_of_envelope)
    return _grouped(base64.b32encode(digest_of_envelope).decode()[:20])


def normalise(typed: str) -> str:
    """Return a receipt as it is printed, from what a person typed.

    Case, spaces and dashes do not matter; 0, 1 and 8 are read as O, I and B. Raises NotAReceipt.
    """
    letters = re.sub(r"[\s\-‐‑‒–—_.]", "", typed).upper().translate(_LOOKALIKES)
    if not _SHAPE.fullmatch(letters):
        raise NotAReceipt("a receipt has 20 letters and digits from 2 to 7, in five groups of four")
    return _grouped(letters)


def _grouped(letters: str) -> str:
    return "-".join(letters[i : i + 4] for i in range(0, 20, 4))
