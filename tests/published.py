"""A published round, counted for real, for tests of what everybody may read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pbvote.models import Award, CountedBallot, Proposal, Publication, TallyRecord, VotingRound
from pbvote.services import elections
from pbvote.tally import count
from tests import factories

SEED = "041726355214"


def make_published_round(
    session: Session,
    *,
    now: datetime,
    rankings: Sequence[Sequence[int]],
    costs: Sequence[int],
    budget: int = 100_000_00,
    rule: str = "points-greedy",
    struck: Sequence[int] = (),
    **values: object,
) -> tuple[VotingRound, list[Proposal]]:
    """`rankings` and `struck` name proposals by their place in `costs`, from 1."""
    voting_round = factories.make_round(session, now=now, phase="closed", budget=budget, rule=rule, **values)
    proposals = [
        factories.make_proposal(
            session, voting_round=voting_round, now=now, cost=cost, title=f"Project {place}"
        )
        for place, cost in enumerate(costs, start=1)
    ]
    for place in struck:
        proposals[place - 1].status = "struck"
    pot = voting_round.pots[0]
    for key, ranking in enumerate(rankings, start=1):
        chosen = [proposals[place - 1].number for place in ranking]
        session.add(CountedBallot(id=1000 * pot.id + key, pot_id=pot.id, ranking=chosen))
    session.flush()
    publish(session, voting_round=voting_round, now=now)
    return voting_round, proposals


def publish(session: Session, *, voting_round: VotingRound, now: datetime) -> None:
    """Count the pot as it stands and publish it."""
    pot = voting_round.pots[0]
    election = elections.of_pot(session, pot=pot)
    tally = count(election, voting_round.rule, seed=SEED)
    session.add(
        TallyRecord(
            pot_id=pot.id,
            version=1,
            rule=tally.rule,
            record=tally.to_json(),
            comparison=count(election, "points-greedy", seed=SEED).to_json(),
            counted_at=now,
        )
    )
    publication = Publication(
        round_id=voting_round.id, version=1, published_at=now - timedelta(hours=1), turnout=tally.voters
    )
    numbers = {elections.project_id(one): one for one in session.query(Proposal).filter_by(pot_id=pot.id)}
    publication.awards = [
        Award(
            round_id=voting_round.id,
            version=1,
            proposal_id=numbers[award.project].id,
            position=place,
            amount=award.amount,
        )
        for place, award in enumerate(tally.allocation, start=1)
    ]
    session.add(publication)
    voting_round.counted_at = now - timedelta(hours=2)
    voting_round.published_at = now - timedelta(hours=1)
    voting_round.tie_seed = SEED
    session.flush()


def correct(
    session: Session,
    *,
    voting_round: VotingRound,
    awards: Sequence[tuple[Proposal, int]],
    reason: str,
    now: datetime,
) -> None:
    """A second version of the result, beside the first."""
    publication = Publication(round_id=voting_round.id, version=2, published_at=now, turnout=0, reason=reason)
    publication.awards = [
        Award(round_id=voting_round.id, version=2, proposal_id=one.id, position=place, amount=amount)
        for place, (one, amount) in enumerate(awards, start=1)
    ]
    session.add(publication)
    session.flush()
