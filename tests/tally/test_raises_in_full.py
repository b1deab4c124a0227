"""How shares are raised, what is recorded of it, and what else a whole tally says, number by number."""

from fractions import Fraction
from hashlib import sha256

import pytest

from pbvote import __version__
from pbvote.tally import CountError, Election, Project, Tally, TieUndecided, count
from pbvote.tally.completion import Raises, _exhaustive, find_share
from pbvote.tally.engine import Engine
from pbvote.tally.messages import N2_, TEMPLATES, Message, Template, template
from pbvote.tally.record import Candidate, Completion, NotFunded, Spent, Standing, Step, Tie
from pbvote.tally.rules import RULES, _found, rank_equal_shares
from pbvote.tally.ties import TieOrder

COSTS = {"bench": 40, "park": 60, "pond": 90, "swing": 25}
BALLOTS = {("park", "bench"): 3, ("bench", "pond"): 2, ("swing",): 1, ("pond", "swing"): 2}


def town(budget=150, **more):
    projects = [Project(name, cost, name.title()) for name, cost in COSTS.items()]
    return Election.ranked(projects=projects, ballots=BALLOTS, budget=budget, **more)


def completed(budget=150, **parameters):
    return count(town(budget), parameters={"step": 1, **parameters}, seed="7").completion


def test_shares_are_raised_until_the_raise_that_would_overspend():
    assert completed() == Completion(
        name="add1-overspend",
        start=Fraction(150, 8),
        step=Fraction(1),
        raises=13,
        share=Fraction(150, 8) + 13,
        stopped="overspend",
        overspend=("park", "bench", "swing", "pond"),
        overspend_cost=215,
    )


def test_shares_are_raised_until_nothing_more_fits():
    assert completed(completion="add1-exhaustive") == Completion(
        name="add1-exhaustive",
        start=Fraction(150, 8),
        step=Fraction(1),
        raises=2,
        share=Fraction(150, 8) + 2,
        stopped="exhaustive",
    )


def test_shares_are_not_raised_where_nobody_asks_for_it():
    assert completed(completion="none") == Completion(
        "none", Fraction(150, 8), Fraction(1), 0, Fraction(150, 8), "none"
    )


def test_shares_are_raised_no_more_often_than_allowed():
    assert completed(cap=2) == Completion(
        "add1-overspend", Fraction(150, 8), Fraction(1), 2, Fraction(150, 8) + 2, "cap"
    )
    assert completed(cap=0).stopped == "cap"
    assert completed(cap=0).raises == 0


def test_shares_are_raised_until_all_that_somebody_wants_is_funded():
    found = completed(budget=215, start=0, step=10)
    assert (found.stopped, found.start, found.step) == ("all-funded", 0, 10)
    assert found.share == found.raises * 10
    assert found.overspend == ()
    assert found.overspend_cost is None


def test_without_a_step_a_raise_is_a_thousandth_of_the_share_rounded_up():
    for budget, voters, step in ((150, 8, 1), (8_000, 8, 1), (8_001, 8, 2), (16_000, 8, 2), (16_001, 8, 3)):
        ballots = [("bench",)] * voters
        election = Election.ranked(projects=[Project("bench", 1)], ballots=ballots, budget=budget)
        assert count(election).completion.step == step
    nobody = Election.ranked(projects=[Project("bench", 1)], ballots=[], budget=5_000)
    completion = count(nobody).completion
    assert (completion.start, completion.step, completion.stopped) == (5_000, 5, "all-funded")


def test_nothing_more_fits_where_every_other_supported_project_costs_more_than_is_left():
    election = town()
    demand = rank_equal_shares.asked(election)
    raises = Raises(election, demand, TieOrder(election, "7", None), Engine())
    assert raises.supported() == [0, 1, 2, 3]
    late = raises.run(Fraction(150, 8) + 2)
    assert raises.cost(late) == 125
    assert _exhaustive(raises, late, [0, 1, 2, 3])
    early = raises.run(Fraction(150, 8))
    assert raises.cost(early) == 65
    assert not _exhaustive(raises, early, [0, 1, 2, 3])
    assert _exhaustive(raises, early, [0, 2, 3])


def test_only_what_somebody_wants_and_the_budget_can_pay_for_is_waited_for():
    projects = [Project("dear", 500), Project("wanted", 5), Project("lonely", 5)]
    election = Election.ranked(projects=projects, ballots=[("dear", "wanted")], budget=100)
    demand = rank_equal_shares.asked(election)
    assert Raises(election, demand, TieOrder(election, "7", None), Engine()).supported() == [2]


def test_a_first_share_may_spend_the_whole_budget_and_no_more():
    both = Election.ranked(projects=[Project("a", 10), Project("b", 10)], ballots=[("a",), ("b",)], budget=20)
    assert count(both, parameters={"start": 10}, seed="1").completion.stopped == "all-funded"
    less = Election.ranked(projects=[Project("a", 10), Project("b", 10)], ballots=[("a",), ("b",)], budget=19)
    with pytest.raises(CountError):
        count(less, parameters={"start": 10}, seed="1")


def test_every_raise_is_told_as_progress():
    told = []
    count(town(), parameters={"step": 1}, seed="7", progress=lambda *said: told.append(said))
    assert told == [("tally.progress-raises", number, None) for number in range(1, 15)]


def test_the_share_that_was_found_is_the_start_and_its_raises():
    election = town()
    order = TieOrder(election, "7", None)
    raises = Raises(election, rank_equal_shares.asked(election), order, Engine())
    parameters = {"completion": "add1-overspend", "start": 3, "step": 4, "cap": 50}
    found = find_share(raises, parameters, lambda what, done, total: None)
    assert (found.start, found.step) == (3, 4)
    assert found.share == 3 + 4 * found.raises
    assert raises.made == found.raises + (found.stopped == "overspend")


def test_a_tally_repeats_what_was_asked():
    tally = count(town(max_length=4), "rank-equal-shares", {"cap": 3}, seed="0042")
    assert (tally.format, tally.version, tally.rule) == (1, __version__, "rank-equal-shares")
    assert (tally.seed, tally.supplied_order) == ("0042", None)
    assert (tally.kind, tally.voters, tally.budget, tally.max_length) == ("ordinal", 8, 150, 4)
    assert tally.input_hash == town(max_length=4).digest
    assert tally.withdrawn == ()
    assert tally.parameters == {
        "completion": "add1-overspend",
        "start": None,
        "step": None,
        "cap": 3,
        "top_up": True,
        "part_funding": False,
    }
    assert tally.projects[1] == Standing("park", "Park", 60, None, 12, 3, 3)
    order = ("park", "bench", "swing", "pond")
    ordered = count(town(withdrawn={"pond", "bench"}), order=list(order))
    assert (ordered.seed, ordered.supplied_order) == (None, order)
    assert ordered.withdrawn == ("bench", "pond")


def test_the_record_of_a_count_by_shares_is_whole():
    tally = count(town(), parameters={"completion": "none", "start": 20, "step": 1}, seed="7")
    assert tally.steps == (
        Step(
            number=1,
            part="shares",
            project="park",
            award=60,
            left=90,
            points=6,
            level=1,
            supporters=3,
            money=Fraction(60),
            price=Fraction(20),
            support=Fraction(3),
            paid_all=3,
            candidates=(Candidate("bench", 2, 40, 20, 2000), Candidate("park", 3, 60, 20, 3000)),
        ),
        Step(
            number=2,
            part="shares",
            project="bench",
            award=40,
            left=50,
            points=7,
            level=1,
            supporters=2,
            money=Fraction(40),
            price=Fraction(20),
            support=Fraction(2),
            paid_all=2,
            candidates=(Candidate("bench", 2, 40, 20, 2000),),
        ),
        Step(
            number=3,
            part="shares",
            project="swing",
            award=25,
            left=25,
            points=4,
            level=2,
            supporters=3,
            money=Fraction(60),
            price=Fraction(25, 3),
            support=Fraction(3),
            paid_all=0,
            candidates=(Candidate("swing", 3, 60, 8, 3000),),
        ),
    )
    assert tally.not_funded == (
        NotFunded(
            "pond",
            "outbid",
            left=25,
            money=23,
            missing=67,
            lost_at=0,
            paid_for=(Spent("bench", 40), Spent("swing", 16)),
            highest=40,
            enough=3,
        ),
    )
    assert tally.ties == ()


ALONE = {"completion": "none", "top_up": False}


def test_what_no_supporter_has_money_for_when_its_rank_comes_could_not_have_cost_a_penny():
    projects = [Project("park", 20), Project("pond", 5)]
    election = Election.ranked(projects=projects, ballots=[("park", "pond")] * 2, budget=20)
    (why,) = count(election, parameters=ALONE).not_funded
    assert (why.project, why.money, why.missing, why.highest) == ("pond", 0, 5, 0)
    assert why.paid_for == (Spent("park", 20),)


def test_what_every_voter_has_to_put_first_can_be_bought_by_all_of_them_and_no_fewer():
    projects = [Project("park", 10), Project("pond", 20)]
    election = Election.ranked(projects=projects, ballots=[("park", "pond"), ("park",)], budget=20)
    assert [why.enough for why in count(election, parameters=ALONE).not_funded] == [2]
    smaller = {**ALONE, "start": 9}
    assert [why.enough for why in count(election, parameters=smaller).not_funded] == [None]


def test_no_number_of_ballots_is_enough_for_what_costs_more_than_the_budget_however_far_shares_are_raised():
    projects = [Project("park", 10), Project("pond", 24)]
    ballots = [("park",), ("pond",), ("pond",)]
    election = Election.ranked(projects=projects, ballots=ballots, budget=20)
    (why,) = count(election, parameters={**ALONE, "start": 13}).not_funded
    assert (why.project, why.reason, why.enough) == ("pond", "too-dear", None)
    assert (why.money, why.missing, why.highest) == (26, 0, 20)


def test_who_pays_exactly_what_they_hold_has_paid_all_also_where_points_make_them_pay_twofold():
    projects = [Project("park", 30), Project("pond", 90)]
    ballots = [{"park": 2, "pond": 1}, {"park": 1, "pond": 1}]
    election = Election.scoring(projects=projects, ballots=ballots, budget=90)
    tally = count(election, "equal-shares-points", {**ALONE, "start": 20})
    assert [(step.price, step.paid_all) for step in tally.steps] == [(10, 1)]
    (why,) = tally.not_funded
    assert (why.money, why.paid_for) == (10, (Spent("park", 30),))


def test_the_steps_of_the_top_up_are_numbered_on():
    tally = count(town(budget=180), parameters={"completion": "none", "start": 8}, seed="7")
    assert [(step.number, step.part, step.project, step.left) for step in tally.steps] == [
        (1, "shares", "bench", 140),
        (2, "top-up", "park", 80),
        (3, "top-up", "swing", 55),
    ]


def test_the_least_amount_that_would_still_work_is_repeated():
    projects = [Project("park", 60, "Park", least=45), Project("pond", 90)]
    tally = count(Election.ranked(projects=projects, ballots=[("park",)], budget=50))
    assert tally.projects[0] == Standing("park", "Park", 60, 45, 1, 1, 1)


def test_a_lot_goes_by_the_digest_of_the_seed_and_the_id():
    projects = [Project("a", 10), Project("b", 10), Project("c", 30)]
    election = Election.ranked(
        projects=projects, ballots=[("a",), ("b",), ("c",), ("c",)], budget=25, max_length=1
    )
    for seed in "123456":
        tally = count(election, parameters={"start": 0, "step": 5}, seed=seed)
        order = tuple(sorted("ab", key=lambda name: sha256(f"{seed}{name}".encode()).digest()))
        assert tally.funded == order
        assert tally.ties == (Tie(order, "lot", 1, mattered=True),)
        assert [step.tie for step in tally.steps] == [0, None]
        assert (tally.completion.stopped, tally.completion.raises) == ("all-funded", 2)


def test_a_message_may_have_one_form_or_two():
    template("test.one-form", "A text.")
    assert TEMPLATES.pop("test.one-form") == Template("A text.", None, None)
    template("test.two-forms", N2_("One.", "%(n)s of them."), "n")
    assert TEMPLATES["test.two-forms"] == Template("One.", "%(n)s of them.", "n")
    assert Message("test.two-forms", {"n": 1}).text() == "One."
    assert Message("test.two-forms", {"n": 2}).text() == "2 of them."
    del TEMPLATES["test.two-forms"]


def test_a_refusal_to_guess_names_the_projects_that_are_level():
    election = Election.ranked(
        projects=[Project("a", 5), Project("b", 5)], ballots=[("a",), ("b",)], budget=5
    )
    with pytest.raises(TieUndecided) as trouble:
        count(election, "greedy")
    assert trouble.value.projects == ("a", "b")
    assert trouble.value.message == Message("tally.tie-undecided", {"projects": "a, b"})


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ((b'"voters":8', b'"voters":8.0'), "ValueError: 8.0 is not a whole number"),
        ((b'"voters":8', b'"voters":true'), "TypeError: True is not int"),
        ((b'"voters":8', b'"voters":null'), "TypeError: None is not int"),
        ((b'"voters":8', b'"voters":8,"colour":1'), "TypeError: not the fields of Tally"),
        ((b'"voters":8,', b""), "TypeError: not the fields of Tally"),
        ((b'"format":1', b'"format":2'), "format 2"),
        ((b'"steps":[', b'"steps":7,"old":['), "TypeError: not the fields of Tally"),
        ((b'"withdrawn":[]', b'"withdrawn":"x"'), "TypeError: not a list"),
        ((b'"withdrawn":[]', b'"withdrawn":["x",1]'), "TypeError: 1 is not str"),
        ((b'"start":"75/4"', b'"start":"75"'), "ValueError: not enough values to unpack (expected 2, got 1)"),
        ((b'"withdrawn":[]', b'"withdrawn":["x",' + b"[" * 300), "JSONDecodeError: "),
    ],
)
def test_what_is_wrong_with_a_tally_is_said_in_few_words(change, found):
    raw = count(town(), seed="7").to_json()
    assert change[0] in raw
    with pytest.raises(CountError) as trouble:
        Tally.from_json(raw.replace(*change, 1))
    said = trouble.value.message
    assert said.id == "tally.not-a-tally"
    assert said.parameters["found"].startswith(found)
    assert said.parameters["found"] == found or found == "JSONDecodeError: "
    assert len(said.parameters["found"]) <= 120


def test_what_is_no_object_at_all_is_not_a_tally():
    for raw, found in (
        (b"[]", "TypeError: not the fields of Tally"),
        (b"7", "TypeError: not the fields of Tally"),
        (b'"' + b"x" * 200, "JSONDecodeError: Unterminated string starting at: line 1 column 1 (char 0)"),
    ):
        with pytest.raises(CountError) as trouble:
            Tally.from_json(raw)
        assert trouble.value.message == Message("tally.not-a-tally", {"found": found})


def test_a_tally_is_written_the_same_way_always():
    raw = count(town(), seed="7").to_json().decode()
    assert raw.startswith('{"allocation":[{"amount":60,"part":false,"project":"park"},')
    assert '"start":"75/4"' in raw
    assert ": " not in raw
    assert ", " not in raw
    accented = Election.ranked(projects=[Project("a", 1, "Fête")], ballots=[("a",)], budget=1)
    assert '"name":"Fête"' in count(accented).to_json().decode()


def test_the_rules_stand_in_the_order_of_their_names():
    assert list(RULES) == sorted(RULES)
    assert all(RULES[name].name == name for name in RULES)
    assert list(_found().items()) == list(RULES.items())
