"""Equal Shares on points (Peters, Pierczyński and Skowron, NeurIPS 2021, arXiv 2008.13276).

A voter's utility for a project is its points: u = L + 1 − rank for rankings, the points given (above 0) for
cumulative and scored ballots. Every voter holds e = B/n. As long as some project's supporters together hold
its cost c, fund the one with the smallest ρ, where Σ min(held, ρ·u) = c, and let each pay min(held, ρ·u).
Satisfies EJR up to one project for these utilities. It reads a rank as a quantity of happiness, which is an
assumption; it does not satisfy Inclusion PSC.
"""

import numpy as np

from pbvote.tally.ballots import Election
from pbvote.tally.completion import PARAMETERS, equal_shares
from pbvote.tally.demand import Demand, demand
from pbvote.tally.messages import N_
from pbvote.tally.rule import Outcome, Progress, Rule, Settled
from pbvote.tally.ties import TieOrder


def asked(election: Election) -> Demand:
    """All supporters at once, with their points as units of utility."""
    value = election.profile.value
    points = election.max_length + 1 - value if election.kind == "ordinal" else np.maximum(value, 0)
    return demand(
        election,
        levels=(points > 0).astype(np.int64),
        how_many=1,
        units=points,
        by_cost=False,
        admitted=[cost <= election.budget for cost in election.costs],
    )


def run(election: Election, parameters: Settled, order: TieOrder, progress: Progress) -> Outcome:
    """Count. Raises TieUndecided."""
    return equal_shares(election, asked(election), parameters, order, progress)


RULE = Rule(
    name="equal-shares-points",
    title=N_("Equal Shares on points"),
    words=N_(
        "Everyone holds an equal share of the money. A project is funded when its supporters can pay for it "
        "together, each paying in proportion to the points they gave it. The project that costs least per "
        "point is taken first. What you have paid is gone; what you have not paid stays yours."
    ),
    kinds=("ordinal", "cumulative", "scoring"),
    parameters=PARAMETERS,
    run=run,
)
