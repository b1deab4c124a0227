"""Explanations with every fact and every sentence, from tallies made by hand."""

from dataclasses import replace
from fractions import Fraction

import pytest

from pbvote.tally import Tally, explain, steps_table
from pbvote.tally.explain import Row
from pbvote.tally.record import Award, Candidate, Completion, NotFunded, Spent, Standing, Step, Tie

SHARES = Step(
    number=1,
    part="shares",
    project="park",
    award=600_00,
    left=400_00,
    points=17,
    level=2,
    supporters=9,
    money=Fraction(700_00),
    price=Fraction(200_01, 3),
    support=Fraction(9),
    paid_all=4,
    candidates=(
        Candidate("bench", 3, 1, 1, 2000),
        Candidate("park", 9, 700_00, 66_67, 8999),
        Candidate("pond", 5, 1, 1, 4000),
        Candidate("swing", 4, 1, 1, 4000),
    ),
)
WHY = NotFunded(
    "pond",
    "outbid",
    left=100_00,
    money=120_00,
    missing=380_00,
    lost_at=1,
    paid_for=(Spent("park", 70_00), Spent("bench", 70_00), Spent("swing", 80_00), Spent("kiosk", 10_00)),
    highest=230_00,
    enough=3,
)
STANDINGS = (
    Standing("bench", "", 300_00, None, 12, 2, 8),
    Standing("kiosk", "Kiosk", 0, None, 3, 1, 2),
    Standing("park", "New park", 600_00, None, 17, 6, 9),
    Standing("pond", "Duck pond", 500_00, None, 11, 3, 5),
    Standing("swing", "Swing", 50_00, None, 9, 0, 4),
)


def tally(*, rule="rank-equal-shares", steps=(SHARES,), ties=(), not_funded=(WHY,)):
    return Tally(
        format=1,
        version="0",
        rule=rule,
        parameters={},
        input_hash="",
        kind="ordinal",
        voters=10,
        budget=1000_00,
        max_length=5,
        withdrawn=(),
        seed=None,
        supplied_order=None,
        projects=STANDINGS,
        allocation=tuple(Award(step.project, step.award) for step in steps),
        steps=tuple(steps),
        ties=tuple(ties),
        not_funded=tuple(not_funded),
        completion=None,
    )


def words(found):
    return [message.text() for message in found.messages]


def test_the_facts_of_a_funded_project_are_whole():
    assert explain(tally(), "park").facts == {
        "funded": True,
        "part": "shares",
        "step": 1,
        "cost": 600_00,
        "award": 600_00,
        "points": 17,
        "first_choices": 6,
        "supporters": 9,
        "level": 2,
        "payers": 9,
        "price": Fraction(200_01, 3),
        "paid_all": 4,
        "left": 400_00,
    }


def test_the_facts_of_a_project_that_is_not_funded_are_whole():
    assert explain(tally(), "pond").facts == {
        "funded": False,
        "reason": "outbid",
        "cost": 500_00,
        "points": 11,
        "first_choices": 3,
        "supporters": 5,
        "left": 100_00,
        "money": 120_00,
        "missing": 380_00,
        "lost_at": 1,
        "paid_for": (("park", 70_00), ("bench", 70_00), ("swing", 80_00), ("kiosk", 10_00)),
        "highest": 230_00,
        "enough": 3,
    }


NOT_FUNDED = (
    "Not funded: the 5 people who chose it had £120 left together at the end, and it costs £500; £380 was "
    "missing."
)


def test_an_outbid_project_is_explained_in_every_sentence_there_is():
    assert words(explain(tally(), "pond")) == [
        NOT_FUNDED,
        "Until step 1 they could have paid for it; then some of their money went to “New park”.",
        "Most of what they paid went to “Swing”, “bench”, “New park”: £220 in all.",
        "It would have been funded at a cost of up to £230.",
        "3 more of the voters putting it first would have been enough, whoever they were.",
        "When its turn came on the list of points, £100 was left, which was too little.",
    ]


def test_the_step_at_which_money_was_lost_is_named_by_its_number():
    later = replace(SHARES, number=2, project="swing")
    why = replace(WHY, lost_at=2)
    assert words(explain(tally(steps=(SHARES, later), not_funded=(why,)), "pond"))[1] == (
        "Until step 2 they could have paid for it; then some of their money went to “Swing”."
    )


def test_an_outbid_project_is_explained_by_no_sentence_that_is_not_true():
    bare = NotFunded("pond", "outbid", money=120_00, missing=380_00)
    assert words(explain(tally(not_funded=(bare,)), "pond")) == [NOT_FUNDED]
    nothing = replace(bare, highest=0)
    assert words(explain(tally(not_funded=(nothing,)), "pond")) == [NOT_FUNDED]
    fits = replace(bare, left=500_00)
    assert words(explain(tally(not_funded=(fits,)), "pond")) == [NOT_FUNDED]
    penny = replace(bare, left=499_99, lost_at=0, highest=1)
    assert words(explain(tally(not_funded=(penny,)), "pond"))[1:] == [
        "Even with all their shares together, the people who chose it could not pay for it.",
        "It would have been funded at a cost of up to £0.01.",
        "When its turn came on the list of points, £499.99 was left, which was too little.",
    ]


def test_where_ballots_have_no_order_what_would_be_enough_is_to_choose_it_alone():
    for rule in ("equal-shares-points", "equal-shares-approval"):
        why = replace(WHY, enough=1)
        assert words(explain(tally(rule=rule, not_funded=(why,)), "pond"))[4] == (
            "One more voter choosing only this project would have been enough, whoever it was."
        )


@pytest.mark.parametrize(
    ("reason", "left", "said"),
    [
        ("did-not-fit", 100_00, ["Not funded: when its turn came £100 was left, and it costs £500."]),
        (
            "did-not-fit",
            None,
            ["Not funded: when its turn came £0 was left, and it costs £500."],
        ),
        (
            "after-stop",
            100_00,
            ["Not funded: the count stopped before its turn, at a project that did not fit what was left."],
        ),
        ("no-support", None, ["Not funded: nobody chose it."]),
        ("too-dear", None, ["Not funded: it costs £500, more than the whole budget of £1,000."]),
        (
            "too-dear",
            1,
            [
                "Not funded: it costs £500, more than the whole budget of £1,000.",
                "When its turn came on the list of points, £0.01 was left, which was too little.",
            ],
        ),
        ("threshold", None, ["Not funded: 11 points are fewer than a project needs here."]),
        (
            "excluded",
            3,
            ["Not funded: another project was taken that cannot be carried out together with this one."],
        ),
        (
            "group-limit",
            3,
            [
                "Not funded: with its cost of £500, its area or theme would have gone above the limit set "
                "for it."
            ],
        ),
        ("unheard-of", 3, ["Not funded: it costs £500."]),
    ],
)
def test_each_reason_has_its_own_sentence(reason, left, said):
    why = NotFunded("pond", reason, left=left)
    assert words(explain(tally(not_funded=(why,)), "pond")) == said


def test_an_outbid_project_without_figures_is_shown_with_nothing():
    why = NotFunded("pond", "outbid")
    assert explain(tally(not_funded=(why,)), "pond").messages[0].parameters == {
        "project": "Duck pond",
        "cost": 500_00,
        "budget": 1000_00,
        "points": 11,
        "supporters": 5,
        "left": 0,
        "money": 0,
        "missing": 0,
        "highest": 0,
    }
    assert words(explain(tally(not_funded=(why,)), "pond")) == [
        "Not funded: the 5 people who chose it had £0 left together at the end, and it costs £500; £0 was "
        "missing."
    ]


@pytest.mark.parametrize(
    ("rule", "change", "said"),
    [
        (
            "rank-equal-shares",
            {},
            "Funded at step 1, looking at everyone’s first 2 choices: 9 people who ranked it there shared "
            "its cost of £600, and nobody paid more than £66.67.",
        ),
        (
            "rank-equal-shares",
            {"level": None},
            "Funded at step 1, looking at everyone’s first choice: 9 people who put it first shared its cost "
            "of £600, and nobody paid more than £66.67.",
        ),
        (
            "equal-shares-points",
            {},
            "Funded at step 1: the 9 people who gave it points shared its cost of £600, at £66.67 or less "
            "for each point.",
        ),
        (
            "equal-shares-approval",
            {},
            "Funded at step 1: the 9 people who chose it shared its cost of £600, and nobody paid more than "
            "£66.67.",
        ),
        (
            "equal-shares-approval",
            {"supporters": 1},
            "Funded at step 1: the one person who chose it paid its cost of £600.",
        ),
        (
            "rank-equal-shares",
            {"award": 0, "price": Fraction(0)},
            "Funded at step 1: it costs nothing and somebody wants it.",
        ),
        (
            "greedy",
            {"part": "walk", "number": 7},
            "Funded at step 7: with 17 points its turn came when £1,000 was left, and it costs £600.",
        ),
        (
            "greedy",
            {"part": "shares", "price": None},
            "Funded at step 1: with 17 points its turn came when £1,000 was left, and it costs £600.",
        ),
        (
            "greedy",
            {"part": "shares", "supporters": None},
            "Funded at step 1: with 17 points its turn came when £1,000 was left, and it costs £600.",
        ),
        (
            "greedy",
            {"part": "unheard-of"},
            "Funded at step 1: with 17 points its turn came when £1,000 was left, and it costs £600.",
        ),
        (
            "rank-equal-shares",
            {"part": "top-up"},
            "Funded at step 1 from the money nobody’s share had claimed: going down the list of points, its "
            "turn came with 17 points when £1,000 was left, and it costs £600.",
        ),
        (
            "phragmen",
            {"part": "load"},
            "Funded at step 1: its cost of £600 could be spread most lightly over the people who want it.",
        ),
        (
            "greedy",
            {"part": "part-funding", "award": 200_00},
            "Funded in part at step 1: £200 of the £600 asked for was left, and that is enough for the "
            "project to work.",
        ),
    ],
)
def test_each_way_to_be_funded_has_its_own_sentence(rule, change, said):
    step = replace(SHARES, **change)
    assert words(explain(tally(rule=rule, steps=(step,)), "park"))[0] == said


def test_a_project_without_a_name_goes_by_its_id():
    why = NotFunded("bench", "did-not-fit", left=5)
    found = explain(tally(not_funded=(why,)), "bench").messages[0]
    assert found.parameters["project"] == "bench"
    assert explain(tally(), "pond").messages[0].parameters["project"] == "Duck pond"
    assert explain(tally(), "park").messages[0].parameters["project"] == "New park"
    step = replace(SHARES, project="bench")
    assert explain(tally(steps=(step,)), "bench").messages[0].parameters["project"] == "bench"


def test_how_many_gave_all_they_had_is_said_only_if_somebody_did():
    assert words(explain(tally(), "park"))[1:] == ["4 of them gave all the money they had left."]
    for paid_all in (0, None):
        step = replace(SHARES, paid_all=paid_all)
        assert len(explain(tally(steps=(step,)), "park").messages) == 1
    step = replace(SHARES, paid_all=1)
    assert words(explain(tally(steps=(step,)), "park"))[1] == "One of them gave all the money they had left."


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (
            "points",
            "These were level until points were compared, in this order: “New park”, “Duck pond”, “bench”.",
        ),
        (
            "first-choices",
            "These were level on points and were put in order by first choices: "
            "“New park”, “Duck pond”, “bench”.",
        ),
        (
            "cost",
            "These were level and were put in order by lower cost: “New park”, “Duck pond”, “bench”.",
        ),
        (
            "lot",
            "These were level and were put in order by the public lot: “New park”, “Duck pond”, “bench”.",
        ),
        (
            "officials",
            "These were level and the officials put them in this order: “New park”, “Duck pond”, “bench”.",
        ),
    ],
)
def test_a_tie_is_told_to_the_one_that_won_it_and_to_those_that_lost_it(by, said):
    tie = Tie(("park", "pond", "bench"), by, 1, mattered=True)
    won = replace(SHARES, tie=1)
    told = tally(steps=(won,), ties=(replace(tie, order=("swing", "kiosk")), tie))
    assert words(explain(told, "park"))[-1] == said
    assert words(explain(told, "pond"))[-1] == said
    assert said not in words(explain(tally(ties=(tie,)), "park"))


@pytest.mark.parametrize(
    "tie",
    [
        Tie(("park", "pond"), "cost", 0, mattered=True),
        Tie(("park", "pond"), "cost", 1, mattered=False),
        Tie(("pond", "park"), "cost", 1, mattered=True),
        Tie(("park", "bench"), "cost", 1, mattered=True),
    ],
)
def test_a_tie_that_did_not_decide_against_a_project_is_not_told_to_it(tie):
    assert not any("level" in text for text in words(explain(tally(ties=(tie,)), "pond")))


def test_a_row_of_the_table_of_steps_is_whole():
    (row,) = steps_table(tally())
    assert row == Row(
        number=1,
        part="shares",
        project="park",
        name="New park",
        level=2,
        supporters=9,
        award=600_00,
        price=66_67,
        left=400_00,
        runner_up="swing",
        tie=False,
    )


def test_the_next_best_of_a_step_is_the_one_with_the_most_support_and_nothing_beats_a_free_one():
    def next_best(*candidates, **change):
        step = replace(SHARES, candidates=candidates, **change)
        return steps_table(tally(steps=(step,)))[0].runner_up

    park = Candidate("park", 9, 1, 1, 9000)
    assert next_best(park) is None
    assert next_best() is None
    assert next_best(park, Candidate("bench", 1, 1, 1, 5)) == "bench"
    assert next_best(Candidate("swing", 1, 1, 1, 5), park, Candidate("bench", 1, 1, 1, 6)) == "bench"
    free = Candidate("kiosk", 1, 1, 0, None)
    assert next_best(park, Candidate("bench", 1, 1, 1, 5), free, Candidate("pond", 1, 1, 1, 5)) == "kiosk"
    assert next_best(park, Candidate("pond", 1, 1, 1, 0), Candidate("bench", 1, 1, 1, 1)) == "bench"
    assert next_best(park, free, support=None) is None


def test_a_row_without_price_or_with_a_tie_says_so():
    (row,) = steps_table(tally(steps=(replace(SHARES, price=None, tie=0, project="bench"),)))
    assert (row.price, row.tie, row.name) == (None, True, "bench")
    (row,) = steps_table(tally(steps=(replace(SHARES, price=Fraction(66)),)))
    assert row.price == 66


def test_a_tally_that_says_nothing_of_a_project_cannot_explain_it():
    with pytest.raises(AssertionError, match=r"^kiosk is neither funded nor not funded$"):
        explain(tally(), "kiosk")


def test_a_tally_made_by_hand_comes_back_from_its_json():
    whole = replace(
        tally(ties=(Tie(("park", "pond"), "lot", 1, mattered=True, raises=None),)),
        parameters={"cap": 3, "exclusive": (("a", "b"), ("c",)), "start": None, "top_up": True},
        supplied_order=("park", "pond"),
        seed="31",
        withdrawn=("gone",),
        completion=Completion("none", Fraction(1, 3), Fraction(2), 4, Fraction(25, 3), "cap", ("park",), 600),
    )
    assert Tally.from_json(whole.to_json()) == whole
    assert (whole.spent, whole.left, whole.funded) == (600_00, 400_00, ("park",))
    assert whole.awards == {"park": 600_00}
