"""How fair an outcome was: each measure by hand on a small case, and against its definition on many."""

from fractions import Fraction
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbvote.tally import Election, Project, compare, count, fairness
from pbvote.tally.metrics import by_group
from pbvote.tally.proportionality import Violation, ejr_plus_violations, inclusion_psc_violations
from tests.tally.small_elections import KINDS, small_election, some_order

numbers = st.integers(0, 10_000)


def every(items, least=1):
    return chain.from_iterable(combinations(items, size) for size in range(least, len(items) + 1))


def voters_of(election):
    """Every ballot as often as it was cast; names only."""
    return [
        tuple(part if isinstance(part, str) else part[0] for part in ballot)
        for ballot, times in election.ballots()
        for _ in range(times)
    ]


def ranked(ballots, budget, **costs):
    projects = [Project(name, cost) for name, cost in costs.items()]
    return Election.ranked(projects=projects, ballots=[tuple(ballot) for ballot in ballots], budget=budget)


def test_a_vote_for_one_project_is_measured_as_a_first_choice_and_as_an_approval():
    projects = [Project("a", 1), Project("b", 1), Project("c", 3)]
    ballots = [("a",), ("a",), ("b",), ("b",), ("c",)]
    election = Election.choose_one(projects=projects, ballots=ballots, budget=1)
    found = fairness(election, count(election, "choose-one", order="abc"))
    assert (found.with_first, found.with_any) == (2, 2)
    assert found.psc is None
    assert found.ejr == ()
    plenty = Election.choose_one(projects=projects, ballots=ballots, budget=3)
    left_out = fairness(plenty, count(plenty, "choose-one", order="cab")).ejr
    assert left_out == ejr_plus_violations(plenty, ("a", "b"))


def test_one_voter_is_measured_as_one():
    election = ranked(["ab"], 2, a=1, b=1)
    assert fairness(election, count(election, "points-greedy")).choices_funded == 2


def test_a_score_of_nothing_is_no_choice():
    projects = [Project("a", 5), Project("b", 1)]
    election = Election.scoring(projects=projects, ballots=[{"a": 3, "b": 0}, {"b": 1}], budget=1)
    first, second = count(election, "greedy"), count(election, "greedy-threshold", {"threshold": 2})
    assert (first.funded, second.funded) == (("b",), ())
    assert fairness(election, first).with_any == 1
    assert compare(election, first, second).prefer_first == 1


def test_voters_who_agree_on_a_group_in_another_order_are_counted_together():
    election = ranked(["ab", "ba", "c", "c"], 4, a=2, b=2, c=2)
    assert inclusion_psc_violations(election, ("c",)) == (
        Violation("a", 2, ("a", "b"), 2),
        Violation("b", 2, ("a", "b"), 2),
    )


def test_those_who_have_equally_little_complain_together_and_those_who_have_more_do_not():
    projects = [Project(name, 2) for name in "cpx"]
    ballots = [("p",), ("p", "x"), ("p", "c"), ("c",)]
    election = Election.approval(projects=projects, ballots=ballots, budget=4)
    assert ejr_plus_violations(election, ("c",)) == (Violation("p", 2, ("p",), 2),)


def test_first_choices_any_choices_and_the_mean_rank_are_counted_by_hand():
    election = ranked(["ab", "ab", "ba", "cb", "c"], 2, a=1, b=1, c=1)
    found = fairness(election, count(election, "points-greedy", order="abc"))
    assert found.rule == "points-greedy"
    assert (found.voters, found.funded, found.spent, found.left) == (5, 2, 2, 0)
    assert found.with_first == 3
    assert found.with_any == 4
    assert found.mean_best_rank == Fraction(1 + 1 + 1 + 2, 4)
    assert found.choices_funded == Fraction(2 + 2 + 2 + 1, 5)
    assert found.ejr is None


def test_an_outcome_that_funds_nothing_has_no_mean_rank_and_a_gini_of_zero():
    election = ranked(["a"], 0, a=1)
    found = fairness(election, count(election, "points-greedy"))
    assert (found.with_first, found.with_any, found.mean_best_rank, found.gini) == (0, 0, None, 0)


def test_an_election_without_ballots_can_be_measured():
    election = ranked([], 5, a=1)
    found = fairness(election, count(election, "points-greedy"))
    assert (found.voters, found.with_any, found.choices_funded) == (0, 0, 0)


def test_the_first_choice_of_points_is_whatever_has_most_of_them():
    projects = [Project("a", 1), Project("b", 1)]
    ballots = [{"a": 2, "b": 2}, {"a": 1, "b": 3}, {"b": 1}]
    election = Election.cumulative(projects=projects, ballots=ballots, budget=1)
    assert fairness(election, count(election, "greedy")).with_first == 3
    assert fairness(election, count(election, "greedy", order="ab")).with_any == 3


def test_scores_of_zero_and_below_are_no_support():
    projects = [Project("a", 1), Project("b", 1)]
    election = Election.scoring(projects=projects, ballots=[{"a": 3}, {"a": -1, "b": 1}, {"a": 0}], budget=1)
    found = fairness(election, count(election, "greedy"))
    assert (found.with_first, found.with_any) == (1, 1)


def test_approvals_have_no_first_choice():
    election = small_election(1)
    assert fairness(election, count(election, "greedy", order=election.ids)).with_first is None


def test_the_gini_of_shares_used_by_hand():
    election = ranked(["a", "a", "b", "c"], 12, a=8, b=4, c=40)
    assert fairness(election, count(election, "points-greedy")).gini == Fraction(1, 4)
    everything_to_one = ranked(["a", "b", "c", "d"], 5, a=5, b=50, c=50, d=50)
    assert fairness(everything_to_one, count(everything_to_one, "points-greedy")).gini == Fraction(3, 4)


@given(numbers, st.sampled_from(KINDS))
def test_the_gini_is_the_mean_difference_between_two_voters(number, kind):
    election = small_election(number, kind)
    tally = count(election, "greedy", order=some_order(election, number))
    costs = dict(zip(election.ids, election.costs, strict=True))
    supporters = dict(zip(election.ids, election.supporters, strict=True))
    used = []
    for ballot, times in election.ballots():
        names = [
            part if isinstance(part, str) else part[0]
            for part in ballot
            if isinstance(part, str) or part[1] > 0
        ]
        used += [sum(Fraction(costs[n], supporters[n]) for n in names if n in tally.awards)] * times
    total = sum(used)
    expected = (
        sum(abs(one - other) for one in used for other in used) / (2 * len(used) * total) if total else 0
    )
    assert abs(fairness(election, tally).gini - expected) <= Fraction(1, 10_000)


@given(numbers, st.sampled_from(KINDS))
def test_the_measures_stay_within_their_bounds_and_ignore_the_order_of_ballots(number, kind):
    election = small_election(number, kind)
    found = fairness(election, count(election, "greedy", order=some_order(election, number)))
    assert 0 <= (found.with_first or 0) <= found.with_any <= found.voters
    assert 0 <= found.gini < 1
    assert found.spent + found.left == election.budget
    assert found.mean_best_rank is None or 1 <= found.mean_best_rank <= election.max_length


@given(numbers)
def test_a_mean_best_rank_of_one_means_that_all_who_have_a_choice_have_their_first(number):
    election = small_election(number, "ordinal")
    found = fairness(election, count(election, "points-greedy", order=some_order(election, number)))
    assert (found.mean_best_rank == 1) == (found.with_first == found.with_any > 0)


@given(numbers, st.integers(0, 127))
def test_inclusion_psc_is_checked_as_it_is_defined(number, mask):
    """Every subset of voters against every set of projects, for any outcome whatever."""
    election = small_election(number, "ordinal", most_voters=5)
    funded = {name for at, name in enumerate(election.ids) if mask >> at & 1}
    costs = dict(zip(election.ids, election.costs, strict=True))
    ballots = voters_of(election)
    wronged = set()
    for names in every(election.ids):
        for group in every(ballots):
            if all(set(ballot[: len(names)]) == set(names) for ballot in group):
                spent = sum(costs[name] for name in names if name in funded)
                wronged |= {
                    name
                    for name in names
                    if name not in funded
                    and (spent + costs[name]) * len(ballots) <= len(group) * election.budget
                }
    assert {violation.project for violation in inclusion_psc_violations(election, funded)} == wronged


@given(numbers, st.integers(0, 127), st.sampled_from(("cost", "count")))
def test_ejr_plus_is_checked_as_it_is_defined(number, mask, utility):
    election = small_election(number, "approval", most_voters=6)
    funded = {name for at, name in enumerate(election.ids) if mask >> at & 1}
    costs = dict(zip(election.ids, election.costs, strict=True))
    ballots = voters_of(election)
    wronged = {}
    for name in set(election.ids) - funded:
        for group in every([ballot for ballot in ballots if name in ballot]):
            entitled = Fraction(len(group) * election.budget, len(ballots))
            price, worth = (1, costs) if utility == "cost" else (costs[name], dict.fromkeys(costs, 1))
            if all(
                (sum(worth[n] for n in ballot if n in funded) + worth[name]) * price <= entitled
                for ballot in group
            ):
                wronged[name] = max(wronged.get(name, 0), len(group))
    found = ejr_plus_violations(election, funded, utility=utility)
    assert {violation.project: violation.voters for violation in found} == wronged


@given(numbers)
def test_rank_by_rank_equal_shares_never_violates_inclusion_psc(number):
    election = small_election(number, "ordinal")
    tally = count(election, "rank-equal-shares", order=some_order(election, number))
    assert fairness(election, tally).psc == ()


@given(numbers, st.sampled_from(("cost", "count")), st.sampled_from(("none", "add1-overspend")))
def test_equal_shares_for_approvals_never_violates_ejr_plus_up_to_one(number, utility, completion):
    election = small_election(number, "approval")
    parameters = {"utility": utility, "completion": completion}
    tally = count(election, "equal-shares-approval", parameters, order=some_order(election, number))
    assert ejr_plus_violations(election, tally.funded, utility=utility) == ()


def test_greedy_violates_ejr_plus_where_a_majority_takes_everything():
    projects = [Project(name, 30) for name in "abcd"]
    election = Election.approval(projects=projects, ballots=[tuple("abc")] * 6 + [("d",)] * 3, budget=90)
    found = fairness(election, count(election, "greedy", order="abcd")).ejr
    assert [(v.project, v.voters, v.entitled) for v in found] == [("d", 3, 30)]


def test_points_violate_inclusion_psc_where_a_minority_is_outvoted():
    election = ranked(["abc", "bca", "cab"] * 2 + ["d"] * 3, 90, a=30, b=30, c=30, d=30)
    found = fairness(election, count(election, "points-greedy", order="abcd")).psc
    assert [(v.project, v.voters, v.projects, v.entitled) for v in found] == [("d", 3, ("d",), 30)]


def test_the_checks_refuse_ballots_they_are_not_about():
    with pytest.raises(ValueError, match="about rankings"):
        inclusion_psc_violations(small_election(0), ())
    with pytest.raises(ValueError, match="about approvals"):
        ejr_plus_violations(small_election(0, "ordinal"), ())
    with pytest.raises(ValueError, match="cost or count"):
        ejr_plus_violations(small_election(0), (), utility="joy")


def test_money_by_group_stands_beside_the_voters_of_the_group():
    election = ranked(["ab", "ac"], 8, a=5, b=3, c=9)
    tally = count(election, "points-greedy", order="abc")
    wards = {"a": "North", "c": "South"}
    rows = by_group(tally, wards, {"North": 1, "West": 1})
    found = [(row.name, row.money, row.funded, row.projects, row.voters) for row in rows]
    assert found == [
        ("North", 5, 1, 1, 1),
        ("South", 0, 0, 1, None),
        ("West", 0, 0, 0, 1),
        ("", 3, 1, 1, None),
    ]
    assert fairness(election, tally, projects={"ward": wards}).groups["ward"][0].voters is None


@given(numbers)
def test_groups_share_out_exactly_what_was_spent(number):
    election = small_election(number, "ordinal")
    tally = count(election, "points-greedy", order=some_order(election, number))
    groups = by_group(tally, {name: name[-1] for name in election.ids[::2]})
    assert sum(group.money for group in groups) == tally.spent
    assert sum(group.funded for group in groups) == len(tally.funded)


def test_two_outcomes_side_by_side():
    election = ranked(["abc", "bca", "cab"] * 2 + ["d"] * 3, 90, a=30, b=30, c=30, d=30)
    points = count(election, "points-greedy", order="abcd")
    shares = count(election, "rank-equal-shares", order="abcd")
    found = compare(election, points, shares)
    assert (found.both, found.only_first, found.only_second) == (("a", "b"), ("c",), ("d",))
    assert (found.first.rule, found.second.rule) == ("points-greedy", "rank-equal-shares")
    assert (found.prefer_first, found.prefer_second) == (6, 3)


@given(numbers, st.sampled_from(("approval", "ordinal")))
def test_comparing_an_outcome_with_itself_finds_no_difference(number, kind):
    election = small_election(number, kind)
    tally = count(election, "greedy", order=some_order(election, number))
    found = compare(election, tally, tally)
    assert found.first == found.second
    assert (found.only_first, found.only_second, found.prefer_first, found.prefer_second) == ((), (), 0, 0)
    assert found.both == tally.funded
