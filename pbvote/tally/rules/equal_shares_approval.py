"""Equal Shares for approval ballots (Peters and Skowron, EC 2020; Peters, Pierczyński and Skowron, NeurIPS
2021).

A voter's utility for a funded project they approve is its cost ("cost", what Świecie, Assen and Wieliczka
used) or 1 ("count"). Every voter holds e = B/n. As long as some project's supporters together hold its cost
c, let r be the price with Σ min(held, r) = c; fund the project with the smallest price per unit of utility
(r/c or r), and let each of its supporters pay min(held, r). Satisfies EJR up to one project for the utility
chosen.
"""

import numpy as np

from pbvote.tally.ballots import Election
from pbvote.tally.completion import PARAMETERS, equal_shares
from pbvote.tally.demand import Demand, demand
from pbvote.tally.messages import N_
from pbvote.tally.rule import Outcome, Parameter, Progress, Rule, Settled
from pbvote.tally.ties import TieOrder

UTILITY = Parameter(
    "utility",
    "cost",
    str,
    N_("What a funded project is worth to those who approve it: its cost, or the same as any other."),
    choices=("cost", "count"),
)


def asked(election: Election, utility: str) -> Demand:
    """All supporters at once, one unit each; prices are compared per pound or as they are."""
    return demand(
        election,
        levels=np.ones(len(election.profile.project), dtype=np.int64),
        how_many=1,
        units=None,
        by_cost=utility == "cost",
        admitted=[cost <= election.budget for cost in election.costs],
    )


def run(election: Election, parameters: Settled, order: TieOrder, progress: Progress) -> Outcome:
    """Count. Raises TieUndecided."""
    return equal_shares(election, asked(election, parameters["utility"]), parameters, order, progress)


RULE = Rule(
    name="equal-shares-approval",
    title=N_("Equal Shares"),
    words=N_(
        "Everyone holds an equal share of the money. A project is funded when the people who chose it can "
        "pay for it together, splitting the cost as equally as they can. The project whose supporters get "
        "the most for what each of them pays is taken first. What you have paid is gone; what you have not "
        "paid stays yours."
    ),
    kinds=("approval", "choose-1"),
    parameters=(UTILITY, *PARAMETERS),
    run=run,
)
