"""Custody of a round's private key.

``officers``: three custodians each hold a passphrase; for each pair of them there is a *wrap*, the private
key encrypted (ChaCha20-Poly1305) under a key that argon2id (RFC 9106) derives from both passphrases. Any two
custodians can open the box, one alone learns nothing. Wraps are files: they belong in the key folder and on
the custodians' own media, never in the database or its backups.

``server``: the private key lies in a key file of its own, outside the database and its backups, readable by
the server's account alone. For demonstrations and small groups: whoever runs the server can open the box.

A passphrase is five groups of four letters: 18 random base32 letters (90 bits) and two that check the others,
so that a slip of the pen is told from a wrong passphrase.
"""

import base64
import os
import re
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from pbvote.box import envelope
from pbvote.box.canonical import NotCanonical, canonical, digest, read_canonical

Pair = tuple[int, int]
PAIRS: tuple[Pair, ...] = ((1, 2), (1, 3), (2, 3))
FORMAT = "pbvote-wrap-1"
MEMORY_KIB = 64 * 1024
PASSES = 3

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_LOOKALIKES = str.maketrans("018", "OIB")
_FIELDS = {"format", "memory_kib", "nonce", "pair", "passes", "public_key", "round", "salt", "wrapped"}


class CustodyError(Exception):
    """The key cannot be had. `reason` is one of the words below; `custodian` says whose part is wrong.

    "mistyped" (a passphrase does not fit its check letters), "wrong-passphrase", "damaged-wrap",
    "other-round", "other-key" (a wrap of another round or of another key), "other-pair" (the passphrases are
    not those of the wrap's pair), "missing-key", "exposed-key" (others may read the key file).
    """

    def __init__(self, reason: str, custodian: int | None = None) -> None:
        super().__init__(reason if custodian is None else f"{reason} (custodian {custodian})")
        self.reason = reason
        self.custodian = custodian


def new_passphrase() -> str:
    """Return a new passphrase with 90 random bits, such as "K7QD-M2XA-…" (five groups of four)."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(18))
    return _grouped(letters + _check_letters(letters))


def normalise_passphrase(typed: str) -> str:
    """Return a passphrase as it was printed. Raises CustodyError("mistyped")."""
    letters = re.sub(r"[\s\-‐‑‒–—_.]", "", typed).upper().translate(_LOOKALIKES)
    if not re.fullmatch(r"[A-Z2-7]{20}", letters) or _check_letters(letters[:18]) != letters[18:]:
        raise CustodyError("mistyped")
    return _grouped(letters)


def wrap_for_officers(
    private: bytes,
    passphrases: Mapping[int, str],
    *,
    round_id: int | str,
    memory_kib: int = MEMORY_KIB,
    passes: int = PASSES,
) -> dict[Pair, bytes]:
    """Return the wraps of a private key, one for each pair of custodians 1, 2 and 3.

    `passphrases` gives each custodian's passphrase. A wrap is canonical JSON and holds no secret in clear;
    it states round, pair, public key and argon2id's cost (`memory_kib` KiB, `passes`, one lane).
    """
    if set(passphrases) != {1, 2, 3}:
        raise ValueError("there are three custodians, numbered 1, 2 and 3")
    public = envelope.public_key(private)
    return {pair: _wrap(private, public, pair, passphrases, round_id, memory_kib, passes) for pair in PAIRS}


def unwrap(wrap: bytes, passphrases: Mapping[int, str], *, round_id: int | str, public: bytes) -> bytes:
    """Return the private key from a pair's wrap and the two passphrases as typed, by custodian number.

    `round_id` and `public` are what the round's board says: a wrap of another round or key is refused.
    Raises CustodyError.
    """
    fields = _read_wrap(wrap)
    if fields["round"] != round_id:
        raise CustodyError("other-round")
    if fields["public_key"] != public.hex():
        raise CustodyError("other-key")
    if sorted(passphrases) != fields["pair"]:
        raise CustodyError("other-pair")
    key = _derive(_normalised(passphrases), fields)
    try:
        nonce, wrapped = bytes.fromhex(fields["nonce"]), bytes.fromhex(fields["wrapped"])
        private = ChaCha20Poly1305(key).decrypt(nonce, wrapped, _header(fields))
    except InvalidTag as error:
        raise CustodyError("wrong-passphrase") from error
    except (TypeError, ValueError) as error:
        raise CustodyError("damaged-wrap") from error
    if envelope.public_key(private) != public:
        raise CustodyError("other-key")
    return private


def pair_of(wrap: bytes) -> Pair:
    """Return the pair of custodians a wrap is for. Raises CustodyError("damaged-wrap")."""
    first, second = _read_wrap(wrap)["pair"]
    return first, second


def rehearse(wrap: bytes, passphrases: Mapping[int, str], *, round_id: int | str, public: bytes) -> None:
    """Seal a test envelope to `public` and open it with the pair's passphrases. Raises CustodyError."""
    private = unwrap(wrap, passphrases, round_id=round_id, public=public)
    rehearse_with_key(private, round_id=round_id, public=public)


def rehearse_with_key(private: bytes, *, round_id: int | str, public: bytes) -> None:
    """Seal a test envelope to `public` and open it with `private`. Raises CustodyError("other-key")."""
    ranking = (1 + secrets.randbelow(0xFFFF),)
    place: dict[str, int | str] = {"pot_id": "rehearsal", "entry_id": "rehearsal"}
    sealed = envelope.seal(public, ranking, round_id=round_id, capacity=1, **place)
    try:
        opened = envelope.open_envelope(private, sealed, round_id=round_id, capacity=1, **place)
    except envelope.SpoiltEnvelope as error:
        raise CustodyError("other-key") from error
    if opened != ranking:
        raise CustodyError("other-key")


def write_secret_file(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read, and be sure it is on the disk.

    Raises FileExistsError rather than overwrite: a key is never replaced by accident.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(path.parent)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def read_secret_file(path: Path) -> bytes:
    """Return a secret file's content. Raises CustodyError: "missing-key", or "exposed-key" if anybody but
    the owner may read or change it."""
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise CustodyError("exposed-key")
            return file.read()
    except FileNotFoundError as error:
        raise CustodyError("missing-key") from error


def destroy_file(path: Path) -> bool:
    """Overwrite and remove a file; say whether there was one.

    On flash media and copying file systems old blocks may survive an overwrite: see the threat model.
    """
    try:
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(max(1, path.stat().st_size)))
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        return False
    path.unlink()
    _sync_folder(path.parent)
    return True


def _wrap(
    private: bytes,
    public: bytes,
    pair: Pair,
    passphrases: Mapping[int, str],
    round_id: int | str,
    memory_kib: int,
    passes: int,
) -> bytes:
    fields: dict[str, Any] = {
        "format": FORMAT,
        "memory_kib": memory_kib,
        "nonce": secrets.token_hex(12),
        "pair": list(pair),
        "passes": passes,
        "public_key": public.hex(),
        "round": round_id,
        "salt": secrets.token_hex(16),
    }
    key = _derive(_normalised({number: passphrases[number] for number in pair}), fields)
    nonce = bytes.fromhex(fields["nonce"])
    wrapped = ChaCha20Poly1305(key).encrypt(nonce, private, _header(fields))
    return canonical({**fields, "wrapped": wrapped.hex()})


def _read_wrap(wrap: bytes) -> dict[str, Any]:
    try:
        fields: dict[str, Any] = read_canonical(wrap)
    except NotCanonical as error:
        raise CustodyError("damaged-wrap") from error
    sound = isinstance(fields, dict) and set(fields) == _FIELDS and fields["format"] == FORMAT
    if not sound or fields["pair"] not in [list(pair) for pair in PAIRS]:
        raise CustodyError("damaged-wrap")
    return fields


def _header(fields: Mapping[str, Any]) -> bytes:
    return canonical({name: value for name, value in fields.items() if name != "wrapped"})


def _derive(passphrases: Mapping[int, str], fields: Mapping[str, Any]) -> bytes:
    secret = canonical([[number, passphrases[number]] for number in sorted(passphrases)])
    try:
        salt = bytes.fromhex(fields["salt"])
        memory, passes = int(fields["memory_kib"]), int(fields["passes"])
        if memory > 1 << 20 or passes > 16:
            raise CustodyError("damaged-wrap")
        return Argon2id(salt=salt, length=32, iterations=passes, lanes=1, memory_cost=memory).derive(secret)
    except (TypeError, ValueError) as error:
        raise CustodyError("damaged-wrap") from error


def _normalised(passphrases: Mapping[int, str]) -> dict[int, str]:
    normalised = {}
    for number, typed in passphrases.items():
        try:
            normalised[number] = normalise_passphrase(typed)
        except CustodyError as error:
            raise CustodyError("mistyped", number) from error
    return normalised


def _check_letters(letters: str) -> str:
    return base64.b32encode(digest("pbvote-passphrase", letters.encode())).decode()[:2]


def _grouped(letters: str) -> str:
    return "-".join(letters[i : i + 4] for i in range(0, 20, 4))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
