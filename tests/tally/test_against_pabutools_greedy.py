"""Greedy and sequential Phragmén give what pabutools gives, winner by winner, with the same tie-break."""

from fractions import Fraction
from pathlib import Path

import pytest
from pabutools.election import ApprovalBallot, ApprovalProfile, Cost_Sat, Instance
from pabutools.election import Project as TheirProject
from pabutools.rules import greedy_utilitarian_welfare, sequential_phragmen
from pabutools.tiebreaking import TieBreakingRule

from pbvote.tally import count
from pbvote.tally.pabulib import read
from tests.tally.small_elections import small_election, some_order

SHARED = Path(__file__).parents[3] / "shared" / "elections"
REAL = ("Poland_Warszawa_2022_Targowek", "Netherlands_Assen_2024", "Poland_Swiecie_2023")


class Recorded(TieBreakingRule):
    """Breaks ties by a given order and remembers who came first each time it was asked."""

    def __init__(self, order):
        super().__init__(lambda instance, profile, project: order.index(project.name))
        self.winners = []

    def order(self, instance, profile, projects, key=None):
        ordered = super().order(instance, profile, projects, key)
        self.winners.append(ordered[0].name)
        return ordered


def theirs(election):
    projects = {project.id: TheirProject(project.id, project.cost) for project in election.projects}
    profile = ApprovalProfile(
        ApprovalBallot(projects[name] for name in ballot)
        for ballot, voters in election.ballots()
        for _ in range(voters)
    )
    return Instance(projects.values(), budget_limit=election.budget), profile


def t(election, order):
    """The order T when officials supply one: more points first, then as supplied."""
    points = dict(zip(election.ids, election.points, strict=True))
    return sorted(order, key=lambda name: (-points[name], order.index(name)))


def supported(election, names):
    having = {name for name, voters in zip(election.ids, election.supporters, strict=True) if voters}
    return [name for name in names if name in having]


def their_greedy(election, order):
    instance, profile = theirs(election)
    rule = TieBreakingRule(lambda instance, profile, project: order.index(project.name))
    chosen = greedy_utilitarian_welfare(instance, profile, sat_class=Cost_Sat, tie_breaking=rule)
    return [project.name for project in chosen]


def their_phragmen(election, order):
    instance, profile = theirs(election)
    recorded = Recorded(order)
    chosen = sequential_phragmen(instance, profile, tie_breaking=recorded)
    assert sorted(recorded.winners) == sorted(project.name for project in chosen)
    return recorded.winners


@pytest.mark.parametrize("block", range(8))
def test_greedy_agrees_on_small_elections_with_many_ties(block):
    for number in range(block * 40, block * 40 + 40):
        election = small_election(number)
        order = some_order(election, number)
        ours = count(election, "greedy", order=order).funded
        expected = supported(election, their_greedy(election, order))
        assert list(ours) == expected, number


@pytest.mark.parametrize("block", range(8))
def test_phragmen_agrees_on_small_elections_with_many_ties(block):
    for number in range(block * 40, block * 40 + 40):
        election = small_election(number)
        order = some_order(election, number)
        ours = count(election, "phragmen", order=order)
        assert list(ours.funded) == supported(election, their_phragmen(election, t(election, order))), number


@pytest.mark.parametrize("name", REAL)
def test_greedy_and_phragmen_agree_on_real_elections(name):
    path = SHARED / f"{name}.pb"
    if not path.exists():
        pytest.skip("the shared elections are not on this machine")
    file = read(path)
    order = list(file.order)
    assert list(count(file.election, "greedy", order=order).funded) == their_greedy(file.election, order)
    assert list(count(file.election, "phragmen", order=order).funded) == their_phragmen(
        file.election, t(file.election, order)
    )


def test_loads_are_exact_fractions():
    election = small_election(3)
    loads = [step.price for step in count(election, "phragmen", order=some_order(election, 3)).steps]
    assert all(isinstance(load, Fraction) for load in loads)
    assert loads == sorted(loads)
