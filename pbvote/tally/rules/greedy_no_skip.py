"""Greedy without skipping: most points first, ending at the first project that does not fit.

As ``greedy``, but the walk down T ends at the first project that costs more than what is left, so no project
is ever passed by one with fewer points. It can leave much of the budget unspent. A threshold leaves out, from
the start, projects with fewer points.
"""

from pbvote.tally.ballots import Election
from pbvote.tally.greedy import KINDS, walked
from pbvote.tally.messages import N_
from pbvote.tally.rule import PART_FUNDING, Outcome, Parameter, Progress, Rule, Settled
from pbvote.tally.ties import TieOrder


def run(election: Election, parameters: Settled, order: TieOrder, progress: Progress) -> Outcome:
    """Count. Raises TieUndecided."""
    return walked(election, order, threshold=parameters["threshold"], stops=True)


RULE = Rule(
    name="greedy-no-skip",
    title=N_("Most votes first, without skipping"),
    words=N_(
        "We go down the list from most votes (or points) to fewest and fund each project, until we come to "
        "one that the money left cannot pay for. There we stop."
    ),
    kinds=KINDS,
    parameters=(
        Parameter("threshold", 1, int, N_("Projects with fewer points than this take no part."), least=1),
        PART_FUNDING,
    ),
    run=run,
)
