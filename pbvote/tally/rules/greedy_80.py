"""The 80 % rule of Poznań: most points first; the first that does not fit may draw on a reserve.

The walk down T ends at the first project that costs more than what is left. That project is funded in full if
what is left pays for at least ``percent`` of it; the rest comes from a reserve outside the budget, so what is
left then is below zero by what the reserve pays. Pabulib marks such a project 2 in ``selected``.
Source: the comment in the Poznań files of Pabulib.
"""

from pbvote.tally.ballots import Election
from pbvote.tally.greedy import KINDS, walked
from pbvote.tally.messages import N_, template
from pbvote.tally.record import Step
from pbvote.tally.rule import Outcome, Parameter, Progress, Rule, Settled
from pbvote.tally.ties import TieOrder
from pbvote.tally.walk import Walk


def run(election: Election, parameters: Settled, order: TieOrder, progress: Progress) -> Outcome:
    """Count. Raises TieUndecided."""
    percent = parameters["percent"]
    return walked(election, order, stops=True, after=lambda walk: _from_reserve(walk, percent))


def _from_reserve(walk: Walk, percent: int) -> None:
    """Fund the project the walk stopped at, if what is left pays for enough of it."""
    place = walk.stopped_at
    election = walk.order.election
    if place is None or walk.left * 100 < election.costs[place] * percent:
        return
    del walk.missed[place]
    walk.number += 1
    walk.left -= election.costs[place]
    walk.steps.append(
        Step(
            walk.number,
            "reserve",
            election.ids[place],
            election.costs[place],
            walk.left,
            election.points[place],
        )
    )


RULE = Rule(
    name="greedy-80",
    title=N_("Most votes first, with a reserve for the last one"),
    words=N_(
        "We go down the list from most votes to fewest and fund each project, until we come to one that "
        "the money left cannot pay for. If what is left covers at least 80 % of it, a reserve pays the "
        "rest and it is funded too. There we stop."
    ),
    kinds=KINDS,
    parameters=(
        Parameter(
            "percent",
            80,
            int,
            N_("How much of the last project's cost, in per cent, the money left has to cover."),
            least=1,
        ),
    ),
    run=run,
)

template(
    "tally.funded-reserve",
    N_(
        "Funded at step %(step)s, the last: %(left)s was left when its turn came, which is enough of its "
        "cost of %(cost)s for a reserve to pay the rest."
    ),
)
