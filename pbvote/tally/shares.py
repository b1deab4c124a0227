"""Equal Shares, one run at one share: who can pay for what, in whole numbers with a proved error.

Every voter starts with e. A project p with supporters S and cost c has the price r with Σ min(held, u·r) =
c, the sum over S, u being a voter's units of utility (1 unless the rule has points). The project with the
smallest r ÷ divisor(p) is bought, ties by T, and each of S pays min(held, u·r). Supporters join level by
level (rank by rank).

Money is kept as int64 in units of 2^-k of a minor unit, ``held[g]`` for the voters of row g. Let Δ = Σ over
voters of |held − true money| in those units. ``Run.error`` is a whole number that Δ never exceeds. Proof:
at the start e is rounded down, so Δ ≤ n. Paying for a project maps money h to (h − u·r(h))⁺ with r(h) from
Σ min(h, u·r) = c. More money anywhere means no larger price, hence no less money left anywhere; and the
total falls by exactly c. An order preserving map that changes the total by a constant never lengthens Σ|·|
(Crandall and Tartar 1980), so Δ does not grow. The price is then rounded down to a whole unit, which moves
each supporter by less than u, so Δ grows by less than Σ u over S: that is what ``error`` grows by. Where
the rounded money falls short of a cost that the true money reaches, everyone in S is set to 0, and what
they truly keep is at most the Δ they had.

From this follow the two tests. min is 1-Lipschitz, so Σ min(held, u·r) is off by at most Δ at every r. (1)
S can pay if Σ held ≥ c + error, and cannot if Σ held < c − error. (2) The true price lies between the
prices of c − error and c + error. A comparison that these bounds do not settle is settled by the ledger, in
exact fractions. Sums of whole numbers do not depend on the order of summation, nor on the number of threads
or the machine.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pbvote.tally.demand import Demand
from pbvote.tally.ledger import Bought, Ledger, Quote, Sight

SLACK = 1e-9  # far above the 2^-50 by which a quotient of two floats can be off
BITS = 61  # room for sums in int64
First = Callable[[Sequence[int]], tuple[int, ...]]


class Unsettled(Exception):
    """A comparison does not come out alike at all shares of a run with a spread, or not for certain."""


@dataclass(frozen=True)
class Level:
    """Projects that were level: their places as T orders them, and the step this decided."""

    order: tuple[int, ...]
    step: int


@dataclass
class Priced:
    """A price in units: low ≤ the true price ≤ high (None: not bounded), and the nominal one.

    ``alone`` says that nobody runs out at this price for certain, so that the price is exactly c ÷ Σ u.
    """

    low: int
    nominal: int
    high: int | None
    alone: bool


@dataclass
class Run:
    """One run of Equal Shares at one share, as far as it has got.

    ``bought`` lists what was bought; ``held`` is int64[G] (or Python ints where they would not fit).
    ``exact`` starts with an error above all money there is, which sends every comparison to the ledger;
    ``first`` puts tied projects in the order T. With a ``spread``, what the run buys is bought at every share
    from ``share − spread`` to ``share + spread``, or Unsettled is raised: the error then covers them all.
    """

    demand: Demand
    share: Fraction
    first: First
    exact: bool = False
    spread: Fraction = Fraction(0)
    bought: list[Bought] = field(default_factory=list)
    level: int = 0
    ties: list[Level] = field(default_factory=list)

    def __post_init__(self) -> None:
        demand = self.demand
        most = max(max(demand.voters, 1) * (int(self.share) + 1), max(demand.costs, default=0))
        spare = BITS - most.bit_length() - demand.most_units.bit_length()
        self.scale = max(spare, 8)
        self.dtype: Any = np.int64 if spare >= 8 else object
        start = (self.share.numerator << self.scale) // self.share.denominator
        self.held = np.full(len(demand.weights), start, dtype=self.dtype)
        self.weights = demand.weights.astype(self.dtype, copy=False)
        self.entry_weights = demand.entry_weights.astype(self.dtype, copy=False)
        self.units = None if demand.units is None else demand.units.astype(self.dtype, copy=False)
        away = 1 + ceil(self.spread * (1 << self.scale))
        self.error = 1 << (most.bit_length() + self.scale) if self.exact else demand.voters * away
        self.costs = [cost << self.scale for cost in demand.costs]
        self.unfunded = [place for place in range(len(demand.costs)) if demand.admitted[place]]
        self.ledger: Ledger | None = None
        self.heap: list[tuple[float, int]] = []
        self.fresh: dict[int, Priced] = {}

    @property
    def fits_machine(self) -> bool:
        """Whether money fits 64-bit whole numbers, as it does short of some 10^15 pounds."""
        return self.dtype is np.int64

    # -- the loop

    def finish(self) -> None:
        """Run to the end. Raises TieUndecided."""
        for level in range(self.level + 1, self.demand.levels + 1):
            self.enter(level)
            while (place := self.next()) is not None:
                self.buy(place)

    def enter(self, level: int) -> None:
        """Let the supporters of this level in and forget all bounds."""
        self.level = level
        self.fresh = {}
        money = self.money_behind(level)
        self.heap = []
        for place in self.unfunded:
            supporters = self.demand.pull(place, level)
            if supporters and int(money[place]) + self.error >= self.costs[place]:
                cost = self.demand.costs[place]
                bound = cost / (supporters * self.demand.divisors[place]) if cost else -1.0
                self.heap.append((bound, place))
        heapq.heapify(self.heap)

    def next(self) -> int | None:
        """The project to buy now, or None when nobody can pay for any at this level."""
        while contenders := self._contenders():
            place = self.among(contenders)
            if place is not None:
                return place
            self.heap = [entry for entry in self.heap if entry[1] not in contenders]
            heapq.heapify(self.heap)
        return None

    def among(self, contenders: Sequence[int]) -> int | None:
        """The project to buy now, which is one of these, or None where none of them can be paid for."""
        free = [place for place in contenders if not self.demand.costs[place]]
        if free:
            return self._first(free)
        for place in contenders:
            if place not in self.fresh:
                priced = self._price(place)
                if priced is not None:
                    self.fresh[place] = priced
        able = [place for place in contenders if place in self.fresh]
        best = self._certain_best(able)
        return best if best is not None else self._exact_best(able)

    def _contenders(self) -> list[int]:
        """Projects that may be the next to be bought, all freshly priced; the others surely are not."""
        found: list[int] = []
        limit = float("inf")
        while self.heap and self.heap[0][0] <= limit:
            bound, place = heapq.heappop(self.heap)
            if bound < 0:
                found.append(place)
                limit = 0.0
                continue
            priced = self.fresh.get(place)
            if priced is None:
                priced = self._price(place)
                if priced is None:
                    continue
                self.fresh[place] = priced
                heapq.heappush(self.heap, (self._key(place, priced.low), place))
                continue
            found.append(place)
            if priced.high is not None:
                limit = min(limit, self._key(place, priced.high) * (1 + SLACK))
        for place in found:
            key = self._key(place, self.fresh[place].low) if place in self.fresh else -1.0
            heapq.heappush(self.heap, (key, place))
        return found

    def _key(self, place: int, price: int) -> float:
        """price ÷ divisor as a float, made a little smaller so that it is a lower bound of that quotient."""
        return max(price, 0) / (self.demand.divisors[place] << self.scale) * (1 - SLACK)

    def _certain_best(self, contenders: Sequence[int]) -> int | None:
        """The winner if the bounds settle it, else None."""
        sure = [place for place in contenders if self.fresh[place].high is not None]
        if not sure:
            return None
        divisors = self.demand.divisors
        best = min(sure, key=lambda place: (Fraction(self.fresh[place].high or 0, divisors[place]), place))
        high = self.fresh[best].high or 0
        rivals = [
            place
            for place in contenders
            if place != best and self.fresh[place].low * divisors[best] <= high * divisors[place]
        ]
        if not rivals:
            return best
        if all(self.fresh[place].alone for place in (best, *rivals)):
            return self._least({place: self._plain_key(place) for place in (best, *rivals)})
        return None

    def _plain_key(self, place: int) -> Fraction:
        """The exact key of a project whose supporters all pay the same per unit."""
        demand = self.demand
        return Fraction(demand.costs[place], demand.pull(place, self.level) * demand.divisors[place])

    def _exact_best(self, contenders: Sequence[int]) -> int | None:
        """The winner by exact fractions among those who can truly pay."""
        keys: dict[int, Fraction] = {}
        for place in contenders:
            quote = self.quote(place)
            if quote is not None:
                keys[place] = quote.price / self.demand.divisors[place]
        return self._least(keys) if keys else None

    def _least(self, keys: dict[int, Fraction]) -> int:
        least = min(keys.values())
        tied = [place for place, key in keys.items() if key == least]
        return self._first(tied)

    def _first(self, tied: Sequence[int]) -> int:
        """The first of these by T, with a note of the tie."""
        if len(tied) > 1:
            self.ties.append(Level(self.first(tied), len(self.bought) + 1))
            return self.ties[-1].order[0]
        return tied[0]

    def buy(self, place: int) -> None:
        """Let the supporters pay."""
        span = self.demand.span(place, self.level)
        bought = Bought(place, self.level)
        if self.ledger is not None:
            quote = self.quote(place)
            assert quote is not None
            self.ledger.buy(bought, quote)
        if self.costs[place]:
            nominal = self._nominal(place)
            voters = self.demand.voter[span]
            pays = nominal if self.units is None else nominal * self.units[span]
            self.held[voters] = np.maximum(self.held[voters] - pays, 0)
            self.error += self.demand.pull(place, self.level)
        self.bought.append(bought)
        self.unfunded.remove(place)
        self.heap = [entry for entry in self.heap if entry[1] != place]
        heapq.heapify(self.heap)
        self.fresh = {}

    def quote(self, place: int) -> Quote | None:
        """The exact price of a project at this level, or None where its supporters cannot pay."""
        return self.books().quote(place, self.level, self._sight(place))

    def _sight(self, place: int) -> Sight:
        """Which supporters surely run out at the price of a project, and which surely do not."""
        priced = self.fresh.get(place) or self._price(place)
        span = self.demand.span(place, self.level)
        held = self.held[self.demand.voter[span]]
        units = 1 if self.units is None else self.units[span]
        if priced is None or not self.costs[place]:
            unsure = np.zeros(len(held), dtype=bool)
            return Sight(unsure, unsure)
        short = held + self.error < max(priced.low, 0) * units
        high = priced.high
        flush = np.zeros(len(held), dtype=bool) if high is None else held - self.error > high * units
        return Sight(short, flush)

    def sight_at(self, place: int, limit: int) -> Sight:
        """Which supporters surely hold less than u times a price, and which surely more.

        ``limit`` is the price in units, rounded down, or no less than what anyone holds.
        """
        span = self.demand.span(place, self.level)
        held = self.held[self.demand.voter[span]]
        units = 1 if self.units is None else self.units[span]
        return Sight(held + self.error < limit * units, held - self.error > (limit + 1) * units)

    def books(self) -> Ledger:
        """The exact books up to now, opened when first needed. Raises Unsettled: they hold for one share."""
        if self.spread:
            raise Unsettled
        if self.ledger is None:
            shadow = Run(self.demand, self.share, self.first, self.exact)
            shadow.ledger = Ledger(self.demand, self.share)
            for bought in self.bought:
                shadow.level = bought.level
                shadow.buy(bought.place)
            self.ledger = shadow.ledger
        return self.ledger

    # -- prices

    def money_behind(self, level: int) -> NDArray[Any]:
        """P values: what the supporters of each project up to this level hold together, in units."""
        return self.summed((self.held * self.weights)[self.demand.voter], level)

    def summed(self, values: NDArray[Any], level: int) -> NDArray[Any]:
        """P values: the sums of E values over the entries of each project up to a level."""
        starts, ends = self.demand.starts, self.demand.cuts[level]
        sums: NDArray[Any] = np.zeros(len(starts), dtype=values.dtype)
        some = np.flatnonzero(ends > starts)
        if len(some):
            bounds = np.column_stack((starts[some], ends[some])).ravel()
            sums[some] = np.add.reduceat(values[: bounds[-1]], bounds[:-1])[::2]
        return sums

    def money_of(self, place: int, level: int) -> int:
        """What the supporters of one project up to this level hold together, in units."""
        span = self.demand.span(place, level)
        return int((self.held[self.demand.voter[span]] * self.entry_weights[span]).sum())

    def raised_at(self, limits: Sequence[int]) -> NDArray[Any]:
        """P values: Σ min(held, u·limit) over the supporters of each project at this level, in units."""
        demand = self.demand
        most = np.array(limits, dtype=self.dtype)[demand.project]
        if self.units is not None:
            most = most * self.units
        charged = np.minimum(self.held[demand.voter], most) * self.entry_weights
        return self.summed(charged, self.level)

    def raised_one(self, place: int, limit: int) -> int:
        """Σ min(held, u·limit) over the supporters of one project at this level, in units."""
        span = self.demand.span(place, self.level)
        most = limit if self.units is None else limit * self.units[span]
        return int((np.minimum(self.held[self.demand.voter[span]], most) * self.entry_weights[span]).sum())

    def short_at(self, place: int, limit: int) -> tuple[int, int]:
        """What those hold who run out at this limit, in units, and the Σ u of the others."""
        span = self.demand.span(place, self.level)
        held, weights = self.held[self.demand.voter[span]], self.entry_weights[span]
        units = 1 if self.units is None else self.units[span]
        short = held < limit * units
        return int((held * weights)[short].sum()), int((weights * units)[~short].sum())

    def _price(self, place: int) -> Priced | None:
        """The price bounds, or None if the supporters surely cannot pay."""
        span = self.demand.span(place, self.level)
        held = self.held[self.demand.voter[span]]
        weights = self.entry_weights[span]
        units = None if self.units is None else self.units[span]
        money, cost, error = int((held * weights).sum()), self.costs[place], self.error
        if money + error < cost:
            return None
        if money < cost:
            return Priced(
                low=self._solve(held, weights, units, max(cost - error, 0))[0],
                nominal=0,
                high=None,
                alone=False,
            )
        nominal, rest, pull, nearest = self._solve(held, weights, units, cost)
        low = (rest - error) // pull
        alone = pull == self.demand.pull(place, self.level) and (nearest - error) * pull >= cost
        if nearest * pull >= rest + error:
            high: int | None = -(-(rest + error) // pull)
        elif money >= cost + error:
            _, rest, pull, _ = self._solve(held, weights, units, cost + error)
            high = -(-rest // pull)
        else:
            high = None
        return Priced(low, nominal, high, alone)

    def offer(self, place: int) -> tuple[int, int, int | None] | None:
        """What a project's supporters hold, its price (minor units, rounded down) and its support in
        thousandths.

        None where they cannot pay. Whatever the bounds leave open is settled by the ledger.
        """
        cost = self.demand.costs[place]
        if not self.demand.pull(place, self.level):
            return None
        priced = self._price(place)
        if priced is None:
            return None
        money = self.money_of(place, self.level)
        whole = settled(money - self.error, money + self.error, 1 << self.scale)
        if whole is None:
            behind = self.books().money(place, self.level)
            whole = behind.numerator // behind.denominator
        if not cost:
            return whole, 0, None
        if priced.alone:
            pull = self.demand.pull(place, self.level)
            return whole, cost // pull, 1000 * pull
        low, high, one = priced.low, priced.high, 1 << self.scale
        price = None if high is None else settled(low, high, one)
        support = (
            None
            if high is None or low <= 0
            else settled(1000 * cost * one * low, 1000 * cost * one * high, low * high)
        )
        if price is None or support is None:
            quote = self.quote(place)
            if quote is None:
                return None
            price = quote.price.numerator // quote.price.denominator
            support = 1000 * cost * quote.price.denominator // quote.price.numerator
        return whole, price, support

    def _nominal(self, place: int) -> int:
        """The price at which the rounded money pays, rounded down; all they have where it falls short."""
        if place in self.fresh and self.fresh[place].nominal:
            return self.fresh[place].nominal
        span = self.demand.span(place, self.level)
        held = self.held[self.demand.voter[span]]
        weights = self.entry_weights[span]
        if int((held * weights).sum()) < self.costs[place]:
            return int(held.max())
        units = None if self.units is None else self.units[span]
        return self._solve(held, weights, units, self.costs[place])[0]

    @staticmethod
    def _solve(
        held: NDArray[Any], weights: NDArray[Any], units: NDArray[Any] | None, cost: int
    ) -> tuple[int, int, int, int]:
        """(price rounded down, what those pay together who do not run out, their Σ u, the least held ÷ u of
        them). Together they hold at least the cost, so that not all run out.
        """
        charged = weights if units is None else weights * units
        limit = held if units is None else held // units
        rest, pull = cost, int(charged.sum())
        short = np.zeros(len(held), dtype=bool)
        while True:
            # held < u·rest/pull, in whole numbers
            now = held * pull < (rest if units is None else rest * units)
            if (now == short).all():
                break
            short = now
            rest = cost - int((held * weights)[short].sum())
            pull = int(charged[~short].sum())
        nearest = int(limit[~short].min())
        return rest // pull, rest, pull, nearest


def settled(low: int, high: int, unit: int) -> int | None:
    """The whole part of low ÷ unit if high ÷ unit has the same, else None."""
    whole = low // unit
    return whole if high // unit == whole else None
