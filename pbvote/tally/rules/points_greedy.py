"""Most points first: what Kraków does with 3-2-1, for any number of ranks.

points(p) = Σ (L + 1 − rank of p) over the ballots that rank p, with L the most ranks a ballot may have.
Projects are taken in the order T (more points first) as long as the money lasts; one that does not fit is
skipped. Bloc voting: a majority that ranks alike can take the whole budget.
"""

from pbvote.tally.ballots import Election
from pbvote.tally.messages import N_
from pbvote.tally.record import NotFunded
from pbvote.tally.rule import PART_FUNDING, Outcome, Progress, Rule, Settled
from pbvote.tally.ties import TieOrder
from pbvote.tally.walk import Walk, did_not_fit


def run(election: Election, parameters: Settled, order: TieOrder, progress: Progress) -> Outcome:
    """Count. Raises TieUndecided."""
    walk = Walk(order, election.budget, part="walk")
    pointed = [place for place, points in enumerate(election.points) if points > 0]
    walk.go(pointed)
    not_funded = [did_not_fit(walk, place) for place in walk.turns]
    not_funded += [
        NotFunded(election.ids[place], "no-support")
        for place, points in enumerate(election.points)
        if points <= 0
    ]
    return Outcome(tuple(walk.steps), tuple(sorted(not_funded, key=lambda found: found.project)))


RULE = Rule(
    name="points-greedy",
    title=N_("Most points first"),
    words=N_(
        "Each first choice gives a project the most points, each next choice one point less. We go down the "
        "list from most points to fewest and fund each project that the money left can still pay for."
    ),
    kinds=("ordinal",),
    parameters=(PART_FUNDING,),
    run=run,
)
