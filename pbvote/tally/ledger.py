"""The exact books of one run of Equal Shares.

A voter who is not at 0 has paid in full for everything they supported, so their money is e − Σ u·ρ over
what was bought for them: one fraction per step and whole numbers per voter say everything. Voters with the
same history form a class; those at 0 are class 0. All fractions stand over one common denominator.

The books are opened only when a comparison is closer than the error bound of the whole-number run, and for
the final run, whose prices are published. They use that run's bounds only where these are certain.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd

import numpy as np
from numpy.typing import NDArray

from pbvote.tally.demand import Demand


@dataclass(frozen=True)
class Bought:
    """What was bought, and at which level."""

    place: int
    level: int


@dataclass(frozen=True)
class Sight:
    """What a whole-number run can say of the supporters of one project: bool per entry of its span."""

    short: NDArray[np.bool_]
    flush: NDArray[np.bool_]


@dataclass(frozen=True)
class Quote:
    """An exact price per unit, and who of the span runs out at it (held ≤ u·price), bool per entry."""

    price: Fraction
    out: NDArray[np.bool_]


class Ledger:
    """Exact money of every voter, after everything in ``bought``."""

    def __init__(self, demand: Demand, share: Fraction) -> None:
        self.demand = demand
        self.bought: list[Bought] = []
        self.bottom = share.denominator
        self.share = share.numerator
        self.prices: list[int] = []
        self.classes = np.ones(len(demand.weights), dtype=np.int64)
        self._parents: list[tuple[int, int, int]] = [(0, 0, 0), (0, 0, 0)]
        self._worth: dict[int, int] = {}

    def money(self, place: int, level: int) -> Fraction:
        """What the supporters of a project up to a level hold together."""
        return Fraction(self._money(self.demand.voter[self.demand.span(place, level)]), self.bottom)

    def quote(
        self, place: int, level: int, sight: Sight | None = None, cost: int | None = None
    ) -> Quote | None:
        """The exact price of a project, or of its supporters at another cost; None where they cannot pay."""
        demand = self.demand
        span = demand.span(place, level)
        voter = demand.voter[span]
        units = np.ones(len(voter), dtype=np.int64) if demand.units is None else demand.units[span]
        wanted = (demand.costs[place] if cost is None else cost) * self.bottom
        spent = self.classes[voter] == 0
        if not wanted:
            return Quote(Fraction(0), spent)
        if sight is None:
            sight = Sight(np.zeros(len(voter), dtype=bool), np.zeros(len(voter), dtype=bool))
        short = sight.short | spent
        open_ = ~short & ~sight.flush
        charged = demand.weights[voter] * units
        rest = wanted - self._money(voter[short])
        pull = int(charged[~short].sum())
        for worth, unit, entries in self._by_worth(voter, units, open_):
            if worth * pull >= rest * unit:
                break
            weight = int(demand.weights[voter[entries]].sum())
            rest -= worth * weight
            pull -= unit * weight
            short[entries] = True
        if not pull:
            return None
        price = Fraction(rest, self.bottom * pull)
        return self._checked(price, short, open_, voter, units, rest, pull)

    def _checked(
        self,
        price: Fraction,
        short: NDArray[np.bool_],
        open_: NDArray[np.bool_],
        voter: NDArray[np.int64],
        units: NDArray[np.int64],
        rest: int,
        pull: int,
    ) -> Quote:
        """The quote, with those added who hold exactly what they pay."""
        out = short.copy()
        for worth, unit, entries in self._by_worth(voter, units, open_ & ~short):
            if worth * pull > rest * unit:
                break
            out[entries] = True
        return Quote(price, out)

    def buy(self, bought: Bought, quote: Quote) -> None:
        """Write a purchase into the books."""
        span = self.demand.span(bought.place, bought.level)
        voter = self.demand.voter[span]
        units = self.demand.units
        self._add_price(quote.price)
        step = len(self.prices) - 1
        self.bought.append(bought)
        pays = ~quote.out
        payer = voter[pays]
        paid = np.ones(len(payer), dtype=np.int64) if units is None else units[span][pays]
        most = self.demand.most_units + 1
        old, inverse = np.unique(self.classes[payer] * most + paid, return_inverse=True)
        self.classes[voter[quote.out]] = 0
        self.classes[payer] = inverse + len(self._parents)
        self._parents += [(key // most, step, key % most) for key in old.tolist()]
        self._worth = {}

    def _add_price(self, price: Fraction) -> None:
        grow = price.denominator // gcd(price.denominator, self.bottom)
        if grow > 1:
            self.bottom *= grow
            self.share *= grow
            self.prices = [paid * grow for paid in self.prices]
        self.prices.append(price.numerator * (self.bottom // price.denominator))

    def money_before(self, place: int, level: int, classes: NDArray[np.int64]) -> Fraction:
        """What these supporters held together before the last purchase, given the classes of that time."""
        voters = self.demand.voter[self.demand.span(place, level)]
        return Fraction(self._money(voters, classes, len(self.bought) - 1), self.bottom)

    def charged(self, place: int, level: int, price: Fraction, sight: Sight) -> Fraction:
        """Σ min(held, u·price) over the supporters of a project up to a level."""
        demand = self.demand
        span = demand.span(place, level)
        voter = demand.voter[span]
        units = np.ones(len(voter), dtype=np.int64) if demand.units is None else demand.units[span]
        total = Fraction(self._money(voter[sight.short]), self.bottom)
        total += price * int((demand.weights[voter] * units)[sight.flush].sum())
        for worth, unit, entries in self._by_worth(voter, units, ~sight.short & ~sight.flush):
            total += int(demand.weights[voter[entries]].sum()) * min(
                Fraction(worth, self.bottom), unit * price
            )
        return total

    def _money(
        self, voters: NDArray[np.int64], classes: NDArray[np.int64] | None = None, steps: int | None = None
    ) -> int:
        """Exact money of these rows of voters together, over the common denominator.

        With ``classes`` and ``steps``, as it was after so many steps.
        """
        demand = self.demand
        weighing = np.zeros(len(demand.weights), dtype=np.int64)
        weighing[voters] = demand.weights[voters]
        weighing[(self.classes if classes is None else classes) == 0] = 0
        total = int(weighing.sum()) * self.share
        for bought, price in zip(self.bought[:steps], self.prices[:steps], strict=True):
            span = demand.span(bought.place, bought.level)
            theirs = weighing[demand.voter[span]]
            total -= price * int((theirs if demand.units is None else theirs * demand.units[span]).sum())
        return total

    def _by_worth(
        self, voter: NDArray[np.int64], units: NDArray[np.int64], which: NDArray[np.bool_]
    ) -> list[tuple[int, int, NDArray[np.int64]]]:
        """(exact money, units, entries) of each kind of voter among these, poorest per unit first."""
        entries = np.flatnonzero(which)
        if not len(entries):
            return []
        most = self.demand.most_units + 1
        kinds, inverse = np.unique(self.classes[voter[entries]] * most + units[entries], return_inverse=True)
        order = np.argsort(inverse, kind="stable")
        parts = np.split(entries[order], np.cumsum(np.bincount(inverse))[:-1])
        found = [
            (self.worth(kind // most), kind % most, part)
            for kind, part in zip(kinds.tolist(), parts, strict=True)
        ]
        return sorted(found, key=lambda kind: Fraction(kind[0], kind[1]) if kind[1] > 1 else kind[0])

    def worth(self, kind: int) -> int:
        """Exact money of a voter of a class, over the common denominator."""
        if kind == 0:
            return 0
        if kind not in self._worth:
            paid, at = 0, kind
            while at > 1:
                at, step, units = self._parents[at]
                paid += units * self.prices[step]
            self._worth[kind] = self.share - paid
        return self._worth[kind]
