"""How META is read: the plain reading of every rule, the variations and the words for each verdict."""

import pytest
from rich.console import Console

from pbvote.tally import Election, Message, Project, TieUndecided, count
from pbvote.tally.command import main
from pbvote.tally.official import Verdict
from pbvote.tally.official.stated import (
    Reading,
    as_cast,
    group_limits,
    ids_in,
    is_fully_funded,
    rule_name,
    stated,
    states_the_80_percent_rule,
    struck,
    threshold,
    totals_in_file,
    variations,
)
from pbvote.tally.official.verdict import _kind_orders, difference, judge
from pbvote.tally.pabulib import read
from pbvote.tally.printed import print_verdict
from pbvote.tally.record import NotFunded

ROWS = ("a;60.5;1", "b;30;0", "c;20;1")
VOTES = ("a,b", "a", "b,c")


def file_of(rule, *, meta="", rows=ROWS, votes=VOTES, kind="approval", columns="selected", budget="100"):
    points = ";points" if kind in ("cumulative", "scoring") else ""
    text = f"META\nkey;value\nbudget;{budget}\nvote_type;{kind}\nrule;{rule}\n{meta}"
    text += f"PROJECTS\nproject_id;cost;{columns}\n" + "".join(f"{row}\n" for row in rows)
    text += f"VOTES\nvoter_id;vote{points}\n" + "".join(f"{at};{vote}\n" for at, vote in enumerate(votes, 1))
    return read(text.encode())


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("Greedy_No Skip", "greedy-no-skip"),
        ("greedy-noskip", "greedy-no-skip"),
        ("MES", "equalshares"),
        ("equal shares", "equalshares"),
        ("equalshares/add1", "equalshares/add1"),
        ("equal-shares/add1", "equalshares/add1"),
        ("Equal Shares + Add1 (comparison)", "equalshares/add1-comparison"),
        ("MES/add1", "equalshares/add1"),
        ("Method of Equal Shares", "equalshares"),
        (": greedy", "greedy"),
        ("greedy threshold.", "greedy-threshold"),
        ("messy", "messy"),
        ("two_dice and a coin", "two-dice-and-a-coin"),
        ("", "unknown"),
    ],
)
def test_rule_names_are_read_in_their_usual_spellings(written, read_as):
    assert rule_name(file_of(written)) == read_as


@pytest.mark.parametrize(
    ("rule", "meta", "counted", "parameters"),
    [
        ("greedy", "", "greedy", {}),
        ("greedy", "min_project_score_threshold;2\n", "greedy-threshold", {"threshold": 2}),
        ("greedy-threshold", "", "greedy", {}),
        ("greedy-no-skip", "", "greedy-no-skip", {"threshold": 1}),
        ("greedy-no-skip", "min_project_score_threshold;2\n", "greedy-no-skip", {"threshold": 2}),
        ("greedy-custom", "", "greedy", {}),
        ("greedy-custom", "unit;Poznan\n", "greedy-80", {}),
        ("greedy-custom", "comment;#1: At least 80 % of it.\n", "greedy-80", {}),
        ("greedy-exclusive", "", "greedy", {}),
    ],
)
def test_the_plain_reading_of_the_greedy_rules(rule, meta, counted, parameters):
    file = file_of(rule, meta=meta)
    assert stated(file) == Reading(counted, parameters, file.election)


def test_the_plain_reading_of_exclusive_projects_names_the_groups():
    file = file_of("greedy-exclusive", meta="comment;#1: Either a, or b. And c.\n")
    assumed = Message("official.exclusive-from-comment", {"groups": "a, b"})
    reading = Reading("greedy-exclusive", {"exclusive": (("a", "b"),)}, file.election, (assumed,))
    assert stated(file) == reading


@pytest.mark.parametrize("rule", ["equalshares", "equalshares-comparison", "equalshares/add1"])
@pytest.mark.parametrize("kind", ["approval", "choose-1", "cumulative"])
def test_the_plain_reading_of_equal_shares(rule, kind):
    votes = {"approval": VOTES, "choose-1": ("a", "b", "c"), "cumulative": ("a,b;1,2", "a;3", "b,c;1,1")}[
        kind
    ]
    reading = stated(file_of(rule, kind=kind, votes=(*votes, "")))
    assert reading.rule == ("equal-shares-points" if kind == "cumulative" else "equal-shares-approval")
    assert reading.election.voters == 4
    assert reading.compared_with_greedy == rule.endswith("comparison")
    raised = {"completion": "add1-overspend", "start": 250, "step": 10, "cap": 1_000_000}
    expected = {"completion": "none", "top_up": False} | (raised if "add1" in rule else {})
    assert reading.parameters == expected
    assert reading.tally(("a", "b", "c")).rule in (reading.rule, "greedy")


def test_a_rule_nobody_knows_has_no_reading():
    assert stated(file_of("dice")) is None


@pytest.mark.parametrize(("text", "least"), [("2", 2), ("2,0", 2), ("2.5", 3), ("2.0001", 3), ("", 0)])
def test_a_threshold_between_two_numbers_of_votes_asks_for_the_higher(text, least):
    assert threshold(file_of("greedy", meta=f"min_project_score_threshold;{text}\n")) == least


def test_a_threshold_is_in_the_points_of_the_election():
    votes = ("a;0.5", "b;1", "c;1")
    file = file_of("greedy", kind="cumulative", votes=votes, meta="min_project_score_threshold;3\n")
    assert (file.points_scale, threshold(file)) == (2, 6)
    assert totals_in_file(file) == {}


@pytest.mark.parametrize(
    ("meta", "stating"),
    [
        ("unit;Poznań\n", True),
        ("comment;#1: 80% of the cost\n", True),
        ("unit;Opole\ncomment;#1: 70%\n", False),
        ("", False),
    ],
)
def test_the_80_percent_rule_is_known_by_its_city_or_its_comment(meta, stating):
    assert states_the_80_percent_rule(file_of("greedy-custom", meta=meta)) == stating


def test_limits_go_with_their_names():
    meta = "categories;Sport,Art,None here\nbudget_per_category;50,40,7\n"
    meta += "neighborhoods;N\nbudget_per_neighborhood;x\n"
    rows = ("a;10.5;1;Sport, Art", "b;10;1;Art", "c;10;0;")
    file = file_of("greedy", meta=meta, rows=rows, columns="selected;category")
    assert group_limits(file) == ((500, ("a",)), (400, ("a", "b")))
    assert stated(file).parameters == {"limits": group_limits(file)}
    assert group_limits(file_of("greedy", meta="categories;A,B\nbudget_per_category;5\n")) == ()


def test_ids_in_a_text_stand_as_words():
    file = file_of("greedy", rows=("7;1;1", "L1/09.X;1;0"), votes=("7",))
    assert ids_in('Project 7, "L1/09.X" and 77; then 7.', file) == ("7", "L1/09.X")
    assert ids_in("See L1/09.X!", file) == ("L1/09.X",)


def test_amounts_of_money_in_a_text_name_no_projects():
    rows = ("4;1;1", "100;1;0", "194;1;0", "431;1;0", "12;1;0", "260;1;0", "585;1;0")
    file = file_of("greedy", rows=rows, votes=("4",))
    assert ids_in("It was 4,100,000 PLN, then 194 431 zł or 4.100 EUR; 1,585,260 in all.", file) == ()
    assert ids_in("Projects 12,260 and 4, 100 zł apart.", file) == ("12", "260", "4", "100")


def test_a_project_struck_from_any_kind_of_ballot_leaves_the_voters_in_place():
    for kind, votes, points in (
        ("approval", ("a,b", "a", "b,c"), (2, 1)),
        ("choose-1", ("a", "b", "c"), (1, 1)),
        ("ordinal", ("a,b", "c,a", "b,c"), (5, 6)),
        ("cumulative", ("a,b;1,2", "a;3", "b,c;1,1"), (4, 1)),
        ("scoring", ("a,b;1,2", "a;3", "b,c;1,-1"), (4, -1)),
    ):
        found = struck(file_of("equalshares", kind=kind, votes=votes).election, {"b"})
        assert (found.kind, found.ids, found.voters, found.points) == (kind, ("a", "c"), 3, points)


def test_limits_may_have_decimals_and_are_dropped_where_one_is_no_amount():
    rows = ("a;10.5;1;A", "b;10;1;B")
    meta = "categories;A,B\nbudget_per_category;{}\n"
    found = group_limits(
        file_of("greedy", meta=meta.format("50.5, 40"), rows=rows, votes=("a",), columns="selected;category")
    )
    assert found == ((505, ("a",)), (400, ("b",)))
    for text in ("50", "50,x", "50,", ""):
        file = file_of("greedy", meta=meta.format(text), rows=rows, votes=("a",), columns="selected;category")
        assert group_limits(file) == ()


def test_fully_funded_needs_both_the_mark_and_the_money():
    meta = "fully_funded;1\n"
    assert is_fully_funded(file_of("greedy", meta=meta, budget="110.5"))
    assert not is_fully_funded(file_of("greedy", meta=meta, budget="110.4"))
    assert not is_fully_funded(file_of("greedy", budget="1000"))


def tried(file):
    return [
        (
            found.rule,
            dict(found.parameters),
            [(m.id, dict(m.parameters)) for m in found.assumed],
            found.election,
        )
        for found in variations(file, stated(file))
    ]


def test_variations_of_equal_shares_in_their_order():
    plain = {"completion": "none", "top_up": False}
    found = [(rule, changed, assumed) for rule, changed, assumed, _ in tried(file_of("equalshares"))]
    raised = {"completion": "add1-overspend", "start": 330, "step": 10, "cap": 1_000_000, "top_up": False}
    assert found == [
        ("equal-shares-approval", {**plain, "top_up": True}, [("official.with-top-up", {})]),
        ("equal-shares-approval", raised, [("official.with-add1", {})]),
        ("equal-shares-approval", {**plain, "utility": "count"}, [("official.count-utility", {})]),
    ]
    found = [(changed, assumed) for _, changed, assumed, _ in tried(file_of("equalshares/add1"))]
    assert found == [
        ({**raised, "top_up": True}, [("official.with-top-up", {})]),
        ({**raised, "completion": "add1-exhaustive"}, [("official.until-exhaustive", {})]),
        ({**raised, "utility": "count"}, [("official.count-utility", {})]),
    ]
    votes = ("a,b;1,2", "a;3", "b,c;1,1")
    pointed = tried(file_of("equalshares", kind="cumulative", votes=votes))
    assert [assumed[0][0] for _, _, assumed, _ in pointed] == ["official.with-top-up", "official.with-add1"]


def test_variations_take_projects_of_the_comment_out_together_and_one_by_one():
    rows = ("a;60.5;1", "b;30;0", "c;20;0", "d;200;1")
    meta = "comment;#1: Not c, not b and not a.\n"
    found = tried(file_of("greedy-no-skip", meta=meta, rows=rows))
    named = [
        (assumed[-1][0], assumed[-1][1].get("projects"), election.ids) for _, _, assumed, election in found
    ]
    assert named == [
        ("official.comment-names", "b, c", ("a", "d")),
        ("official.comment-names", "b", ("a", "c", "d")),
        ("official.comment-names", "c", ("a", "b", "d")),
        ("official.dearer-than-budget", "d", ("a", "b", "c")),
        ("official.without-votes", None, ("a", "b", "c", "d")),
    ]
    assert found[1][3].points == (2, 1, 0)
    assert found[4][3].points == (3, 3, 2, 1)
    shares = tried(file_of("equalshares", meta=meta, rows=rows))
    assert shares[0][2] == [("official.comment-names", {"projects": "b, c"})]
    assert (shares[0][3].ids, shares[0][3].voters) == (("a", "d"), 3)


def test_variations_with_the_totals_of_the_file_and_a_rule_of_its_own():
    rows = ("a;60;1;9", "b;30;0;2", "c;20;1;1")
    found = tried(file_of("greedy-custom", rows=rows, columns="selected;votes"))
    assert [(rule, assumed) for rule, _, assumed, _ in found] == [
        ("greedy", [("official.totals-in-file", {})]),
        ("greedy-no-skip", [("official.custom-taken-as", {"rule": "greedy-no-skip"})]),
        ("greedy-80", [("official.custom-taken-as", {"rule": "greedy-80"})]),
    ]
    assert found[0][3].points == (9, 2, 1)
    same = file_of("greedy", rows=("a;60;1;2", "b;30;0;2", "c;20;1;1"), columns="selected;votes")
    assert tried(same) == []
    assert totals_in_file(same) == {"a": 2, "b": 2, "c": 1}
    scored = file_of("greedy", rows=("a;60;1;2;1000000",), votes=("a",), columns="selected;votes;score")
    assert totals_in_file(scored) == {"a": 10**6}
    for text, total in (("1000001", 1000001), ("12.0", 12), (" 7 ", 7), (str(10**9), 10**9)):
        file = file_of("greedy", rows=(f"a;60;1;{text}",), votes=("a",), columns="selected;votes")
        assert totals_in_file(file) == {"a": total}
    for text in ("", "many", "1.5", "-1", "9" * 5000, str(10**9 + 1)):
        file = file_of("greedy", rows=(f"a;60;1;{text}",), votes=("a",), columns="selected;votes")
        assert totals_in_file(file) == {}


def test_totals_larger_than_one_ballot_may_give_are_counted_in_full():
    rows = ("a;60;1;2500000", "b;60;0;2500001", "c;60;0;7")
    (_, _, assumed, election), *_ = tried(file_of("greedy", rows=rows, columns="selected;votes"))
    assert assumed == [("official.totals-in-file", {})]
    assert election.points == (2500000, 2500001, 7)


def test_scores_below_zero_are_lifted_above_it():
    file = file_of("greedy", kind="scoring", votes=("a,b;-5,1", "c;2"))
    assert tried(file)[-1][3].points == (1, 7, 8)


def test_projects_from_other_money_may_be_funded_or_not():
    file = file_of("greedy", rows=("a;1;1", "b;1;2", "c;1;3", "d;1;0"), votes=("a,b,c,d",))
    assert difference(file, ("a",)) == ((), ())
    assert difference(file, ("c", "b", "a")) == ((), ())
    assert difference(file, ("b", "d")) == (("a",), ("d",))


def test_tie_breaks_kind_to_the_officials():
    rows = ("a;10;0", "b;20;3", "c;30;1", "d;40;0", "e;50;2")
    file = file_of("greedy", rows=rows, votes=("a",))
    assert _kind_orders(file) == [("c", "e", "b", "a", "d"), ("c", "e", "b", "d", "a")]


def test_hints_about_totals_and_withdrawals_are_counted_and_listed():
    rows = ("a;60;0;9", "b;60;1;1", "c;999999999;1;0", "d;999999999;1;0")
    file = file_of("greedy", rows=rows, votes=("a", "b"), columns="selected;votes")
    reasons = {reason.id: dict(reason.parameters) for reason in judge(file).reasons}
    assert reasons["official.totals-differ"] == {"projects": 1}
    assert reasons["official.withdrawn-selected"] == {"projects": "c, d"}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("match", "The official outcome follows from the ballots by the rule the file states."),
        ("explained", "The official outcome follows from the ballots, with what is said below."),
        ("differs", "The official outcome does not follow from the ballots by the rule the file states."),
        ("no-result", "The file does not say what the officials decided."),
        ("no-rule", "The file does not state a rule that can be counted."),
        ("not-counted", "The rule the file states cannot count these ballots."),
    ],
)
def test_every_verdict_has_its_words(status, words, capsys):
    print_verdict(Console(width=100), Verdict(status, "greedy"))
    assert capsys.readouterr().out == words + "\n"


def test_the_official_order_holds_for_the_second_rule_too(tmp_path, capsys):
    path = tmp_path / "tied.pb"
    text = (
        "META\nbudget;5\nvote_type;approval\nrule;greedy\nPROJECTS\nproject_id;cost;selected\nb;5;1\na;5;0\n"
    )
    path.write_text(text + "VOTES\nvoter_id;vote\n1;a\n2;b\n")
    assert main([str(path), "--official", "--compare", "greedy-no-skip"]) == 0
    assert "Funded by both: 1" in capsys.readouterr().out


def test_progress_is_told_step_by_step():
    election = file_of("greedy").election
    told = []
    count(election, "phragmen", order=("a", "b", "c"), progress=lambda *facts: told.append(facts))
    assert told == [("tally.progress-phragmen", 1, 3), ("tally.progress-phragmen", 2, 3)]


def test_a_tie_of_loads_without_dice_names_the_level_projects_and_is_recorded_with_them():
    projects = [Project(name, 6) for name in "abc"]
    election = Election.approval(projects=projects, ballots=[("a",), ("b",), ("c", "b")], budget=6)
    with pytest.raises(TieUndecided) as refusal:
        count(Election.approval(projects=projects, ballots=[("a",), ("b",)], budget=6), "phragmen")
    assert refusal.value.projects == ("a", "b")
    tally = count(election, "phragmen")
    assert (tally.funded, tally.ties) == (("b",), ())
    assert tally.not_funded[0] == NotFunded("a", "did-not-fit", left=0)
    tied = count(
        Election.approval(projects=projects, ballots=[("a",), ("b",)], budget=6), "phragmen", order="bac"
    )
    assert [(tie.order, tie.step) for tie in tied.ties] == [(("b", "a"), 1)]
    assert tied.steps[0].tie == 0
    assert tied.not_funded[1] == NotFunded("c", "no-support")


def test_a_project_without_points_is_said_to_have_no_support():
    election = Election.ranked(projects=[Project("a", 1), Project("b", 0)], ballots=[("a",)], budget=5)
    assert count(election, "points-greedy").not_funded == (NotFunded("b", "no-support"),)


def test_a_withdrawal_after_the_vote_leaves_every_point_as_it_was_cast():
    rows = "a;10;0\nb;10;1\ngone;999999999;0\nc;10;0\n"
    data = (
        "META\nkey;value\nnum_projects;4\nnum_votes;3\nbudget;10\nvote_type;ordinal\nrule;greedy\n"
        f"max_length;3\nPROJECTS\nproject_id;cost;selected\n{rows}"
        "VOTES\nvoter_id;vote\n1;gone,a\n2;b,gone,a\n3;gone,b,c\n"
    )
    file = read(data.encode())
    assert set(file.election.withdrawn) == {"gone"}
    cast = as_cast(file)
    assert dict(zip(cast.ids, cast.points, strict=True)) == {"a": 3, "b": 5, "c": 1}
    closed_up = dict(zip(file.election.ids, file.election.points, strict=True))
    assert closed_up == {"a": 5, "b": 6, "c": 2}
