"""What a project could have cost and who could have carried it, at every step, from exact purses."""

from fractions import Fraction

import pytest

from pbvote.tally import Election, Project, count
from pbvote.tally.recorded import Offers
from pbvote.tally.shares import Run
from pbvote.tally.ties import TieOrder
from pbvote.tally.whynot import Watch
from tests.tally.oracle import price_of
from tests.tally.test_error_bounds import ASKED, Purses, town_for, uneven
from tests.tally.tie_heavy import downward, tie_heavy


def watched(kind, numbers, *, exact=False, seed=None):
    """(watch, purses, place about to be bought, its quote) at every step of small elections."""
    for number in numbers:
        costs, ballots, budget = tie_heavy(number, most_voters=7) if number % 3 == 0 else uneven(number)
        make = Election.approval if kind.startswith("approvals") else Election.ranked
        projects = [Project(*item) for item in costs.items()]
        election = make(projects=projects, ballots=ballots, budget=budget)
        demand = ASKED[kind](election)
        order = TieOrder(election, seed, None if seed else downward(costs))
        share = Fraction(budget * (2 + number % 4), 4 * len(ballots))
        run, purses = Run(demand, share, order.first, exact), Purses(demand, share)
        run.books()
        watch = Watch(election, run, order)
        for level in range(1, demand.levels + 1):
            run.enter(level)
            while (place := run.next()) is not None:
                quote = run.quote(place)
                yield watch, purses, place, quote
                watch.step(place, quote)
                purses.buy(place, level)
                run.buy(place)
                watch.bought(place)
            watch.level_ends()


def wins(watch, purses, place, winner, key, cost):
    """Whether the project at this cost would be bought instead of the winner."""
    if not cost:
        return True
    people = purses.people(place, watch.run.level)
    price = price_of(cost, [held for held, _ in people], [unit for _, unit in people])
    if price is None:
        return False
    mine = price / cost if watch.by_cost else price
    order = watch.order
    return mine < key or (mine == key and order.key(place, cost=cost) < order.key(winner))


@pytest.mark.parametrize(("exact", "seed"), [(False, None), (True, None), (False, "1")])
@pytest.mark.parametrize("kind", ASKED)
def test_the_highest_cost_at_a_step_still_wins_and_one_more_does_not(kind, exact, seed):
    looked_at = 0
    for watch, purses, winner, quote in watched(kind, range(12 if exact else 24), exact=exact, seed=seed):
        run, budget = watch.run, watch.election.budget
        if not run.demand.costs[winner]:
            continue
        key = quote.price / run.demand.divisors[winner]
        for place in watch.places:
            if place == winner or not run.demand.pull(place, run.level):
                continue
            watch.best[place] = -1
            highest = watch._highest(place, winner, key)
            money = purses.money(place, run.level)
            top = min(money.numerator // money.denominator, budget)
            assert 0 <= highest <= top
            assert wins(watch, purses, place, winner, key, highest)
            assert highest == top or not wins(watch, purses, place, winner, key, highest + 1)
            for known in (highest - 1, highest, highest + 1, highest + 5):
                watch.best[place] = known
                assert watch._highest(place, winner, key) == max(known, highest)
            for cost in (0, 1, highest, highest + 1, highest + 2, top, top + 1):
                expected = wins(watch, purses, place, winner, key, cost)
                assert watch._beats(place, winner, key, cost) == expected
            looked_at += 1
    assert looked_at > 25


@pytest.mark.parametrize("kind", ASKED)
def test_the_first_guess_at_the_highest_cost_is_right_to_one_or_mostly_so_where_the_cost_moves_the_price(
    kind,
):
    near = far = 0
    for watch, purses, winner, quote in watched(kind, range(36)):
        run, budget = watch.run, watch.election.budget
        if not run.demand.costs[winner]:
            continue
        key = quote.price / run.demand.divisors[winner]
        for place in watch.places:
            if place == winner or not run.demand.pull(place, run.level):
                continue
            watch.best[place] = -1
            money = purses.money(place, run.level)
            if watch._highest(place, winner, key) == min(money.numerator // money.denominator, budget):
                continue  # the guess is cut down to this
            if abs(watch._guess(place, key) - watch._highest(place, winner, key)) <= 1:
                near += 1
            else:
                far += 1
    assert near >= 12
    assert far <= (near // 2 if watch.by_cost else 0)


class Asking(Watch):
    """A watch that counts what it looks at: costs that might have won, and projects that had none higher."""

    questions = found = vain = 0

    def _beats(self, place, winner, key, cost):
        self.questions += 1
        return super()._beats(place, winner, key, cost)

    def _highest(self, place, winner, key):
        highest = super()._highest(place, winner, key)
        self.found += highest > self.best[place]
        self.vain += highest <= self.best[place]
        return highest


def asking(kind, numbers):
    """(watch, place about to be bought, its quote) at every step of elections of real shape."""
    for number in numbers:
        election = town_for(kind, number)
        demand, order = ASKED[kind](election), TieOrder(election, "1", None)
        run = Run(demand, Fraction(election.budget, 301), order.first)
        run.books()
        watch = Asking(election, run, order)
        for level in range(1, demand.levels + 1):
            run.enter(level)
            while (place := run.next()) is not None:
                quote = run.quote(place)
                yield watch, place, quote
                watch.step(place, quote)
                run.buy(place)
                watch.bought(place)
            watch.level_ends()


@pytest.mark.parametrize("kind", ASKED)
def test_four_questions_mostly_find_the_highest_cost_in_elections_of_real_shape(kind):
    few = many = 0
    for watch, winner, quote in asking(kind, range(2)):
        demand, level = watch.run.demand, watch.run.level
        for place in watch.places:
            if place != winner and demand.pull(place, level):
                before = watch.questions
                watch._highest(place, winner, quote.price / demand.divisors[winner])
                few += watch.questions - before <= 4
                many += watch.questions - before > 4
    assert few > 60
    assert many <= few // 50


@pytest.mark.parametrize("kind", ASKED)
def test_only_projects_that_could_have_won_at_a_higher_cost_are_looked_at_in_elections_of_real_shape(kind):
    found = vain = 0
    for watch, winner, quote in asking(kind, range(2)):
        watch.found = watch.vain = 0
        watch.step(winner, quote)
        found, vain = found + watch.found, vain + watch.vain
    assert found > 20
    assert vain == 0


@pytest.mark.parametrize("kind", ["ranks", "points"])
def test_nobody_is_asked_for_more_than_the_price_of_the_winner_or_than_anybody_holds(kind):
    for watch, _, winner, quote in watched(kind, range(24)):
        run = watch.run
        key = quote.price / run.demand.divisors[winner]
        for cost in (1, 3, 50, 10**6):
            price = key * cost if watch.by_cost else key
            most = max(run.held.tolist())
            assert watch._limit(cost, key) == min(int(price * (1 << run.scale)), most)


@pytest.mark.parametrize("kind", ASKED)
def test_the_facts_of_every_project_that_lost_are_those_of_the_purses(kind):
    looked_at = 0
    for number in range(60):
        costs, ballots, budget = tie_heavy(number) if number % 3 == 0 else uneven(number)
        ranked = not kind.startswith("approvals")
        make = Election.ranked if ranked else Election.approval
        election = make(projects=[Project(*item) for item in costs.items()], ballots=ballots, budget=budget)
        rule = {"ranks": "rank-equal-shares", "points": "equal-shares-points"}.get(
            kind, "equal-shares-approval"
        )
        utility = {} if ranked else {"utility": "count" if kind.endswith("alike") else "cost"}
        parameters = {"completion": "none", "top_up": False, "start": budget // (len(ballots) + 2), **utility}
        tally = count(election, rule, parameters, order=downward(costs))
        share = tally.completion.share
        for why in tally.not_funded:
            if why.reason == "no-support":
                assert why == type(why)(why.project, "no-support")
                continue
            first = sum(ballot[0] == why.project for ballot in ballots)
            alone = sum(ballot == [why.project] for ballot in ballots)
            if costs[why.project] > budget:
                assert (why.reason, why.enough) == ("too-dear", None)
                continue
            assert why.reason == "outbid"
            if not share:
                assert why.enough is None
                continue
            needed = -(-costs[why.project] // share)
            have = first if kind == "ranks" else alone
            assert why.enough == (None if needed > len(ballots) else needed - have)
            looked_at += 1
    assert looked_at > 30


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("kind", ASKED)
def test_offers_are_all_that_could_be_bought_and_those_that_were_not_touched_are_kept(kind, exact):
    for number in range(20):
        costs, ballots, budget = tie_heavy(number, most_voters=7) if number % 3 == 0 else uneven(number)
        make = Election.approval if kind.startswith("approvals") else Election.ranked
        projects = [Project(*item) for item in costs.items()]
        election = make(projects=projects, ballots=ballots, budget=budget)
        demand = ASKED[kind](election)
        order = TieOrder(election, None, downward(costs))
        run = Run(demand, Fraction(budget * (2 + number % 4), 4 * len(ballots)), order.first, exact)
        run.books()
        watch, kept = Watch(election, run, order), Offers(election, run)
        for level in range(1, demand.levels + 1):
            run.enter(level)
            while (place := run.next()) is not None:
                assert kept.now() == Offers(election, run).now()
                assert [offer.project for offer in kept.now()] == [
                    election.ids[other] for other in run.unfunded if run.offer(other) is not None
                ]
                quote = run.quote(place)
                watch.step(place, quote)
                before = {other: run.money_behind(demand.levels)[other] for other in watch.places}
                run.buy(place)
                shared = watch.bought(place)
                after = run.money_behind(demand.levels)
                for other in watch.places:
                    assert (after[other] < before[other]) <= bool(shared[other])
                kept.forget(shared)
                assert all(not shared[other] for other in kept._known)


def test_kinds_of_voters_are_counted_once_and_only_if_they_had_money():
    projects = [Project("a", 30), Project("b", 10), Project("c", 100)]
    ballots = {("a", "c"): 2, ("b", "c"): 1, ("b", "a", "c"): 1, ("c",): 4}
    election = Election.approval(projects=projects, ballots=ballots, budget=100)
    run = Run(ASKED["approvals"](election), Fraction(10), TieOrder(election, "1", None).first)
    run.books()
    watch = Watch(election, run, TieOrder(election, "1", None))
    run.enter(1)
    for place, shared in ((0, [2, 1, 2]), (1, [0, 1, 1])):
        assert run.next() == place
        watch.step(place, run.quote(place))
        run.buy(place)
        assert watch.bought(place) == shared


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("kind", ASKED)
def test_money_is_lost_at_the_first_step_after_which_the_purses_cannot_pay(kind, exact):
    known: dict[int, int] = {}
    last = None
    lost_later = 0
    for watch, purses, _, _ in watched(kind, range(0, 20, 2), exact=exact):
        if watch is not last:
            known, last = {}, watch
        demand, step = watch.run.demand, len(watch.run.bought)
        for place in watch.places:
            money = purses.money(place, demand.levels)
            if money < demand.costs[place] and place not in known:
                known[place] = step
                lost_later += step > 0
            assert watch.lost.get(place) == known.get(place)
            assert watch._whole_money(place, demand.levels) == money.numerator // money.denominator
    assert lost_later > 3


@pytest.mark.parametrize(
    ("kind", "fates"),
    [
        # a costs 10; per pound both ask the same whatever b costs, so T decides: the cheaper first
        ("ranks", {0: True, 9: True, 10: False, 11: False}),
        # per point b asks less than a below 10, the same at 10, more above
        ("points", {0: True, 9: True, 10: False, 11: False}),
    ],
)
def test_a_draw_is_lost_unless_the_order_t_has_the_cheaper_one_first(kind, fates):
    projects = [Project("a", 10), Project("b", 12)]
    election = Election.ranked(projects=projects, ballots=[("a", "b"), ("b", "a")], budget=40)
    order = TieOrder(election, "1", None)
    run = Run(ASKED[kind](election), Fraction(20), order.first)
    run.books()
    watch = Watch(election, run, order)
    run.enter(1)
    assert run.next() == 0
    quote = run.quote(0)
    key = quote.price / run.demand.divisors[0]
    assert {cost: watch._beats(1, 0, key, cost) for cost in fates} == fates
    for best in (-1, 0, 5):
        watch.best[1] = best
        assert watch._highest(1, 0, key) == 9


def test_a_draw_is_won_where_the_order_t_has_the_project_first_by_its_points():
    projects = [Project("a", 10), Project("b", 12), Project("c", 99)]
    election = Election.ranked(projects=projects, ballots=[("a",), ("b",), ("c", "b")], budget=40)
    order = TieOrder(election, "1", None)
    run = Run(ASKED["ranks"](election), Fraction(20), order.first)
    run.books()
    watch = Watch(election, run, order)
    run.enter(1)
    key = run.quote(0).price / 10
    # b has more points, and per pound it asks the same of its one first supporter at any cost he can pay
    assert [watch._beats(1, 0, key, cost) for cost in (1, 10, 20, 21)] == [True, True, True, False]
