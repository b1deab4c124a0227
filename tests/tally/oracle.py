"""Equal Shares the slow way: one voter at a time, fractions only. Shares no line with the product.

``ballots`` is a list of lists of ids. ``t`` puts tied ids in order and answers the first.
"""

from fractions import Fraction


def price_of(cost, purses, units):
    """The smallest ρ with Σ min(purse, ρ·u) = cost, or None. Tries every set of voters who may run out."""
    if sum(purses) < cost:
        return None
    if cost == 0:
        return Fraction(0)
    people = sorted(zip(purses, units, strict=True), key=lambda one: one[0] / one[1])
    for broke in range(len(people)):
        rest = cost - sum(purse for purse, _ in people[:broke])
        pull = sum(unit for _, unit in people[broke:])
        guess = Fraction(rest) / pull
        if guess >= 0 and sum(min(purse, guess * unit) for purse, unit in people) == cost:
            return guess
    raise AssertionError("there is always a price")


def run_once(costs, ballots, share, budget, t, *, utility, by_rank, divisor):
    """[(id, level, price per unit, payments)] in the order bought; ``utility(ballot, id)`` is above 0."""
    purse = [Fraction(share)] * len(ballots)
    bought = []
    longest = max(map(len, ballots), default=0) if by_rank else 1
    for level in range(1, longest + 1):
        while True:
            offers = {}
            for project, cost in costs.items():
                if cost > budget or project in [one[0] for one in bought]:
                    continue
                seen = [i for i, b in enumerate(ballots) if project in (b[:level] if by_rank else b)]
                if not seen:
                    continue
                price = price_of(cost, [purse[i] for i in seen], [utility(ballots[i], project) for i in seen])
                if price is not None:
                    offers[project] = (price, seen)
            if not offers:
                break
            free = [project for project in offers if costs[project] == 0]
            if free:
                best = t(free)
            else:
                keys = {project: offers[project][0] / divisor(project) for project in offers}
                least = min(keys.values())
                best = t([project for project in offers if keys[project] == least])
            price, seen = offers[best]
            payments = {i: min(purse[i], price * utility(ballots[i], best)) for i in seen}
            for i, paid in payments.items():
                purse[i] -= paid
            bought.append((best, level, price, payments))
    return bought


def rank_by_rank(costs, ballots, share, budget, t):
    return run_once(
        costs, ballots, share, budget, t, utility=lambda b, p: 1, by_rank=True, divisor=lambda p: costs[p]
    )


def on_points(costs, ballots, share, budget, t, longest):
    return run_once(
        costs,
        ballots,
        share,
        budget,
        t,
        utility=lambda b, p: longest - b.index(p),
        by_rank=False,
        divisor=lambda p: 1,
    )


def on_approvals(costs, ballots, share, budget, t, *, by_cost):
    return run_once(
        costs,
        ballots,
        share,
        budget,
        t,
        utility=lambda b, p: 1,
        by_rank=False,
        divisor=lambda p: costs[p] if by_cost else 1,
    )


def raised(run, costs, ballots, budget, step, cap=200):
    """Add1 until overspend: (outcome kept, share, raises)."""
    share = Fraction(budget, max(len(ballots), 1))
    kept, raises = run(share), 0
    wanted = {p for b in ballots for p in b if costs[p] <= budget}
    while len(kept) < len(wanted) and raises < cap:
        new = run(share + step)
        if sum(costs[one[0]] for one in new) > budget:
            break
        kept, share, raises = new, share + step, raises + 1
    return kept, share, raises
