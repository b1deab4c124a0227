"""The run that is published: the final share once more, with exact prices and what every candidate could
pay.
"""

from collections.abc import Mapping
from fractions import Fraction

from pbvote.tally.ballots import Election
from pbvote.tally.demand import Demand
from pbvote.tally.engine import current
from pbvote.tally.ledger import Ledger, Quote
from pbvote.tally.record import Candidate, NotFunded, Step
from pbvote.tally.shares import Run
from pbvote.tally.ties import TieOrder


def record(
    election: Election, demand: Demand, share: Fraction, order: TieOrder
) -> tuple[tuple[Step, ...], Mapping[int, NotFunded]]:
    """The steps at this share, and by place why each admitted and supported project is not among them."""
    run = Run(demand, share, order.first, current().exact)
    ledger = run.books()
    steps: list[Step] = []
    left = election.budget
    for level in range(1, demand.levels + 1):
        run.enter(level)
        while (place := run.next()) is not None:
            quote = run.quote(place)
            assert quote is not None
            left -= demand.costs[place]
            steps.append(_step(election, run, place, quote, len(steps) + 1, left, _tie(run, order)))
            run.buy(place)
    facts = {
        place: _facts(election, demand, ledger, place)
        for place in run.unfunded
        if demand.supporters(place, demand.levels)
    }
    return tuple(steps), facts


def _tie(run: Run, order: TieOrder) -> int | None:
    step = len(run.bought) + 1
    if run.ties and run.ties[-1].step == step:
        return order.note(run.ties[-1].order, step=step, mattered=True)
    return None


def _step(
    election: Election, run: Run, place: int, quote: Quote, number: int, left: int, tie: int | None
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
        candidates=tuple(_candidates(election, run)),
        tie=tie,
    )


def _candidates(election: Election, run: Run) -> list[Candidate]:
    """Every project that could be bought now, with certain whole numbers."""
    found = []
    for place in run.unfunded:
        offer = run.offer(place)
        if offer is not None:
            money, price, support = offer
            supporters = run.demand.supporters(place, run.level)
            found.append(Candidate(election.ids[place], supporters, money, price, support))
    return found


def _facts(election: Election, demand: Demand, ledger: Ledger, place: int) -> NotFunded:
    money = ledger.money(place, demand.levels)
    missing = demand.costs[place] - money.numerator // money.denominator
    return NotFunded(
        election.ids[place], "outbid", money=money.numerator // money.denominator, missing=missing
    )
