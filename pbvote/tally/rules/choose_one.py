"""Choose one: each voter names one project; most votes first, skipping what does not fit.

votes(p) = the number of ballots that name p. Votes for projects that are not funded have no effect at all,
and projects that appeal to the same voters take votes from each other.
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
    name="choose-one",
    title=N_("One vote each"),
    words=N_(
        "Each voter names one project. We go down the list from most votes to fewest and fund each project "
        "that the money left can still pay for."
    ),
    kinds=("choose-1",),
    parameters=(PART_FUNDING,),
    run=run,
)
