"""Greedy with a threshold: most points first, among projects with enough of them.

As ``greedy``, over the projects with at least ``threshold`` points: votes for approvals and choose-1, points
where ballots give points.
"""

from pbvote.tally.ballots import Election
from pbvote.tally.greedy import KINDS, walked
from pbvote.tally.messages import N_, RuleDoesNotFit, template
from pbvote.tally.rule import PART_FUNDING, Outcome, Parameter, Progress, Rule, Settled
from pbvote.tally.ties import TieOrder


def run(election: Election, parameters: Settled, order: TieOrder, progress: Progress) -> Outcome:
    """Count. Raises TieUndecided, and RuleDoesNotFit if no threshold is given."""
    if parameters["threshold"] is None:
        raise RuleDoesNotFit("tally.threshold-missing")
    return walked(election, order, threshold=parameters["threshold"])


RULE = Rule(
    name="greedy-threshold",
    title=N_("Most votes first, with a threshold"),
    words=N_(
        "A project needs a least number of votes (or points). Among those that have it we go down the list "
        "from most to fewest and fund each project that the money left can still pay for."
    ),
    kinds=KINDS,
    parameters=(
        Parameter("threshold", None, int, N_("The least number of points a project needs."), least=0),
        PART_FUNDING,
    ),
    run=run,
)

template(
    "tally.threshold-missing",
    N_(
        "The rule greedy-threshold needs the parameter threshold: the least number of points a project needs."
    ),
)
