"""Counting what came out of the box, and keeping every step of it."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbvote.models import Pot, Publication, TallyRecord, VotingRound
from pbvote.services import elections, keys, rounds, voting
from pbvote.services.locks import lock_round
from pbvote.services.refusal import Refusal
from pbvote.tally import Tally, count

COMPARED_WITH = "points-greedy"
Progress = Callable[[str, int, int | None], None]


def count_round(
    session: Session,
    *,
    voting_round: VotingRound,
    officer_id: int,
    now: datetime,
    progress: Progress | None = None,
) -> list[TallyRecord]:
    """Count every pot by the round's rule, with the seed of the public dice.

    Counting again before publication gives the same records; after it, the records of the next version.
    """
    lock_round(session, round_id=voting_round.id)
    session.refresh(voting_round)
    key = keys.of_round(session, round_id=voting_round.id)
    if key.state not in ("opened", "destroyed"):
        raise Refusal("box-not-opened")
    version = next_version(session, voting_round=voting_round)
    records = [
        _count_pot(session, pot, version=version, officer_id=officer_id, now=now, progress=progress)
        for pot in voting_round.pots
    ]
    if voting_round.counted_at is None:
        voting_round.counted_at = now
    rounds.note(session, deed="counted", now=now, account_id=officer_id, round_id=voting_round.id)
    session.flush()
    return records


def next_version(session: Session, *, voting_round: VotingRound) -> int:
    """The version the next publication will have, from 1."""
    query = select(func.max(Publication.version)).where(Publication.round_id == voting_round.id)
    return (session.scalar(query) or 0) + 1


def latest(session: Session, *, pot: Pot) -> TallyRecord | None:
    """The newest count of a pot."""
    query = select(TallyRecord).where(TallyRecord.pot_id == pot.id).order_by(TallyRecord.version.desc())
    return session.scalars(query.limit(1)).first()


def tallies(session: Session, *, voting_round: VotingRound) -> dict[int, Tally]:
    """Pot id → its newest tally; Refusal unless every pot is counted."""
    found = {}
    for pot in voting_round.pots:
        record = latest(session, pot=pot)
        if record is None:
            raise Refusal("not-counted")
        found[pot.id] = Tally.from_json(record.record)
    return found


def digest(session: Session, *, voting_round: VotingRound) -> str:
    """What officers sign off: one name for the newest tallies of all pots, to the byte."""
    seen = sha256()
    for pot in voting_round.pots:
        record = latest(session, pot=pot)
        if record is None:
            raise Refusal("not-counted")
        seen.update(f"{pot.id}:{sha256(record.record).hexdigest()};".encode())
    return seen.hexdigest()


def _count_pot(
    session: Session,
    pot: Pot,
    *,
    version: int,
    officer_id: int,
    now: datetime,
    progress: Progress | None,
) -> TallyRecord:
    voting_round = pot.voting_round
    election = elections.of_pot(session, pot=pot)
    parameters = voting.settled_parameters(voting_round)
    tally = count(election, voting_round.rule, parameters, seed=voting_round.tie_seed, progress=progress)
    compared = count(election, COMPARED_WITH, seed=voting_round.tie_seed)
    record = latest(session, pot=pot)
    if record is None or record.version != version:
        record = TallyRecord(pot_id=pot.id, version=version)
        session.add(record)
    record.rule = voting_round.rule
    record.record = tally.to_json()
    record.comparison = compared.to_json()
    record.counted_at = now
    record.counted_by_id = officer_id
    return record
