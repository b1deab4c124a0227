"""Equal Shares gives what pabutools gives, winner by winner, alone and with Add1 until exhaustive."""

from pathlib import Path

import pytest
from pabutools.election import (
    Additive_Cardinal_Sat,
    ApprovalBallot,
    ApprovalProfile,
    CardinalBallot,
    Cardinality_Sat,
    CardinalProfile,
    Cost_Sat,
    Instance,
)
from pabutools.election import Project as TheirProject
from pabutools.rules import method_of_equal_shares
from pabutools.tiebreaking import TieBreakingRule

from pbvote.tally import Election, count
from pbvote.tally.pabulib import read
from tests.tally.small_elections import small_election, some_order

SHARED = Path(__file__).parents[3] / "shared" / "elections"
REAL = ("Netherlands_Assen_2024", "Poland_Swiecie_2023", "Poland_Warszawa_2022_Targowek")
SATISFACTION = {"cost": Cost_Sat, "count": Cardinality_Sat, "points": Additive_Cardinal_Sat}


def affordable(election):
    """The election without projects dearer than the budget: pabutools lets them end the raises."""
    dear = [project.id for project in election.projects if project.cost > election.budget]
    kept = [project for project in election.projects if project.id not in dear]
    ballots = {}
    for ballot, voters in election.ballots():
        left = tuple(name for name in ballot if name not in dear)
        if left:
            ballots[left] = ballots.get(left, 0) + voters
    make = Election.ranked if election.kind == "ordinal" else Election.approval
    return make(projects=kept, ballots=ballots, budget=election.budget, max_length=election.max_length)


def theirs(election, utility, order, increment=None):
    """Ids in the order in which pabutools takes them."""
    points = dict(zip(election.ids, election.points, strict=True))
    first = sorted(order, key=lambda name: (-points[name], order.index(name)))
    projects = {project.id: TheirProject(project.id, project.cost) for project in election.projects}
    ballots = [ballot for ballot, voters in election.ballots() for _ in range(voters)]
    if utility == "points":
        most = election.max_length
        profile = CardinalProfile(
            CardinalBallot({projects[name]: most - rank for rank, name in enumerate(ballot)})
            for ballot in ballots
        )
    else:
        profile = ApprovalProfile(ApprovalBallot(projects[name] for name in ballot) for ballot in ballots)
    chosen = method_of_equal_shares(
        Instance(projects.values(), budget_limit=election.budget),
        profile.as_multiprofile(),
        sat_class=SATISFACTION[utility],
        tie_breaking=TieBreakingRule(lambda instance, profile, project: first.index(project.name)),
        voter_budget_increment=increment,
    )
    return tuple(project.name for project in chosen)


def ours(election, utility, order, increment=None):
    parameters = {"completion": "none", "top_up": False}
    if increment is not None:
        parameters |= {"completion": "add1-exhaustive", "step": increment}
    if utility == "points":
        return count(election, "equal-shares-points", parameters, order=order)
    return count(election, "equal-shares-approval", {**parameters, "utility": utility}, order=order)


@pytest.mark.parametrize("utility", SATISFACTION)
@pytest.mark.parametrize("block", range(4))
def test_equal_shares_takes_the_same_projects_in_the_same_order(block, utility):
    kind = "ordinal" if utility == "points" else "approval"
    for number in range(100 * block, 100 * block + 100):
        election = affordable(small_election(number, kind))
        order = some_order(election, number)
        for increment in (None, 1):
            expected = theirs(election, utility, order, increment)
            assert ours(election, utility, order, increment).funded == expected, (number, increment)


@pytest.mark.parametrize("utility", ["cost", "count"])
@pytest.mark.parametrize("name", REAL)
def test_equal_shares_takes_the_same_projects_in_real_elections(name, utility):
    path = SHARED / f"{name}.pb"
    if not path.exists():
        pytest.skip("the shared elections are not here")
    election = affordable(read(path).election)
    order = some_order(election, 1)
    assert ours(election, utility, order).funded == theirs(election, utility, order)


def test_add1_until_exhaustive_stops_where_pabutools_stops_in_a_real_election():
    path = SHARED / "Netherlands_Assen_2024.pb"
    if not path.exists():
        pytest.skip("the shared elections are not here")
    election = affordable(read(path).election)
    order = some_order(election, 1)
    step = -(-election.budget // election.voters // 20)
    tally = ours(election, "cost", order, step)
    assert tally.completion.raises > 1
    assert tally.funded == theirs(election, "cost", order, step)
