"""Small things of the count worked out by hand: ballots as arrays, the digest, ties, walks and measures."""

import struct
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256

import numpy as np
import pytest

from pbvote.tally import (
    BadElection,
    Election,
    Message,
    Project,
    RuleDoesNotFit,
    TieUndecided,
    compare,
    count,
    fairness,
)
from pbvote.tally.official.stated import prefer_first, stated, variations
from pbvote.tally.pabulib import read
from pbvote.tally.parts import with_part_funding
from pbvote.tally.proportionality import Violation, ejr_plus_violations, inclusion_psc_violations
from pbvote.tally.record import Completion, NotFunded, Step, Tie
from pbvote.tally.rule import Outcome
from pbvote.tally.rules.phragmen import Loads
from pbvote.tally.ties import TieOrder
from pbvote.tally.walk import Walk

A, B, C = Project("a", 10), Project("b", 20, least=5), Project("c", 30)


def ranked(ballots, budget=30, projects=(A, B, C), **more):
    return Election.ranked(projects=projects, ballots=ballots, budget=budget, **more)


def approved(ballots, budget=30, projects=(A, B, C), **more):
    return Election.approval(projects=projects, ballots=ballots, budget=budget, **more)


def rows(election):
    """{entries: voters} as the arrays say."""
    profile = election.profile
    found = {}
    for row, weight in enumerate(profile.weights.tolist()):
        span = slice(profile.starts[row], profile.starts[row + 1])
        key = tuple(zip(profile.project[span].tolist(), profile.value[span].tolist(), strict=True))
        assert key not in found
        found[key] = weight
    return found


def test_equal_rankings_are_one_row_and_ranks_are_counted_from_one():
    election = ranked([("b", "a"), ("a", "b"), ("b", "a"), ("c",)])
    assert rows(election) == {((1, 1), (0, 2)): 2, ((0, 1), (1, 2)): 1, ((2, 1),): 1}
    assert election.profile.row.tolist() == np.repeat([0, 1, 2], np.diff(election.profile.starts)).tolist()
    assert dict(election.ballots()) == {("b", "a"): 2, ("a", "b"): 1, ("c",): 1}


def test_equal_approvals_are_one_row_whatever_their_order():
    election = approved([("b", "a"), ("a", "b"), ("c",), ("a",)])
    assert rows(election) == {((0, 1), (1, 1)): 2, ((2, 1),): 1, ((0, 1),): 1}


def test_points_are_told_apart_by_what_was_given_and_keep_their_signs():
    ballots = [{"b": 2, "a": -1}, {"a": -1, "b": 2}, {"a": -1, "b": 3}, {"a": -1}, {"b": -1}]
    election = Election.scoring(projects=(A, B), ballots=ballots, budget=1)
    assert rows(election) == {((0, -1), (1, 2)): 2, ((0, -1), (1, 3)): 1, ((0, -1),): 1, ((1, -1),): 1}
    assert election.points == (-4, 6)
    assert election.supporters == (0, 3)
    assert election.first_choices == (0, 0)
    assert election.named_alone == (1, 1)
    assert dict(election.ballots())[(("a", -1), ("b", 2))] == 2


def test_points_first_choices_and_supporters_of_rankings_are_counted_by_hand():
    election = ranked({("a", "b", "c"): 2, ("b",): 3, ("c", "a"): 1}, max_length=4)
    assert election.points == (2 * 4 + 3, 2 * 3 + 3 * 4, 2 * 2 + 4)
    assert election.first_choices == (2, 3, 1)
    assert election.supporters == (3, 5, 3)
    assert election.named_alone == (0, 3, 0)
    assert (election.voters, election.index, election.ids) == (6, {"a": 0, "b": 1, "c": 2}, ("a", "b", "c"))


def test_a_withdrawal_closes_ranks_up_and_merges_what_has_become_the_same():
    election = ranked(
        {("a", "b", "c"): 2, ("b", "a", "c"): 1, ("b",): 3, ("a", "c"): 4, ("b", "c"): 5}, withdrawn=["b"]
    )
    assert election.ids == ("a", "c")
    assert rows(election) == {((0, 1), (1, 2)): 7, ((1, 1),): 5}
    assert (election.voters, election.max_length, election.withdrawn) == (15, 3, frozenset({"b"}))
    scored = Election.cumulative(
        projects=(A, B), ballots=[{"a": 3, "b": 1}, {"a": 3}, {"b": 2}], budget=1, withdrawn={"b"}
    )
    assert rows(scored) == {((0, 3),): 2}
    assert scored.voters == 3


def test_an_election_without_ballots_or_projects_has_empty_arrays():
    for election in (ranked([]), ranked([], projects=()), ranked([("a",)], withdrawn=["a"])):
        assert rows(election) == {}
        assert election.profile.starts.tolist() == [0] or len(election.profile.weights) == 0
        assert set(election.points) <= {0}
        assert list(election.ballots()) == []


def text(*lines):
    return b"".join(b"%d:%s\n" % (len(line.encode()), line.encode()) for line in lines)


def numbers(*values):
    return struct.pack(f">{len(values)}q", *values)


def test_the_digest_can_be_made_again_from_its_description():
    projects = [Project("a", 10, "Any name"), Project("ü", 20, least=5)]
    election = ranked({("ü", "a"): 2, ("a",): 3}, 30, projects, max_length=4)
    assert (
        election.digest
        == sha256(
            b"pbvote election 1\n"
            + text("ordinal", "5", "30", "4", "a\t10\tNone", "ü\t20\t5")
            + numbers(3, 2)
            + numbers(1, 2)
            + numbers(0, 1, 0)
            + numbers(1, 1, 2)
        ).hexdigest()
    )
    struck = approved([("a", "b"), ("c",)], withdrawn=["c"])
    assert (
        struck.digest
        == sha256(
            b"pbvote election 1\n"
            + text("approval", "2", "30", "2", "c", "a\t10\tNone", "b\t20\t5")
            + numbers(1, 2, 0, 1, 1, 1)
        ).hexdigest()
    )
    empty = approved([])
    assert (
        empty.digest
        == sha256(
            b"pbvote election 1\n"
            + text("approval", "0", "30", "1", "a\t10\tNone", "b\t20\t5", "c\t30\tNone")
        ).hexdigest()
    )


def test_rows_stand_in_the_order_of_their_entries():
    ballots = {("c",): 1, ("a", "c"): 2, ("a", "b"): 3, ("a",): 4, ("b", "a"): 5}
    assert list(ranked(ballots).ballots()) == [
        (("a",), 4),
        (("a", "b"), 3),
        (("a", "c"), 2),
        (("b", "a"), 5),
        (("c",), 1),
    ]


def test_the_order_t_compares_points_then_first_choices_then_cost_then_the_lot():
    election = ranked({("a", "b"): 1, ("b", "a"): 1, ("c", "b"): 1})
    order = TieOrder(election, "5", None)
    assert [order.key(place) for place in range(3)] == [(-3, -1, 10), (-4, -1, 20), (-2, -1, 30)]
    assert order.key(0, cost=0) == (-3, -1, 0)
    assert order.lot(1) == sha256(b"5b").digest()
    supplied = TieOrder(election, None, ["c", "b", "a"])
    assert [supplied.key(place) for place in range(3)] == [(-3, 2), (-4, 1), (-2, 0)]
    assert supplied.key(0, cost=9) == (-3, 2)


def level(seed=None, supplied=None, ballots=(("a", "b"), ("b", "a"), ("c",)), costs=(10, 10, 10)):
    projects = [Project(name, cost) for name, cost in zip("abc", costs, strict=True)]
    return TieOrder(ranked(ballots, projects=projects), seed, supplied)


def test_groups_are_those_that_only_a_lot_could_part():
    assert level().groups([2, 1, 0]) == [[0, 1], [2]]
    lots = sorted([0, 1], key=level("3").lot)
    assert level("3").groups([2, 1, 0]) == [lots, [2]]
    assert level(supplied="bac").groups([0, 1, 2]) == [[1], [0], [2]]
    assert level(costs=(10, 9, 10)).groups([0, 1]) == [[1], [0]]
    with pytest.raises(TieUndecided) as trouble:
        level().first([1, 0, 2])
    assert trouble.value.projects == ("a", "b")
    assert level().first([2, 0]) == (0, 2)
    assert level("3").first([1, 0, 2]) == (*lots, 2)


@pytest.mark.parametrize(
    ("order", "by"),
    [
        (level(costs=(10, 9, 10)), "cost"),
        (level("3"), "lot"),
        (level(supplied="bac"), "officials"),
        (level("3", ballots=(("a", "b"), ("a", "b"), ("b",), ("b",), ("c",))), "points"),
    ],
)
def test_a_tie_says_what_decided_it(order, by):
    before = len(order.ties)
    chosen = order.pick([0, 1], step=4)
    assert order.ties[before:] == [Tie(order.ties[-1].order, by, 4, mattered=True)]
    assert order.ties[-1].order[0] == "abc"[chosen]
    assert order.note([0, 2], step=0, mattered=False, raises=3) == before + 1
    assert order.ties[-1] == Tie(("a", "c"), "points", 0, mattered=False, raises=3)
    assert order.pick([2], step=9) == 2
    assert len(order.ties) == before + 2


def test_first_choices_part_what_is_level_on_points():
    order = level(ballots=(("a", "b"), ("c", "b"), ("b",), ("a",)), costs=(10, 10, 10))
    election = order.election
    assert election.points == (4, 4, 2)
    assert order.first([1, 0]) == (0, 1)
    assert order.pick([1, 0], step=1) == 0
    assert order.ties == [Tie(("a", "b"), "first-choices", 1, mattered=True)]


def test_a_tie_in_a_walk_matters_only_if_fates_differ():
    for budget, mattered, funded in ((20, False, 2), (9, False, 0)):
        projects = [Project("a", 10), Project("b", 10)]
        tally = count(ranked([("a",), ("b",)], budget, projects), "greedy")
        assert tally.ties == (Tie(("a", "b"), "lot", 1 if funded else 0, mattered=mattered),)
        assert len(tally.steps) == funded
        assert [step.tie for step in tally.steps] == [0] * funded
    with pytest.raises(TieUndecided):
        count(ranked([("a",), ("b",)], 19, projects), "greedy")
    one = count(ranked([("a",), ("b",)], 19, projects), "greedy", seed="1")
    assert one.ties[0].mattered
    assert one.ties[0].step == 1


def test_a_walk_keeps_what_was_left_at_each_turn_and_why_nothing_was_taken():
    election = ranked({("c", "b", "a"): 2, ("b",): 1}, 25)
    walk = Walk(TieOrder(election, None, None), 25, part="top-up", number=4)
    walk.go([0, 1, 2])
    assert walk.steps == [Step(5, "top-up", "b", 20, 5, 7)]
    assert (walk.turns, walk.missed, walk.left, walk.number) == (
        {0: 5, 2: 5},
        {2: "did-not-fit", 0: "did-not-fit"},
        5,
        5,
    )
    assert walk.stopped_at == 2
    stops = Walk(TieOrder(election, None, None), 25, part="walk", stops=True)
    stops.go([0, 2])
    assert (stops.missed, stops.steps, stops.stopped_at) == ({2: "did-not-fit", 0: "after-stop"}, [], 2)


def test_limits_that_are_none_are_refused_in_few_words():
    for entry, found in (
        (7, "7"),
        ((-1, ("a",)), "(-1, ('a',))"),
        ((5, ("a", 1)), "(5, ('a', 1))"),
        ((5, ("x" * 90,), 1), "(5, ('" + "x" * 54),
    ):
        with pytest.raises(RuleDoesNotFit) as trouble:
            count(ranked([("a",)]), "greedy", {"limits": (entry,)})
        assert trouble.value.message == Message("tally.bad-limits", {"found": found})
    taken = count(ranked([("a", "b")]), "greedy", {"limits": ((0, ("a",)), (20, ("b", "unknown")))})
    assert taken.funded == ("b",)
    assert taken.not_funded[0] == NotFunded("a", "group-limit", left=30)


@pytest.mark.parametrize("reason", ["no-support", "excluded", "threshold"])
def test_what_was_barred_is_not_funded_in_part(reason):
    order = TieOrder(ranked([("a", "b")], 15), None, None)
    outcome = Outcome((Step(1, "walk", "a", 10, 5, 2),), (NotFunded("b", reason), NotFunded("c", "too-dear")))
    assert with_part_funding(outcome, order) is outcome
    open_to_it = Outcome(outcome.steps, (NotFunded("b", "did-not-fit"), NotFunded("c", "too-dear")))
    assert with_part_funding(open_to_it, order) == Outcome(
        (*outcome.steps, Step(2, "part-funding", "b", 5, 0, 1)), (NotFunded("c", "too-dear"),)
    )
    raised = Completion("none", Fraction(1), Fraction(1), 0, Fraction(1), "none")
    assert with_part_funding(replace(open_to_it, completion=raised), order).completion == raised


def test_equal_shares_for_approvals_compares_prices_per_pound_unless_projects_are_to_count_alike():
    # large asks 5 of each of 8 voters, an eighth of its cost; small asks 2.50 of each of 4, a quarter of its
    projects = [Project("large", 40), Project("small", 10)]
    election = approved([("large",)] * 8 + [("small",)] * 4, 60, projects)
    for utility, funded in (
        ({}, ("large", "small")),
        ({"utility": "cost"}, ("large", "small")),
        ({"utility": "count"}, ("small", "large")),
    ):
        assert count(election, "equal-shares-approval", utility).funded == funded


@pytest.mark.parametrize("rule", ["rank-equal-shares", "equal-shares-points", "points-greedy"])
def test_what_nobody_named_is_said_to_have_no_support(rule):
    tally = count(ranked([("a",), ("b", "a")], 60), rule)
    assert tally.not_funded == (NotFunded("c", "no-support"),)
    assert sorted(tally.funded) == ["a", "b"]


def test_loads_are_shared_by_hand():
    election = approved([("a", "b"), ("a",), ("b", "c")], 100)
    loads = Loads(election)
    assert loads.least() == [0]
    assert loads.take(0) == 5
    assert loads.least() == [1]
    assert loads.take(1) == Fraction(25, 2)
    assert loads.least() == [2]
    assert loads.take(2) == Fraction(85, 2)
    assert loads.least() == []


def test_the_record_of_spreading_the_costs_is_whole():
    told = []
    tally = count(
        approved([("a", "b"), ("a",), ("b", "c")], 45), "phragmen", progress=lambda *said: told.append(said)
    )
    assert tally.steps == (
        Step(1, "load", "a", 10, 35, 2, supporters=2, price=Fraction(5)),
        Step(2, "load", "b", 20, 15, 2, supporters=2, price=Fraction(25, 2)),
    )
    assert tally.not_funded == (NotFunded("c", "did-not-fit", left=15),)
    assert told == [("tally.progress-phragmen", 1, 3), ("tally.progress-phragmen", 2, 3)]


def test_a_free_project_leaves_the_shares_used_equal():
    election = ranked([("a",), ("b",)], 0, [Project("a", 0), Project("b", 5)])
    tally = count(election, "greedy")
    assert tally.funded == ("a",)
    assert fairness(election, tally).gini == 0


def test_two_outcomes_are_compared_with_their_groups():
    election = approved([("a", "b"), ("a",), ("b", "c"), ("c",), ("c",)], 30)
    first, second = count(election, "greedy"), count(election, "greedy", order="bac")
    groups = {"projects": {"ward": {"a": "N", "b": "N"}}, "voters": {"ward": {"N": 2}}}
    found = compare(election, first, second, **groups)
    assert found.first == fairness(election, first, **groups)
    assert found.second == fairness(election, second, **groups)
    assert [(share.name, share.voters) for share in found.first.groups["ward"]] == [("N", 2), ("", None)]


def test_a_group_left_out_is_named_with_what_its_shares_come_to():
    election = ranked({("a", "b"): 2, ("b", "a"): 1, ("c",): 3}, 61)
    assert inclusion_psc_violations(election, ["c"]) == (
        Violation("a", 3, ("a", "b"), 30),
        Violation("b", 3, ("a", "b"), 30),
    )
    assert inclusion_psc_violations(election, ["a", "b"]) == (Violation("c", 3, ("c",), 30),)
    assert inclusion_psc_violations(election, ["a", "b", "c"]) == ()
    likes = approved({("a", "b"): 3, ("c",): 3}, 61)
    assert ejr_plus_violations(likes, ["c"]) == (
        Violation("a", 3, ("a",), 30),
        Violation("b", 3, ("b",), 30),
    )
    assert ejr_plus_violations(likes, ["b"]) == (Violation("a", 3, ("a",), 30), Violation("c", 3, ("c",), 30))


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (lambda: inclusion_psc_violations(approved([]), []), "Inclusion PSC is about rankings"),
        (lambda: ejr_plus_violations(ranked([]), []), "EJR+ up to one is about approvals"),
        (
            lambda: ejr_plus_violations(approved([]), [], utility="joy"),
            "utility is cost or count, not 'joy'",
        ),
    ],
)
def test_a_measure_that_is_not_about_these_ballots_says_so(check, said):
    with pytest.raises(ValueError) as trouble:
        check()
    assert str(trouble.value) == said


def test_one_vote_each_is_one_project_each():
    choose = Election.choose_one
    election = choose(projects=(A, B), ballots=[("a",), ("b",), ("a",)], budget=5)
    assert (election.max_length, election.points, election.kind) == (1, (2, 1), "choose-1")
    with pytest.raises(BadElection) as trouble:
        choose(projects=(A, B), ballots=[("a", "b")], budget=5)
    said = Message("tally.ballot-too-long", {"ballot": "('a', 'b')", "most": 1})
    assert trouble.value.message == said


@pytest.mark.parametrize("make", [Election.scoring, Election.cumulative])
def test_points_may_be_for_no_more_projects_than_the_most_allowed(make):
    assert make(projects=(A, B), ballots=[{"a": 1}], budget=5, max_length=7).max_length == 7
    with pytest.raises(BadElection) as trouble:
        make(projects=(A, B), ballots=[{"a": 1, "b": 2}], budget=5, max_length=1)
    assert trouble.value.message.id == "tally.ballot-too-long"


def test_approvals_may_be_no_more_than_the_most_allowed():
    assert approved([("a",)], max_length=7).max_length == 7
    with pytest.raises(BadElection) as trouble:
        approved([("a", "b")], max_length=1)
    assert trouble.value.message.id == "tally.ballot-too-long"


def test_an_outcome_is_preferred_by_more_voters_over_all_ballots_together():
    election = approved({("a",): 3, ("b",): 2, ("a", "c"): 1, ("b", "c"): 3})
    assert not prefer_first(election, ["a"], ["c"])
    assert not prefer_first(election, ["a"], ["b"])
    assert prefer_first(election, ["b"], ["a"])
    assert not prefer_first(approved({("a",): 2, ("b",): 2}), ["a"], ["b"])


def test_a_project_that_costs_the_whole_budget_is_not_dearer_than_it():
    text = (
        "META\nkey;value\nbudget;100\nvote_type;approval\nrule;greedy-no-skip\nPROJECTS\n"
        "project_id;cost;selected\na;100;1\nb;{};0\nVOTES\nvoter_id;vote\n1;a\n2;b\n"
    )
    for cost, gone in ((100, []), (101, ["b"])):
        file = read(text.format(cost).encode())
        tried = variations(file, stated(file))
        found = [reading.assumed[-1] for reading in tried if "dearer" in reading.assumed[-1].id]
        assert [message.parameters["projects"] for message in found] == gone


def test_a_withdrawal_leaves_rankings_in_the_order_of_their_ranks():
    election = ranked({("c", "b", "a"): 2, ("b", "c", "a"): 1, ("a", "b"): 4}, withdrawn=["b"])
    assert rows(election) == {((1, 1), (0, 2)): 3, ((0, 1),): 4}
    assert dict(election.ballots()) == {("c", "a"): 3, ("a",): 4}


def test_groups_of_projects_that_exclude_each_other_are_listed_one_after_the_other():
    text = (
        "META\nkey;value\nbudget;100\nvote_type;approval\nrule;greedy-exclusive\n"
        "comment;Either a or b. Either c or d.\nPROJECTS\nproject_id;cost\na;1\nb;1\nc;1\nd;1\n"
        "VOTES\nvoter_id;vote\n1;a\n"
    )
    reading = stated(read(text.encode()))
    assert reading.parameters == {"exclusive": (("a", "b"), ("c", "d"))}
    assert reading.assumed == (Message("official.exclusive-from-comment", {"groups": "a, b; c, d"}),)
