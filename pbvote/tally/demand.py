"""Who asks for what: the ballots of an election as Equal Shares sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pbvote.tally.ballots import Election, Ints


@dataclass(frozen=True, eq=False)
class Demand:
    """Supporters by project and level, as arrays.

    weights   int64[G]       voters per row of the profile
    voter     int64[E]       the row of each entry, by project and then by level
    project   int64[E]       the place of the project of each entry
    units     int64[E]       units of utility of each entry, or None where all are 1
    starts    int64[P]       the first entry of each project
    cuts      int64[J+1, P]  the end of the entries of each project up to a level (level 0: none)
    costs     P minor units
    by_cost   whether prices are compared per unit of cost, or as they are
    admitted  P: may this project be bought at all
    """

    voters: int
    weights: Ints
    voter: Ints
    project: Ints
    units: Ints | None
    starts: Ints
    cuts: Ints
    costs: tuple[int, ...]
    by_cost: bool
    admitted: tuple[bool, ...]

    @property
    def levels(self) -> int:
        """How many levels there are."""
        return len(self.cuts) - 1

    @cached_property
    def divisors(self) -> tuple[int, ...]:
        """What the price of each project is divided by before prices are compared."""
        return tuple(max(cost, 1) if self.by_cost else 1 for cost in self.costs)

    @cached_property
    def most_units(self) -> int:
        """The largest number of units in any entry, at least 1."""
        return 1 if self.units is None else int(self.units.max(initial=1))

    @cached_property
    def _bounds(self) -> tuple[list[int], list[list[int]]]:
        return self.starts.tolist(), self.cuts.tolist()

    def span(self, place: int, level: int) -> slice:
        """The entries of a project up to a level."""
        starts, cuts = self._bounds
        return slice(starts[place], cuts[level][place])

    @cached_property
    def entry_weights(self) -> Ints:
        """int64[E]: the voters behind each entry."""
        return self.weights[self.voter]

    @cached_property
    def pulls(self) -> list[list[int]]:
        """Σ units over the supporters of each project up to each level."""
        charged = self.entry_weights if self.units is None else self.entry_weights * self.units
        return self._sums(charged)

    @cached_property
    def _supporters(self) -> list[list[int]]:
        return self._sums(self.entry_weights)

    def _sums(self, amounts: Ints) -> list[list[int]]:
        total = np.concatenate(([0], np.cumsum(amounts)))
        sums: list[list[int]] = (total[self.cuts] - total[self.starts]).tolist()
        return sums

    def pull(self, place: int, level: int) -> int:
        """Σ units over the supporters of a project up to a level."""
        return self.pulls[level][place]

    def supporters(self, place: int, level: int) -> int:
        """How many voters support a project up to a level."""
        return self._supporters[level][place]


def demand(
    election: Election,
    *,
    levels: Ints,
    how_many: int,
    units: Ints | None,
    by_cost: bool,
    admitted: Sequence[bool],
) -> Demand:
    """The demand of an election.

    ``levels`` int64[E] is the level at which each entry of the profile comes in, 1 … ``how_many``; ``units``
    int64[E] or None. Entries with level 0 do not count.
    """
    profile = election.profile
    counts = np.flatnonzero(levels > 0)
    order = counts[np.lexsort((profile.row[counts], levels[counts], profile.project[counts]))]
    project, level = profile.project[order], levels[order]
    size = len(election.projects)
    per = np.zeros((how_many + 1, size), dtype=np.int64)
    np.add.at(per, (level, project), 1)
    ends = np.cumsum(per.sum(axis=0))
    starts: NDArray[np.int64] = ends - per.sum(axis=0)
    return Demand(
        voters=election.voters,
        weights=profile.weights,
        voter=profile.row[order],
        project=project,
        units=None if units is None else units[order],
        starts=starts,
        cuts=starts + np.cumsum(per, axis=0),
        costs=election.costs,
        by_cost=by_cost,
        admitted=tuple(admitted),
    )
