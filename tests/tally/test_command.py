"""The command counts a file, prints tables that fit a terminal, and says by its exit code how it went."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pbvote.tally import Tally
from pbvote.tally.command import BAD_FILE, DEFAULT_RULE, DONE, NOT_FOLLOWED, REFUSED, main
from pbvote.tally.pabulib import read
from pbvote.tally.rules import RULES

ELECTIONS = Path(__file__).parent / "elections"
BENCHES = ELECTIONS / "seven_benches_approval.pb"
QUOTES = ELECTIONS / "quotes_and_decimals.pb"
TIED = b"""META
key;value
budget;10
vote_type;approval
rule;greedy
PROJECTS
project_id;cost;name;ward;selected
a;8;A very long name that does not fit into a column of any terminal that is only eighty wide;North;0
b;8;B;South;1
VOTES
voter_id;vote;ward
1;a;North
2;b;South
"""


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def tied(tmp_path):
    path = tmp_path / "tied.pb"
    path.write_bytes(TIED)
    return str(path)


def printed(capsys, *arguments):
    assert main([str(argument) for argument in arguments]) == DONE
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    return text


def test_a_file_is_counted_by_the_rule_for_its_ballots_and_the_tables_fit(capsys):
    text = printed(capsys, BENCHES)
    assert "Funded by equal-shares-approval" in text
    assert "4 projects, 5 approval ballots, budget 100" in text
    assert "with any choice funded" in text


@pytest.mark.parametrize("path", sorted(ELECTIONS.glob("*.pb")), ids=lambda path: path.stem)
def test_every_kind_of_ballot_has_a_rule_of_its_own(path, capsys):
    kind = read(path).election.kind
    assert f"Funded by {DEFAULT_RULE[kind]}" in printed(capsys, path, "--seed", "1")


def test_two_rules_are_shown_side_by_side(capsys):
    text = printed(capsys, BENCHES, "--rule", "greedy", "--compare", "greedy-no-skip")
    assert "Funded only by greedy: pump, sign" in text
    assert "Funded only by greedy-no-skip: none" in text
    assert "Funded by both: 1" in text


def test_amounts_are_shown_as_the_file_writes_them(capsys):
    text = printed(capsys, QUOTES, "--rule", "points-greedy", "--steps")
    assert "budget 1,000.20" in text
    assert "400.25" in text
    assert "599.95" in text


def test_a_project_is_explained_in_the_currency_of_the_file(capsys):
    text = printed(capsys, QUOTES, "--rule", "points-greedy", "--explain", "p2", "--explain", "p1")
    assert "Not funded: when its turn came 599.95 was left, and it costs 600." in text
    assert "Funded at step 1" in text


def test_a_long_name_gives_way_and_ties_are_marked(tied, capsys):
    text = printed(capsys, tied, "--rule", "greedy", "--seed", "4")
    assert "…" in text
    assert "\n* taken after a tie\n" in text


def test_money_by_ward_stands_beside_the_voters(tied, capsys):
    text = printed(capsys, tied, "--rule", "greedy", "--seed", "4", "--by", "ward")
    assert "Money by ward" in text
    assert text.count("50.0 %") >= 2


def test_the_official_way_breaks_ties_by_the_order_of_the_file_and_says_what_differs(tied, capsys):
    assert main([tied, "--official"]) == DONE
    text = capsys.readouterr().out
    assert "follows from the ballots, with what is said below" in text
    assert "A tie was broken another way" in text
    assert "Funded by greedy" in text


def test_the_official_way_takes_the_order_of_the_file_also_where_another_rule_is_asked_for(tied, capsys):
    assert main([tied, "--rule", "greedy-no-skip"]) == REFUSED
    assert main([tied, "--official", "--rule", "greedy-no-skip"]) == DONE
    assert "Funded by greedy-no-skip" in capsys.readouterr().out


def test_an_official_outcome_that_does_not_follow_has_its_own_exit_code(tied, tmp_path, capsys):
    wrong = tmp_path / "wrong.pb"
    wrong.write_bytes(TIED.replace(b"2;b;South", b"2;a;South"))
    assert main([str(wrong), "--official"]) == NOT_FOLLOWED
    text = capsys.readouterr().out
    assert "funded officially, not by this count: b" in text
    assert "funded by this count, not officially: a" in text


def test_an_official_outcome_is_asked_for_where_there_is_none(tmp_path, capsys):
    path = tmp_path / "none.pb"
    path.write_bytes(
        TIED.replace(b"greedy", b"unknown").replace(b";0\n", b";\n").replace(b"South;1", b"South;")
    )
    assert main([str(path), "--official", "--seed", "1"]) == NOT_FOLLOWED
    assert "does not say what the officials decided" in capsys.readouterr().out


def test_json_is_the_whole_tally_and_nothing_else(capsysbinary):
    assert main([str(BENCHES), "--rule", "greedy", "--json"]) == DONE
    raw = capsysbinary.readouterr().out
    assert Tally.from_json(raw.strip()).funded == ("bench", "pump", "sign")
    assert json.loads(raw)["rule"] == "greedy"


def test_the_outcome_can_be_written_into_a_new_file(tmp_path, capsys):
    out = tmp_path / "out.pb"
    printed(capsys, BENCHES, "--rule", "greedy-no-skip", "--pb", out)
    assert read(out).selected == {"bench": 1, "swing": 0, "pump": 0, "sign": 0}
    assert read(out).election.digest == read(BENCHES).election.digest


@pytest.mark.parametrize(
    ("rule", "settings", "funded"),
    [
        ("greedy-threshold", ["threshold=3"], ("bench",)),
        ("greedy-80", ["percent=70"], ("bench", "swing")),
        ("greedy-exclusive", ["exclusive=bench,sign;pump,swing"], ("bench", "pump")),
        ("equal-shares-approval", ["completion=none", "top-up=no", "utility=count"], ("sign", "bench")),
    ],
)
def test_parameters_are_set_by_name(rule, settings, funded, capsysbinary):
    arguments = [word for setting in settings for word in ("--set", setting)]
    assert main([str(BENCHES), "--rule", rule, "--json", *arguments]) == DONE
    assert Tally.from_json(capsysbinary.readouterr().out.strip()).funded == funded


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--rule", "points-greedy"], "cannot count approval ballots"),
        (["--rule", "greedy", "--set", "colour=red"], "no parameter named colour"),
        (["--rule", "greedy-threshold", "--set", "threshold=many"], "cannot use 'many' for threshold"),
        (["--rule", "greedy", "--explain", "moon"], "moon was not on the ballot"),
        (["--seed", "six"], "must be digits only"),
    ],
)
def test_a_count_that_is_refused_says_why(arguments, words, capsys):
    assert main([str(BENCHES), *arguments]) == REFUSED
    assert words in " ".join(capsys.readouterr().err.split())


def test_a_tie_without_dice_is_refused_and_says_what_to_give(tied, capsys):
    assert main([tied, "--rule", "greedy"]) == REFUSED
    assert "Give the digits of the public dice" in " ".join(capsys.readouterr().err.split())


def test_a_file_that_cannot_be_read_is_named_with_the_place(tmp_path, capsys):
    path = tmp_path / "torn.pb"
    path.write_bytes(TIED[:60])
    assert main([str(path)]) == BAD_FILE
    assert "the section PROJECTS is missing" in " ".join(capsys.readouterr().err.split())
    assert main([str(tmp_path / "missing.pb")]) == BAD_FILE


def test_odd_ballots_are_noted_and_unknown_ids_need_leave_to_be_dropped(tmp_path, capsys):
    path = tmp_path / "odd.pb"
    path.write_bytes(TIED.replace(b"1;a;", b'1;"a,moon,a";'))
    assert main([str(path)]) == BAD_FILE
    assert main([str(path), "--lenient", "--seed", "1"]) == DONE
    notes = " ".join(capsys.readouterr().err.split())
    assert "'moon'" in notes
    assert "names a project twice" in notes


def test_wrong_arguments_have_the_usual_exit_code(capsys):
    with pytest.raises(SystemExit) as left:
        main([str(BENCHES), "--rule", "dice"])
    assert left.value.code == 2
    assert "greedy-no-skip" in capsys.readouterr().err


def test_the_help_names_the_exit_codes(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    assert "Exit codes: 0 counted" in capsys.readouterr().out


def test_the_module_runs_in_a_process_of_its_own_and_loads_no_web():
    program = (
        "import sys, runpy; sys.argv = ['pbvote.tally', sys.argv[1]]\n"
        "try: runpy.run_module('pbvote.tally', run_name='__main__')\n"
        "except SystemExit as left: assert left.code == 0, left.code\n"
        "assert not {'flask', 'sqlalchemy'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(BENCHES)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Funded by" in done.stdout


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_says_what_it_is_in_plain_words(rule):
    assert RULES[rule].title
    assert RULES[rule].words.endswith(".")
    assert len(RULES[rule].words.split()) < 110
