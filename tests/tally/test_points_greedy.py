import pytest

from pbvote.tally import BadElection, Election, Project, RuleDoesNotFit, Tally, TieUndecided, count


def projects(**costs: int) -> list[Project]:
    return [Project(name, cost) for name, cost in costs.items()]


def test_a_project_that_does_not_fit_is_skipped():
    election = Election.ranked(
        projects=projects(a=60, b=50, c=30), ballots=[("b", "a"), ("b", "a"), ("a", "c")], budget=100
    )
    tally = count(election, "points-greedy")
    assert tally.funded == ("b", "c")
    assert [(why.project, why.reason, why.left) for why in tally.not_funded] == [("a", "did-not-fit", 50)]


def test_more_first_choices_then_lower_cost_break_a_tie_on_points():
    election = Election.ranked(
        projects=projects(a=5, b=5), ballots=[("a", "b"), ("b",), ("x",)][:2], budget=5
    )
    tally = count(election, "points-greedy")
    assert tally.funded == ("b",)


def test_a_tie_that_needs_the_lot_is_refused_without_a_seed_and_decided_with_one():
    election = Election.ranked(projects=projects(a=5, b=5), ballots=[("a",), ("b",)], budget=5)
    with pytest.raises(TieUndecided) as refusal:
        count(election, "points-greedy")
    assert refusal.value.projects == ("a", "b")
    tally = count(election, "points-greedy", seed="0417")
    assert tally.ties[0].by == "lot"
    assert tally.ties[0].mattered
    assert tally.ties[0].order[0] == tally.funded[0]


def test_a_tie_that_changes_nothing_needs_no_lot():
    election = Election.ranked(projects=projects(a=5, b=5), ballots=[("a",), ("b",)], budget=10)
    tally = count(election, "points-greedy")
    assert tally.funded == ("a", "b")
    assert not tally.ties[0].mattered


def test_an_order_supplied_by_officials_replaces_everything_after_points():
    election = Election.ranked(projects=projects(a=5, b=6), ballots=[("a",), ("b",)], budget=6)
    assert count(election, "points-greedy").funded == ("a",)
    tally = count(election, "points-greedy", order=("b", "a"))
    assert tally.funded == ("b",)
    assert tally.ties[0].by == "officials"


def test_a_tally_comes_back_from_its_json_unchanged():
    election = Election.ranked(projects=projects(a=60, b=50), ballots=[("a", "b"), ("b",)], budget=100)
    tally = count(election, "points-greedy", seed="12")
    assert Tally.from_json(tally.to_json()) == tally


def test_part_funding_gives_the_rest_to_the_next_project_it_still_helps():
    asked = [Project("a", 60), Project("b", 60, least=30), Project("c", 60, least=10)]
    election = Election.ranked(projects=asked, ballots=[("a", "b"), ("a", "b"), ("a", "c")], budget=100)
    tally = count(election, "points-greedy", {"part_funding": True})
    assert tally.awards == {"a": 60, "b": 40}
    assert tally.allocation[-1].part


def test_withdrawn_projects_drop_out_ranks_close_up_and_emptied_ballots_still_count():
    election = Election.ranked(
        projects=projects(a=1, b=1), ballots=[("a", "b"), ("a",)], budget=2, max_length=3, withdrawn={"a"}
    )
    assert election.ids == ("b",)
    assert election.points == (3,)
    assert election.voters == 2


def test_an_unknown_rule_or_parameter_is_named():
    election = Election.ranked(projects=projects(a=1), ballots=[("a",)], budget=1)
    with pytest.raises(RuleDoesNotFit, match="no rule named best"):
        count(election, "best")
    with pytest.raises(RuleDoesNotFit, match="no parameter named speed"):
        count(election, "points-greedy", {"speed": 3})


@pytest.mark.parametrize(
    ("ballots", "words"),
    [
        ([()], "blank"),
        ([("a", "a")], "more than once"),
        ([("z",)], "names z"),
        ([("a", "b")], "longer than the 1"),
        (["a"], "must be a list"),
    ],
)
def test_a_ballot_that_cannot_be_counted_is_refused_with_the_reason(ballots, words):
    with pytest.raises(BadElection, match=words):
        Election.ranked(projects=projects(a=1, b=1), ballots=ballots, budget=1, max_length=1)


@pytest.mark.parametrize("budget", [-1, 1.5, float("nan"), True, "5", 10**18 + 1])
def test_a_budget_that_is_not_whole_money_is_refused(budget):
    with pytest.raises(BadElection, match="budget"):
        Election.ranked(projects=projects(a=1), ballots=[("a",)], budget=budget)


def test_the_digest_is_the_same_for_any_order_of_ballots_and_projects():
    ballots = [("a", "b"), ("b",), ("a", "b"), ("c", "a")]
    one = Election.ranked(projects=projects(a=1, b=2, c=3), ballots=ballots, budget=4)
    other = Election.ranked(projects=projects(c=3, b=2, a=1), ballots=ballots[::-1], budget=4)
    assert one.digest == other.digest
    assert (
        one.digest != Election.ranked(projects=projects(a=1, b=2, c=3), ballots=ballots[1:], budget=4).digest
    )
