"""What waits for an officer in a round."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbvote.models import Appeal, Award, Proposal, RegisterEntry, RoundKey, VotingRound
from pbvote.services import keys, publishing, round_setup


@dataclass(frozen=True, kw_only=True)
class Workload:
    """Counts of what waits; `box` is where the ballot box stands ("" before its key is made)."""

    missing: int
    to_screen: int
    appeals: int
    pending: int
    refused_awards: int
    key_ready: bool
    box: str


def read(session: Session, *, voting_round: VotingRound) -> Workload:
    of_round = Proposal.round_id == voting_round.id
    key = session.get(RoundKey, voting_round.id)
    return Workload(
        missing=len(round_setup.missing(voting_round)),
        to_screen=_count(session, of_round, Proposal.status.in_(("submitted", "resubmitted"))),
        appeals=session.scalar(
            select(func.count())
            .select_from(Appeal)
            .join(Proposal, Proposal.id == Appeal.proposal_id)
            .where(of_round, Appeal.decided_at.is_(None))
        )
        or 0,
        pending=session.scalar(
            select(func.count()).where(
                RegisterEntry.round_id == voting_round.id, RegisterEntry.status == "pending"
            )
        )
        or 0,
        refused_awards=_refused(session, voting_round),
        key_ready=key is not None and (key.state != "prepared" or keys.is_rehearsed(key)),
        box=key.state if key else "",
    )


def _count(session: Session, *conditions: object) -> int:
    query = select(func.count()).select_from(Proposal).where(*conditions)  # type: ignore[arg-type]  # SQL conditions
    return session.scalar(query) or 0


def _refused(session: Session, voting_round: VotingRound) -> int:
    newest = publishing.latest(session, voting_round=voting_round)
    if newest is None:
        return 0
    query = select(func.count()).where(
        Award.round_id == voting_round.id, Award.version == newest.version, Award.status == "refused"
    )
    return session.scalar(query) or 0
