"""Publishing the shortlist: the moment from which the ballot and its numbers stand."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from pbvote.models import Account, Appeal, Proposal, VotingRound
from pbvote.services import group_messages, proposals, rounds
from pbvote.services.locks import lock_round
from pbvote.services.proposals import UNDECIDED
from pbvote.services.refusal import Refusal


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What stands in the way of publishing, in numbers of proposals."""

    shortlisted: int
    undecided: int
    appealed: int
    could_appeal: int

    @property
    def is_ready(self) -> bool:
        return bool(self.shortlisted and not self.undecided and not self.appealed)


def readiness(session: Session, *, voting_round: VotingRound) -> Readiness:
    found = select(Proposal.id).where(Proposal.round_id == voting_round.id)
    appealed = found.join(Appeal).where(Proposal.status == "declined", Appeal.upheld.is_(None))
    silent = found.outerjoin(Appeal).where(Proposal.status == "declined", Appeal.proposal_id.is_(None))

    def count(query: Select[int]) -> int:
        return session.scalar(select(func.count()).select_from(query.subquery())) or 0

    return Readiness(
        shortlisted=count(found.where(Proposal.status == "shortlisted")),
        undecided=count(found.where(Proposal.status.in_(UNDECIDED))),
        appealed=count(appealed),
        could_appeal=count(silent),
    )


def publish(session: Session, *, voting_round: VotingRound, officer: Account, now: datetime) -> None:
    """Publish the shortlist, once; every proposal decided and every appeal answered before."""
    lock_round(session, round_id=voting_round.id)
    session.refresh(voting_round)
    if voting_round.shortlist_published_at is not None:
        return
    closes = voting_round.proposals_close_at
    if closes is not None and now < closes:
        raise Refusal("proposals-still-open", closes=closes)
    rounds.require_phase(voting_round, "screening", "voting-delayed", now=now)
    state = readiness(session, voting_round=voting_round)
    if state.undecided:
        raise Refusal("proposals-undecided", count=state.undecided)
    if state.appealed:
        raise Refusal("appeals-undecided", count=state.appealed)
    for pot in voting_round.pots:
        if len(proposals.on_ballot(session, pot=pot)) < voting_round.min_length:
            raise Refusal("shortlist-too-short", pot=pot.name, least=voting_round.min_length)
    voting_round.shortlist_published_at = now
    rounds.note(
        session,
        deed="shortlist-published",
        now=now,
        account_id=officer.id,
        round_id=voting_round.id,
        count=state.shortlisted,
    )
    session.flush()
    for pot in voting_round.pots:
        for proposal in proposals.on_ballot(session, pot=pot):
            _tell(session, proposal, now)


def _tell(session: Session, proposal: Proposal, now: datetime) -> None:
    opens = proposal.voting_round.voting_opens_at
    group_messages.tell(
        session,
        proposal=proposal,
        template="shortlist_published",
        occasion="shortlist",
        opens=opens.isoformat() if opens else None,
        now=now,
    )
