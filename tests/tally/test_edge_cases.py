"""Elections at the edge of what there is: nobody, nothing, everything, and more money than exists."""

import pytest

from pbvote.tally import BadElection, Election, Project, RuleDoesNotFit, TieUndecided, count
from pbvote.tally.record import CountError, Tally

RULES = ("rank-equal-shares", "equal-shares-points")
PARK, BENCH = Project("park", 60_00), Project("bench", 40_00)


def ranked(ballots, budget=100_00, projects=(PARK, BENCH), **more):
    return Election.ranked(projects=projects, ballots=ballots, budget=budget, **more)


@pytest.mark.parametrize("rule", RULES)
def test_an_election_without_ballots_funds_nothing(rule):
    tally = count(ranked([]), rule)
    assert tally.funded == ()
    assert [why.reason for why in tally.not_funded] == ["no-support", "no-support"]


@pytest.mark.parametrize("rule", RULES)
def test_an_election_without_projects_funds_nothing(rule):
    assert count(ranked([], projects=()), rule).funded == ()


@pytest.mark.parametrize("rule", RULES)
def test_a_budget_of_nothing_funds_only_what_costs_nothing(rule):
    free = Project("free", 0)
    tally = count(ranked([("park", "free"), ("bench",)], 0, (PARK, BENCH, free)), rule)
    assert tally.funded == ("free",)
    assert tally.steps[0].price == 0
    assert {why.reason for why in tally.not_funded} == {"too-dear"}


@pytest.mark.parametrize("rule", RULES)
def test_a_project_that_costs_nothing_needs_a_supporter(rule):
    free = Project("free", 0)
    tally = count(ranked([("park",)], projects=(PARK, free)), rule)
    assert "free" not in tally.funded


def test_a_project_dearer_than_the_budget_takes_nobodys_money():
    palace = Project("palace", 100_01)
    tally = count(ranked([("palace", "park")] * 2, projects=(palace, PARK)))
    assert tally.funded == ("park",)
    (why,) = tally.not_funded
    assert (why.reason, why.enough) == ("too-dear", None)
    assert why.highest == 100_00


def test_everybody_wanting_one_project_that_costs_the_whole_budget_get_it():
    tally = count(ranked([("park",)] * 3, budget=60_00))
    assert tally.funded == ("park",)
    assert tally.steps[0].paid_all == 3


def test_ballots_emptied_by_a_withdrawal_still_count_in_the_share():
    tally = count(ranked([("park",), ("bench",)], withdrawn={"bench"}), parameters={"completion": "none"})
    assert tally.voters == 2
    assert tally.completion.share == 50_00
    assert tally.steps[0].part == "top-up"


def test_a_first_share_that_overspends_is_refused():
    with pytest.raises(RuleDoesNotFit, match="Start lower"):
        count(ranked([("park",), ("bench",)], budget=60_00), parameters={"start": 60_00})


def test_a_share_of_nothing_to_start_with_is_raised_like_any_other():
    tally = count(ranked([("park",), ("park",)]), parameters={"start": 0, "step": 10_00})
    assert tally.funded == ("park",)
    assert tally.completion.raises == 3


@pytest.mark.parametrize(
    "parameters",
    [
        {"step": 0},
        {"step": 1.5},
        {"cap": -1},
        {"completion": "add2"},
        {"top_up": 1},
        {"start": True},
        {"step": "1"},
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused_by_name(parameters):
    with pytest.raises(RuleDoesNotFit, match=next(iter(parameters))):
        count(ranked([("park",)]), parameters=parameters)


def test_a_rule_that_cannot_count_these_ballots_says_which_it_can():
    with pytest.raises(RuleDoesNotFit, match="cannot count ordinal ballots; it counts: approval"):
        count(ranked([("park",)]), "equal-shares-approval")


@pytest.mark.parametrize("seed", ["", "12a", "٣", "-1", " 1"])
def test_a_seed_that_is_not_the_digits_of_dice_is_refused(seed):
    with pytest.raises(RuleDoesNotFit, match="digits"):
        count(ranked([("park",)]), seed=seed)


def test_an_order_must_name_every_project_once():
    with pytest.raises(RuleDoesNotFit, match="does not name bench"):
        count(ranked([("park",)]), order=("park",))
    with pytest.raises(RuleDoesNotFit, match="twice"):
        count(ranked([("park",)]), order=("park", "bench", "park"))


def test_an_undecided_tie_names_the_projects():
    twins = (Project("a", 50), Project("b", 50))
    with pytest.raises(TieUndecided, match="a, b"):
        count(ranked([("a", "b"), ("b", "a")], 50, twins))


@pytest.mark.parametrize("cost", [-1, 1.0, float("nan"), True, None, 10**18 + 1])
def test_a_cost_that_is_not_whole_money_is_refused(cost):
    with pytest.raises(BadElection, match="cost of x"):
        ranked([], projects=(Project("x", cost),))


@pytest.mark.parametrize("points", [0, -1, 1.5, float("nan"), True, "2"])
def test_cumulative_points_must_be_whole_and_above_nothing(points):
    with pytest.raises(BadElection, match="points for park"):
        Election.cumulative(projects=[PARK], ballots=[{"park": points}], budget=1)


def test_a_least_amount_above_the_cost_is_refused():
    with pytest.raises(BadElection, match="above its cost"):
        ranked([], projects=(Project("x", 5, least=6),))


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"format":1}', b"\xff", b"1.5", b"nonsense"])
def test_what_is_not_a_tally_is_refused(raw):
    with pytest.raises(CountError, match="not a tally"):
        Tally.from_json(raw)


def test_a_tally_with_a_changed_kind_of_value_is_refused():
    raw = count(ranked([("park",)])).to_json()
    with pytest.raises(CountError, match="not a tally"):
        Tally.from_json(raw.replace(b'"voters":1', b'"voters":1.0'))
    with pytest.raises(CountError, match="not a tally"):
        Tally.from_json(raw.replace(b'"format":1', b'"format":2'))
