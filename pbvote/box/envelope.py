"""Sealed envelopes: one ballot, readable only with the round's private key.

Source: RFC 9180 (HPKE), base mode, one shot, with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and
ChaCha20-Poly1305, as ``cryptography`` implements it.

The plaintext is one byte for the number of ranks, then two bytes (big endian) for each ballot number,
padded with zeros to ``1 + 2 * capacity`` bytes: every envelope of a round has the same length, whatever it
holds. The HPKE ``info`` is canonical JSON of the format's version, round, pot, entry and capacity, so an
envelope moved to another row, pot or round does not open. Nothing in it tells when it was sealed.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from pbvote.box.canonical import canonical, digest

FORMAT = "pbvote-envelope-1"
MOST_RANKS = 255
OVERHEAD = 32 + 16  # the encapsulated key and the authentication tag

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)

Identity = int | str


class SpoiltEnvelope(Exception):
    """The envelope cannot be counted. `reason` is "wrong-length", "does-not-open", "blank" or "malformed"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def new_key() -> bytes:
    """Return a new private key (X25519, 32 raw bytes)."""
    return X25519PrivateKey.generate().private_bytes_raw()


def public_key(private: bytes) -> bytes:
    """Return the public key (32 raw bytes) of a private key. Raises ValueError if it is not 32 bytes."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def envelope_length(capacity: int) -> int:
    """Return the length in bytes of every envelope that may hold up to `capacity` ranks."""
    if not 1 <= capacity <= MOST_RANKS:
        raise ValueError(f"a ballot holds 1 to {MOST_RANKS} ranks, not {capacity}")
    return OVERHEAD + 1 + 2 * capacity


def seal(
    public: bytes,
    ranking: Sequence[int],
    *,
    round_id: Identity,
    pot_id: Identity,
    entry_id: Identity,
    capacity: int,
) -> bytes:
    """Return an envelope around a ranking.

    `ranking` lists distinct ballot numbers (1 to 65535), most wanted first, 1 to `capacity` of them;
    `capacity` is the round's maximum length. Raises ValueError for anything else.
    """
    plaintext = _write(ranking, capacity)
    info = _info(round_id, pot_id, entry_id, capacity)
    return _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(public), info)


def seal_blank(
    public: bytes, *, round_id: Identity, pot_id: Identity, entry_id: Identity, capacity: int
) -> bytes:
    """Return an envelope without a choice, for a paper sheet that cannot be counted.

    It looks like any other and opens as SpoiltEnvelope("blank"), so that every sheet has its envelope.
    """
    info = _info(round_id, pot_id, entry_id, capacity)
    plaintext = bytes(envelope_length(capacity) - OVERHEAD)
    return _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(public), info)


def open_envelope(
    private: bytes,
    envelope: bytes,
    *,
    round_id: Identity,
    pot_id: Identity,
    entry_id: Identity,
    capacity: int,
) -> tuple[int, ...]:
    """Return the ranking sealed in an envelope; raise SpoiltEnvelope if it cannot be had."""
    if len(envelope) != envelope_length(capacity):
        raise SpoiltEnvelope("wrong-length")
    info = _info(round_id, pot_id, entry_id, capacity)
    try:
        plaintext = _SUITE.decrypt(envelope, X25519PrivateKey.from_private_bytes(private), info)
    except (InvalidTag, ValueError) as error:
        raise SpoiltEnvelope("does-not-open") from error
    return _read(plaintext, capacity)


def ballots_salt(private: bytes, *, round_id: Identity, pot_id: Identity) -> bytes:
    """Return the 32-byte salt of a pot's ballots digest.

    Derived (HMAC-SHA-256) from the private key: whoever opens the box again gets the same salt, and whoever
    cannot open it cannot try out guesses of a small pot's ballots against the published digest.
    """
    label = b"pbvote-ballots-salt" + canonical([round_id, pot_id])
    return hmac.new(private, label, hashlib.sha256).digest()


def ballots_digest(salt: bytes, rankings: Iterable[Sequence[int]]) -> bytes:
    """Return the digest (32 bytes) of a multiset of rankings: their order does not matter, only the ballots.

    SHA-256 over "pbvote-ballots", the salt and the canonical JSON of the rankings in ascending order.
    """
    return digest("pbvote-ballots", salt, canonical(sorted(list(ranking) for ranking in rankings)))


def _info(round_id: Identity, pot_id: Identity, entry_id: Identity, capacity: int) -> bytes:
    return canonical(
        {"capacity": capacity, "entry": entry_id, "format": FORMAT, "pot": pot_id, "round": round_id}
    )


def _write(ranking: Sequence[int], capacity: int) -> bytes:
    length = envelope_length(capacity) - OVERHEAD
    if not 1 <= len(ranking) <= capacity:
        raise ValueError(f"a ballot here has 1 to {capacity} ranks, not {len(ranking)}")
    if len(set(ranking)) != len(ranking):
        raise ValueError("a ballot names each proposal once")
    if not all(1 <= number <= 0xFFFF for number in ranking):
        raise ValueError("ballot numbers run from 1 to 65535")
    numbers = b"".join(number.to_bytes(2, "big") for number in ranking)
    return (bytes([len(ranking)]) + numbers).ljust(length, b"\0")


def _read(plaintext: bytes, capacity: int) -> tuple[int, ...]:
    count = plaintext[0]
    if not any(plaintext):
        raise SpoiltEnvelope("blank")
    numbers, padding = plaintext[1 : 1 + 2 * count], plaintext[1 + 2 * count :]
    ranking = tuple(int.from_bytes(numbers[i : i + 2], "big") for i in range(0, len(numbers), 2))
    if not 1 <= count <= capacity or any(padding) or 0 in ranking or len(set(ranking)) != count:
        raise SpoiltEnvelope("malformed")
    return ranking
