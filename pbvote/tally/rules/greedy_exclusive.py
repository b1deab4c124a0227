"""Greedy with projects that exclude each other: most points first, at most one of each group.

As ``greedy``, but a project is passed over if another of its group has been funded. Warszawa uses it where
two projects want the same place. Which projects exclude each other is decided by officials and is no part
of the ballots.
"""

from pbvote.tally.ballots import Election
from pbvote.tally.greedy import KINDS, one_of_each, walked
from pbvote.tally.messages import N_, RuleDoesNotFit, template
from pbvote.tally.record import Plain
from pbvote.tally.rule import PART_FUNDING, Outcome, Parameter, Progress, Rule, Settled
from pbvote.tally.ties import TieOrder


def run(election: Election, parameters: Settled, order: TieOrder, progress: Progress) -> Outcome:
    """Count. Raises TieUndecided, and RuleDoesNotFit for groups that are none."""
    named = [_group(group) for group in parameters["exclusive"]]
    return walked(election, order, bar=one_of_each(election, named))


def _group(group: Plain) -> tuple[str, ...]:
    if not isinstance(group, tuple) or not all(isinstance(name, str) for name in group):
        raise RuleDoesNotFit("tally.bad-groups", found=repr(group)[:60])
    return tuple(str(name) for name in group)


RULE = Rule(
    name="greedy-exclusive",
    title=N_("Most votes first, with projects that exclude each other"),
    words=N_(
        "Some projects cannot both be carried out, for example because they want the same place. We go "
        "down the list from most votes to fewest and fund each project that the money left can still pay "
        "for, unless one that excludes it has been funded."
    ),
    kinds=KINDS,
    parameters=(
        Parameter(
            "exclusive", (), tuple, N_("Groups of project ids of which at most one can be carried out.")
        ),
        PART_FUNDING,
    ),
    run=run,
)

template("tally.bad-groups", N_("A group must be a list of project ids; this one is %(found)s."))
