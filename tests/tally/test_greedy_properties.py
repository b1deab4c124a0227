"""What holds for every election under the rules that walk down the list, and under Phragmén's."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbvote.tally import Election, Tally, count
from tests.tally.small_elections import KINDS, small_election, some_order

numbers = st.integers(0, 100_000)
kinds = st.sampled_from(KINDS)
walks = st.sampled_from(("greedy", "greedy-no-skip", "greedy-threshold", "greedy-80", "greedy-exclusive"))


def counted(election, rule, number=0, **parameters):
    if rule == "greedy-threshold":
        parameters.setdefault("threshold", 2)
    return count(election, rule, parameters, order=some_order(election, number))


def remade(election, *, projects=None, budget=None, extra=(), shuffle=None):
    """The same ballots with other projects or another budget."""
    ballots = [
        dict(ballot) if election.kind in ("cumulative", "scoring") else ballot
        for ballot, voters in election.ballots()
        for _ in range(voters)
    ]
    if shuffle is not None:
        Random(shuffle).shuffle(ballots)
    make = {"ordinal": "ranked", "choose-1": "choose_one"}.get(election.kind, election.kind)
    rest = {"max_length": election.max_length} if election.kind == "ordinal" else {}
    return getattr(Election, make)(
        projects=[*(projects or election.projects), *extra],
        ballots=ballots,
        budget=election.budget if budget is None else budget,
        **rest,
    )


def cheaper(election, name, cost):
    projects = [replace(p, cost=cost) if p.id == name else p for p in election.projects]
    return remade(election, projects=projects)


@given(numbers, kinds, walks)
def test_no_rule_but_the_one_with_a_reserve_spends_more_than_the_budget(number, kind, rule):
    tally = counted(small_election(number, kind), rule, number)
    if rule == "greedy-80":
        last = tally.steps[-1].award if tally.steps else 0
        assert tally.spent * 5 <= tally.budget * 5 + last
    else:
        assert tally.spent <= tally.budget


@given(numbers, kinds, walks)
def test_every_project_is_funded_in_full_or_has_a_reason(number, kind, rule):
    election = small_election(number, kind)
    tally = counted(election, rule, number)
    costs = dict(zip(election.ids, election.costs, strict=True))
    assert all(tally.awards[name] == costs[name] for name in tally.funded)
    missed = [found.project for found in tally.not_funded]
    assert sorted((*missed, *tally.funded)) == sorted(election.ids)


@given(numbers, kinds, walks)
def test_what_is_left_after_each_step_adds_up(number, kind, rule):
    tally = counted(small_election(number, kind), rule, number)
    left = tally.budget
    for place, step in enumerate(tally.steps, 1):
        left -= step.award
        assert (step.number, step.left) == (place, left)


@given(numbers, kinds, walks, st.integers(0, 99))
def test_the_order_of_the_ballots_changes_nothing(number, kind, rule, shuffle):
    election = small_election(number, kind)
    again = remade(election, shuffle=shuffle)
    assert counted(election, rule, number).to_json() == counted(again, rule, number).to_json()


@given(numbers, kinds, walks)
def test_a_tally_of_any_of_these_rules_comes_back_from_json(number, kind, rule):
    tally = counted(small_election(number, kind), rule, number)
    assert Tally.from_json(tally.to_json()) == tally


@given(numbers, kinds, walks | st.just("phragmen"), st.sampled_from((2, 7, 10**12)))
def test_counting_in_another_currency_changes_nothing(number, kind, rule, factor):
    kind = "approval" if rule == "phragmen" else kind
    election = small_election(number, kind)
    projects = [replace(p, cost=p.cost * factor) for p in election.projects]
    dearer = remade(election, projects=projects, budget=election.budget * factor)
    assert counted(dearer, rule, number).funded == counted(election, rule, number).funded


@given(numbers, kinds, walks | st.just("phragmen"))
def test_a_project_nobody_wants_changes_nothing(number, kind, rule):
    kind = "approval" if rule == "phragmen" else kind
    election = small_election(number, kind)
    order = some_order(election, number)
    extra = replace(election.projects[0], id="nobody", cost=1)
    more = remade(election, extra=[extra])
    parameters = {"threshold": 2} if rule == "greedy-threshold" else {}
    before = count(election, rule, parameters, order=order)
    after = count(more, rule, parameters, order=["nobody", *order])
    assert after.funded == before.funded


@given(numbers, kinds)
def test_greedy_leaves_nothing_that_has_points_and_still_fits(number, kind):
    election = small_election(number, kind)
    tally = counted(election, "greedy", number)
    for project, points in zip(election.projects, election.points, strict=True):
        if project.id not in tally.awards and points > 0:
            assert project.cost > tally.left


@given(numbers, kinds)
def test_greedy_begins_with_what_greedy_without_skipping_funds(number, kind):
    election = small_election(number, kind)
    plain = counted(election, "greedy", number).funded
    strict = counted(election, "greedy-no-skip", number).funded
    assert plain[: len(strict)] == strict


@given(numbers, kinds)
def test_without_skipping_nobody_is_passed_by_a_project_with_fewer_points(number, kind):
    election = small_election(number, kind)
    points = dict(zip(election.ids, election.points, strict=True))
    tally = counted(election, "greedy-no-skip", number)
    lost = [points[found.project] for found in tally.not_funded if found.reason != "no-support"]
    assert all(points[name] >= most for name in tally.funded for most in lost)


@given(numbers, kinds)
def test_the_reserve_adds_at_most_one_project_the_one_the_walk_stopped_at(number, kind):
    election = small_election(number, kind)
    strict = counted(election, "greedy-no-skip", number)
    reserve = counted(election, "greedy-80", number)
    assert reserve.funded[: len(strict.funded)] == strict.funded
    stopped = [found.project for found in strict.not_funded if found.reason == "did-not-fit"]
    costs = dict(zip(election.ids, election.costs, strict=True))
    helped = [name for name in stopped if strict.left * 10 >= costs[name] * 8]
    assert reserve.funded[len(strict.funded) :] == tuple(helped)


@given(numbers, kinds, st.integers(1, 6))
def test_a_threshold_is_greedy_among_those_that_reach_it(number, kind, least):
    election = small_election(number, kind)
    reaching = [p for p, points in zip(election.projects, election.points, strict=True) if points >= least]
    order = some_order(election, number)
    funded = count(election, "greedy-threshold", {"threshold": least}, order=order).funded
    left, expected = election.budget, []
    points = dict(zip(election.ids, election.points, strict=True))
    for project in sorted(reaching, key=lambda p: (-points[p.id], order.index(p.id))):
        if project.cost <= left:
            expected.append(project.id)
            left -= project.cost
    assert list(funded) == expected


@given(
    numbers, kinds, st.lists(st.sets(st.sampled_from([f"p{n}" for n in range(7)]), min_size=2), max_size=3)
)
def test_of_projects_that_exclude_each_other_at_most_one_is_funded(number, kind, groups):
    exclusive = tuple(tuple(sorted(group)) for group in groups)
    tally = counted(small_election(number, kind), "greedy-exclusive", number, exclusive=exclusive)
    for group in groups:
        assert len(group & set(tally.funded)) <= 1
    for found in tally.not_funded:
        if found.reason == "excluded":
            assert any(found.project in group and group & set(tally.funded) for group in groups)


@given(
    numbers,
    kinds,
    st.lists(
        st.tuples(st.integers(0, 60), st.sets(st.sampled_from([f"p{n}" for n in range(7)]), min_size=1)),
        max_size=3,
    ),
)
def test_no_group_of_projects_goes_above_its_limit(number, kind, limits):
    given_limits = tuple((most, tuple(sorted(group))) for most, group in limits)
    tally = counted(small_election(number, kind), "greedy", number, limits=given_limits)
    for most, group in limits:
        assert sum(tally.awards.get(name, 0) for name in group) <= most


@given(numbers, kinds, st.sampled_from(("greedy", "greedy-no-skip")), st.data())
def test_a_funded_project_made_cheaper_stays_funded(number, kind, rule, data):
    election = small_election(number, kind)
    tally = counted(election, rule, number)
    if tally.funded:
        name = data.draw(st.sampled_from(tally.funded))
        cost = data.draw(st.integers(0, tally.awards[name]))
        assert name in counted(cheaper(election, name, cost), rule, number).funded


@given(numbers, st.sampled_from(("greedy", "greedy-no-skip")), st.data())
def test_a_funded_project_with_one_approval_more_stays_funded(number, rule, data):
    election = small_election(number, "approval")
    tally = counted(election, rule, number)
    if tally.funded:
        name = data.draw(st.sampled_from(tally.funded))
        ballots = [ballot for ballot, voters in election.ballots() for _ in range(voters)]
        more = Election.approval(
            projects=election.projects, ballots=[*ballots, (name,)], budget=election.budget
        )
        assert name in counted(more, rule, number).funded


@given(numbers, st.sampled_from((("cumulative", "cumulative"), ("choose-one", "choose-1"))))
def test_the_rules_named_after_their_ballots_are_greedy(number, names):
    rule, kind = names
    election = small_election(number, kind)
    assert counted(election, rule, number).funded == counted(election, "greedy", number).funded


@given(numbers)
def test_phragmens_loads_never_fall_and_each_cost_is_carried_in_full(number):
    election = small_election(number, "approval")
    tally = counted(election, "phragmen", number)
    load = dict.fromkeys(range(election.voters), 0)
    ballots = [ballot for ballot, voters in election.ballots() for _ in range(voters)]
    last = 0
    for step in tally.steps:
        mine = [voter for voter, ballot in enumerate(ballots) if step.project in ballot]
        assert sum(step.price - load[voter] for voter in mine) == step.award
        assert step.price >= last
        load.update(dict.fromkeys(mine, step.price))
        last = step.price
    assert max(load.values(), default=0) == last


@given(numbers)
def test_phragmen_never_funds_a_project_that_some_other_would_load_less(number):
    election = small_election(number, "approval")
    tally = counted(election, "phragmen", number)
    ballots = [ballot for ballot, voters in election.ballots() for _ in range(voters)]
    load = [0] * len(ballots)
    open_to_it = {p.id: p.cost for p in election.projects if p.cost <= election.budget}
    for step in tally.steps:
        prices = {}
        for name, cost in open_to_it.items():
            mine = [voter for voter, ballot in enumerate(ballots) if name in ballot]
            if mine:
                prices[name] = (cost + sum(load[voter] for voter in mine)) / len(mine)
        assert abs(prices[step.project] - min(prices.values())) < 1e-9
        for voter, ballot in enumerate(ballots):
            if step.project in ballot:
                load[voter] = float(step.price)
        del open_to_it[step.project]


@pytest.mark.parametrize("rule", ["greedy", "greedy-no-skip", "greedy-80", "greedy-exclusive", "phragmen"])
def test_no_ballots_and_no_budget_fund_nothing(rule):
    projects = small_election(5).projects
    empty = Election.approval(projects=projects, ballots=[], budget=100)
    poor = Election.approval(projects=projects, ballots=[(projects[0].id,)], budget=0)
    assert count(empty, rule).funded == ()
    assert count(poor, rule).funded == ()
