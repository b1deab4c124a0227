"""Greedy: most points first, skipping what does not fit. The rule most cities use.

points(p) = the number of ballots that approve p, the sum of the points given to p, or Σ (L + 1 − rank of p).
Projects are taken in the order T while the money lasts; one that costs more than what is left is skipped.
``limits`` caps what some groups of projects may cost together, as Amsterdam does per neighbourhood. It is no
proportional rule: the largest group of voters that agree can take the whole budget.
"""

from pbvote.tally.ballots import Election
from pbvote.tally.greedy import KINDS, walked, within_limits
from pbvote.tally.messages import N_, RuleDoesNotFit, template
from pbvote.tally.record import Plain
from pbvote.tally.rule import PART_FUNDING, Outcome, Parameter, Progress, Rule, Settled
from pbvote.tally.ties import TieOrder


def run(election: Election, parameters: Settled, order: TieOrder, progress: Progress) -> Outcome:
    """Count. Raises TieUndecided, and RuleDoesNotFit for limits that are none."""
    limits = [_limit(entry) for entry in parameters["limits"]]
    return walked(election, order, bar=within_limits(election, limits) if limits else None)


def _limit(entry: Plain) -> tuple[int, tuple[str, ...]]:
    match entry:
        case (int() as limit, tuple() as names) if limit >= 0 and all(
            isinstance(name, str) for name in names
        ):
            return limit, tuple(str(name) for name in names)
    raise RuleDoesNotFit("tally.bad-limits", found=repr(entry)[:60])


RULE = Rule(
    name="greedy",
    title=N_("Most votes first"),
    words=N_(
        "We go down the list from most votes (or points) to fewest and fund each project that the money "
        "left can still pay for. A project that costs more than what is left is skipped."
    ),
    kinds=KINDS,
    parameters=(
        Parameter(
            "limits",
            (),
            tuple,
            N_(
                "Groups of projects that together may cost no more than a limit: (limit in pence, (ids, "
                "…)), …"
            ),
        ),
        PART_FUNDING,
    ),
    run=run,
)

template(
    "tally.bad-limits",
    N_("A limit must be an amount in pence and a list of project ids; this one is %(found)s."),
)
