"""Voting opens and closes: the rows the board gets when their time has come."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, select
from sqlalchemy.orm import Session

from pbvote.box import merkle, package, receipt
from pbvote.box.board import BoardRow
from pbvote.models import (
    BoardEntry,
    CastKey,
    Envelope,
    PaperBatch,
    Pot,
    Proposal,
    RoundKey,
    VoterMark,
    VotingRound,
)
from pbvote.services import board, elections, keys, rounds
from pbvote.services.locks import lock_round
from pbvote.services.refusal import Refusal
from pbvote.tally import RULES

_NEWEST = select(func.max(BoardEntry.seq)).where(BoardEntry.round_id == bindparam("round")).scalar_subquery()
_FRESH = (
    select(VotingRound, RoundKey, BoardEntry)
    .outerjoin(RoundKey, RoundKey.round_id == VotingRound.id)
    .outerjoin(BoardEntry, and_(BoardEntry.round_id == VotingRound.id, BoardEntry.seq == _NEWEST))
    .where(VotingRound.id == bindparam("round"))
    .execution_options(populate_existing=True)
)


def as_it_is(session: Session, *, round_id: int) -> tuple[VotingRound, RoundKey | None, BoardRow | None]:
    """The round, its key and the last row of its board, read anew. The caller holds the round's lock."""
    voting_round, key, last = session.execute(_FRESH, {"round": round_id}).one()
    return voting_round, key, board.read_row(last) if last is not None else None


def require_open(
    session: Session, *, voting_round: VotingRound, key: RoundKey | None, now: datetime
) -> RoundKey:
    """The round's key if ballots may be cast now; the first to come writes the board's row `open`.

    The caller holds the round's lock and has read both under it. The board has the last word: once it says
    `close`, no clock that jumps back opens voting again.
    """
    rounds.require_phase(voting_round, "voting", now=now)
    if key is None or not keys.is_rehearsed(key):
        raise Refusal("voting-delayed")
    if key.state == "prepared":
        _write_open(session, voting_round, key, now)
    if key.state == "abandoned":
        raise Refusal("voting-abandoned")
    if key.state != "open":
        raise Refusal("voting-closed", closed=voting_round.voting_closes_at)
    return key


def require_unclosed(session: Session, *, voting_round: VotingRound) -> RoundKey:
    """The round's key unless the box was closed. The caller holds the round's lock."""
    key = keys.of_round(session, round_id=voting_round.id)
    if key.state not in ("prepared", "open"):
        raise Refusal("voting-closed", closed=voting_round.voting_closes_at)
    return key


def open_when_due(session: Session, *, voting_round: VotingRound, now: datetime) -> bool:
    """Write the board's row `open` if voting has begun and the box is ready; for jobs."""
    lock_round(session, round_id=voting_round.id)
    key = session.get(RoundKey, voting_round.id, populate_existing=True)
    due = voting_round.phase(now) == "voting" and key is not None and key.state == "prepared"
    if not due or key is None or not keys.is_rehearsed(key):
        return False
    _write_open(session, voting_round, key, now)
    return True


def waiting_for_the_board(session: Session, *, now: datetime) -> list[int]:
    """The rounds whose voting has begun or ended and whose board does not say so yet."""
    query = select(VotingRound, RoundKey).join(RoundKey, RoundKey.round_id == VotingRound.id)
    due = []
    for voting_round, key in session.execute(query.where(RoundKey.state.in_(("prepared", "open")))):
        phase = voting_round.phase(now)
        begun = phase == "voting" and key.state == "prepared" and keys.is_rehearsed(key)
        if begun or (phase == "closed" and keys.is_rehearsed(key)):
            due.append(voting_round.id)
    return due


def follow_calendar(session: Session, *, round_id: int, now: datetime) -> None:
    """Write the row `open` or `close` when its time has come. Raises Refusal where it needs people."""
    voting_round = session.get_one(VotingRound, round_id)
    if not open_when_due(session, voting_round=voting_round, now=now) and voting_round.phase(now) == "closed":
        close(session, voting_round=voting_round, now=now)


def close(session: Session, *, voting_round: VotingRound, now: datetime) -> BoardRow:
    """Write the board's row `close` once voting has ended and every paper sheet is sealed.

    Erases what made resent forms harmless. Returns the row; the same one if the box is closed already.
    """
    lock_round(session, round_id=voting_round.id)
    session.refresh(voting_round)
    key = keys.of_round(session, round_id=voting_round.id)
    if key.state in ("closed", "opened", "destroyed"):
        return board.of_kind(session, round_id=voting_round.id, kind="close")[-1]
    ends = voting_round.voting_closes_at
    if ends is None or now < ends:
        raise Refusal("voting-not-over", ends=ends or "")
    ensure_open(session, voting_round=voting_round, key=key, now=now)
    pots = [_closing(session, pot) for pot in sorted(voting_round.pots, key=lambda pot: pot.id)]
    payload = {"day": now.date().isoformat(), "pots": pots}
    row = board.append(session, round_id=voting_round.id, kind="close", payload=payload)
    key.state = "closed"
    _forget_form_keys(session, voting_round)
    session.flush()
    return row


def ensure_open(session: Session, *, voting_round: VotingRound, key: RoundKey, now: datetime) -> None:
    """See to it that the board's row `open` is there, for paper and for a round nobody voted in online."""
    if key.state == "open":
        return
    begins = voting_round.voting_opens_at
    if key.state != "prepared" or not keys.is_rehearsed(key) or begins is None or now < begins:
        raise Refusal("voting-never-opened")
    _write_open(session, voting_round, key, now)


def strike(session: Session, *, proposal: Proposal, reason: str, officer_id: int, now: datetime) -> None:
    """Note on the board that a proposal on the ballot was withdrawn; the count skips it, ranks close up."""
    lock_round(session, round_id=proposal.round_id)
    key = session.get(RoundKey, proposal.round_id, populate_existing=True)
    if key is not None and key.state not in ("prepared", "open"):
        raise Refusal("voting-closed", closed="")
    proposal.status, proposal.decision_reason = "struck", reason
    if key is not None and key.state == "open":
        _write_withdrawal(session, proposal)
    rounds.note(session, deed="proposal-struck", now=now, account_id=officer_id, round_id=proposal.round_id)


def projects_on_ballot(session: Session, *, pot: Pot) -> list[dict[str, Any]]:
    """The proposals of a pot as the board fixes them: by ballot number, money in minor units."""
    query = select(Proposal).where(Proposal.pot_id == pot.id, Proposal.status.in_(("shortlisted", "struck")))
    return [
        {
            "cost": proposal.cost,
            "id": elections.project_id(proposal),
            "least": proposal.least,
            "name": proposal.title,
            "number": proposal.number,
            "withdrawn": proposal.status == "struck",
        }
        for proposal in session.scalars(query.order_by(Proposal.number))
    ]


def settled_parameters(voting_round: VotingRound) -> dict[str, Any]:
    """The rule's parameters, all of them, as they are fixed when voting opens."""
    given = {**voting_round.rule_parameters}
    if voting_round.part_funding:
        given["part_funding"] = True
    return dict(RULES[voting_round.rule].settled(given))


def _write_withdrawal(session: Session, proposal: Proposal) -> None:
    payload = {"number": proposal.number, "pot": proposal.pot_id, "reason": proposal.decision_reason}
    board.append(session, round_id=proposal.round_id, kind="withdrawal", payload=payload)


def _write_open(session: Session, voting_round: VotingRound, key: RoundKey, now: datetime) -> None:
    pots = [
        {
            "budget": pot.budget,
            "pot": pot.id,
            "projects": package.projects_digest(projects_on_ballot(session, pot=pot)),
        }
        for pot in sorted(voting_round.pots, key=lambda pot: pot.id)
    ]
    payload = {
        "day": now.date().isoformat(),
        "level": voting_round.publication_level,
        "max_length": voting_round.max_length,
        "min_length": voting_round.min_length,
        "parameters": settled_parameters(voting_round),
        "pots": pots,
        "rule": voting_round.rule,
    }
    board.append(session, round_id=voting_round.id, kind="open", payload=payload)
    struck = select(Proposal).where(Proposal.round_id == voting_round.id, Proposal.status == "struck")
    for proposal in session.scalars(struck.order_by(Proposal.number)):
        _write_withdrawal(session, proposal)
    key.state = "open"
    session.flush()


def _closing(session: Session, pot: Pot) -> dict[str, Any]:
    unsealed = select(PaperBatch.name).where(PaperBatch.pot_id == pot.id, PaperBatch.sealed_at.is_(None))
    batch = session.scalars(unsealed.limit(1)).first()
    if batch is not None:
        raise Refusal("paper-not-sealed", batch=batch)
    leaves = envelope_digests(session, pot=pot)
    marks = count_marks(session, pot=pot)
    if marks != len(leaves):
        raise Refusal("marks-do-not-add-up", marks=marks, envelopes=len(leaves))
    return {"envelopes": len(leaves), "marks": marks, "pot": pot.id, "root": merkle.root(leaves).hex()}


def envelope_digests(session: Session, *, pot: Pot) -> list[bytes]:
    """The digests of the envelopes in the box, ascending: the leaves of the pot's tree."""
    query = select(Envelope.sealed).where(Envelope.pot_id == pot.id, Envelope.void.is_(False))
    return sorted(receipt.envelope_digest(sealed) for sealed in session.scalars(query))


def count_marks(session: Session, *, pot: Pot) -> int:
    query = select(func.count()).select_from(VoterMark).where(VoterMark.pot_id == pot.id)
    return session.scalar(query) or 0


def _forget_form_keys(session: Session, voting_round: VotingRound) -> None:
    pots = [pot.id for pot in voting_round.pots]
    session.execute(delete(CastKey).where(CastKey.pot_id.in_(pots)))
