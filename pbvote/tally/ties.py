"""The one order T, used wherever two projects are level, with a record of every use.

T is: more points, then more first choices, then lower cost, then a public lot. The lot of a project is the
SHA-256 of the seed's digits followed by its id (UTF-8); the smaller digest goes first. An order supplied by
officials replaces everything after points. Without a seed or an order a tie that needs the lot is refused,
never guessed.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from pbvote.tally.ballots import Election
from pbvote.tally.messages import N_, RuleDoesNotFit, TieUndecided, template
from pbvote.tally.record import Tie

CRITERIA = ("points", "first-choices", "cost", "lot")


class TieOrder:
    """The order T for one election. Projects are places in ``Election.projects``; ``ties`` collects every
    use.
    """

    def __init__(self, election: Election, seed: str | None, supplied: Sequence[str] | None) -> None:
        self.election = election
        self.seed = _checked_seed(seed)
        self.supplied = None if supplied is None else tuple(supplied)
        self.ties: list[Tie] = []
        self._rank = self._ranks(election)

    def _ranks(self, election: Election) -> list[int]:
        """The officials' place of each project, or nothing."""
        if self.supplied is None:
            return []
        place = {project: rank for rank, project in enumerate(self.supplied)}
        if len(place) != len(self.supplied):
            raise RuleDoesNotFit("tally.order-repeats")
        missing = [project for project in election.ids if project not in place]
        if missing:
            raise RuleDoesNotFit("tally.order-incomplete", project=missing[0])
        return [place[project] for project in election.ids]

    def key(self, place: int, *, cost: int | None = None) -> tuple[int, ...]:
        """What T compares before the lot, smaller first; ``cost`` replaces the project's own."""
        election = self.election
        if self._rank:
            return (-election.points[place], self._rank[place])
        asked = election.costs[place] if cost is None else cost
        return (-election.points[place], -election.first_choices[place], asked)

    def lot(self, place: int) -> bytes:
        """The public lot of a project; the smaller goes first."""
        return hashlib.sha256(f"{self.seed}{self.election.ids[place]}".encode()).digest()

    def groups(self, places: Iterable[int]) -> list[list[int]]:
        """The places in the order T; those that only a lot could part stand together (by lot, given a
        seed).
        """
        ordered: list[list[int]] = []
        for place in sorted(places, key=lambda place: (self.key(place), self.election.ids[place])):
            if ordered and self.key(ordered[-1][0]) == self.key(place):
                ordered[-1].append(place)
            else:
                ordered.append([place])
        if self.seed is None:
            return ordered
        return [sorted(group, key=self.lot) for group in ordered]

    def first(self, tied: Sequence[int]) -> tuple[int, ...]:
        """The tied projects in the order T. Raises TieUndecided if who goes first needs a lot and there is
        none.
        """
        groups = self.groups(tied)
        if len(groups[0]) > 1 and self.seed is None:
            raise TieUndecided(self._ids(groups[0]))
        return tuple(place for group in groups for place in group)

    def pick(self, tied: Sequence[int], *, step: int) -> int:
        """The first of the tied projects; records the tie. Raises TieUndecided as ``first`` does."""
        order = self.first(tied)
        if len(order) > 1:
            self.note(order, step=step, mattered=True)
        return order[0]

    def note(self, order: Sequence[int], *, step: int, mattered: bool, raises: int | None = None) -> int:
        """Record that T put level projects in this order; the answer is the place in ``ties``."""
        self.ties.append(Tie(self._ids(order), self._decider(order), step, mattered, raises))
        return len(self.ties) - 1

    def walk(
        self,
        places: Iterable[int],
        take: Callable[[int], bool],
        indifferent: Callable[[Sequence[int]], bool],
        step: Callable[[], int],
    ) -> Iterator[tuple[int, bool, int | None]]:
        """Go down T, giving each project to ``take``: yields (place, taken, place of its tie in ``ties``).

        Projects level on points are one tie, recorded once all of them have met their fate. ``indifferent``
        says whether the order inside a group could change what happens; only if it could is a lot insisted
        on. ``step`` gives the number of the last step made.
        """
        points = self.election.points
        groups = self.groups(places)
        start = 0
        while start < len(groups):
            end = start
            while end < len(groups) and points[groups[end][0]] == points[groups[start][0]]:
                end += 1
            yield from self._walk_level(groups[start:end], take, indifferent, step)
            start = end

    def _walk_level(
        self,
        level: Sequence[Sequence[int]],
        take: Callable[[int], bool],
        indifferent: Callable[[Sequence[int]], bool],
        step: Callable[[], int],
    ) -> Iterator[tuple[int, bool, int | None]]:
        order = [place for group in level for place in group]
        fates = []
        first = 0
        for group in level:
            if len(group) > 1 and self.seed is None and not indifferent(group):
                raise TieUndecided(self._ids(group))
            for place in group:
                taken = take(place)
                fates.append((place, taken))
                first = first or (step() if taken else 0)
        mixed = len({taken for _, taken in fates}) > 1
        tie = self.note(order, step=first, mattered=mixed) if len(order) > 1 else None
        for place, taken in fates:
            yield place, taken, tie

    def _ids(self, places: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.election.ids[place] for place in places)

    def _decider(self, order: Sequence[int]) -> str:
        """What parts the first from the second."""
        first, second = self.key(order[0]), self.key(order[1])
        if self._rank:
            return "points" if first[0] != second[0] else "officials"
        for name, mine, other in zip(CRITERIA, first, second, strict=False):
            if mine != other:
                return name
        return "lot"


def _checked_seed(seed: str | None) -> str | None:
    if seed is not None and not (seed.isascii() and seed.isdigit()):
        raise RuleDoesNotFit("tally.seed-not-digits")
    return seed


template("tally.seed-not-digits", N_("The seed must be digits only, as the public dice gave them."))
template("tally.order-repeats", N_("The officials' order names a project twice."))
template(
    "tally.order-incomplete",
    N_("The officials' order does not name %(project)s. It must name every project."),
)
