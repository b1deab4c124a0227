"""Why-not facts against re-running the slow oracle with the change they speak of."""

import random
from functools import partial

import pytest

from pbvote.tally import Election, Project, count
from pbvote.tally.engine import using
from tests.tally.oracle import on_approvals, on_points, rank_by_rank
from tests.tally.tie_heavy import ENGINES, by_t, downward, tie_heavy

NONE = {"completion": "none", "top_up": False}


def counted(seed, rule, engine):
    """A tally without raises, and how the oracle would run the same election with other costs or ballots."""
    costs, ballots, budget = tie_heavy(seed)
    longest = max(map(len, ballots))
    make = Election.approval if rule == "equal-shares-approval" else Election.ranked
    projects = [Project(*item) for item in costs.items()]
    election = make(projects=projects, ballots=ballots, budget=budget, max_length=longest)
    with using(ENGINES[engine]):
        tally = count(election, rule, NONE, order=downward(costs))
    run = {
        "rank-equal-shares": rank_by_rank,
        "equal-shares-points": partial(on_points, longest=longest),
        "equal-shares-approval": partial(on_approvals, by_cost=True),
    }[rule]
    ranked = rule != "equal-shares-approval"

    def again(costs=costs, ballots=ballots):
        t = by_t(costs, ballots, longest, ranked=ranked)
        return run(costs, ballots, tally.completion.share, budget, t)

    return costs, ballots, budget, tally, again


RULES = ("rank-equal-shares", "equal-shares-points", "equal-shares-approval")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("rule", RULES)
def test_the_highest_cost_is_the_highest_at_which_a_rerun_buys_the_project(rule, engine):
    looked_at = 0
    for seed in range(120):
        costs, _, budget, tally, again = counted(seed, rule, engine)
        for why in tally.not_funded:
            if why.highest is None or budget > 100:
                continue
            won = [
                cost
                for cost in range(budget + 1)
                if why.project in [bought[0] for bought in again(costs={**costs, why.project: cost})]
            ]
            assert won == list(range(why.highest + 1)), (seed, why)
            looked_at += 1
    assert looked_at > 50


@pytest.mark.parametrize("rule", RULES)
def test_enough_ballots_naming_it_first_or_alone_are_enough_whichever_they_are(rule):
    looked_at = 0
    for seed in range(300):
        _, ballots, _, tally, again = counted(seed, rule, "certified")
        dice = random.Random(seed)
        for why in tally.not_funded:
            if why.enough is None:
                continue
            alone = rule != "rank-equal-shares"
            others = [
                i for i, b in enumerate(ballots) if (b != [why.project] if alone else b[0] != why.project)
            ]
            for moved in (dice.sample(others, why.enough) for _ in range(3)):
                changed = [list(b) for b in ballots]
                for i in moved:
                    rest = [p for p in changed[i] if p != why.project]
                    changed[i] = [why.project] if alone else [why.project, *rest]
                assert why.project in [bought[0] for bought in again(ballots=changed)], (seed, why)
                looked_at += 1
    assert looked_at > 100


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("rule", RULES)
def test_what_supporters_paid_and_what_they_have_left_is_what_the_oracle_says(rule, engine):
    for seed in range(150):
        costs, ballots, _, tally, again = counted(seed, rule, engine)
        bought = again()
        share = tally.completion.share
        for why in tally.not_funded:
            if why.money is None:
                continue
            theirs = [i for i, b in enumerate(ballots) if why.project in b]
            money, lost = share * len(theirs), None
            if money < costs[why.project]:
                lost = 0
            spent = []
            for step, (project, _, _, payments) in enumerate(bought, 1):
                paid = sum(payments.get(i, 0) for i in theirs)
                money -= paid
                if paid >= 1:
                    spent.append((project, paid.numerator // paid.denominator))
                if lost is None and money < costs[why.project]:
                    lost = step
            assert (why.money, why.lost_at) == (money.numerator // money.denominator, lost), (seed, why)
            assert [(one.project, one.amount) for one in why.paid_for] == spent, (seed, why)
            assert why.missing == max(0, costs[why.project] - why.money)
