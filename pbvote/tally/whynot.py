"""Why a project was not bought: facts gathered while the published run goes by.

All are facts of that one run, at the final share: the raises are not made again. For each project that was
not bought:

- what its supporters (at any rank) hold after each step: ``money`` at the end, ``lost_at`` when it first
fell below
  the cost, and ``paid_for``, the falls;
- ``highest``, the highest whole cost at which it would have been bought. Had it cost less, the run would
have gone the
  same way up to the step at which it wins, so the highest cost is the largest over the steps of the highest
  cost at which it beats that step's winner, and over the ends of levels of what its supporters then hold.
  More than the budget it may not cost: what is dearer takes no part.
  With κ the winner's price ÷ divisor and f(r) = Σ min(held, u·r), it beats the winner at cost x if
  f(κ·divisor) ≥ x. A draw counts as lost unless T would have it first;
- ``enough``: supporters who put it first hold e each and pay for nothing else before it, so ⌈c/e⌉ of them
are enough,
  whoever they are. Where ballots have no order the same is true of those who name it alone.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pbvote.tally.ballots import Election
from pbvote.tally.ledger import Quote
from pbvote.tally.record import NotFunded, Spent
from pbvote.tally.shares import Run, settled
from pbvote.tally.ties import TieOrder


class Watch:
    """Looks on while a run with books is made, and answers why each project was not bought."""

    def __init__(self, election: Election, run: Run, order: TieOrder) -> None:
        self.election = election
        self.run = run
        self.order = order
        demand = run.demand
        size = len(demand.costs)
        self.places = [place for place in range(size) if demand.supporters(place, demand.levels)]
        self.by_cost = demand.by_cost
        self.lost: dict[int, int] = {}
        self.paid: dict[int, list[Spent]] = {place: [] for place in self.places}
        self.best: dict[int, int] = dict.fromkeys(self.places, -1)
        self.money = run.money_behind(demand.levels)
        self.classes = run.books().classes
        self._note_lost(0)

    def step(self, place: int, quote: Quote) -> None:
        """Before a project is bought: who could have beaten it?"""
        self.classes = self.run.books().classes.copy()
        if self.run.demand.costs[place]:
            self._raise_best(place, quote.price / self.run.demand.divisors[place])

    def bought(self, place: int) -> list[int]:
        """After a project is bought: who paid, and who can no longer pay?

        The answer is how many kinds of voters who could pay each project shares with the one bought, by
        place.
        """
        self.places.remove(place)
        before, self.money = self.money, self.run.money_behind(self.run.demand.levels)
        common = self._common(place)
        for other in self.places:
            if common[other]:
                self._note_paid(other, place, before)
        self._note_lost(len(self.run.bought))
        return common

    def level_ends(self) -> None:
        """When nobody can pay: what would still have been within reach?"""
        for place in self.places:
            if self.run.demand.supporters(place, self.run.level):
                within = min(self._whole_money(place, self.run.level), self.election.budget)
                self.best[place] = max(self.best[place], within)

    def facts(self) -> dict[int, NotFunded]:
        """By place, why."""
        return {place: self._fact(place) for place in self.places}

    # -- money

    def _whole_money(self, place: int, level: int) -> int:
        """What supporters up to a level hold now, rounded down to whole minor units."""
        run = self.run
        money, error = run.money_of(place, level), run.error
        whole = settled(money - error, money + error, 1 << run.scale)
        if whole is None:
            exact = run.books().money(place, level)
            return exact.numerator // exact.denominator
        return whole

    def _note_lost(self, step: int) -> None:
        demand, run = self.run.demand, self.run
        for place in self.places:
            if place not in self.lost and self.money[place] - run.error < run.costs[place]:
                sure = self.money[place] + run.error < run.costs[place]
                if sure or run.books().money(place, demand.levels) < demand.costs[place]:
                    self.lost[place] = step

    def _common(self, place: int) -> list[int]:
        """How many kinds of voters each project shares with the one just bought, of those who had money."""
        demand = self.run.demand
        payer = np.zeros(len(demand.weights), dtype=np.int64)
        payer[demand.voter[demand.span(place, self.run.level)]] = 1
        payer[self.classes == 0] = 0
        shared: list[int] = self.run.summed(payer[demand.voter], demand.levels).tolist()
        return shared

    def _note_paid(self, other: int, place: int, before: NDArray[Any]) -> None:
        run, levels = self.run, self.run.demand.levels
        paid = int(before[other]) - int(self.money[other])
        whole = settled(paid - 2 * run.error, paid + 2 * run.error, 1 << run.scale)
        if whole is None:
            exact = run.books().money_before(other, levels, self.classes) - run.books().money(other, levels)
            whole = exact.numerator // exact.denominator
        if whole:
            self.paid[other].append(Spent(self.election.ids[place], whole))

    # -- the highest cost

    def _raise_best(self, winner: int, key: Fraction) -> None:
        """Raise ``best`` of those that could have beaten this winner at a higher cost than found so far."""
        run, size = self.run, len(self.run.demand.costs)
        limits = [0] * size
        for place in self.places:
            limits[place] = self._limit(self.best[place] + 1, key)
        charged = run.raised_at(limits)
        for place in self.places:
            wanted = (self.best[place] + 1) << run.scale
            slack = run.error + run.demand.pull(place, run.level)
            if place != winner and charged[place] + slack >= wanted:
                self.best[place] = max(self.best[place], self._highest(place, winner, key))

    def _limit(self, cost: int, key: Fraction) -> int:
        """The most anyone would pay per unit at this cost, in units of the run, rounded down."""
        price = key * cost if self.by_cost else key
        return min(
            (price.numerator << self.run.scale) // price.denominator, int(self.run.held.max(initial=0))
        )

    def _highest(self, place: int, winner: int, key: Fraction) -> int:
        """The highest whole cost at which a project beats this winner, or what is known already."""
        low, high = self.best[place], self._whole_money(place, self.run.level)
        high = min(high, self.election.budget)
        if high <= low or not self._beats(place, winner, key, low + 1):
            return low
        guess = min(max(self._guess(place, key), low + 1), high)
        width = 1
        if self._beats(place, winner, key, guess):
            low = guess
            while low + width < high and self._beats(place, winner, key, low + width):
                low, width = low + width, 2 * width
            high = min(high, low + width)
        else:
            high = guess - 1
            while high - width > low and not self._beats(place, winner, key, high - width):
                high, width = high - width - 1, 2 * width
            low = max(low, high - width)
        while low < high:
            middle = (low + high + 1) // 2
            if self._beats(place, winner, key, middle):
                low = middle
            else:
                high = middle - 1
        return low

    def _guess(self, place: int, key: Fraction) -> int:
        """About the highest cost, from the rounded money."""
        run = self.run
        cost = run.money_of(place, run.level) >> run.scale
        for _ in range(60):
            limit = self._limit(cost, key) if cost >= 0 else 0
            spent, pull = run.short_at(place, limit)
            if not self.by_cost:
                return (spent + pull * limit) >> run.scale
            down = 1 - key * pull
            found = int(Fraction(spent, 1 << run.scale) / down) if down > 0 else cost
            if found >= cost:
                break
            cost = found
        return cost

    def _beats(self, place: int, winner: int, key: Fraction, cost: int) -> bool:
        """Would the project at this cost have been bought instead of the winner?"""
        run = self.run
        charged = run.raised_one(place, self._limit(cost, key))
        slack = run.error + run.demand.pull(place, run.level)
        wanted = cost << run.scale
        if not cost or charged - slack > wanted:
            return True
        if charged + slack < wanted:
            return False
        price = key * cost if self.by_cost else key
        exact = run.books().charged(place, run.level, price, run.sight_at(place, self._limit(cost, key)))
        if exact != cost:
            return exact > cost
        quote = run.books().quote(place, run.level, cost=cost)
        if quote is None:
            return False
        mine = quote.price / cost if self.by_cost else quote.price
        if mine != key:
            return mine < key
        return self.order.key(place, cost=cost) < self.order.key(winner)

    # -- the answer

    def _fact(self, place: int) -> NotFunded:
        demand, ids = self.run.demand, self.election.ids
        money = self._whole_money(place, demand.levels)
        cost = demand.costs[place]
        return NotFunded(
            project=ids[place],
            reason="outbid" if demand.admitted[place] else "too-dear",
            money=money,
            missing=max(cost - money, 0),
            lost_at=self.lost.get(place),
            paid_for=tuple(self.paid[place]),
            highest=max(self.best[place], 0),
            enough=self._enough(place),
        )

    def _enough(self, place: int) -> int | None:
        if not self.run.share or not self.run.demand.admitted[place]:
            return None
        needed = -(-self.run.demand.costs[place] // self.run.share)
        have = self._devoted()[place]
        return needed - have if needed <= self.election.voters else None

    def _devoted(self) -> Sequence[int]:
        """Voters who put each project first, or who name nothing else."""
        election = self.election
        if self.run.demand.units is None and election.kind == "ordinal":
            return election.first_choices
        return election.named_alone
