"""Going down the order T with a purse: fund what fits, skip what does not."""

from collections.abc import Iterable, Sequence

from pbvote.tally.record import NotFunded, Step
from pbvote.tally.ties import TieOrder


class Walk:
    """A walk down T over some projects, with ``left`` minor units to spend.

    ``steps`` are the projects funded, numbered on from ``number``; ``turns`` holds what was left when each
    project that did not fit had its turn.
    """

    def __init__(self, order: TieOrder, left: int, *, part: str, number: int = 0) -> None:
        self.order = order
        self.left = left
        self.part = part
        self.number = number
        self.steps: list[Step] = []
        self.turns: dict[int, int] = {}

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

    def _take(self, place: int, made: dict[int, Step]) -> bool:
        election = self.order.election
        cost = election.costs[place]
        if cost > self.left:
            self.turns[place] = self.left
            return False
        self.left -= cost
        self.number += 1
        made[place] = Step(
            self.number, self.part, election.ids[place], cost, self.left, election.points[place]
        )
        return True

    def _indifferent(self, group: Sequence[int]) -> bool:
        """All of the group fit, or none does."""
        costs = [self.order.election.costs[place] for place in group]
        return sum(costs) <= self.left or min(costs) > self.left


def did_not_fit(walk: Walk, place: int) -> NotFunded:
    """The record of a project that cost more than was left at its turn."""
    return NotFunded(walk.order.election.ids[place], "did-not-fit", left=walk.turns[place])
