"""Whole-number runs of Equal Shares beside purses of exact fractions, kept voter by voter."""

import random
from fractions import Fraction

import numpy as np
import pytest

from pbvote.tally import Election, Project
from pbvote.tally.engine import Engine, current, using
from pbvote.tally.rules import equal_shares_approval, equal_shares_points, rank_equal_shares
from pbvote.tally.shares import BITS, Priced, Run, settled
from pbvote.tally.ties import TieOrder
from tests.tally.oracle import price_of
from tests.tally.tie_heavy import downward, tie_heavy
from tests.tally.town import town

ASKED = {
    "ranks": rank_equal_shares.asked,
    "points": equal_shares_points.asked,
    "approvals": lambda election: equal_shares_approval.asked(election, "cost"),
    "approvals alike": lambda election: equal_shares_approval.asked(election, "count"),
}


class Purses:
    """The money of each row of ballots, exactly."""

    def __init__(self, demand, share):
        self.demand = demand
        self.held = [Fraction(share)] * len(demand.weights)

    def entries(self, place, level):
        """(row, units) of each supporter's row, in the order of the span."""
        demand = self.demand
        span = demand.span(place, level)
        units = [1] * (span.stop - span.start) if demand.units is None else demand.units[span].tolist()
        return list(zip(demand.voter[span].tolist(), units, strict=True))

    def people(self, place, level):
        """(money, units) of each supporter."""
        weights = self.demand.weights.tolist()
        return [
            (self.held[row], unit) for row, unit in self.entries(place, level) for _ in range(weights[row])
        ]

    def money(self, place, level):
        return sum((held for held, _ in self.people(place, level)), Fraction(0))

    def price(self, place, level):
        people = self.people(place, level)
        return price_of(self.demand.costs[place], [one for one, _ in people], [unit for _, unit in people])

    def buy(self, place, level):
        price = self.price(place, level)
        for row, unit in self.entries(place, level):
            self.held[row] -= min(self.held[row], price * unit)


def uneven(number):
    """Many different costs, and ballots of different lengths: purses run out one after the other."""
    dice = random.Random(number)
    ids = [f"p{place}" for place in range(dice.randint(4, 7))]
    costs = {name: dice.randint(1, 40) for name in ids}
    ballots = [dice.sample(ids, dice.randint(1, len(ids))) for _ in range(dice.randint(4, 8))]
    return costs, ballots, max(sum(costs.values()), 1)


def states(kind, numbers, *, exact=False):
    """(run, purses, demand) before each purchase and at the end of each level, in many small elections."""
    for number in numbers:
        costs, ballots, budget = tie_heavy(number, most_voters=7) if number % 3 == 0 else uneven(number)
        make = Election.approval if kind.startswith("approvals") else Election.ranked
        projects = [Project(*item) for item in costs.items()]
        election = make(projects=projects, ballots=ballots, budget=budget)
        demand = ASKED[kind](election)
        order = TieOrder(election, None, downward(costs))
        share = Fraction(budget * (2 + number % 4), 4 * len(ballots))
        run, purses = Run(demand, share, order.first, exact), Purses(demand, share)
        for level in range(1, demand.levels + 1):
            run.enter(level)
            while True:
                yield run, purses, demand
                place = run.next()
                if place is None:
                    break
                purses.buy(place, level)
                run.buy(place)


def asked_for(run):
    """Places not bought whose supporters are in."""
    return [place for place in run.unfunded if run.demand.pull(place, run.level)]


@pytest.mark.parametrize("kind", ASKED)
def test_the_error_is_what_the_purchases_have_added_and_no_purse_is_further_off(kind):
    for run, purses, demand in states(kind, range(40)):
        paid = [bought for bought in run.bought if demand.costs[bought.place]]
        assert run.error == demand.voters + sum(demand.pull(one.place, one.level) for one in paid)
        off = sum(
            weight * abs(held - exact * (1 << run.scale))
            for weight, held, exact in zip(
                demand.weights.tolist(), run.held.tolist(), purses.held, strict=True
            )
        )
        assert off <= run.error


@pytest.mark.parametrize("kind", ASKED)
def test_the_bounds_of_a_price_hold_it_and_are_as_near_as_the_error(kind):
    seen = {"cannot": 0, "open": 0, "alone": 0, "some run out": 0}
    for run, purses, demand in states(kind, range(40)):
        one = 1 << run.scale
        for place in asked_for(run):
            cost, pull = demand.costs[place], demand.pull(place, run.level)
            money, price = purses.money(place, run.level), purses.price(place, run.level)
            found = run._price(place)
            if found is None:
                assert price is None
                seen["cannot"] += 1
                continue
            assert money * one + 2 * run.error >= cost * one
            if price is not None:
                assert found.low <= price * one
            if found.high is None:
                assert money * one < cost * one + 2 * run.error
                assert not found.alone
                seen["open"] += 1
                continue
            assert price * one <= found.high
            assert found.high - found.low <= 4 * (run.error + 1)
            assert found.low <= found.nominal <= found.high
            richest_need = max(
                price * unit - held for held, unit in purses.people(place, run.level)
            )  # below 0: nobody runs out
            if found.alone:
                assert price == Fraction(cost, pull)
                seen["alone"] += 1
            else:
                assert richest_need * one >= -4 * demand.most_units * (run.error + 1)
                seen["some run out"] += 1
    assert all(seen.values()), seen


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("kind", ASKED)
def test_an_offer_is_the_exact_one_rounded_down(kind, exact):
    for run, purses, demand in states(kind, range(12 if exact else 30), exact=exact):
        for place in run.unfunded:
            offer = run.offer(place)
            cost = demand.costs[place]
            price = purses.price(place, run.level) if demand.pull(place, run.level) else None
            if price is None:
                assert offer is None
                continue
            money = purses.money(place, run.level)
            support = 1000 * cost / price if cost else None
            assert offer == (
                money.numerator // money.denominator,
                price.numerator // price.denominator,
                None if support is None else support.numerator // support.denominator,
            )


@pytest.mark.parametrize("kind", ASKED)
def test_what_is_seen_of_the_supporters_is_certain_and_misses_only_what_is_within_the_error(kind):
    told = 0
    for run, purses, demand in states(kind, range(30)):
        one = 1 << run.scale
        near = 8 * demand.most_units * (run.error + 1)
        for place in asked_for(run):
            price = purses.price(place, run.level)
            if price is None or not demand.costs[place]:
                continue
            sight = run._sight(place)
            for (row, unit), short, flush in zip(
                purses.entries(place, run.level), sight.short.tolist(), sight.flush.tolist(), strict=True
            ):
                over = (purses.held[row] - price * unit) * one
                assert not short or over <= 0
                assert not flush or over > 0
                if over < -near:
                    assert short
                if over > near and run._price(place).high is not None:
                    assert flush
                told += short + flush
    assert told > 100


def test_nothing_is_seen_of_the_supporters_of_a_project_that_costs_nothing_or_cannot_be_paid_for():
    projects = [Project("dear", 90), Project("free", 0)]
    election = Election.ranked(projects=projects, ballots=[("free", "dear"), ("free",)], budget=100)
    run = Run(rank_equal_shares.asked(election), Fraction(50), TieOrder(election, "1", None).first)
    run.enter(2)
    for place in (0, 1):
        sight = run._sight(place)
        assert sight.short.tolist() == sight.flush.tolist() == [False] * len(sight.short)
        assert sight.short.dtype == bool
        assert len(sight.short) == run.demand.supporters(place, 2)


@pytest.mark.parametrize("kind", ASKED)
def test_what_a_price_raises_is_the_sum_of_what_each_supporter_pays(kind):
    for run, _, demand in states(kind, range(10)):
        held, weights = run.held.tolist(), demand.weights.tolist()
        limits = [(place + 1) * (1 << run.scale) // 3 for place in range(len(demand.costs))]
        raised = run.raised_at(limits).tolist()
        money = run.money_behind(run.level).tolist()
        for place, limit in enumerate(limits):
            span = demand.span(place, run.level)
            rows = demand.voter[span].tolist()
            units = [1] * len(rows) if demand.units is None else demand.units[span].tolist()
            pays = [
                min(held[row], limit * unit) * weights[row] for row, unit in zip(rows, units, strict=True)
            ]
            short = [held[row] < limit * unit for row, unit in zip(rows, units, strict=True)]
            assert raised[place] == run.raised_one(place, limit) == sum(pays)
            assert money[place] == run.money_of(place, run.level) == sum(held[r] * weights[r] for r in rows)
            assert run.short_at(place, limit) == (
                sum(held[row] * weights[row] for row, out in zip(rows, short, strict=True) if out),
                sum(
                    unit * weights[row] for row, unit, out in zip(rows, units, short, strict=True) if not out
                ),
            )
            sight = run.sight_at(place, limit)
            assert sight.short.tolist() == [
                held[row] + run.error < limit * unit for row, unit in zip(rows, units, strict=True)
            ]
            assert sight.flush.tolist() == [
                held[row] - run.error > (limit + 1) * unit for row, unit in zip(rows, units, strict=True)
            ]


@pytest.mark.parametrize("kind", ASKED)
def test_the_books_hold_what_every_voter_holds(kind):
    for run, purses, demand in states(kind, range(10), exact=True):
        books = run.books()
        assert [Fraction(books.worth(kind), books.bottom) for kind in books.classes.tolist()] == purses.held
        for place in asked_for(run):
            people = purses.people(place, run.level)
            assert books.money(place, run.level) == purses.money(place, run.level)
            price = purses.price(place, run.level)
            quote = run.quote(place)
            assert (quote and quote.price) == price
            alone = books.quote(place, run.level)
            assert (alone and alone.price) == price
            if quote is None or not demand.costs[place]:
                continue
            out = [purses.held[row] <= price * unit for row, unit in purses.entries(place, run.level)]
            assert quote.out.tolist() == alone.out.tolist() == out
            for part in (Fraction(1, 3), Fraction(2)):
                sight = run.sight_at(place, int(price * part * (1 << run.scale)))
                assert books.charged(place, run.level, price * part, sight) == sum(
                    min(held, unit * price * part) for held, unit in people
                )
            for cost in (1, 2, 5):
                other = books.quote(place, run.level, cost=cost)
                wanted = price_of(cost, [held for held, _ in people], [unit for _, unit in people])
                assert (other and other.price) == wanted


def town_for(kind, number):
    election = town(number)
    if not kind.startswith("approvals"):
        return election
    ballots = [ballot for ballot, voters in election.ballots() for _ in range(voters)]
    return Election.approval(projects=election.projects, ballots=ballots, budget=election.budget)


@pytest.mark.parametrize("kind", ["ranks", "points", "approvals"])
@pytest.mark.parametrize("number", range(3))
def test_an_election_of_real_shape_is_run_without_opening_the_books(kind, number):
    election = town_for(kind, number)
    run = Run(ASKED[kind](election), Fraction(election.budget, 301), TieOrder(election, "1", None).first)
    run.finish()
    assert len(run.bought) >= 3
    assert run.ledger is None
    run.books()
    assert run.ledger.bought == run.bought


@pytest.mark.parametrize("kind", ["ranks", "points", "approvals", "approvals alike"])
def test_only_what_may_still_win_is_priced(kind):
    spared = 0
    for number in range(4):
        election = town_for(kind, number)
        demand = ASKED[kind](election)
        run = Run(demand, Fraction(election.budget, 301), TieOrder(election, "1", None).first)
        for level in range(1, demand.levels + 1):
            run.enter(level)
            # what a project asked for when it was last priced at this level, at first as if nobody ran out
            known = {
                place: Fraction(demand.costs[place], demand.pull(place, level) * demand.divisors[place])
                for place in asked_for(run)
            }
            while (place := run.next()) is not None:
                keys = {
                    other: Fraction(priced.low, demand.divisors[other] << run.scale)
                    for other, priced in run.fresh.items()
                }
                near = Fraction(1, 10**6) * keys[place]
                for other in asked_for(run):
                    if other in keys:
                        assert known[other] <= keys[place] + near
                    elif run._price(other) is not None:
                        assert known[other] >= keys[place] - near
                        spared += 1
                known |= keys
                run.buy(place)
    assert spared > 10


@pytest.mark.parametrize("kind", ["ranks", "points"])
def test_all_that_rankings_of_real_shape_could_buy_is_priced_without_opening_the_books(kind):
    offered = 0
    for number in range(4):
        election = town_for(kind, number)
        demand, first = ASKED[kind](election), TieOrder(election, "1", None).first
        share = Fraction(election.budget, 307)
        # a run with a spread has no books: it raises Unsettled where they are needed
        run, beside = Run(demand, share, first, spread=Fraction(1, 10**7)), Run(demand, share, first)
        for level in range(1, demand.levels + 1):
            run.enter(level)
            beside.enter(level)
            while (place := run.next()) is not None:
                for other in run.unfunded:
                    offer = run.offer(other)
                    assert offer == beside.offer(other)
                    offered += offer is not None
                run.buy(place)
                beside.buy(place)
    assert offered > 30


def small(budget=30):
    projects = [Project("a", 10), Project("b", 20), Project("c", 40)]
    ballots = [{"a": 2, "b": 1}, {"a": 2, "b": 1}, {"b": 3}, {"a": -1}]
    return Election.scoring(projects=projects, ballots=ballots, budget=budget)


def test_the_demand_of_points_is_whole():
    demand = equal_shares_points.asked(small())
    order = demand.weights.tolist()
    assert sorted(order) == [1, 1, 2]
    assert demand.voters == 4
    assert [(order[row], place) for row, place in zip(demand.voter, demand.project, strict=True)] == [
        (2, 0),
        (2, 1),
        (1, 1),
    ] or [(order[row], place) for row, place in zip(demand.voter, demand.project, strict=True)] == [
        (2, 0),
        (1, 1),
        (2, 1),
    ]
    assert demand.starts.tolist() == [0, 1, 3]
    assert demand.cuts.tolist() == [[0, 1, 3], [1, 3, 3]]
    assert demand.levels == 1
    assert demand.costs == (10, 20, 40)
    assert demand.divisors == (1, 1, 1)
    assert demand.most_units == 3
    assert demand.admitted == (True, True, False)
    assert [demand.pull(place, 1) for place in range(3)] == [4, 5, 0]
    assert [demand.supporters(place, 1) for place in range(3)] == [2, 3, 0]
    assert demand.by_cost is False


def test_the_demand_of_ranks_is_whole():
    projects = [Project("a", 10), Project("b", 0), Project("c", 40)]
    ballots = {("a", "c", "b"): 2, ("c", "a"): 1}
    demand = rank_equal_shares.asked(Election.ranked(projects=projects, ballots=ballots, budget=40))
    assert demand.levels == 3
    assert [[demand.pull(place, level) for place in range(3)] for level in range(4)] == [
        [0, 0, 0],
        [2, 0, 1],
        [3, 0, 3],
        [3, 2, 3],
    ]
    assert demand.pulls == demand._supporters
    assert demand.cuts.tolist() == [[0, 2, 3], [1, 2, 4], [2, 2, 5], [2, 3, 5]]
    assert demand.divisors == (10, 1, 40)
    assert demand.units is None
    assert demand.most_units == 1
    assert demand.admitted == (True, True, True)
    assert [demand.entry_weights[demand.span(0, level)].tolist() for level in (0, 1, 2)] == [[], [2], [2, 1]]


def test_a_run_starts_with_as_fine_units_as_there_is_room_for():
    run = Run(equal_shares_points.asked(small()), Fraction(15, 2), tuple)
    # 4 voters with less than 8 each hold less than 32, but a project costs 40: 6 bits; 2 bits for 3 points
    assert run.scale == BITS - 6 - 2
    assert run.held.tolist() == [15 << (run.scale - 1)] * 3
    assert run.held.dtype == np.int64
    assert run.fits_machine
    assert run.error == 4
    assert run.costs == [cost << run.scale for cost in (10, 20, 40)]
    assert run.unfunded == [0, 1]
    assert (
        Run(equal_shares_points.asked(small()), Fraction(1, 3), tuple).held.tolist()
        == [(1 << run.scale) // 3] * 3
    )
    edge = Run(equal_shares_points.asked(small()), Fraction(29, 2), tuple)
    assert edge.scale == BITS - 6 - 2
    rich = Run(equal_shares_points.asked(small()), Fraction(16), tuple)
    assert rich.scale == BITS - 7 - 2
    wide = Run(equal_shares_points.asked(small()), Fraction(15, 2), tuple, spread=Fraction(1, 4))
    assert wide.held.tolist() == run.held.tolist()
    assert wide.error == 4 * (1 + (1 << wide.scale - 2))
    exact = Run(equal_shares_points.asked(small()), Fraction(15, 2), tuple, True)
    assert exact.error == 1 << 6 + exact.scale


def test_money_that_does_not_fit_machine_words_is_held_in_whole_numbers_of_any_size():
    projects = [Project("a", 1 << 53), Project("b", 1 << 52)]
    ballots = [("a", "b"), ("b",)]
    for budget, scale, fits in (((1 << 53) - 1, 8, False), (1 << 52, 8, False), (1 << 51, 8, False)):
        election = Election.ranked(projects=projects, ballots=ballots, budget=budget)
        run = Run(rank_equal_shares.asked(election), Fraction(1), tuple)
        assert (run.scale, run.fits_machine) == (scale, fits)
        assert run.held.dtype == object
    smaller = [Project("a", (1 << 52) - 1)]
    election = Election.ranked(projects=smaller, ballots=[("a",)], budget=1)
    run = Run(rank_equal_shares.asked(election), Fraction(1), tuple)
    assert (run.scale, run.fits_machine) == (8, True)


def test_a_whole_part_is_settled_if_both_ends_have_it():
    assert settled(20, 29, 10) == 2
    assert settled(20, 30, 10) is None
    assert settled(19, 20, 10) is None
    assert settled(-1, -1, 10) == -1
    assert settled(0, 9, 10) == 0


def test_an_engine_is_in_use_only_inside():
    assert current() == Engine(exact=False, compiled=True)
    plain = Engine(compiled=False)
    with using(plain):
        assert current() is plain
        with using(Engine(exact=True)):
            assert current() == Engine(exact=True)
        assert current() is plain
    assert current() == Engine()


@pytest.mark.parametrize("engine", [Engine(), Engine(exact=True), Engine(compiled=False)])
def test_every_runner_answers_a_finished_run_of_its_own_kind(engine):
    election = town(1, voters=50)
    demand = rank_equal_shares.asked(election)
    runner = engine.runner(demand, TieOrder(election, "1", None))
    none = Fraction(0)
    first = runner(Fraction(election.budget, 50), none)
    second = runner(Fraction(election.budget, 60), none)
    assert first.level == second.level == demand.levels
    assert first.exact == second.exact == engine.exact
    assert (first.ledger is not None) == engine.exact
    assert len(first.bought) > len(second.bought) > 0 or first.bought != second.bought
    assert (first.share, second.share) == (Fraction(election.budget, 50), Fraction(election.budget, 60))


def three_voters(error, *shares):
    """A run in which three voters of one project that costs 1 hold these amounts, given one in units."""
    projects = [Project("a", 1), Project("b", 1)]
    election = Election.ranked(projects=projects, ballots=[("a",), ("a", "b"), ("b", "a")], budget=2)
    run = Run(rank_equal_shares.asked(election), Fraction(1), tuple)
    run.enter(2)
    run.held = np.array([share(1 << run.scale) for share in shares], dtype=np.int64)
    run.error = error
    return run, 1 << run.scale


def whole(one):
    return one


def test_the_bounds_of_a_price_that_everyone_can_pay_are_the_cost_with_the_error_shared():
    run, one = three_voters(6, whole, whole, whole)
    assert run._price(0) == Priced((one - 6) // 3, one // 3, -(-(one + 6) // 3), True)
    run, one = three_voters(6, lambda one: one // 3 + 6, whole, whole)
    assert run._price(0) == Priced((one - 6) // 3, one // 3, -(-(one + 6) // 3), one % 3 == 0)
    run, one = three_voters(6, lambda one: one // 3 + 7, whole, whole)
    assert run._price(0) == Priced((one - 6) // 3, one // 3, -(-(one + 6) // 3), True)


def test_those_who_run_out_pay_what_they_have_and_the_others_the_rest():
    run, one = three_voters(6, lambda one: one // 10, whole, whole)
    rest = one - one // 10
    assert run._price(0) == Priced((rest - 6) // 2, rest // 2, -(-(rest + 6) // 2), False)


def test_where_somebody_might_run_out_the_upper_bound_is_the_price_of_the_cost_with_the_error():
    run, one = three_voters(6, lambda one: one // 3 + 1, whole, whole)
    high = -(-(one + 6 - one // 3 - 1) // 2)
    assert run._price(0) == Priced((one - 6) // 3, one // 3, high, False)


def test_a_price_has_no_upper_bound_where_the_money_might_not_be_enough():
    run, one = three_voters(6, lambda one: one // 3, lambda one: one // 3 + 1, lambda one: one // 3 + 3)
    held = run.held.tolist()
    assert one <= sum(held) < one + 6
    rest, pull = one - held[0], 2
    if held[1] * pull < rest:
        rest, pull = rest - held[1], 1
    assert run._price(0) == Priced((rest - 6) // pull, rest // pull, None, False)
    run, one = three_voters(6, lambda one: one // 4, lambda one: one // 4, lambda one: one // 2)
    assert run._price(0).high is None
    run, one = three_voters(6, lambda one: one // 4, lambda one: one // 4, lambda one: one // 2 + 6)
    assert run._price(0).high == one // 2 + 6


def test_a_project_is_given_up_only_where_the_money_cannot_be_enough():
    quarter = (lambda one: one // 4, lambda one: one // 4)
    run, one = three_voters(6, *quarter, lambda one: one // 2 - 6)
    # the money that is there for certain is what a cost of 6 less asks for
    assert run._price(0) == Priced(one // 2 - 6, 0, None, False)
    run, one = three_voters(6, *quarter, lambda one: one // 2 - 7)
    assert run._price(0) is None
    run, one = three_voters(6, *quarter, lambda one: one // 2 - 1)
    assert run._price(0) == Priced(one // 2 - 6, 0, None, False)


def priced(low, high, *, alone=False):
    return Priced(low, low, high, alone)


def test_the_best_is_certain_only_where_no_other_can_be_as_good():
    run, _ = three_voters(0, whole, whole, whole)
    for fresh, best in (
        ((priced(5, 6), priced(7, 9)), 0),
        ((priced(7, 9), priced(5, 6)), 1),
        ((priced(5, 7), priced(7, 9)), None),
        ((priced(5, 8), priced(7, 9)), None),
        ((priced(5, None), priced(7, 9)), None),
        ((priced(9, None), priced(7, 8)), 1),
        ((priced(8, None), priced(7, 8)), None),
        ((priced(5, None), priced(7, None)), None),
    ):
        run.fresh = dict(enumerate(fresh))
        assert run._certain_best([0, 1]) == best
        assert run._certain_best([0]) == (None if fresh[0].high is None else 0)
    assert run.ties == []
    run.level = 1
    run.fresh = {0: priced(5, 8, alone=True), 1: priced(5, 8, alone=True)}
    assert run._certain_best([0, 1]) == 0  # two put a first and one puts b first
    run.fresh[1] = priced(5, 8)
    assert run._certain_best([0, 1]) is None
    run.level = 2
    assert run.demand.pull(0, 2) == 3 > run.demand.pull(1, 2) == 2


def test_prices_are_compared_per_unit_of_cost_where_the_rule_says_so():
    projects = [Project("a", 2), Project("b", 3)]
    election = Election.ranked(projects=projects, ballots=[("a", "b"), ("b", "a")], budget=5)
    run = Run(rank_equal_shares.asked(election), Fraction(5, 2), tuple)
    run.enter(2)
    for fresh, best in (
        ((priced(4, 4), priced(7, 7)), 0),
        ((priced(5, 5), priced(7, 7)), 1),
        ((priced(4, 4), priced(6, 6)), None),
        ((priced(4, 5), priced(8, 9)), 0),
        ((priced(4, 6), priced(8, 9)), None),
    ):
        run.fresh = dict(enumerate(fresh))
        assert run._certain_best([0, 1]) == best


def test_the_bounds_of_a_price_on_the_edge_hold_the_prices_of_less_and_of_more_by_the_error():
    projects = [Project("a", 1), Project("b", 1)]
    election = Election.ranked(projects=projects, ballots=[("a",), ("a", "b"), ("b", "a")], budget=2)
    dice = random.Random(1)
    bounded = 0
    for _ in range(900):
        run = Run(equal_shares_points.asked(election), Fraction(1), tuple)
        run.enter(1)
        one, units = 1 << run.scale, run.units[run.demand.span(0, 1)].tolist()
        assert sorted(units) == [1, 2, 2]
        held = [
            unit * one // 5 + dice.choice([-20, 0, 0, 20, one, one]) + dice.randint(-9, 9) for unit in units
        ]
        run.held[run.demand.voter[run.demand.span(0, 1)]] = held
        run.error = dice.randint(0, 9)
        found = run._price(0)
        assert (found is None) == (sum(held) + run.error < one)
        if found is None:
            continue
        least = price_of(one - run.error, [Fraction(each) for each in held], units)
        assert least is None or found.low <= least
        if found.high is None:
            assert sum(held) < one + run.error
            continue
        most = price_of(one + run.error, [Fraction(each) for each in held], units)
        assert most <= found.high
        assert found.high - found.low <= 2 * (run.error + 1) + run.error
        assert found.low <= found.nominal <= found.high
        bounded += 1
    assert bounded > 150


def test_buying_empties_those_who_run_out_and_adds_a_unit_of_error_for_each_who_pays():
    run, one = three_voters(6, lambda one: one // 10, whole, whole)
    span = run.demand.span(0, 2)
    price = (one - one // 10) // 2
    run.buy(0)
    assert run.held[run.demand.voter[span]].tolist() == [0, one - price, one - price]
    assert run.error == 6 + 3
    assert run.unfunded == [1]
    assert [(bought.place, bought.level) for bought in run.bought] == [(0, 2)]


def test_buying_with_too_little_for_certain_takes_everything():
    run, _ = three_voters(6, lambda one: one // 4, lambda one: one // 4, lambda one: one // 2 - 2)
    run.buy(0)
    assert run.held.tolist() == [0, 0, 0]


def test_who_surely_holds_more_than_a_price_holds_more_than_its_next_whole_unit():
    run, _ = three_voters(6, lambda one: 100 + 1 + 6, lambda one: 100 + 1 + 7, lambda one: 100 - 7)
    rows = run.demand.voter[run.demand.span(0, 2)].tolist()
    sight = run.sight_at(0, 100)
    assert [sight.flush.tolist()[rows.index(row)] for row in range(3)] == [False, True, False]
    assert [sight.short.tolist()[rows.index(row)] for row in range(3)] == [False, False, True]
    run.held[2] += 1
    assert not run.sight_at(0, 100).short.any()
