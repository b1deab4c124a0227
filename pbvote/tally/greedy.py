"""What the rules that walk down the order T have in common: who takes part, and the answer."""

from collections.abc import Callable, Iterable, Sequence

from pbvote.tally.ballots import Election
from pbvote.tally.messages import N_, template
from pbvote.tally.record import NotFunded
from pbvote.tally.rule import Outcome
from pbvote.tally.ties import TieOrder
from pbvote.tally.walk import Bar, Walk, did_not_fit

KINDS = ("ordinal", "approval", "cumulative", "scoring", "choose-1")
"""Every kind of ballot gives points: ranks as Σ (L + 1 − rank), approvals one each, or the points given."""


def walked(
    election: Election,
    order: TieOrder,
    *,
    threshold: int = 1,
    stops: bool = False,
    bar: Bar | None = None,
    after: Callable[[Walk], None] | None = None,
) -> Outcome:
    """Walk down T over the projects with at least ``threshold`` points, spending the budget.

    A project without points is never funded. ``after`` may look at the walk once it is over and add to its
    steps. Raises TieUndecided.
    """
    walk = Walk(order, election.budget, part="walk", stops=stops, bar=bar)
    least = max(threshold, 1)
    walk.go(place for place, points in enumerate(election.points) if points >= least)
    if after is not None:
        after(walk)
    not_funded = [did_not_fit(walk, place) for place in walk.missed]
    not_funded += _below(election, least)
    return Outcome(tuple(walk.steps), tuple(sorted(not_funded, key=lambda found: found.project)))


def _below(election: Election, least: int) -> Iterable[NotFunded]:
    for project, points in zip(election.ids, election.points, strict=True):
        if points < least:
            yield NotFunded(project, "threshold" if points > 0 else "no-support")


def one_of_each(election: Election, groups: Sequence[Sequence[str]]) -> Bar:
    """A bar for groups of projects of which at most one can be carried out; unknown ids are passed over."""
    members = [
        frozenset(election.index[name] for name in group if name in election.index) for group in groups
    ]

    def bar(place: int, taken: Sequence[int]) -> str | None:
        rivals = any(place in group and not group.isdisjoint(taken) for group in members)
        return "excluded" if rivals else None

    return bar


def within_limits(election: Election, limits: Sequence[tuple[int, Sequence[str]]]) -> Bar:
    """A bar for groups of projects that together may cost no more than a limit (minor units)."""
    rules = [
        (limit, frozenset(election.index[name] for name in group if name in election.index))
        for limit, group in limits
    ]

    def bar(place: int, taken: Sequence[int]) -> str | None:
        for limit, group in rules:
            spent = sum(election.costs[other] for other in taken if other in group)
            if place in group and spent + election.costs[place] > limit:
                return "group-limit"
        return None

    return bar


template(
    "tally.not-funded-group-limit",
    N_(
        "Not funded: with its cost of %(cost)s, its area or theme would have gone above the limit set for it."
    ),
)
