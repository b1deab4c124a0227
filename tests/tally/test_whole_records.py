"""What is recorded, whole: every field of a few small counts, verdicts, notes and screens."""

import threading
from fractions import Fraction
from multiprocessing import Pipe
from pathlib import Path

import pytest

from pbvote.tally import Election, Message, Project, compare, count, fairness
from pbvote.tally.command import main
from pbvote.tally.metrics import Comparison, Fairness, GroupShare
from pbvote.tally.official import Verdict, judge
from pbvote.tally.official.folder import Finding, _work, examine, recount
from pbvote.tally.pabulib import Note, read
from pbvote.tally.proportionality import Violation
from pbvote.tally.record import NotFunded, Step, Tie

ELECTIONS = Path(__file__).parent / "elections"
COSTS = {"park": 50, "swing": 40, "bikes": 30, "books": 20, "sign": 10}
BALLOTS = {("park", "swing"): 6, ("swing", "park"): 1, ("bikes", "books"): 2, ("books", "bikes", "sign"): 1}


def example(make=Election.approval, budget=100, least=None):
    projects = [Project(name, cost, least=(least or {}).get(name)) for name, cost in COSTS.items()]
    return make(projects=projects, ballots=BALLOTS, budget=budget)


SWING_FIRST = (
    Step(1, "walk", "swing", 40, 60, 7, tie=0),
    Step(2, "walk", "park", 50, 10, 7, tie=0),
)
LEVEL = (
    Tie(("swing", "park"), "cost", 1, mattered=False),
    Tie(("books", "bikes"), "cost", 0, mattered=False),
)
STOPPED = (
    NotFunded("bikes", "after-stop", left=10),
    NotFunded("books", "did-not-fit", left=10),
    NotFunded("sign", "after-stop", left=10),
)
SKIPPED = (NotFunded("bikes", "did-not-fit", left=10), NotFunded("books", "did-not-fit", left=10))


@pytest.mark.parametrize(
    ("rule", "parameters", "steps", "not_funded", "ties"),
    [
        ("greedy", {}, (*SWING_FIRST, Step(3, "walk", "sign", 10, 0, 1)), SKIPPED, LEVEL),
        ("greedy-no-skip", {}, SWING_FIRST, STOPPED, LEVEL),
        (
            "greedy-threshold",
            {"threshold": 4},
            SWING_FIRST,
            tuple(NotFunded(name, "threshold") for name in ("bikes", "books", "sign")),
            LEVEL[:1],
        ),
        (
            "greedy-exclusive",
            {"exclusive": (("park", "swing"),)},
            (
                Step(1, "walk", "swing", 40, 60, 7, tie=0),
                Step(2, "walk", "books", 20, 40, 3, tie=1),
                Step(3, "walk", "bikes", 30, 10, 3, tie=1),
                Step(4, "walk", "sign", 10, 0, 1),
            ),
            (NotFunded("park", "excluded", left=60),),
            (
                Tie(("swing", "park"), "cost", 1, mattered=True),
                Tie(("books", "bikes"), "cost", 2, mattered=False),
            ),
        ),
        (
            "phragmen",
            {},
            (
                Step(1, "load", "swing", 40, 60, 7, supporters=7, price=Fraction(40, 7)),
                Step(2, "load", "books", 20, 40, 3, supporters=3, price=Fraction(20, 3)),
            ),
            (
                NotFunded("bikes", "after-stop", left=40),
                NotFunded("park", "did-not-fit", left=40),
                NotFunded("sign", "after-stop", left=40),
            ),
            (),
        ),
    ],
)
def test_a_count_is_recorded_whole(rule, parameters, steps, not_funded, ties):
    tally = count(example(), rule, parameters)
    assert tally.steps == steps
    assert tally.not_funded == not_funded
    assert tally.ties == ties
    assert tally.completion is None


def test_a_count_with_a_reserve_is_recorded_whole():
    tally = count(example(budget=106), "greedy-80")
    assert tally.steps == (
        Step(1, "walk", "swing", 40, 66, 7, tie=0),
        Step(2, "walk", "park", 50, 16, 7, tie=0),
        Step(3, "reserve", "books", 20, -4, 3),
    )
    assert tally.not_funded == (
        NotFunded("bikes", "after-stop", left=16),
        NotFunded("sign", "after-stop", left=16),
    )


def test_points_and_part_funding_are_recorded_whole():
    election = example(Election.ranked, budget=95, least={"bikes": 5, "books": 5, "sign": 6})
    tally = count(election, "points-greedy", {"part_funding": True})
    assert tally.steps == (
        Step(1, "walk", "park", 50, 45, 20),
        Step(2, "walk", "swing", 40, 5, 15),
        Step(3, "part-funding", "bikes", 5, 0, 8),
    )
    assert tally.not_funded == (
        NotFunded("books", "did-not-fit", left=5),
        NotFunded("sign", "did-not-fit", left=5),
    )
    assert [(award.project, award.amount, award.part) for award in tally.allocation][-1] == ("bikes", 5, True)


def test_a_tie_for_the_part_is_recorded_and_too_little_funds_nothing():
    election = example(budget=95, least={"bikes": 5, "books": 5, "sign": 5})
    tally = count(election, "greedy", {"part_funding": True})
    assert tally.steps[2] == Step(3, "part-funding", "books", 5, 0, 3, tie=2)
    assert tally.ties[2] == Tie(("books", "bikes"), "cost", 3, mattered=True)
    short = example(budget=95, least={"bikes": 6, "books": 6, "sign": 0})
    assert len(count(short, "greedy", {"part_funding": True}).steps) == 2


def test_part_funding_passes_over_what_was_barred():
    least = dict.fromkeys(COSTS, 1)
    barred = count(
        example(budget=95, least=least),
        "greedy-exclusive",
        {"exclusive": (("swing", "bikes", "books", "sign"),), "part_funding": True},
    )
    assert [step.project for step in barred.steps] == ["swing", "park"]
    below = count(example(budget=95, least=least), "greedy-threshold", {"threshold": 4, "part_funding": True})
    assert [step.project for step in below.steps] == ["swing", "park"]
    penny = count(example(budget=91, least={"sign": 1}), "greedy", {"part_funding": True})
    assert penny.awards["sign"] == 1


def test_fairness_is_measured_whole():
    election = example(Election.ranked)
    tally = count(election, "points-greedy")
    wards = {"ward": {"park": "North", "bikes": "South"}}
    first = fairness(election, tally, projects=wards, voters={"ward": {"North": 6, "South": 4}})
    assert first == Fairness(
        rule="points-greedy",
        voters=10,
        funded=3,
        with_first=7,
        with_any=8,
        mean_best_rank=Fraction(10, 8),
        choices_funded=Fraction(15, 10),
        spent=100,
        left=0,
        gini=Fraction(11, 50),
        psc=(
            Violation("bikes", 3, ("bikes", "books"), 30),
            Violation("books", 3, ("bikes", "books"), 30),
        ),
        ejr=None,
        groups={
            "ward": (
                GroupShare("North", 50, 1, 1, 6),
                GroupShare("South", 0, 0, 1, 4),
                GroupShare("", 50, 2, 3, None),
            )
        },
    )
    shares = count(election, "rank-equal-shares")
    second = fairness(election, shares)
    plain = fairness(election, tally)
    assert compare(election, tally, shares) == Comparison(
        plain, second, ("park",), ("swing", "sign"), ("bikes", "books"), 7, 3
    )


HEAD = (
    "META\nkey;value\ndescription;Two benches\nbudget;100\ncurrency;EUR\n"
    "vote_type;approval\nrule;{rule}\n{meta}"
)


def official(tmp_path, rule, rows, votes, meta="", name="file"):
    text = HEAD.format(rule=rule, meta=meta) + "PROJECTS\nproject_id;cost;selected\n"
    text += "".join(f"{row}\n" for row in rows) + "VOTES\nvoter_id;vote\n"
    path = tmp_path / f"{name}.pb"
    path.write_text(text + "".join(f"{at};{vote}\n" for at, vote in enumerate(votes, 1)))
    return path


def test_verdicts_are_whole(tmp_path):
    rows = ["a;60;0", "b;60;1"]
    differs = judge(read(official(tmp_path, "greedy", rows, ["a", "a", "b"])))
    assert differs == Verdict(
        "differs", "greedy", "greedy", ("b",), ("a",), (), (Message("official.unknown-cause", {}),)
    )
    tie = judge(read(official(tmp_path, "greedy", rows, ["a", "b"])))
    assert tie == Verdict("explained", "greedy", "greedy", reasons=(Message("official.tie", {}),))
    reserve = judge(read(official(tmp_path, "greedy", ["a;60;1", "b;60;2"], ["a", "a", "b"])))
    assert reserve == Verdict(
        "match",
        "greedy",
        "greedy",
        reserve=("b",),
        reasons=(Message("official.other-money", {"projects": "b"}),),
    )
    unknown = judge(read(official(tmp_path, "unknown", rows, ["a"])))
    assert unknown == Verdict(
        "no-rule", "unknown", reasons=(Message("official.no-rule", {"rule": "unknown"}),)
    )
    nothing = judge(read(official(tmp_path, "greedy", ["a;60;"], ["a"])))
    assert nothing == Verdict("no-result", "greedy")


def test_hints_are_whole(tmp_path):
    meta = "min_project_score_threshold;2\ncomment;#1: Odd.\n"
    rows = ["a;80;1", "b;60;1", "c;999999999;1"]
    verdict = judge(read(official(tmp_path, "greedy-threshold", rows, ["a", "a", "b", "c"], meta)))
    assert verdict == Verdict(
        "differs",
        "greedy-threshold",
        "greedy-threshold",
        ("b", "c"),
        (),
        (),
        (
            Message("official.overspent", {"over": "40"}),
            Message("official.below-threshold", {"projects": "b"}),
            Message("official.withdrawn-selected", {"projects": "c"}),
            Message("official.comment", {"comment": "#1: Odd."}),
        ),
    )


def test_findings_are_whole(tmp_path):
    good = official(tmp_path, "greedy", ["a;60;1"], ["a"], name="good")
    found = examine(good)
    assert found == Finding(good, Verdict("match", "greedy", "greedy"), found.seconds, lenient=False)
    assert 0 <= found.seconds < 60
    odd = official(tmp_path, "greedy", ["a;60;1"], ["a,x"], name="odd")
    why = "line 13, column 5: the ballot names project 'x', which is not in PROJECTS"
    reasons = (Message("official.unreadable", {"why": why}),)
    assert examine(odd).verdict == Verdict("explained", "greedy", "greedy", reasons=reasons)
    assert examine(odd).lenient
    torn = tmp_path / "torn.pb"
    torn.write_text("META\n")
    why = "line 1, column 1: the section PROJECTS is missing"
    verdict = examine(torn).verdict
    assert (verdict.status, verdict.rule, examine(torn).lenient) == ("unreadable", "", True)
    assert verdict.reasons[0].id == "official.unreadable"
    missing = examine(tmp_path / "missing.pb")
    assert (missing.verdict.status, missing.verdict.rule, missing.lenient) == ("unreadable", "", False)
    assert "No such file" in missing.verdict.reasons[0].text()


def test_a_file_given_up_is_found_whole(tmp_path):
    path = official(tmp_path, "greedy", ["a;60;1"], ["a"])
    (found,) = recount([path], jobs=1, limit=0.0)
    assert found == Finding(
        path, Verdict("timeout", "", reasons=(Message("official.timeout", {"seconds": 0}),)), 0.0
    )


def test_a_worker_answers_until_it_is_told_to_stop(tmp_path):
    path = official(tmp_path, "greedy", ["a;60;1"], ["a"])
    ours, theirs = Pipe()
    worker = threading.Thread(target=_work, args=(theirs,))
    worker.start()
    ours.send(path)
    assert ours.recv().verdict == Verdict("match", "greedy", "greedy")
    ours.send(3)
    broken = ours.recv()
    assert (broken.path, broken.verdict.status, broken.verdict.rule, broken.seconds) == (3, "broken", "", 0.0)
    assert broken.verdict.reasons[0].text().startswith("The recount broke off: TypeError: ")
    ours.send(None)
    worker.join(10)
    assert not worker.is_alive()


NOTED = """META
key;value
budget;100.12345
budget;100.12345
comment;one; two
num_projects;9
vote_type;{kind}
PROJECTS
project_id;cost;name
a;60;Apples
a;60;Apples
b;50;"Bell" peppers
VOTES
voter_id;vote;points
1;b,a,b;3,2,1
2;;
3;a;3
"""


def test_notes_are_whole():
    found = read(NOTED.format(kind="cumulative").encode()).notes
    assert found == (
        Note("quote", "text after a closing quote was kept as part of the cell", 12),
        Note("delimiter", "the value of comment holds an unquoted delimiter; it was kept whole", 5),
        Note("repeated-project", "a project row is repeated word for word; it counts once", 11),
        Note("rounded", "budget has more than 4 decimals and was rounded to 4", 3),
        Note("repeated-id", "a ballot names a project twice; it counts once, where it stands first", 15),
        Note("blank-ballot", "a ballot names no project; it is counted as blank", 16),
        Note("count", "num_projects says 9 but the file holds 2; what the file holds was counted", 6),
    )


def test_notes_of_a_lenient_reading_are_whole():
    ballots = "1;b,x,a;3,2,1\n2;a,b;1\n3;a;3;extra\n4;x;1\n"
    text = NOTED.format(kind="scoring").split("1;b,a,b")[0] + ballots
    text = text.replace("budget;100.12345\n", "budget;100\nmax_sum_cost;lots\n", 1).replace(
        "budget;100.12345\n", ""
    )
    found = [note for note in read(text.encode(), lenient=True).notes if note.line not in (5, 6, 11, 12)]
    assert found == [
        Note("meta", "max_sum_cost is not understood and was left out", 4),
        Note("unknown-id", "ballots name project 'x', which is not listed; left out", 15, 2),
        Note("points", "a ballot's points do not fit its projects; it was left out", 16),
        Note("blank-ballot", "a ballot names no project; it is counted as blank", 16, 2),
        Note("extra-cells", "cells beyond the last column name were left out", 17),
    ]
    choose = NOTED.format(kind="choose-1").split("1;b,a,b")[0] + "1;a,b;\n2;b;\n"
    notes = read(choose.encode(), lenient=True).notes
    assert Note("too-many", "a choose-1 ballot names several projects; it was left out", 15) in notes
    ranked = NOTED.format(kind="ordinal").split("1;b,a,b")[0].replace("comment;one; two", "max_length;1")
    notes = read((ranked + "1;a,b;\n").encode(), lenient=True).notes
    assert Note("too-many", "ranks after the first 1 were left out", 15) in notes


def screen(capsys, monkeypatch, *arguments):
    monkeypatch.setenv("COLUMNS", "80")
    assert main([str(argument) for argument in arguments]) == 0
    return [
        line.rstrip() for line in capsys.readouterr().out.splitlines() if line.strip() and "─" not in line
    ]


def test_the_screen_of_a_count_is_whole(capsys, monkeypatch):
    path = ELECTIONS / "seven_benches_approval.pb"
    lines = screen(capsys, monkeypatch, path, "--rule", "greedy", "--official", "--explain", "swing")
    assert lines == [
        "A made-up vote of a small village",
        "4 projects, 5 approval ballots, budget 100",
        "Funded by greedy: 3 of 4",
        "#  id     project                        points  award  left  by",
        "1  bench  Seven benches along the brook       4     60    40  list",
        "2  pump   Repair the village pump             2     30    10  list",
        "3  sign   A new sign                          1     10     0  list",
        "How fair",
        "measure                        greedy",
        "projects funded                     3",
        "spent                             100",
        "left                                0",
        "voters                              5",
        "with any choice funded    5 (100.0 %)",
        "choices funded per voter         1.40",
        "Gini of shares used             0.220",
        "EJR+ up to one                   kept",
        "swing  A swing for the green",
        "  Not funded: when its turn came 40 was left, and it costs 50.",
        "The official outcome follows from the ballots by the rule the file states.",
    ]


def test_the_screen_of_a_comparison_is_whole(capsys, monkeypatch):
    path = ELECTIONS / "quotes_and_decimals.pb"
    lines = screen(capsys, monkeypatch, path, "--rule", "points-greedy", "--compare", "rank-equal-shares")
    assert lines == [
        'A name with a ; in it, and a "quoted" word',
        "3 projects, 3 ordinal ballots, budget 1,000.20",
        "Funded by points-greedy: 2 of 3",
        "#  id  project                        points   award    left  by",
        '1  p1  Benches; a table; and "shade"       5  400.25  599.95  list',
        "2  p3  Sign                                1  100.50  499.45  list",
        "How fair",
        "measure                     points-greedy  rank-equal-shares",
        "projects funded                         2                  2",
        "spent                              500.75             500.75",
        "left                               499.45             499.45",
        "voters                                  3                  3",
        "with a first choice funded     2 (66.7 %)         2 (66.7 %)",
        "with any choice funded        3 (100.0 %)        3 (100.0 %)",
        "mean rank of best funded             1.33               1.33",
        "choices funded per voter             1.33               1.33",
        "Gini of shares used                 0.134              0.134",
        "Inclusion PSC                        kept               kept",
        "Funded only by points-greedy: none",
        "Funded only by rank-equal-shares: none",
        "Funded by both: 2",
        "Voters with more of their choices funded: 0 by points-greedy, 0 by",
        "rank-equal-shares",
    ]


def test_the_screen_of_the_steps_and_of_the_groups_is_whole(capsys, monkeypatch):
    path = ELECTIONS / "quotes_and_decimals.pb"
    lines = screen(capsys, monkeypatch, path, "--seed", "1", "--steps", "--by", "category", "--by", "age")
    assert lines[3:9] == [
        "#  id  project                        points   award    left  by",
        '1  p1  Benches; a table; and "shade"       5  400.25  599.95  shares',
        "2  p3  Sign                                1  100.50  499.45  shares",
        "Steps of rank-equal-shares",
        "#  id  ranks  voters   award   price    left  next best",
        "1  p1      1       2  400.25  200.13  599.95",
    ]
    assert lines[-10:] == [
        "Money by category",
        "category       funded   money   share  voters  share",
        "parks,seating  1 of 1  400.25  79.9 %",
        "play           0 of 1       0   0.0 %",
        "(not said)     1 of 1  100.50  20.1 %",
        "Money by age",
        "age         funded   money    share  voters   share",
        "34          0 of 0       0    0.0 %       1  50.0 %",
        "51          0 of 0       0    0.0 %       1  50.0 %",
        "(not said)  2 of 3  500.75  100.0 %",
    ]


def test_the_screen_of_what_differs_is_whole(tmp_path, capsys, monkeypatch):
    path = official(tmp_path, "greedy", ["a;60;0", "b;60;1"], ["a", "a", "b"])
    monkeypatch.setenv("COLUMNS", "80")
    assert main([str(path), "--official"]) == 1
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert "3 approval ballots, budget 100 EUR" in lines[1]
    assert lines[-5:] == [
        "The official outcome does not follow from the ballots by the rule the file",
        "states.",
        "  funded officially, not by this count: b",
        "  funded by this count, not officially: a",
        "  - Nothing in the file explains the difference.",
    ]
