"""The board: the public, hash-chained list of everything that happened to the box.

A row is ``(round, seq, kind, payload, prev, head)``. Rows of a round are numbered from 1. ``prev`` is the
head of the row before (64 zeros for the first); ``head`` is

    SHA-256("pbvote-board-1" ‖ canonical({"kind", "payload", "prev", "round", "seq"}))

in lower-case hexadecimal, with the canonical JSON of `pbvote.box.canonical`. Whoever has noted a head holds
the whole past: no earlier row can be changed, dropped, added or moved without changing every later head.
As a file (``board.jsonl``) each line is the canonical JSON of a row, its head included, and a line feed.

A checkpoint is ``{"head", "key", "round", "signature", "size"}``: the board's size and head at one moment,
with an Ed25519 signature (RFC 8032) over ``"pbvote-checkpoint-1" ‖ canonical({"head", "round", "size"})``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pbvote.box.canonical import NotCanonical, canonical, digest, read_canonical

FIRST_PREV = "0" * 64
KINDS = (
    "setup",
    "rehearsal",
    "open",
    "cast",
    "replace",
    "void",
    "paper",
    "withdrawal",
    "change",
    "close",
    "seed",
    "opening",
    "reopening",
    "result",
    "correction",
    "abandoned",
    "destroy",
)
_FIELDS = {"round", "seq", "kind", "payload", "prev", "head"}


class BrokenChain(Exception):
    """The board does not hold together. `line` is the first wrong line (from 1), `reason` says why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"board line {line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One row. `round_id` is the round's number or name, `payload` a dict with canonical JSON."""

    round_id: int | str
    seq: int
    kind: str
    payload: dict[str, Any]
    prev: str
    head: str

    def line(self) -> bytes:
        """Return the row as a line of ``board.jsonl``, without the line feed."""
        return canonical({**_body(self), "head": self.head})


def append(previous: BoardRow | None, *, round_id: int | str, kind: str, payload: dict[str, Any]) -> BoardRow:
    """Return the row that follows `previous` (None for the first row of a round).

    Raises ValueError for an unknown kind or a row of another round, NotCanonical for a payload that has no
    canonical form.
    """
    if kind not in KINDS:
        raise ValueError(f"the board has no rows of kind {kind!r}")
    if previous is not None and previous.round_id != round_id:
        raise ValueError("a row follows a row of its own round")
    seq, prev = (1, FIRST_PREV) if previous is None else (previous.seq + 1, previous.head)
    return BoardRow(round_id, seq, kind, payload, prev, head_of(round_id, seq, kind, payload, prev))


def head_of(round_id: int | str, seq: int, kind: str, payload: dict[str, Any], prev: str) -> str:
    """Return the head that a row with these parts must carry."""
    body = {"kind": kind, "payload": payload, "prev": prev, "round": round_id, "seq": seq}
    return digest("pbvote-board-1", canonical(body)).hex()


def check_chain(rows: Iterable[BoardRow]) -> BoardRow | None:
    """Check every link and return the last row (None for an empty board). Raises BrokenChain."""
    last: BoardRow | None = None
    for line, row in enumerate(rows, start=1):
        if last is not None and row.round_id != last.round_id:
            raise BrokenChain(line, "belongs to another round")
        if row.seq != line:
            raise BrokenChain(line, f"is numbered {row.seq}")
        if row.kind not in KINDS:
            raise BrokenChain(line, f"has the unknown kind {row.kind!r}")
        if row.prev != (last.head if last else FIRST_PREV):
            raise BrokenChain(line, "does not follow the row before it")
        if row.head != head_of(row.round_id, row.seq, row.kind, row.payload, row.prev):
            raise BrokenChain(line, "was changed: its head does not fit its content")
        last = row
    return last


def read_lines(lines: Iterable[bytes]) -> Iterator[BoardRow]:
    """Yield the rows of a ``board.jsonl``, given its lines without line feeds. Raises BrokenChain."""
    for number, line in enumerate(lines, start=1):
        try:
            value = read_canonical(line)
        except NotCanonical as error:
            raise BrokenChain(number, str(error)) from error
        if not isinstance(value, dict) or set(value) != _FIELDS or not isinstance(value["payload"], dict):
            raise BrokenChain(number, "is not a row of the board")
        yield BoardRow(
            value["round"], value["seq"], value["kind"], value["payload"], value["prev"], value["head"]
        )


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The board's size (rows) and head at one moment, signed. `key` and `signature` are hexadecimal."""

    round_id: int | str
    size: int
    head: str
    key: str
    signature: str

    def as_json(self) -> bytes:
        """Return the checkpoint as canonical JSON, the form in which it is published."""
        body = {"head": self.head, "key": self.key, "round": self.round_id}
        return canonical({**body, "signature": self.signature, "size": self.size})


def new_signing_key() -> bytes:
    """Return a new Ed25519 private key, 32 raw bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def signing_public_key(private: bytes) -> bytes:
    """Return the Ed25519 public key (32 raw bytes) of a private key."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def sign(private: bytes, label: str, data: bytes) -> bytes:
    """Return the Ed25519 signature (64 bytes) over the label and the data."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(label.encode("ascii") + data)


def signature_holds(public: bytes, label: str, data: bytes, signature: bytes) -> bool:
    """Say whether `signature` is the key's signature over the label and the data."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, label.encode("ascii") + data)
    except (InvalidSignature, ValueError):
        return False
    return True


def sign_checkpoint(private: bytes, *, round_id: int | str, size: int, head: str) -> Checkpoint:
    """Return a signed checkpoint of a board that has `size` rows and ends in `head`."""
    signature = sign(private, "pbvote-checkpoint-1", _checkpoint_body(round_id, size, head))
    return Checkpoint(round_id, size, head, signing_public_key(private).hex(), signature.hex())


def checkpoint_holds(checkpoint: Checkpoint, *, public: bytes) -> bool:
    """Say whether a checkpoint was signed with `public`, the key known from elsewhere."""
    body = _checkpoint_body(checkpoint.round_id, checkpoint.size, checkpoint.head)
    try:
        signature = bytes.fromhex(checkpoint.signature)
    except ValueError:
        return False
    return checkpoint.key == public.hex() and signature_holds(public, "pbvote-checkpoint-1", body, signature)


def _checkpoint_body(round_id: int | str, size: int, head: str) -> bytes:
    return canonical({"head": head, "round": round_id, "size": size})


def _body(row: BoardRow) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "payload": row.payload,
        "prev": row.prev,
        "round": row.round_id,
        "seq": row.seq,
    }
