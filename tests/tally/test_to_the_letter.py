"""What the command says about itself, what is written to a file, and ties, to the letter."""

import pytest

from pbvote.tally import Election, Project, RuleDoesNotFit, count
from pbvote.tally.command import _parameters, main
from pbvote.tally.metrics import fairness
from pbvote.tally.pabulib import read, write
from pbvote.tally.record import Tie

HELP = """\
usage: python -m pbvote.tally [-h] [--rule RULE] [--set NAME=VALUE]
                              [--compare RULE] [--explain ID] [--steps]
                              [--by COLUMN] [--official] [--seed DIGITS]
                              [--json] [--pb OUT] [--lenient]
                              FILE

Count an election in a Pabulib file and say what is funded and why.

positional arguments:
  FILE              a .pb file

options:
  -h, --help        show this help message and exit
  --rule RULE       the rule, by default the one for the ballots; there are
                    choose-one, cumulative, equal-shares-approval, equal-
                    shares-points, greedy, greedy-80, greedy-exclusive,
                    greedy-no-skip, greedy-threshold, phragmen, points-greedy,
                    rank-equal-shares
  --set NAME=VALUE  a parameter of the rule, for example step=100 or
                    completion=none
  --compare RULE    a second rule, side by side
  --explain ID      why a project is in or out
  --steps           show every step of the count
  --by COLUMN       money by ward, theme …
  --official        count as the officials say they did, and compare
  --seed DIGITS     the public dice that decide ties
  --json            print the whole tally as JSON and nothing else
  --pb OUT          write the file again with this outcome
  --lenient         drop ballots that cannot be read, with a note

Exit codes: 0 counted; 1 with --official, the official outcome does not
follow; 2 wrong arguments; 3 the file cannot be read; 4 the count was refused.
"""
WRITTEN = """\
META
key;value
unit;X
num_projects;3
num_votes;2
budget;1000.50
vote_type;cumulative
rule;greedy
zz;1
PROJECTS
project_id;cost;votes;score;name;ward;selected
a;1.50;1;1;"A; b";N;1
b;0.20;1;2;;;0
c;999999999;0;0;c;;0
VOTES
voter_id;vote;points
1;b,a;2,1
2;c;1
"""


def test_the_help_is_whole(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        main(["--help"])
    assert capsys.readouterr().out == HELP


def test_what_is_written_is_whole():
    projects = [Project("a", 150, "A; b"), Project("b", 20), Project("c", 5)]
    ballots = [{"a": 1, "b": 2}, {"c": 1}]
    election = Election.cumulative(projects=projects, ballots=ballots, budget=100_050, withdrawn={"c"})
    meta = {"unit": "X", "rule": "greedy", "zz": "1"}
    written = write(election, meta=meta, columns={"ward": {"a": "N"}}, selected={"a": 1}, scale=100)
    assert written == WRITTEN


def test_rankings_are_written_with_their_length_and_without_an_outcome():
    election = Election.ranked(projects=[Project("a", 1)], ballots=[("a",)], budget=999_999_998, max_length=4)
    lines = write(election).splitlines()
    assert lines[2:8] == [
        "num_projects;1",
        "num_votes;1",
        "budget;999999998",
        "vote_type;ordinal",
        "rule;unknown",
        "max_length;4",
    ]
    assert lines[8:] == [
        "PROJECTS",
        "project_id;cost;votes;score;name",
        "a;1;1;4;",
        "VOTES",
        "voter_id;vote",
        "1;a",
    ]
    other = Election.approval(projects=election.projects, ballots=[("a",)], budget=1)
    assert "max_length" not in write(other)


@pytest.mark.parametrize(
    ("budget", "gone"), [(999_999_997, "999999999"), (999_999_998, "9999999999"), (10**10, "99999999999")]
)
def test_a_withdrawn_project_is_written_dearer_than_the_budget(budget, gone):
    projects = [Project("a", 1), Project("b", 1)]
    election = Election.approval(projects=projects, ballots=[("b",)], budget=budget, withdrawn={"b"})
    assert f"b;{gone};0;0;b" in write(election)
    assert read(write(election).encode()).election.voters == 1


def test_a_file_is_written_again_with_the_counts_it_holds():
    text = "META\nbudget;5\nvote_type;approval\nnum_votes;9\nPROJECTS\nproject_id;cost;name\na;1\nb;2;B\n"
    file = read((text + "VOTES\nvoter_id;vote\n1;a\n2;\n").encode())
    assert file.text({"b": 2}) == (
        "META\nkey;value\nnum_projects;2\nnum_votes;2\nbudget;5\nvote_type;approval\n"
        "PROJECTS\nproject_id;cost;name;selected\na;1;;0\nb;2;B;2\nVOTES\nvoter_id;vote\n1;a\n;\n"
    )


@pytest.mark.parametrize(
    ("rule", "setting", "found"),
    [
        ("greedy", "part-funding=YES", {"part_funding": True}),
        ("greedy", "part_funding=true", {"part_funding": True}),
        ("greedy", "part_funding=No", {"part_funding": False}),
        ("greedy", "part_funding=false", {"part_funding": False}),
        ("greedy", "part_funding=perhaps", {"part_funding": "perhaps"}),
        ("greedy-threshold", "threshold=-3", {"threshold": -3}),
        ("greedy-threshold", "threshold=3-", {"threshold": "3-"}),
        ("greedy-exclusive", "exclusive=a,b;c,d;", {"exclusive": (("a", "b"), ("c", "d"))}),
        ("equal-shares-approval", "utility=count", {"utility": "count"}),
        ("greedy", "colour=1", {"colour": "1"}),
        ("greedy", "no-sense", {"no_sense": ""}),
    ],
)
def test_settings_are_read_as_the_rule_takes_them(rule, setting, found):
    assert _parameters(rule, [setting]) == found


def test_settings_of_a_rule_nobody_knows_are_refused():
    with pytest.raises(RuleDoesNotFit):
        _parameters("dice", [])


def test_level_prices_are_parted_by_points_or_by_the_officials_and_every_raise_is_remembered():
    costs = {"park": 50, "swing": 40, "bikes": 30, "books": 20}
    ballots = {("park", "swing"): 6, ("swing", "park"): 1, ("bikes", "books"): 2, ("books", "bikes"): 1}
    projects = [Project(name, cost) for name, cost in costs.items()]
    election = Election.ranked(projects=projects, ballots=ballots, budget=100)
    by_points = (
        Tie(("bikes", "books"), "points", 2, mattered=True),
        Tie(("bikes", "books"), "points", 0, mattered=False, raises=0),
    )
    assert count(election, "rank-equal-shares").ties == by_points
    supplied = ("books", "bikes", "swing", "park")
    assert count(election, "rank-equal-shares", order=supplied).ties == by_points
    approved = Election.approval(projects=projects, ballots=ballots, budget=100)
    assert count(approved, "greedy", order=supplied).ties[0].by == "officials"


def test_one_vote_each_is_a_first_choice():
    projects = [Project("a", 1), Project("b", 1)]
    election = Election.choose_one(projects=projects, ballots=[("a",), ("b",), ("a",)], budget=1)
    assert fairness(election, count(election, "choose-one")).with_first == 2
