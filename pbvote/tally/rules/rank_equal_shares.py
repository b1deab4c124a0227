"""Rank-by-rank Equal Shares, the default rule.

The Expanding Approvals Rule (Aziz and Lee, AAAI 2021, arXiv 1911.00864) with equal capped charges. Every
voter holds e = B/n. For j = 1 … L, look at the first j ranks of every ballot; as long as some project's
supporters together hold its cost c, fund the one with the largest c/r, where Σ min(held, r) = c over its
supporters, and let each pay min(held, r). Satisfies Inclusion PSC. Does not promise more than
proportionality: raising the shares can change the outcome either way, and the top-up is decided by points.
"""

import numpy as np

from pbvote.tally.ballots import Election
from pbvote.tally.completion import PARAMETERS, equal_shares
from pbvote.tally.demand import Demand, demand
from pbvote.tally.messages import N_
from pbvote.tally.rule import Outcome, Progress, Rule, Settled
from pbvote.tally.ties import TieOrder


def asked(election: Election) -> Demand:
    """Supporters come in rank by rank; the smallest price ÷ cost is the largest effective support."""
    ranks = election.profile.value
    return demand(
        election,
        levels=ranks,
        how_many=int(np.max(ranks, initial=0)),
        units=None,
        by_cost=True,
        admitted=[cost <= election.budget for cost in election.costs],
    )


def run(election: Election, parameters: Settled, order: TieOrder, progress: Progress) -> Outcome:
    """Count. Raises TieUndecided."""
    return equal_shares(election, asked(election), parameters, order, progress)


RULE = Rule(
    name="rank-equal-shares",
    title=N_("Equal Shares, rank by rank"),
    words=N_(
        "Everyone holds an equal share of the money. First we look at first choices only: a project is "
        "funded when the people who put it first can pay for it together, splitting the cost as equally as "
        "they can. Then second choices are added, and so on. What you have paid is gone; what you have not "
        "paid stays yours."
    ),
    kinds=("ordinal",),
    parameters=PARAMETERS,
    run=run,
)
