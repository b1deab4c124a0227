"""The engine against the slow, separately written oracle, on small elections full of ties."""

from fractions import Fraction
from functools import partial

import pytest

from pbvote.tally import Election, Project, count
from pbvote.tally.engine import using
from tests.tally.oracle import on_approvals, on_points, raised, rank_by_rank
from tests.tally.tie_heavy import ENGINES, by_t, downward, tie_heavy


def seen(tally):
    return [(s.project, s.level, s.price) for s in tally.steps if s.part == "shares"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("block", range(10))
def test_rank_by_rank_agrees_on_tie_heavy_elections(block, engine):
    for seed in range(200 * block, 200 * block + 200):
        costs, ballots, budget = tie_heavy(seed)
        longest = max(map(len, ballots))
        t = by_t(costs, ballots, longest)
        run = partial(rank_by_rank, costs, ballots, budget=budget, t=t)
        kept, share, raises = raised(run, costs, ballots, budget, Fraction(1), cap=12)
        election = Election.ranked(
            projects=[Project(*item) for item in costs.items()], ballots=ballots, budget=budget
        )
        with using(ENGINES[engine]):
            tally = count(
                election, "rank-equal-shares", {"step": 1, "cap": 12, "top_up": False}, order=downward(costs)
            )
        assert seen(tally) == [(p, level, price) for p, level, price, _ in kept], seed
        assert (tally.completion.share, tally.completion.raises) == (share, raises), seed


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("block", range(4))
def test_equal_shares_on_points_agrees_on_tie_heavy_elections(block, engine):
    for seed in range(100 * block, 100 * block + 100):
        costs, ballots, budget = tie_heavy(seed)
        longest = max(map(len, ballots))
        run = partial(
            on_points, costs, ballots, budget=budget, t=by_t(costs, ballots, longest), longest=longest
        )
        kept, share, raises = raised(run, costs, ballots, budget, Fraction(2), cap=8)
        election = Election.ranked(
            projects=[Project(*item) for item in costs.items()], ballots=ballots, budget=budget
        )
        parameters = {"step": 2, "cap": 8, "top_up": False}
        with using(ENGINES[engine]):
            tally = count(election, "equal-shares-points", parameters, order=downward(costs))
        assert seen(tally) == [(p, level, price) for p, level, price, _ in kept], seed
        assert (tally.completion.share, tally.completion.raises) == (share, raises), seed


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("utility", ["cost", "count"])
@pytest.mark.parametrize("block", range(4))
def test_equal_shares_for_approvals_agrees_on_tie_heavy_elections(block, utility, engine):
    for seed in range(100 * block, 100 * block + 100):
        costs, ballots, budget = tie_heavy(seed)
        t = by_t(costs, ballots, 1, ranked=False)
        run = partial(on_approvals, costs, ballots, budget=budget, t=t, by_cost=utility == "cost")
        kept, share, raises = raised(run, costs, ballots, budget, Fraction(1), cap=8)
        election = Election.approval(
            projects=[Project(*item) for item in costs.items()], ballots=ballots, budget=budget
        )
        parameters = {"utility": utility, "step": 1, "cap": 8, "top_up": False}
        with using(ENGINES[engine]):
            tally = count(election, "equal-shares-approval", parameters, order=downward(costs))
        assert seen(tally) == [(p, level, price) for p, level, price, _ in kept], seed
        assert (tally.completion.share, tally.completion.raises) == (share, raises), seed
