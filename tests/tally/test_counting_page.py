"""The worked example on the page about counting comes out as the page says."""

import re
from pathlib import Path

import pytest

from pbvote.tally import RULES, Election, Project, count, fairness

PAGE = (Path(__file__).parents[2] / "docs" / "counting.md").read_text(encoding="utf-8")
COSTS = {"park": 50, "swing": 40, "bikes": 30, "books": 20, "sign": 10}
BALLOTS = {("park", "swing"): 6, ("swing", "park"): 1, ("bikes", "books"): 2, ("books", "bikes", "sign"): 1}
PARAMETERS = {"greedy-threshold": {"threshold": 4}, "greedy-exclusive": {"exclusive": (("park", "swing"),)}}


def example(kind, budget=100):
    make = Election.ranked if kind == "rankings" else Election.approval
    projects = [Project(name, cost) for name, cost in COSTS.items()]
    return make(projects=projects, ballots=BALLOTS, budget=budget)


def rows():
    found = re.findall(r"^\| (rankings|approvals) \| `([\w-]+)`.*? \| (.+) \| £(\d+) \|$", PAGE, re.M)
    return [(kind, rule, re.findall(r"\w+", funded), int(left)) for kind, rule, funded, left in found]


def test_the_page_has_an_example_of_every_rule():
    shown = {rule for _, rule, _, _ in rows()}
    assert shown | {"cumulative", "choose-one"} == set(RULES)
    assert all(f"`{rule}`" in PAGE for rule in RULES)


@pytest.mark.parametrize(("kind", "rule", "funded", "left"), rows())
def test_the_example_comes_out_as_the_page_says(kind, rule, funded, left):
    tally = count(example(kind), rule, PARAMETERS.get(rule))
    assert list(tally.funded) == funded
    assert tally.left == left


def test_the_points_in_the_example_are_right():
    election = example("rankings")
    rows = re.findall(r"^\| (\w+) \| £(\d+) \| (?:.*= )?(\d+) \| (\d+) \| (\d+) \|$", PAGE, re.M)
    found = {name: tuple(map(int, numbers)) for name, *numbers in rows}
    facts = zip(
        election.ids,
        election.costs,
        election.points,
        election.supporters,
        election.first_choices,
        strict=True,
    )
    assert found == {name: numbers for name, *rest in facts for numbers in [tuple(rest)]}


def test_the_reserve_and_the_raises_in_the_example_are_right():
    richer = count(example("approvals", budget=106), "greedy-80")
    assert (richer.funded, richer.left) == (("swing", "park", "books"), -4)
    for kind, rule in (("rankings", "rank-equal-shares"), ("approvals", "equal-shares-approval")):
        completion = count(example(kind), rule).completion
        assert (completion.share, completion.stopped) == (12, "overspend")


def test_the_fairness_of_the_example_is_right():
    election = example("rankings")
    points = fairness(election, count(election, "points-greedy"))
    shares = fairness(election, count(election, "rank-equal-shares"))
    assert [violation.project for violation in points.psc] == ["bikes", "books"]
    assert (points.with_any, shares.with_any, shares.with_first, shares.psc) == (8, 10, 9, ())


def test_the_examples_of_shared_out_points_and_of_one_vote_each_are_right():
    projects = [Project(name, cost) for name, cost in COSTS.items()]
    voters = [ballot for ballot, times in BALLOTS.items() for _ in range(times)]
    pointed = [{ballot[0]: 3, ballot[1]: 1} for ballot in voters]
    cumulative = count(Election.cumulative(projects=projects, ballots=pointed, budget=100), "cumulative")
    assert (cumulative.funded, cumulative.left) == (("park", "swing"), 10)
    single = Election.choose_one(projects=projects, ballots=[ballot[:1] for ballot in voters], budget=100)
    assert count(single, "choose-one").funded == ("park", "bikes", "books")
    assert count(single, "choose-one").left == 0


def test_the_part_funding_in_the_example_is_right():
    projects = [Project(name, cost, least=15 if name == "swing" else None) for name, cost in COSTS.items()]
    election = Election.ranked(projects=projects, ballots=BALLOTS, budget=100)
    tally = count(election, "rank-equal-shares", {"top_up": False, "part_funding": True})
    assert [(award.project, award.amount, award.part) for award in tally.allocation] == [
        ("park", 50, False),
        ("bikes", 30, False),
        ("swing", 20, True),
    ]
