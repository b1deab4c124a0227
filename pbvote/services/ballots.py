"""Casting, replacing and voiding ballots: an envelope and its row on the board in one transaction."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from pbvote.box import envelope, receipt
from pbvote.models import (
    CastKey,
    Envelope,
    Pot,
    Proposal,
    RegisterEntry,
    VoterMark,
    VotingRound,
)
from pbvote.services import board, outbox, rounds, voting
from pbvote.services.locks import lock_round
from pbvote.services.refusal import NotAllowed, Refusal

NOT_CONFIRMED = {"pending": "entry-pending", "refused": "entry-refused", "withdrawn": "entry-withdrawn"}


@dataclass(frozen=True)
class Cast:
    """What the voter gets: the receipt, and whether the ballot replaced one or was a resent form."""

    receipt: str
    replaced: bool = False
    repeated: bool = False


def cast_ballot(
    session: Session,
    *,
    voting_round: VotingRound,
    pot: Pot,
    entry: RegisterEntry,
    ranking: Sequence[int],
    idempotency_key: str,
    replaces: str = "",
    now: datetime,
) -> Cast:
    """Seal a ranking (ballot numbers, most wanted first) and put it into the box.

    `idempotency_key` is the form's own random text: the same form sent again gives the same receipt.
    `replaces` is the receipt the form was made against ("" if none), so that a stale tab cannot overwrite a
    newer ballot unasked.
    """
    lock_round(session, round_id=voting_round.id)
    key = voting.require_open(session, voting_round=voting_round, now=now)
    key_hash = _key_hash(pot.id, entry.id, idempotency_key)
    status, ward_id, channel, earlier, present = _standing(session, pot, entry, key_hash)
    if earlier is not None:
        return Cast(earlier, repeated=True)
    _require_eligible(voting_round, pot, entry, status=status, ward_id=ward_id)
    _require_valid(session, voting_round, pot, ranking)
    if channel == "paper":
        raise Refusal("voted-on-paper")
    current = present.receipt if present is not None and not present.void else ""
    if current != replaces:
        raise Refusal("ballot-changed-elsewhere" if current else "ballot-gone-elsewhere")
    sealed = envelope.seal(
        key.public_key,
        ranking,
        round_id=voting_round.id,
        pot_id=pot.id,
        entry_id=entry.id,
        capacity=voting_round.max_length,
    )
    code = _put_in(session, voting_round, pot, entry, present, sealed)
    if channel is None:
        session.add(VoterMark(pot_id=pot.id, entry_id=entry.id, channel="online", day=now.date()))
    session.add(CastKey(key_hash=key_hash, pot_id=pot.id, receipt=code))
    _tell(session, voting_round, entry, code, bool(current), now)
    session.flush()
    return Cast(code, replaced=bool(current))


def find_envelope(session: Session, *, pot_id: int, entry_id: int) -> Envelope | None:
    """The envelope of an entry, also a void one, as the database has it now."""
    query = select(Envelope).where(Envelope.pot_id == pot_id, Envelope.entry_id == entry_id)
    return session.scalars(query, execution_options={"populate_existing": True}).first()


_STANDING = (
    select(RegisterEntry.status, RegisterEntry.ward_id, VoterMark.channel, CastKey.receipt, Envelope)
    .outerjoin(VoterMark, and_(VoterMark.entry_id == RegisterEntry.id, VoterMark.pot_id == bindparam("pot")))
    .outerjoin(CastKey, CastKey.key_hash == bindparam("key_hash"))
    .outerjoin(Envelope, and_(Envelope.entry_id == RegisterEntry.id, Envelope.pot_id == bindparam("pot")))
    .where(RegisterEntry.id == bindparam("entry"))
    .execution_options(populate_existing=True)
)


def _standing(
    session: Session, pot: Pot, entry: RegisterEntry, key_hash: bytes
) -> tuple[str, int | None, str | None, str | None, Envelope | None]:
    """As the database has it under the lock: the entry's status and ward, how it has voted in this pot,
    the receipt this form was given before, and the envelope in the box."""
    known = {"pot": pot.id, "entry": entry.id, "key_hash": key_hash}
    status, ward_id, channel, earlier, present = session.execute(_STANDING, known).one()
    return status, ward_id, channel, earlier, present


def current_receipt(session: Session, *, pot_id: int, entry_id: int) -> str:
    """The receipt of the entry's ballot in the box, "" if there is none: what a new form replaces."""
    query = select(Envelope.receipt).where(
        Envelope.pot_id == pot_id, Envelope.entry_id == entry_id, Envelope.void.is_(False)
    )
    return session.scalar(query) or ""


def mark_of(session: Session, *, pot_id: int, entry_id: int) -> VoterMark | None:
    return session.get(VoterMark, (pot_id, entry_id))


def void_ballot(
    session: Session,
    *,
    voting_round: VotingRound,
    pot: Pot,
    entry: RegisterEntry,
    reason: str,
    officer_id: int,
    now: datetime,
) -> bool:
    """Take an entry's ballot out of the box, once two officers say so with the same reason.

    Returns whether it was done, or whether a second officer is still needed.
    """
    lock_round(session, round_id=voting_round.id)
    voting.require_unclosed(session, voting_round=voting_round)
    present = find_envelope(session, pot_id=pot.id, entry_id=entry.id)
    if present is None or present.void:
        raise Refusal("ballot-not-there")
    if not reason.strip():
        raise Refusal("reason-missing", field="reason")
    subject = f"{pot.id}:{present.receipt}:{reason.strip()}"
    said = rounds.approve(
        session, voting_round=voting_round, deed="void", subject=subject, officer_id=officer_id, now=now
    )
    if said < 2:
        return False
    take_out(session, voting_round=voting_round, present=present, reason="officers")
    mark = session.get(VoterMark, (pot.id, entry.id))
    if mark is not None:
        session.delete(mark)
    rounds.note(session, deed="ballot-voided", now=now, account_id=officer_id, round_id=voting_round.id)
    session.flush()
    return True


def take_out(session: Session, *, voting_round: VotingRound, present: Envelope, reason: str) -> None:
    """Void an envelope, with its row on the board; it will never be opened. The caller holds the lock."""
    present.void = True
    payload = {"envelope": _digest(present.sealed), "pot": present.pot_id, "reason": reason}
    board.append(session, round_id=voting_round.id, kind="void", payload=payload)


def _put_in(
    session: Session,
    voting_round: VotingRound,
    pot: Pot,
    entry: RegisterEntry,
    present: Envelope | None,
    sealed: bytes,
) -> str:
    code, digest = receipt.receipt_of(sealed), _digest(sealed)
    payload = {"envelope": digest, "pot": pot.id}
    if present is not None and not present.void:
        payload["replaces"] = _digest(present.sealed)
    kind = "replace" if "replaces" in payload else "cast"
    board.append(session, round_id=voting_round.id, kind=kind, payload=payload)
    if present is None:
        session.add(Envelope(pot_id=pot.id, entry_id=entry.id, sealed=sealed, receipt=code))
    else:
        present.sealed, present.receipt, present.void = sealed, code, False
    return code


def _tell(
    session: Session,
    voting_round: VotingRound,
    entry: RegisterEntry,
    code: str,
    replaced: bool,
    now: datetime,
) -> None:
    """Tell the voter that they voted, never how."""
    if entry.account is not None and entry.account.email:
        outbox.enqueue(
            session,
            template="ballot_cast",
            recipient=entry.account.email,
            language=entry.language,
            parameters={
                "receipt": code,
                "replaced": replaced,
                "slug": voting_round.slug,
                "title": voting_round.title,
            },
            now=now,
        )


def _require_eligible(
    voting_round: VotingRound, pot: Pot, entry: RegisterEntry, *, status: str, ward_id: int | None
) -> None:
    if entry.round_id != voting_round.id or pot.round_id != voting_round.id:
        raise NotAllowed("ballot-other-round")
    if status != "confirmed":
        raise NotAllowed(NOT_CONFIRMED[status])
    if pot.ward_id is not None and pot.ward_id != ward_id:
        raise NotAllowed("ballot-other-ward")


_RANKED = select(Proposal.number, Proposal.status, Proposal.title).where(
    Proposal.pot_id == bindparam("pot"), Proposal.number.in_(bindparam("numbers", expanding=True))
)


def _require_valid(session: Session, voting_round: VotingRound, pot: Pot, ranking: Sequence[int]) -> None:
    if len(ranking) < voting_round.min_length:
        raise Refusal("ballot-too-short", field="ranking", least=voting_round.min_length)
    if len(ranking) > voting_round.max_length:
        raise Refusal("ballot-too-long", field="ranking", most=voting_round.max_length)
    if len(set(ranking)) != len(ranking):
        raise Refusal("ballot-repeats", field="ranking")
    asked = session.execute(_RANKED, {"pot": pot.id, "numbers": list(ranking)})
    known = {number: (status, title) for number, status, title in asked}
    for number in ranking:
        status, title = known.get(number, ("", ""))
        if status == "struck":
            raise Refusal("choice-withdrawn", field="ranking", title=title)
        if status != "shortlisted":
            raise Refusal("choice-unknown", field="ranking")


def _key_hash(pot_id: int, entry_id: int, idempotency_key: str) -> bytes:
    """A form's key counts for its own voter and pot only."""
    if not 16 <= len(idempotency_key) <= 200:
        raise Refusal("form-stale")
    return hashlib.sha256(f"{pot_id}:{entry_id}:{idempotency_key}".encode()).digest()


def _digest(sealed: bytes) -> str:
    return receipt.envelope_digest(sealed).hex()
