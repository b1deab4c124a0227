"""Sequential Phragmén for projects with costs: share the cost of what is funded as evenly as can be.

Each funded project's cost is spread over its supporters as load. The next project is the one after which the
most loaded of its supporters would carry least: (c(p) + Σ load over its supporters) / supporters; then each
of them carries exactly that. The rule ends when such a project (or one level with it) costs more than what is
left. Projects dearer than the budget take no part. Ties by T.
Source: Phragmén 1894; with costs: Los, Christoff, Grossi, "Proportional Budget Allocations" (IJCAI 2022),
arXiv 2202.13730.
"""

import heapq
from fractions import Fraction
from itertools import pairwise

import numpy as np

from pbvote.tally.ballots import Election
from pbvote.tally.messages import N_, template
from pbvote.tally.record import NotFunded, Step
from pbvote.tally.rule import PART_FUNDING, Outcome, Progress, Rule, Settled
from pbvote.tally.ties import TieOrder


def run(election: Election, parameters: Settled, order: TieOrder, progress: Progress) -> Outcome:
    """Count. Raises TieUndecided."""
    loads = Loads(election)
    steps: list[Step] = []
    left = election.budget
    while tied := loads.least():
        if any(election.costs[place] > left for place in tied):
            break
        before = len(order.ties)
        place = order.pick(tied, step=len(steps) + 1)
        load = loads.take(place)
        left -= election.costs[place]
        steps.append(
            Step(
                len(steps) + 1,
                "load",
                election.ids[place],
                election.costs[place],
                left,
                election.points[place],
                supporters=election.supporters[place],
                price=load,
                tie=before if len(order.ties) > before else None,
            )
        )
        progress("tally.progress-phragmen", len(steps), len(election.projects))
    funded = {step.project for step in steps}
    missed = [_missed(election, place, left) for place, name in enumerate(election.ids) if name not in funded]
    return Outcome(tuple(steps), tuple(missed))


def _missed(election: Election, place: int, left: int) -> NotFunded:
    if election.supporters[place] == 0:
        return NotFunded(election.ids[place], "no-support")
    fits = election.costs[place] <= left
    return NotFunded(election.ids[place], "after-stop" if fits else "did-not-fit", left=left)


class Loads:
    """What each ballot carries. Loads never fall, so an old value is a lower bound for a project's next one.

    ``_level[g]`` is the step that gave row g its load (0: none), ``_loads[k]`` the load of step k.
    """

    def __init__(self, election: Election) -> None:
        profile = election.profile
        by_project = np.argsort(profile.project, kind="stable")
        starts = np.searchsorted(profile.project[by_project], np.arange(len(election.projects) + 1))
        rows = profile.row[by_project]
        self._rows = [rows[start:end] for start, end in pairwise(starts)]
        self._weights = profile.weights
        self._level = np.zeros(len(profile.weights), dtype=np.int64)
        self._loads = [Fraction(0)]
        self._election = election
        self._open = [
            (Fraction(cost, supporters), place)
            for place, (cost, supporters) in enumerate(zip(election.costs, election.supporters, strict=True))
            if supporters and cost <= election.budget
        ]
        heapq.heapify(self._open)

    def least(self) -> list[int]:
        """The projects that would leave the least load on their most loaded supporter; [] if none is open."""
        best: list[tuple[Fraction, int]] = []
        while self._open and (not best or self._open[0][0] <= best[0][0]):
            bound, place = heapq.heappop(self._open)
            value = self._after(place)
            if value > bound:
                heapq.heappush(self._open, (value, place))
            else:
                best.append((value, place))
        for entry in best:
            heapq.heappush(self._open, entry)
        return sorted(place for _, place in best)

    def take(self, place: int) -> Fraction:
        """Put the project's cost on its supporters; the answer is what each of them carries now."""
        load = self._after(place)
        self._loads.append(load)
        self._level[self._rows[place]] = len(self._loads) - 1
        self._open = [entry for entry in self._open if entry[1] != place]
        heapq.heapify(self._open)
        return load

    def _after(self, place: int) -> Fraction:
        """The load of each supporter if this project is taken next."""
        rows = self._rows[place]
        voters = np.bincount(self._level[rows], weights=self._weights[rows])
        carried = sum(
            (self._loads[level] * int(voters[level]) for level in np.flatnonzero(voters)), Fraction(0)
        )
        return (self._election.costs[place] + carried) / self._election.supporters[place]


RULE = Rule(
    name="phragmen",
    title=N_("Phragmén's rule"),
    words=N_(
        "The cost of each funded project is shared out over the people who voted for it. We always fund "
        "next the project whose voters would then carry least each, counting what they carry already, "
        "until that project costs more than the money left."
    ),
    kinds=("approval", "choose-1"),
    parameters=(PART_FUNDING,),
    run=run,
)

template("tally.progress-phragmen", N_("Spreading the costs"))
