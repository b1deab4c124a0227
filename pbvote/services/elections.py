"""A pot's opened ballots as the count takes them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import CountedBallot, Pot, Proposal
from pbvote.tally import Election, Project


def project_id(proposal: Proposal) -> str:
    """The proposal's name in the count and in files: the file's own if it came from one."""
    return proposal.source_id or f"p{proposal.number}"


def of_pot(session: Session, *, pot: Pot) -> Election:
    """The election of one pot: what stood on its ballot, the opened rankings, its money.

    Proposals struck after the shortlist was published are withdrawn: ranks close up.
    """
    query = select(Proposal).where(Proposal.pot_id == pot.id, Proposal.status.in_(("shortlisted", "struck")))
    proposals = list(session.scalars(query))
    names = {one.number: project_id(one) for one in proposals}
    rankings = session.scalars(select(CountedBallot.ranking).where(CountedBallot.pot_id == pot.id))
    make, ballots = _made(pot.voting_round.ballot_kind, names, rankings)
    return make(
        projects=[
            Project(id=project_id(one), cost=one.cost, name=one.title, least=one.least) for one in proposals
        ],
        ballots=ballots,
        budget=pot.budget,
        withdrawn=[project_id(one) for one in proposals if one.status == "struck"],
        **({"max_length": pot.voting_round.max_length} if pot.voting_round.ballot_kind == "ordinal" else {}),
    )


def _made(
    kind: str, names: Mapping[int, str], rankings: Iterable[list[Any]]
) -> tuple[Callable[..., Election], Any]:
    """How an election of this kind is made, and its ballots as that takes them."""
    if kind in ("cumulative", "scoring"):
        pairs = [{names[number]: points for number, points in ballot} for ballot in rankings]
        return (Election.cumulative if kind == "cumulative" else Election.scoring), pairs
    ballots = Counter(tuple(names[number] for number in ranking) for ranking in rankings)
    make = {"ordinal": Election.ranked, "approval": Election.approval, "choose-1": Election.choose_one}
    return make[kind], ballots
