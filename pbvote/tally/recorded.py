"""The run that is published: the final share once more, with exact prices and what every candidate could
pay.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from pbvote.tally.ballots import Election
from pbvote.tally.demand import Demand
from pbvote.tally.engine import current
from pbvote.tally.ledger import Quote
from pbvote.tally.record import Candidate, NotFunded, Step
from pbvote.tally.shares import Run
from pbvote.tally.ties import TieOrder
from pbvote.tally.whynot import Watch


def record(
    election: Election, demand: Demand, share: Fraction, order: TieOrder
) -> tuple[tuple[Step, ...], Mapping[int, NotFunded]]:
    """The steps at this share, and by place why each admitted and supported project is not among them."""
    run = Run(demand, share, order.first, current().exact)
    run.books()
    watch = Watch(election, run, order)
    offers = Offers(election, run)
    steps: list[Step] = []
    left = election.budget
    for level in range(1, demand.levels + 1):
        run.enter(level)
        while (place := run.next()) is not None:
            quote = run.quote(place)
            assert quote is not None
            left -= demand.costs[place]
            tie = _tie(run, order)
            steps.append(_step(election, run, place, quote, len(steps) + 1, left, offers.now(), tie))
            watch.step(place, quote)
            run.buy(place)
            offers.forget(watch.bought(place))
        watch.level_ends()
    return tuple(steps), watch.facts()


def _tie(run: Run, order: TieOrder) -> int | None:
    step = len(run.bought) + 1
    if run.ties and run.ties[-1].step == step:
        return order.note(run.ties[-1].order, step=step, mattered=True)
    return None


def _step(
    election: Election,
    run: Run,
    place: int,
    quote: Quote,
    number: int,
    left: int,
    candidates: tuple[Candidate, ...],
    tie: int | None,
) -> Step:
    demand, level, ledger = run.demand, run.level, run.books()
    voter = demand.voter[demand.span(place, level)]
    emptied = quote.out & (ledger.classes[voter] != 0)
    cost = demand.costs[place]
    return Step(
        number=number,
        part="shares",
        project=election.ids[place],
        award=cost,
        left=left,
        points=election.points[place],
        level=level,
        supporters=demand.supporters(place, level),
        money=ledger.money(place, level),
        price=quote.price,
        support=cost / quote.price if cost else None,
        paid_all=int(demand.weights[voter[emptied]].sum()),
        candidates=candidates,
        tie=tie,
    )


class Offers:
    """What every project that could be bought would cost its supporters, priced again only if they paid."""

    def __init__(self, election: Election, run: Run) -> None:
        self.election = election
        self.run = run
        self._known: dict[int, tuple[int, Candidate | None]] = {}

    def forget(self, paid: Sequence[int]) -> None:
        """Forget the offers of projects some of whose supporters have just paid (how many, by place)."""
        self._known = {place: known for place, known in self._known.items() if not paid[place]}

    def now(self) -> tuple[Candidate, ...]:
        """Every project that could be bought now, with certain whole numbers."""
        run = self.run
        money = run.money_behind(run.level)
        offers = [
            self._offer(place) for place in run.unfunded if money[place] + run.error >= run.costs[place]
        ]
        return tuple(offer for offer in offers if offer is not None)

    def _offer(self, place: int) -> Candidate | None:
        known = self._known.get(place)
        if known is not None and known[0] == self.run.level:
            return known[1]
        offer = self.run.offer(place)
        supporters = self.run.demand.supporters(place, self.run.level)
        candidate = None if offer is None else Candidate(self.election.ids[place], supporters, *offer)
        self._known[place] = (self.run.level, candidate)
        return candidate
