"""A rehearsal of the count on made-up ballots, before anybody votes: does the round work as set up?"""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import Pot, Proposal, VotingRound
from pbvote.services import elections, rounds, voting
from pbvote.services.refusal import Refusal
from pbvote.tally import Election, Project, Tally, count

BALLOTS = 400
SEED = "123456"
COMPARED = ("rank-equal-shares", "equal-shares-points", "points-greedy")
BEFORE = ("set-up", "waiting-for-proposals", "collecting", "screening", "shortlist", "voting-delayed")
STANDING = ("submitted", "resubmitted", "shortlisted")


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One rule on the made-up ballots; money in minor units."""

    rule: str
    chosen: bool
    funded: int
    spent: int
    voters_served: int


@dataclass(frozen=True, kw_only=True)
class PotTrial:
    """One pot: what the round's own rule and the others do with the same made-up ballots."""

    pot: Pot
    proposals: int
    ballots: int
    trials: list[Trial]


def rehearse(session: Session, *, voting_round: VotingRound, now: datetime) -> list[PotTrial]:
    """Count made-up ballots by the round's rule and others. Refused once voting has begun."""
    rounds.require_phase(voting_round, *BEFORE, now=now)
    tried = [_pot(session, pot) for pot in voting_round.pots]
    if not any(one.proposals for one in tried):
        raise Refusal("rehearsal-nothing")
    return tried


def sample_ballots(proposals: list[Proposal], *, most: int, voters: int, seed: str) -> list[tuple[str, ...]]:
    """Rankings of made-up people who like some places and themes more; the same for the same seed."""
    draw = Random(seed)
    appeal = {one.number: draw.lognormvariate(0, 0.8) for one in proposals}
    places = [ward.id for one in proposals for ward in one.wards] or [0]
    themes = [one.theme_id for one in proposals]
    ballots = []
    for _ in range(voters):
        place, theme = draw.choice(places), draw.choice(themes)
        scored = []
        for one in proposals:
            near = 4 if any(ward.id == place for ward in one.wards) else 1
            liked = 2 if one.theme_id == theme else 1
            scored.append((draw.random() ** (1 / (appeal[one.number] * near * liked)), one.number, one))
        length = draw.randint(1, min(most, len(proposals)))
        ballots.append(tuple(elections.project_id(one) for *_, one in sorted(scored, reverse=True)[:length]))
    return ballots


def _pot(session: Session, pot: Pot) -> PotTrial:
    query = select(Proposal).where(Proposal.pot_id == pot.id, Proposal.status.in_(STANDING))
    proposals = list(session.scalars(query.order_by(Proposal.number)))
    if not proposals:
        return PotTrial(pot=pot, proposals=0, ballots=0, trials=[])
    most = pot.voting_round.max_length
    ballots = sample_ballots(proposals, most=most, voters=BALLOTS, seed=pot.voting_round.slug)
    election = Election.ranked(
        projects=[
            Project(id=elections.project_id(one), cost=one.cost, name=one.title, least=one.least)
            for one in proposals
        ],
        ballots=ballots,
        budget=pot.budget,
        max_length=most,
    )
    rules = dict.fromkeys((pot.voting_round.rule, *COMPARED))
    trials = [_trial(pot, election, ballots, rule) for rule in rules]
    return PotTrial(pot=pot, proposals=len(proposals), ballots=len(ballots), trials=trials)


def _trial(pot: Pot, election: Election, ballots: list[tuple[str, ...]], rule: str) -> Trial:
    chosen = rule == pot.voting_round.rule
    parameters = voting.settled_parameters(pot.voting_round) if chosen else {}
    tally: Tally = count(election, rule, parameters, seed=SEED)
    funded = set(tally.funded)
    return Trial(
        rule=rule,
        chosen=chosen,
        funded=len(funded),
        spent=sum(tally.awards.values()),
        voters_served=sum(1 for ballot in ballots if funded.intersection(ballot)),
    )
