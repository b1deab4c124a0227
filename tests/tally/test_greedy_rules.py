"""The rules that walk down the list, each by a case small enough to check by hand."""

import pytest

from pbvote.tally import RULES, Election, Project, RuleDoesNotFit, TieUndecided, count


def approval(costs, ballots, budget):
    projects = [Project(name, cost) for name, cost in costs.items()]
    return Election.approval(projects=projects, ballots=[tuple(ballot) for ballot in ballots], budget=budget)


def reasons(tally):
    return {missed.project: missed.reason for missed in tally.not_funded}


FIVE_FOUR_THREE = ["abc", "abc", "abc", "ab", "a"]


def test_greedy_skips_what_does_not_fit_and_goes_on():
    tally = count(approval({"a": 50, "b": 60, "c": 30}, FIVE_FOUR_THREE, 100), "greedy")
    assert tally.funded == ("a", "c")
    assert reasons(tally) == {"b": "did-not-fit"}
    assert tally.left == 20


def test_greedy_without_skipping_ends_at_the_first_that_does_not_fit():
    tally = count(approval({"a": 50, "b": 60, "c": 30}, FIVE_FOUR_THREE, 100), "greedy-no-skip")
    assert tally.funded == ("a",)
    assert reasons(tally) == {"b": "did-not-fit", "c": "after-stop"}


def test_greedy_without_skipping_leaves_out_projects_below_its_threshold_first():
    election = approval({"a": 50, "b": 60, "c": 30}, FIVE_FOUR_THREE, 110)
    tally = count(election, "greedy-no-skip", {"threshold": 4})
    assert tally.funded == ("a", "b")
    assert reasons(tally) == {"c": "threshold"}


def test_a_threshold_is_reached_by_having_exactly_that_many_points():
    election = approval({"a": 50, "b": 60, "c": 30}, FIVE_FOUR_THREE, 200)
    assert count(election, "greedy-threshold", {"threshold": 4}).funded == ("a", "b")
    assert count(election, "greedy-threshold", {"threshold": 3}).funded == ("a", "b", "c")
    assert reasons(count(election, "greedy-threshold", {"threshold": 6})) == dict.fromkeys("abc", "threshold")


def test_a_threshold_rule_asks_for_its_threshold():
    with pytest.raises(RuleDoesNotFit, match="needs the parameter threshold"):
        count(approval({"a": 1}, ["a"], 1), "greedy-threshold")


def test_a_project_nobody_voted_for_is_not_funded_even_if_it_fits():
    tally = count(approval({"a": 1, "b": 1}, ["a"], 10), "greedy")
    assert tally.funded == ("a",)
    assert reasons(tally) == {"b": "no-support"}


@pytest.mark.parametrize(("cost", "funded", "left"), [(62, ("a", "b"), -12), (63, ("a",), 50)])
def test_the_80_percent_rule_funds_the_project_it_stops_at_if_four_fifths_are_there(cost, funded, left):
    tally = count(approval({"a": 50, "b": cost, "c": 1}, FIVE_FOUR_THREE, 100), "greedy-80")
    assert tally.funded == funded
    assert tally.left == left
    assert reasons(tally)["c"] == "after-stop"


def test_the_reserve_pays_exactly_what_is_above_the_budget():
    tally = count(approval({"a": 50, "b": 60}, ["ab", "a"], 98), "greedy-80")
    assert [(step.part, step.award, step.left) for step in tally.steps] == [
        ("walk", 50, 48),
        ("reserve", 60, -12),
    ]


def test_another_per_cent_than_80_can_be_asked_for():
    election = approval({"a": 50, "b": 100}, ["ab", "a"], 100)
    assert count(election, "greedy-80", {"percent": 50}).funded == ("a", "b")
    assert count(election, "greedy-80", {"percent": 51}).funded == ("a",)


def test_the_80_percent_rule_is_plain_when_everything_fits():
    tally = count(approval({"a": 50, "b": 50}, ["ab", "a"], 100), "greedy-80")
    assert [step.part for step in tally.steps] == ["walk", "walk"]


def test_a_project_gives_way_to_one_it_excludes_that_has_more_votes():
    election = approval({"a": 50, "b": 10, "c": 30}, FIVE_FOUR_THREE, 100)
    tally = count(election, "greedy-exclusive", {"exclusive": (("b", "a"),)})
    assert tally.funded == ("a", "c")
    assert reasons(tally) == {"b": "excluded"}


def test_a_project_that_did_not_fit_excludes_nobody():
    election = approval({"a": 500, "b": 10, "c": 30}, FIVE_FOUR_THREE, 100)
    assert count(election, "greedy-exclusive", {"exclusive": (("a", "b"),)}).funded == ("b", "c")


def test_groups_may_overlap_and_name_projects_that_do_not_stand():
    election = approval({"a": 1, "b": 1, "c": 1}, FIVE_FOUR_THREE, 100)
    groups = (("a", "b", "gone"), ("b", "c"))
    assert count(election, "greedy-exclusive", {"exclusive": groups}).funded == ("a", "c")


def test_a_tie_between_projects_that_exclude_each_other_needs_the_lot():
    election = approval({"a": 5, "b": 5}, ["a", "b"], 10)
    assert count(election, "greedy-exclusive").funded == ("a", "b")
    with pytest.raises(TieUndecided):
        count(election, "greedy-exclusive", {"exclusive": (("a", "b"),)})
    assert count(election, "greedy-exclusive", {"exclusive": (("a", "b"),)}, order=("b", "a")).funded == (
        "b",
    )


def test_a_tie_between_projects_already_excluded_needs_no_lot():
    election = approval({"a": 5, "b": 5, "c": 5}, ["ab", "ac", "a"], 15)
    groups = (("a", "b"), ("a", "c"))
    assert count(election, "greedy-exclusive", {"exclusive": groups}).funded == ("a",)


@pytest.mark.parametrize("groups", [("ab",), (("a", 1),), (1,)])
def test_groups_that_are_none_are_refused(groups):
    with pytest.raises(RuleDoesNotFit, match="list of project ids"):
        count(approval({"a": 5, "b": 5}, ["a"], 10), "greedy-exclusive", {"exclusive": groups})


def test_a_limit_caps_what_a_group_of_projects_may_cost_together():
    election = approval({"a": 50, "b": 40, "c": 30}, FIVE_FOUR_THREE, 200)
    tally = count(election, "greedy", {"limits": ((80, ("a", "b", "c")),)})
    assert tally.funded == ("a", "c")
    assert reasons(tally) == {"b": "group-limit"}


def test_a_limit_binds_only_its_group_and_can_be_used_to_the_penny():
    election = approval({"a": 50, "b": 40, "c": 30}, FIVE_FOUR_THREE, 200)
    assert count(election, "greedy", {"limits": ((90, ("a", "b")),)}).funded == ("a", "b", "c")
    assert count(election, "greedy", {"limits": ((89, ("a", "b")),)}).funded == ("a", "c")


def test_a_limit_that_cannot_bind_needs_no_lot():
    election = approval({"a": 5, "b": 5}, ["a", "b"], 10)
    assert set(count(election, "greedy", {"limits": ((5, ("a",)),)}).funded) == {"a", "b"}


def test_a_limit_that_binds_one_of_two_level_projects_needs_the_lot():
    election = approval({"a": 5, "b": 5}, ["a", "b"], 10)
    with pytest.raises(TieUndecided):
        count(election, "greedy", {"limits": ((9, ("a", "b")),)})


@pytest.mark.parametrize("limits", [("a",), ((-1, ("a",)),), (("a", 1),), ((5, "a"),), ((5, (1,)),)])
def test_limits_that_are_none_are_refused(limits):
    with pytest.raises(RuleDoesNotFit, match="amount in pence"):
        count(approval({"a": 5}, ["a"], 10), "greedy", {"limits": limits})


def test_a_tie_after_the_stop_needs_no_lot():
    election = approval({"a": 50, "b": 5, "c": 5}, ["abc", "abc", "a"], 40)
    assert count(election, "greedy-no-skip").funded == ()


def test_a_tie_that_decides_where_the_walk_stops_needs_the_lot():
    election = approval({"a": 30, "b": 30}, ["a", "b"], 40)
    with pytest.raises(TieUndecided):
        count(election, "greedy-no-skip")
    assert count(election, "greedy-no-skip", order=("b", "a")).funded == ("b",)


def test_points_that_voters_share_out_decide():
    projects = [Project("a", 5), Project("b", 5)]
    election = Election.cumulative(
        projects=projects, ballots=[{"a": 3, "b": 1}, {"b": 1}, {"b": 1, "a": 1}], budget=5
    )
    assert count(election, "cumulative").funded == ("a",)
    assert count(election, "greedy").funded == ("a",)
    assert election.supporters == (2, 3)


def test_scores_below_zero_take_points_away():
    projects = [Project("a", 5), Project("b", 5)]
    election = Election.scoring(projects=projects, ballots=[{"a": 3, "b": 1}, {"a": -3}], budget=10)
    assert count(election, "greedy").funded == ("b",)


def test_one_vote_each_funds_the_most_named_first():
    projects = [Project("a", 5), Project("b", 5), Project("c", 4)]
    election = Election.choose_one(projects=projects, ballots=[("b",), ("b",), ("a",), ("c",)], budget=9)
    assert count(election, "choose-one").funded == ("b", "c")


def test_phragmen_spreads_the_money_where_greedy_gives_it_all_to_the_majority():
    costs = dict.fromkeys("abcd", 30)
    ballots = ["abc"] * 6 + ["d"] * 3
    assert count(approval(costs, ballots, 90), "greedy", order="abcd").funded == ("a", "b", "c")
    assert count(approval(costs, ballots, 90), "phragmen", order="abcd").funded == ("a", "b", "d")


def test_phragmen_ends_at_a_project_that_does_not_fit_and_says_which_were_never_reached():
    tally = count(
        approval({"a": 60, "b": 50, "c": 10, "d": 51}, ["a", "a", "a", "b", "b", "c", "d"], 60), "phragmen"
    )
    assert tally.funded == ("c",)
    # 50 is left: enough for b, which would have come after a
    assert reasons(tally) == {"a": "did-not-fit", "b": "after-stop", "d": "did-not-fit"}


def test_phragmen_leaves_out_what_costs_more_than_the_whole_budget():
    tally = count(approval({"a": 100, "b": 50}, ["ab"] * 3 + ["a"], 60), "phragmen")
    assert tally.funded == ("b",)
    assert reasons(tally) == {"a": "did-not-fit"}


@pytest.mark.parametrize("rule", ["phragmen", "cumulative", "choose-one", "points-greedy"])
def test_a_rule_that_does_not_fit_the_ballots_says_which_it_counts(rule):
    election = Election.scoring(projects=[Project("a", 1)], ballots=[{"a": 1}], budget=1)
    with pytest.raises(
        RuleDoesNotFit, match=f"cannot count scoring ballots; it counts: {RULES[rule].kinds[0]}"
    ):
        count(election, rule)
