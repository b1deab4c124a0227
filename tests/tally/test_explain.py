import random

import pytest

from pbvote.tally import RULES, CountError, Election, Message, Project, Tally, count, explain, steps_table
from pbvote.tally.messages import MONEY, TEMPLATES
from tests.tally.tie_heavy import downward, tie_heavy

PARK, BENCH, POND = (
    Project("park", 600_00, "New park"),
    Project("bench", 300_00, "Bench"),
    Project("pond", 500_00),
)


def three_projects():
    ballots = {("park", "bench"): 6, ("pond", "bench"): 3, ("pond",): 1}
    return Election.ranked(projects=[PARK, BENCH, POND], ballots=ballots, budget=1000_00)


def test_a_funded_project_says_at_which_rank_who_paid_and_how_much():
    tally = count(three_projects(), parameters={"completion": "none"})
    found = explain(tally, "park")
    assert found.facts["funded"]
    assert found.facts["price"] == 100_00
    assert [message.text() for message in found.messages] == [
        "Funded at step 1, looking at everyone’s first choice: 6 people who put it first shared its cost of "
        "£600, and nobody paid more than £100.",
        "6 of them gave all the money they had left.",
    ]


def test_a_project_bought_later_says_how_many_choices_were_looked_at():
    tally = count(three_projects(), parameters={"completion": "none"})
    words = explain(tally, "bench").messages[0].text()
    assert "everyone’s first 2 choices: 9 people" in words


def test_a_project_not_funded_says_what_was_missing_and_what_would_have_been_enough():
    tally = count(three_projects(), parameters={"completion": "none"})
    found = explain(tally, "pond")
    assert (found.facts["money"], found.facts["missing"]) == (100_00, 400_00)
    assert [message.text() for message in found.messages] == [
        "Not funded: the 4 people who chose it had £100 left together at the end, and it costs £500; £400 "
        "was missing.",
        "Even with all their shares together, the people who chose it could not pay for it.",
        "Most of what they paid went to “Bench”: £300 in all.",
        "It would have been funded at a cost of up to £400.",
        "One more voter putting it first would have been enough, whoever it was.",
        "When its turn came on the list of points, £100 was left, which was too little.",
    ]


def test_the_table_of_steps_has_a_line_for_each_project_taken():
    tally = count(three_projects(), parameters={"completion": "none"})
    assert [(row.number, row.name, row.level, row.award, row.left) for row in steps_table(tally)] == [
        (1, "New park", 1, 600_00, 400_00),
        (2, "Bench", 2, 300_00, 100_00),
    ]


def test_a_project_that_was_not_on_the_ballot_is_refused_by_name():
    with pytest.raises(CountError, match="zebra was not on the ballot"):
        explain(count(three_projects()), "zebra")


def fitting(rule, costs, ballots, budget):
    """The same wishes as ballots this rule can count."""
    projects = [Project(name, cost, f"Project {name}", least=cost // 2) for name, cost in costs.items()]
    if "ordinal" in RULES[rule].kinds:
        return Election.ranked(projects=projects, ballots=ballots, budget=budget)
    if "approval" in RULES[rule].kinds:
        return Election.approval(projects=projects, ballots=ballots, budget=budget)
    if "choose-1" in RULES[rule].kinds:
        return Election.choose_one(projects=projects, ballots=[b[:1] for b in ballots], budget=budget)
    return Election.cumulative(
        projects=projects, ballots=[dict.fromkeys(ballot, 2) for ballot in ballots], budget=budget
    )


@pytest.mark.parametrize("rule", RULES)
def test_every_project_is_explained_in_full_sentences_under_every_rule(rule):
    for seed in range(60):
        costs, ballots, budget = tie_heavy(seed)
        election = fitting(rule, costs, ballots, budget)
        needed = {"threshold": 2} if rule == "greedy-threshold" else {}
        tally = count(election, rule, needed, order=downward(costs))
        for project in costs:
            found = explain(Tally.from_json(tally.to_json()), project)
            assert found.facts["funded"] == (project in tally.funded)
            assert found.messages
            for message in found.messages:
                words = message.text()
                assert words.endswith(".")
                assert "%" not in words


def test_a_message_is_translated_and_its_money_formatted_at_the_edge():
    message = Message("tally.not-funded-too-dear", {"cost": 500, "budget": 250})
    words = message.text(
        translate=lambda text: "zu teuer: %(cost)s", money=lambda minor: f"{minor / 100:.2f} €"
    )
    assert words == "zu teuer: 5.00 €"


def test_every_plural_message_names_the_number_that_decides_its_form():
    for words in TEMPLATES.values():
        assert (words.plural is None) == (words.count is None)
        if words.plural is not None:
            assert words.count not in MONEY


def test_the_seed_alone_decides_who_wins_a_lot():
    election = Election.ranked(
        projects=[Project(str(number), 10) for number in range(6)],
        ballots=[(str(number),) for number in range(6)],
        budget=30,
    )
    dice = random.Random(1)
    winners = set()
    for seed in (str(dice.randrange(10**9)) for _ in range(30)):
        tally = count(election, seed=seed)
        assert tally.to_json() == count(election, seed=seed).to_json()
        winners.add(tally.funded)
    assert len(winners) > 10
