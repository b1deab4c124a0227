"""Every refusal of the count with all it says: which message, about what, and how much of what was found."""

from fractions import Fraction

import pytest

from pbvote.tally import BadElection, CountError, Election, Project, RuleDoesNotFit, count
from pbvote.tally.messages import Message, template
from pbvote.tally.rule import Parameter
from pbvote.tally.rules import RULES as RULES_FOUND

A, B = Project("a", 5), Project("b", 7)
LONG = "x" * 300
RULES = (
    "choose-one",
    "cumulative",
    "equal-shares-approval",
    "equal-shares-points",
    "greedy",
    "greedy-80",
    "greedy-exclusive",
    "greedy-no-skip",
    "greedy-threshold",
    "phragmen",
    "points-greedy",
    "rank-equal-shares",
)


def ranked(ballots=(), budget=10, projects=(A, B), **more):
    return Election.ranked(projects=projects, ballots=ballots, budget=budget, **more)


def scored(ballots, make=Election.scoring):
    return make(projects=(A, B), ballots=ballots, budget=10)


def message(trouble):
    return trouble.value.message


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda: ranked(budget=-1), Message("tally.budget-not-money", {"project": "budget", "found": "-1"})),
        (
            lambda: ranked(budget=LONG),
            Message("tally.budget-not-money", {"project": "budget", "found": "'" + "x" * 39}),
        ),
        (
            lambda: ranked(projects=(Project("p", True),)),
            Message("tally.cost-not-money", {"project": "p", "found": "True"}),
        ),
        (
            lambda: ranked(projects=(Project("p", 5, least=-2),)),
            Message("tally.cost-not-money", {"project": "p", "found": "-2"}),
        ),
        (
            lambda: ranked(projects=(Project("p", 5, least=6),)),
            Message("tally.least-above-cost", {"project": "p"}),
        ),
        (lambda: ranked(projects=(Project("", 5),)), Message("tally.project-without-id", {})),
        (
            lambda: ranked(projects=(A, B, Project("a", 1))),
            Message("tally.project-twice", {"project": "a"}),
        ),
        (lambda: ranked(withdrawn=("z", "y", "a")), Message("tally.withdrawn-unknown", {"project": "y"})),
        (lambda: ranked([()]), Message("tally.ballot-blank", {})),
        (lambda: ranked(["ab"]), Message("tally.ballot-not-list", {"ballot": "'ab'"})),
        (lambda: ranked([LONG]), Message("tally.ballot-not-list", {"ballot": "'" + "x" * 79})),
        (lambda: ranked([7]), Message("tally.ballot-not-list", {"ballot": "7"})),
        (lambda: ranked({"ab": 2}), Message("tally.ballot-not-list", {"ballot": "'ab'"})),
        (lambda: ranked([("a", "b", "a")]), Message("tally.ballot-repeats", {"ballot": "('a', 'b', 'a')"})),
        (
            lambda: ranked([("a", LONG, "a")]),
            Message("tally.ballot-repeats", {"ballot": "('a', '" + "x" * 193}),
        ),
        (
            lambda: ranked([("a", "b")], max_length=1),
            Message("tally.ballot-too-long", {"ballot": "('a', 'b')", "most": 1}),
        ),
        (
            lambda: ranked([("a", LONG)], max_length=1),
            Message("tally.ballot-too-long", {"ballot": "('a', '" + "x" * 193, "most": 1}),
        ),
        (lambda: ranked([("a", "c")]), Message("tally.ballot-unknown-project", {"project": "c"})),
        (lambda: ranked([(LONG,)]), Message("tally.ballot-unknown-project", {"project": "x" * 80})),
        (lambda: ranked(max_length=0), Message("tally.max-length", {"found": "0"})),
        (lambda: ranked(max_length=LONG), Message("tally.max-length", {"found": "'" + "x" * 39})),
        (
            lambda: ranked({("a",): 0}),
            Message("tally.ballot-number", {"ballot": "('a',)", "found": "0"}),
        ),
        (
            lambda: ranked({(LONG,): LONG}),
            Message("tally.ballot-number", {"ballot": "('" + "x" * 78, "found": "'" + "x" * 39}),
        ),
        (
            lambda: ranked({("a",): True}),
            Message("tally.ballot-number", {"ballot": "('a',)", "found": "True"}),
        ),
        (lambda: scored([("a", 1)]), Message("tally.ballot-not-points", {"ballot": "('a', 1)"})),
        (lambda: scored([LONG]), Message("tally.ballot-not-points", {"ballot": "'" + "x" * 79})),
        (
            lambda: scored([{"a": 1, "b": 10**6 + 1}]),
            Message("tally.ballot-points", {"project": "b", "found": "1000001"}),
        ),
        (
            lambda: scored([{"a": -(10**6) - 1}]),
            Message("tally.ballot-points", {"project": "a", "found": "-1000001"}),
        ),
        (
            lambda: scored([{"a": LONG}]),
            Message("tally.ballot-points", {"project": "a", "found": "'" + "x" * 39}),
        ),
        (lambda: scored([{"a": True}]), Message("tally.ballot-points", {"project": "a", "found": "True"})),
        (
            lambda: scored([{"a": 0}], Election.cumulative),
            Message("tally.ballot-points", {"project": "a", "found": "0"}),
        ),
    ],
)
def test_an_election_that_cannot_be_counted_says_what_is_wrong_with_it(broken, said):
    with pytest.raises(BadElection) as trouble:
        broken()
    assert message(trouble) == said
    assert str(trouble.value) == said.text()


def test_the_outermost_amounts_that_are_allowed_are_taken():
    most = 10**18
    assert ranked(budget=most, projects=(Project("a", most, least=most),)).costs == (most,)
    assert ranked(budget=0, projects=(Project("a", 0, least=0),)).budget == 0
    assert scored([{"a": 10**6, "b": -(10**6)}]).points == (10**6, -(10**6))
    assert scored([{"a": 1}], Election.cumulative).points == (1, 0)
    assert ranked([("a",)], max_length=1).max_length == 1
    assert ranked([("a",), ("b", "a")]).max_length == 2
    assert ranked([], max_length=4).max_length == 4
    assert ranked([]).max_length == 1
    assert ranked({("a",): 1}).voters == 1


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (
            lambda: count(ranked([("a",)]), "x" * 70),
            Message("tally.unknown-rule", {"rule": "x" * 60, "rules": ", ".join(RULES)}),
        ),
        (
            lambda: count(scored([{"a": 1}]), "choose-one"),
            Message("tally.wrong-ballots", {"rule": "choose-one", "kind": "scoring", "kinds": "choose-1"}),
        ),
        (
            lambda: count(scored([{"a": 1}]), "equal-shares-approval"),
            Message(
                "tally.wrong-ballots",
                {"rule": "equal-shares-approval", "kind": "scoring", "kinds": "approval, choose-1"},
            ),
        ),
        (
            lambda: count(ranked([("a",)]), "greedy", {"y" * 70: 1}),
            Message("tally.unknown-parameter", {"rule": "greedy", "parameter": "y" * 60}),
        ),
        (
            lambda: count(ranked([("a",)]), parameters={"cap": "z" * 70}),
            Message(
                "tally.bad-parameter",
                {"rule": "rank-equal-shares", "parameter": "cap", "found": "'" + "z" * 59},
            ),
        ),
        (
            lambda: count(ranked([("a",)]), parameters={"cap": None}),
            Message(
                "tally.bad-parameter", {"rule": "rank-equal-shares", "parameter": "cap", "found": "None"}
            ),
        ),
        (
            lambda: count(ranked([("a",)]), parameters={"step": 0}),
            Message("tally.bad-parameter", {"rule": "rank-equal-shares", "parameter": "step", "found": "0"}),
        ),
        (
            lambda: count(ranked([("a",)]), "greedy-exclusive", {"exclusive": (("a", "b"), "ab")}),
            Message("tally.bad-groups", {"found": "'ab'"}),
        ),
        (
            lambda: count(ranked([("a",)]), "greedy-exclusive", {"exclusive": ((LONG, 7),)}),
            Message("tally.bad-groups", {"found": "('" + "x" * 58}),
        ),
        (lambda: count(ranked([("a",)]), seed="1x"), Message("tally.seed-not-digits", {})),
        (lambda: count(ranked([("a",)]), order=("a", "b", "a")), Message("tally.order-repeats", {})),
        (
            lambda: count(ranked([("a",)]), order=("c",)),
            Message("tally.order-incomplete", {"project": "a"}),
        ),
        (
            lambda: count(ranked([("a",), ("b",)], 7), parameters={"start": 7}),
            Message("tally.start-too-high", {}),
        ),
    ],
)
def test_a_count_that_cannot_be_made_says_what_is_wrong_with_what_was_asked(broken, said):
    with pytest.raises(RuleDoesNotFit) as trouble:
        broken()
    assert message(trouble) == said
    assert str(trouble.value) == said.text()


def test_a_parameter_takes_its_least_amount_each_of_its_choices_and_its_default_of_nothing():
    number = Parameter("n", None, int, "", least=3)
    assert [number.check("r", value) for value in (3, 4, None)] == [3, 4, None]
    with pytest.raises(RuleDoesNotFit):
        number.check("r", 2)
    word = Parameter("w", "one", str, "", choices=("one", "two"))
    assert [word.check("r", value) for value in ("one", "two")] == ["one", "two"]
    for value in ("three", None, 1):
        with pytest.raises(RuleDoesNotFit):
            word.check("r", value)


SHARES = {"completion": "add1-overspend", "start": None, "step": None, "cap": 20_000, "top_up": True}
WALK = {"part_funding": False}


def test_every_rule_takes_these_parameters_and_is_run_with_these_where_nothing_is_asked():
    assert {name: rule.settled({}) for name, rule in RULES_FOUND.items()} == {
        "choose-one": WALK,
        "cumulative": WALK,
        "equal-shares-approval": {"utility": "cost", **SHARES, **WALK},
        "equal-shares-points": {**SHARES, **WALK},
        "greedy": {"limits": (), **WALK},
        "greedy-80": {"percent": 80},
        "greedy-exclusive": {"exclusive": (), **WALK},
        "greedy-no-skip": {"threshold": 1, **WALK},
        "greedy-threshold": {"threshold": None, **WALK},
        "phragmen": WALK,
        "points-greedy": WALK,
        "rank-equal-shares": {**SHARES, **WALK},
    }


@pytest.mark.parametrize(
    ("rule", "name", "least"),
    [
        ("rank-equal-shares", "start", 0),
        ("rank-equal-shares", "step", 1),
        ("rank-equal-shares", "cap", 0),
        ("greedy-80", "percent", 1),
        ("greedy-no-skip", "threshold", 1),
        ("greedy-threshold", "threshold", 0),
    ],
)
def test_a_number_that_is_asked_of_a_rule_has_a_least(rule, name, least):
    assert RULES_FOUND[rule].settled({name: least})[name] == least
    with pytest.raises(RuleDoesNotFit):
        RULES_FOUND[rule].settled({name: least - 1})


@pytest.mark.parametrize(
    ("rule", "name", "choices"),
    [
        ("rank-equal-shares", "completion", ("add1-overspend", "add1-exhaustive", "none")),
        ("equal-shares-approval", "utility", ("cost", "count")),
    ],
)
def test_a_word_that_is_asked_of_a_rule_is_one_of_its_choices(rule, name, choices):
    for word in choices:
        assert RULES_FOUND[rule].settled({name: word})[name] == word
    with pytest.raises(RuleDoesNotFit):
        RULES_FOUND[rule].settled({name: "another"})


def test_an_id_that_was_not_on_the_ballot_is_named():
    tally = count(ranked([("a",)]))
    with pytest.raises(CountError) as trouble:
        tally.standing("z")
    assert message(trouble) == Message("tally.project-unknown", {"project": "z"})


def test_a_message_with_the_id_of_another_is_a_mistake():
    with pytest.raises(ValueError, match=r"^message tally\.max-length is defined twice$"):
        template("tally.max-length", "Another text.")


def test_numbers_and_money_are_written_the_english_way():
    shown = {"project": "p", "cost": 123_456, "points": 1_234, "left": -50, "step": 1}
    assert Message("tally.funded-walk", shown).text() == (
        "Funded at step 1: with 1,234 points its turn came when -£0.50 was left, and it costs £1,234.56."
    )
    assert Message("tally.not-funded", {"cost": 0}).text() == "Not funded: it costs £0."
    assert Message("tally.not-funded", {"cost": 1_200_005}).text() == "Not funded: it costs £12,000.05."
    assert Message("tally.not-funded", {"cost": "much"}).text() == "Not funded: it costs much."


def test_fractions_are_written_rounded_down_to_a_tenth_and_as_money_to_a_penny():
    shown = {"cost": Fraction(1999, 10), "points": Fraction(24699, 20), "left": 1, "step": 1}
    assert Message("tally.funded-walk", shown).text() == (
        "Funded at step 1: with 1,234.9 points its turn came when £0.01 was left, and it costs £1.99."
    )
