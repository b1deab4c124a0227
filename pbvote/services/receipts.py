"""Looking a receipt up: whether its envelope is in the box, and the proof after the close."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from pbvote.box import merkle, receipt
from pbvote.box.receipt import NotAReceipt
from pbvote.models import VotingRound
from pbvote.services import board
from pbvote.services.refusal import Refusal


@dataclass(frozen=True)
class Proof:
    """Leads from the envelope's digest to the root that the board's row `close` states (RFC 6962)."""

    index: int
    size: int
    path: tuple[str, ...]
    root: str


@dataclass(frozen=True)
class Found:
    """What became of an envelope: "in-the-box", "replaced" or "voided"; `seq` is its row on the board.

    `later` is the row that replaced or voided it. It never says what an envelope holds: nobody knows.
    """

    receipt: str
    digest: str
    pot_id: int
    seq: int
    status: str
    later: int | None = None
    proof: Proof | None = None


def look_up(session: Session, *, voting_round: VotingRound, typed: str) -> Found | None:
    """What became of the envelope with this receipt, or None if the board has none."""
    try:
        code = receipt.normalise(typed)
    except NotAReceipt as error:
        raise Refusal("receipt-mistyped", field="receipt") from error
    prefix = _hexadecimal(code)
    rows = board.with_text(session, round_id=voting_round.id, text=prefix)
    put_in = out = None
    digest = ""
    for row in rows:
        named = [row.payload.get("envelope", ""), *row.payload.get("envelopes", [])]
        if row.kind in ("cast", "replace", "paper"):
            here = [one for one in named if one.startswith(prefix)]
            if here:
                put_in, digest = row, here[0]
        taken = row.payload.get("replaces", row.payload["envelope"] if row.kind == "void" else "")
        if taken.startswith(prefix):
            out = row
    if put_in is None:
        return None
    status = "in-the-box" if out is None else "voided" if out.kind == "void" else "replaced"
    pot_id = put_in.payload["pot"]
    proof = _proof(session, voting_round, pot_id, digest) if out is None else None
    return Found(code, digest, pot_id, put_in.seq, status, out.seq if out else None, proof)


def _proof(session: Session, voting_round: VotingRound, pot_id: int, digest: str) -> Proof | None:
    rows = board.rows(session, round_id=voting_round.id)
    box = board.replayed(rows)
    if not box.close:
        return None
    leaves = sorted(bytes.fromhex(one) for one in box.inside(pot_id))
    index = leaves.index(bytes.fromhex(digest))
    path = tuple(node.hex() for node in merkle.inclusion_path(leaves, index))
    return Proof(index, len(leaves), path, merkle.root(leaves).hex())


def _hexadecimal(code: str) -> str:
    """The first 100 bits of an envelope's digest, which the receipt spells in base32."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    number = 0
    for letter in code.replace("-", ""):
        number = number * 32 + alphabet.index(letter)
    return f"{number:025x}"
