"""Cumulative points: each voter shares out points; most points first, skipping what does not fit.

points(p) = the sum of the points given to p. Projects are taken in the order T while the money lasts. A voter
can put all points on one project, so small groups can be heard, but nothing is promised to them.
"""

from pbvote.tally.ballots import Election
from pbvote.tally.greedy import walked
from pbvote.tally.messages import N_
from pbvote.tally.rule import PART_FUNDING, Outcome, Progress, Rule, Settled
from pbvote.tally.ties import TieOrder


def run(election: Election, parameters: Settled, order: TieOrder, progress: Progress) -> Outcome:
    """Count. Raises TieUndecided."""
    return walked(election, order)


RULE = Rule(
    name="cumulative",
    title=N_("Points shared out"),
    words=N_(
        "Each voter shares out a number of points. We go down the list from most points to fewest and fund "
        "each project that the money left can still pay for."
    ),
    kinds=("cumulative",),
    parameters=(PART_FUNDING,),
    run=run,
)
