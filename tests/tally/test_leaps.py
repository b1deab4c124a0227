"""Raises that provably change nothing may be passed over; the tally is the same to the byte."""

import random
from fractions import Fraction

import pytest

from pbvote.tally import Election, Project, TieUndecided, count
from pbvote.tally.completion import Raises, Stride
from pbvote.tally.engine import Engine, using
from pbvote.tally.rules import equal_shares_approval
from pbvote.tally.shares import Run, Unsettled
from pbvote.tally.ties import TieOrder
from tests.tally.tie_heavy import downward, tie_heavy

EVERY_RAISE = Engine(leaps=False)
ENGINES = (Engine(), Engine(compiled=False))
RULES = {
    "equal-shares-approval": Election.approval,
    "equal-shares-points": Election.ranked,
    "rank-equal-shares": Election.ranked,
}


def trap(raises):
    """Two of five voters want a bridge, and can pay for it after so many raises of 1."""
    share = 1_000
    projects = [Project("bridge", 2 * (share + raises - 125)), Project("bench", 500), Project("bin", 1_000)]
    ballots = [("bridge", "bench"), ("bench", "bridge"), ("bin", "bench"), ("bin",), ("bin", "bench")]
    return projects, ballots, 5 * share + 2 * raises


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("completion", ["add1-overspend", "add1-exhaustive"])
@pytest.mark.parametrize("raises", [300, 1_800])
def test_a_long_climb_ends_where_every_single_raise_would(rule, completion, raises):
    projects, ballots, budget = trap(raises)
    election = RULES[rule](projects=projects, ballots=ballots, budget=budget)
    parameters = {"completion": completion, "start": 1_000, "step": 1}
    with using(EVERY_RAISE):
        expected = count(election, rule, parameters, seed="1")
    assert expected.completion.raises > 200
    for engine in ENGINES:
        with using(engine):
            assert count(election, rule, parameters, seed="1").to_json() == expected.to_json()


@pytest.mark.parametrize("step", [2, 3, 10])
def test_a_climb_by_larger_steps_ends_where_every_single_raise_would(step):
    projects, ballots, budget = trap(1_000 * step)
    election = Election.approval(projects=projects, ballots=ballots, budget=budget)
    answers = []
    for engine in (EVERY_RAISE, *ENGINES):
        with using(engine):
            answers.append(
                count(election, "equal-shares-approval", {"start": 1_000, "step": step}, seed="1").completion
            )
    assert answers[0].raises == 1_000
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("rule", RULES)
def test_climbs_full_of_ties_end_where_every_single_raise_would(rule):
    for seed in range(100):
        costs, ballots, budget = tie_heavy(seed, most_voters=14)
        projects = [Project(name, 300 * cost) for name, cost in costs.items()]
        election = RULES[rule](projects=projects, ballots=ballots, budget=300 * budget)
        for completion in ("add1-overspend", "add1-exhaustive"):
            parameters = {"completion": completion, "step": 1, "cap": 250}
            answers = set()
            for engine in (EVERY_RAISE, *ENGINES):
                with using(engine):
                    answers.add(count(election, rule, parameters, order=downward(costs)).to_json())
            assert len(answers) == 1, seed


@pytest.mark.parametrize("cap", [15, 16, 17, 18, 31, 32, 33, 47, 48, 49, 100, 1_000])
def test_no_leap_goes_beyond_the_cap(cap):
    projects, ballots, budget = trap(2_500)
    election = Election.approval(projects=projects, ballots=ballots, budget=budget)
    tally = count(election, "equal-shares-approval", {"step": 1, "start": 1_000, "cap": cap}, seed="1")
    assert (tally.completion.raises, tally.completion.stopped) == (cap, "cap")
    assert tally.completion.share == 1_000 + cap


def test_a_hundred_and_fifty_thousand_raises_need_few_runs():
    projects, ballots, budget = trap(150_000)
    election = Election.approval(projects=projects, ballots=ballots, budget=budget)
    told = []
    tally = count(
        election,
        "equal-shares-approval",
        {"step": 1, "start": 1_000, "cap": 1_000_000},
        seed="1",
        progress=lambda what, done, total: told.append(done),
    )
    assert tally.completion.raises == 150_000
    assert len(told) < 300
    assert told == sorted(set(told))


def test_an_engine_without_leaps_makes_every_raise():
    projects, ballots, budget = trap(100)
    election = Election.approval(projects=projects, ballots=ballots, budget=budget)
    told = []
    with using(EVERY_RAISE):
        count(
            election,
            "equal-shares-approval",
            {"step": 1, "start": 1_000},
            seed="1",
            progress=lambda what, done, total: told.append(done),
        )
    assert told == list(range(1, 101))


def test_a_tie_that_needs_the_lot_is_refused_on_a_long_climb_too():
    projects, ballots, budget = trap(2_500)
    twins = [*projects, Project("east", 5_400), Project("west", 5_400)]
    ballots = [*ballots, ("east",), ("west",)]
    election = Election.approval(projects=twins, ballots=ballots, budget=budget + 3 * 5_400)
    refused = []
    for engine in (EVERY_RAISE, *ENGINES):
        with using(engine), pytest.raises(TieUndecided) as caught:
            count(
                election, "equal-shares-approval", {"step": 1, "start": 1_000, "cap": 10_000, "top_up": False}
            )
        refused.append(caught.value.message)
    assert refused[0] == refused[1] == refused[2]


@pytest.mark.parametrize("compiled", [True, False])
def test_one_run_with_a_spread_answers_for_every_share_in_it(compiled):
    dice = random.Random(5)
    answered = 0
    for seed in range(120):
        costs, ballots, budget = tie_heavy(seed, most_voters=12)
        projects = [Project(name, 50 * cost) for name, cost in costs.items()]
        election = Election.approval(projects=projects, ballots=ballots, budget=50 * budget)
        demand = equal_shares_approval.asked(election, dice.choice(["cost", "count"]))
        finished = Engine(compiled=compiled).runner(demand, TieOrder(election, "1", None))
        share, spread = Fraction(dice.randint(10, 400), 3), Fraction(dice.randint(1, 30), 2)
        if spread >= share:
            continue
        try:
            wide = finished(share, spread)
        except Unsettled:
            continue
        answered += 1
        for near in (share - spread, share - spread / 3, share, share + spread / 7, share + spread):
            run = Engine(exact=True).runner(demand, TieOrder(election, "1", None))(near, Fraction(0))
            assert (run.bought, run.ties) == (wide.bought, wide.ties), seed
    assert answered > 20


def test_a_share_at_which_the_outcome_changes_is_never_inside_a_leap():
    election = Election.approval(projects=[Project("bridge", 900)], ballots=[("bridge",)] * 3, budget=900)
    demand = equal_shares_approval.asked(election, "cost")
    raises = Raises(election, demand, TieOrder(election, "1", None), Engine())
    kept = raises.run(Fraction(100))
    assert raises.same(kept, Fraction(101), Fraction(149))
    assert not raises.same(kept, Fraction(101), Fraction(300))
    assert not raises.same(kept, Fraction(301), Fraction(350))


def test_a_run_with_a_spread_has_no_exact_books():
    election = Election.approval(projects=[Project("bridge", 900)], ballots=[("bridge",)], budget=900)
    run = Run(equal_shares_approval.asked(election, "cost"), Fraction(5), tuple, spread=Fraction(1, 2))
    with pytest.raises(Unsettled):
        run.books()


def test_strides_grow_while_nothing_changes_and_shrink_where_it_is_not_certain():
    stride = Stride()
    for _ in range(16):
        assert stride.raises() == 1
        stride.raised_once(changed=False)
    assert stride.raises() == 16
    stride.leapt()
    assert stride.raises() == 32
    stride.fell_short()
    assert stride.raises() == 8
    stride.fell_short()
    assert stride.raises() == 2
    stride.fell_short()
    for _ in range(32):
        assert stride.raises() == 1
        stride.raised_once(changed=False)
    assert stride.raises() == 16
    stride.leapt()
    stride.raised_once(changed=True)
    for _ in range(16):
        assert stride.raises() == 1
        stride.raised_once(changed=False)
    assert stride.raises() == 32


def test_a_tie_that_comes_up_late_in_a_climb_is_recorded_at_the_first_raise_that_has_it():
    # one voter for b has paid 84.50 for x: from a share of 184.50 on, b asks its voters for as little as a
    costs = {"x": 169, "a": 200, "b": 200, "z": 1_000}
    ballots = [("x",), ("x", "b"), ("b",), ("a",), ("a",), ("z",)]
    election = Election.approval(
        projects=[Project(*item) for item in costs.items()], ballots=ballots, budget=5_000
    )
    parameters = {"utility": "count", "start": 168, "step": 1, "cap": 40}
    answers = []
    for engine in (EVERY_RAISE, *ENGINES):
        with using(engine):
            answers.append(count(election, "equal-shares-approval", parameters, seed="1"))
    assert [(set(tie.order), tie.raises) for tie in answers[0].ties if not tie.mattered] == [({"a", "b"}, 17)]
    assert answers[0].completion.raises == 40
    assert answers[0].to_json() == answers[1].to_json() == answers[2].to_json()
