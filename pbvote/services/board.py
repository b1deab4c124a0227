"""The public board of a round's box: writing rows, reading them, signing where it stands."""

from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from pbvote.box import board, custody, verify
from pbvote.box.board import BoardRow, Checkpoint
from pbvote.box.canonical import canonical, read_canonical
from pbvote.models import BoardEntry, RoundKey
from pbvote.services.refusal import Refusal


def append(session: Session, *, round_id: int, kind: str, payload: dict[str, Any]) -> BoardRow:
    """Write the next row, with the caller's next flush. The caller holds the round's lock."""
    row = board.append(last(session, round_id=round_id), round_id=round_id, kind=kind, payload=payload)
    session.add(BoardEntry(**stored(row)))
    return row


def stored(row: BoardRow) -> dict[str, Any]:
    """The row as the columns of its table."""
    return {
        "round_id": row.round_id,
        "seq": row.seq,
        "kind": row.kind,
        "payload": canonical(row.payload).decode(),
        "prev": row.prev,
        "head": row.head,
    }


_LAST = (
    select(BoardEntry)
    .where(BoardEntry.round_id == bindparam("round"))
    .order_by(BoardEntry.seq.desc())
    .limit(1)
)


def last(session: Session, *, round_id: int) -> BoardRow | None:
    entry = session.scalars(_LAST, {"round": round_id}).first()
    return read_row(entry) if entry else None


def rows(session: Session, *, round_id: int, up_to: int | None = None) -> list[BoardRow]:
    """The rows from the first, in order; `up_to` is the last wanted."""
    query = select(BoardEntry).where(BoardEntry.round_id == round_id).order_by(BoardEntry.seq)
    if up_to is not None:
        query = query.where(BoardEntry.seq <= up_to)
    with closing(session.scalars(query.execution_options(yield_per=1000))) as entries:
        return [read_row(entry) for entry in entries]


def of_kind(session: Session, *, round_id: int, kind: str) -> list[BoardRow]:
    query = select(BoardEntry).where(BoardEntry.round_id == round_id, BoardEntry.kind == kind)
    return [read_row(entry) for entry in session.scalars(query.order_by(BoardEntry.seq))]


def page(session: Session, *, round_id: int, number: int, size: int = 50) -> list[BoardRow]:
    """One page of rows, the newest first; pages are numbered from 1."""
    query = select(BoardEntry).where(BoardEntry.round_id == round_id).order_by(BoardEntry.seq.desc())
    return [read_row(entry) for entry in session.scalars(query.offset((number - 1) * size).limit(size))]


def size(session: Session, *, round_id: int) -> int:
    return session.scalar(select(func.max(BoardEntry.seq)).where(BoardEntry.round_id == round_id)) or 0


def with_text(session: Session, *, round_id: int, text: str) -> list[BoardRow]:
    """The rows whose payload holds `text`, which must be hexadecimal digits."""
    if not set(text) <= set("0123456789abcdef"):
        raise ValueError("only hexadecimal digits can be looked for")
    query = select(BoardEntry).where(BoardEntry.round_id == round_id, BoardEntry.payload.like(f'%"{text}%'))
    return [read_row(entry) for entry in session.scalars(query.order_by(BoardEntry.seq))]


def checkpoint(session: Session, *, round_id: int, key_folder: Path) -> Checkpoint:
    """Sign where the board stands now. Raises Refusal if there is no board yet."""
    row, key = last(session, round_id=round_id), session.get(RoundKey, round_id)
    if row is None or key is None:
        raise Refusal("board-empty")
    private = signing_key(key_folder=key_folder, public=key.signing_public_key)
    return board.sign_checkpoint(private, round_id=round_id, size=row.seq, head=row.head)


def signing_key(*, key_folder: Path, public: bytes) -> bytes:
    """The private key that signs checkpoints and packages of the round with this public key."""
    try:
        return custody.read_secret_file(key_folder / f"signing-{public.hex()[:16]}.key")
    except custody.CustodyError as error:
        exposed = error.reason == "exposed-key"
        raise Refusal("signing-exposed-key" if exposed else "signing-missing-key") from error


def new_signing_key(*, key_folder: Path) -> bytes:
    """Make a signing key, keep it in the key folder and return the public key."""
    private = board.new_signing_key()
    public = board.signing_public_key(private)
    custody.write_secret_file(key_folder / f"signing-{public.hex()[:16]}.key", private)
    return public


def replayed(rows: list[BoardRow]) -> verify.Box:
    """The box as these rows tell its story, by the public checker's own reading of them."""
    plain = [
        {"kind": row.kind, "payload": row.payload, "round": row.round_id, "seq": row.seq} for row in rows
    ]
    return verify.replay(plain)


def read_row(entry: BoardEntry) -> BoardRow:
    payload = read_canonical(entry.payload.encode())
    return BoardRow(entry.round_id, entry.seq, entry.kind, payload, entry.prev, entry.head)
