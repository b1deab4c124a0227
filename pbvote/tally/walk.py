"""Going down the order T with a purse: fund what fits, skip (or stop at) what does not."""

from collections.abc import Callable, Iterable, Sequence

from pbvote.tally.record import NotFunded, Step
from pbvote.tally.ties import TieOrder

# why a project may not be taken although it might fit, given the places taken so far; None if it may
Bar = Callable[[int, Sequence[int]], str | None]


class Walk:
    """A walk down T over some projects, with ``left`` minor units to spend.

    With ``stops`` the first project that does not fit ends the walk. ``bar`` may refuse a project for a
    reason of its own. ``steps`` are the projects funded, numbered on from ``number``; ``turns`` holds what
    was left when each project that was not taken had its turn, ``missed`` the places not taken with the
    reason, in the order of their turns.
    """

    def __init__(
        self,
        order: TieOrder,
        left: int,
        *,
        part: str,
        number: int = 0,
        stops: bool = False,
        bar: Bar | None = None,
    ) -> None:
        self.order = order
        self.left = left
        self.part = part
        self.number = number
        self.stops = stops
        self.bar = bar
        self.steps: list[Step] = []
        self.turns: dict[int, int] = {}
        self.missed: dict[int, str] = {}
        self._taken: list[int] = []

    def go(self, places: Iterable[int]) -> None:
        """Fund what fits, in the order T. Raises TieUndecided where only a lot can say and there is none."""
        made: dict[int, Step] = {}
        ties = {
            place: tie
            for place, taken, tie in self.order.walk(
                places, lambda place: self._take(place, made), self._indifferent, lambda: self.number
            )
            if taken
        }
        for place, step in made.items():
            self.steps.append(Step(**{**vars(step), "tie": ties[place]}))

    @property
    def stopped_at(self) -> int | None:
        """The place that ended the walk, if it stops at what does not fit and something did not."""
        return next((place for place, reason in self.missed.items() if reason == "did-not-fit"), None)

    def _take(self, place: int, made: dict[int, Step]) -> bool:
        election = self.order.election
        cost = election.costs[place]
        reason = self._reason(place, cost)
        if reason is not None:
            self.turns[place] = self.left
            self.missed[place] = reason
            return False
        self.left -= cost
        self.number += 1
        self._taken.append(place)
        made[place] = Step(
            self.number, self.part, election.ids[place], cost, self.left, election.points[place]
        )
        return True

    def _reason(self, place: int, cost: int) -> str | None:
        """Why a project is not taken, or nothing."""
        if self.stops and self.stopped_at is not None:
            return "after-stop"
        refused = self.bar(place, self._taken) if self.bar is not None else None
        if refused is None and cost > self.left:
            return "did-not-fit"
        return refused

    def _indifferent(self, group: Sequence[int]) -> bool:
        """Whatever their order, each of the group meets the same fate: all fit, or none does."""
        costs = [self.order.election.costs[place] for place in group]
        if self.stops and self.stopped_at is not None:
            return True
        if self.bar is not None and any(self._bars_another(place, group) for place in group):
            return False
        return sum(costs) <= self.left or min(costs) > self.left

    def _bars_another(self, place: int, group: Sequence[int]) -> bool:
        """Whether the others of the group, taken first, could bar this one that is not barred now."""
        if self.bar is None or self.bar(place, self._taken) is not None:
            return False
        others = [other for other in group if other != place]
        return self.bar(place, [*self._taken, *others]) is not None


def did_not_fit(walk: Walk, place: int) -> NotFunded:
    """The record of a project that was not taken at its turn: it cost more than was left, or was barred."""
    return NotFunded(walk.order.election.ids[place], walk.missed[place], left=walk.turns[place])
