"""What the commands print, write and show while they work, line by line."""

import io
import re
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from pbvote.tally import Election, Message, Project, count, fairness
from pbvote.tally.command import _headline, _money, _Watch, main, parser
from pbvote.tally.metrics import Fairness, GroupShare
from pbvote.tally.official.__main__ import _parser, _plain, _print_reasons, _print_table
from pbvote.tally.official.__main__ import main as recount_main
from pbvote.tally.official.folder import Finding
from pbvote.tally.official.verdict import Verdict
from pbvote.tally.pabulib import read
from pbvote.tally.printed import (
    _percent,
    _sized,
    fairness_table,
    groups_tables,
    print_verdict,
    result_table,
)
from pbvote.tally.printed import steps as step_table
from tests.tally.test_explained_in_full import SHARES, tally

HELP = """\
usage: python -m pbvote.tally.official [-h] [--jobs JOBS] [--limit LIMIT]
                                       [--json FILE] [--at-least N]
                                       folder

Recount a folder of official elections by the rule each file states.

positional arguments:
  folder         folder with .pb files (searched with its subfolders)

options:
  -h, --help     show this help message and exit
  --jobs JOBS    how many files at once (2)
  --limit LIMIT  seconds for one file (120)
  --json FILE    write every verdict to a file
  --at-least N   fail if fewer are reproduced
"""
TABLE = """\
                 5 files, 4 with an official outcome
┏━━━━━━━━━━━━━┳━━━━━━━━━━┳━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━┳━━━━━━━━━━━━━┓
┃ rule stated ┃ outcomes ┃ match ┃ explained ┃ differ ┃ not counted ┃
┡━━━━━━━━━━━━━╇━━━━━━━━━━╇━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━╇━━━━━━━━━━━━━┩
│ (not read)  │        1 │     0 │         0 │      0 │           1 │
│ greedy      │        2 │     1 │         1 │      0 │           0 │
│ phragmen    │        1 │     0 │         0 │      1 │           0 │
├─────────────┼──────────┼───────┼───────────┼────────┼─────────────┤
│ all         │        4 │     1 │         1 │      1 │           1 │
└─────────────┴──────────┴───────┴───────────┴────────┴─────────────┘
match: by the stated rule, ties by the order of the file. explained: with what
the list below says.
"""
REASONS = """\

b: explained (greedy)
  - A tie was broken another way than by the order of the file.

c: differs (phragmen)
  officially funded, not by our count: p, q
  funded by our count, not officially: r
  - The file comments: [b]Odd[/b]

d: unreadable (not read)
  - The file breaks the format at line 1
"""
FINDINGS = (
    Finding(Path("x/a.pb"), Verdict("match", "greedy", "greedy"), 1.23456),
    Finding(
        Path("x/b.pb"), Verdict("explained", "greedy", "greedy", reasons=(Message("official.tie"),)), 1.0
    ),
    Finding(
        Path("x/c.pb"),
        Verdict(
            "differs",
            "phragmen",
            "phragmen",
            ("p", "q"),
            ("r",),
            ("s",),
            (Message("official.comment", {"comment": "[b]Odd[/b]"}),),
        ),
        1.0,
    ),
    Finding(
        Path("x/d.pb"),
        Verdict("unreadable", "", reasons=(Message("official.unreadable", {"why": "line 1"}),)),
        1.0,
        lenient=True,
    ),
    Finding(Path("x/e.pb"), Verdict("no-result", "greedy"), 1.0),
)


def shown(show, *things, width=80):
    """What is printed on a page of plain text, without spaces at the ends of lines."""
    page = io.StringIO()
    show(Console(file=page, width=width), *things)
    return "".join(f"{line.rstrip()}\n" for line in page.getvalue().splitlines())


def printed(table, width=80):
    return shown(lambda out: out.print(table), width=width)


def test_the_help_of_the_recount_is_whole(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert _parser().format_help() == HELP


def test_the_recount_takes_its_arguments_as_numbers_and_has_defaults():
    given = _parser().parse_args(["here"])
    assert vars(given) == {"folder": Path("here"), "jobs": 2, "limit": 120.0, "json": None, "at_least": 0}
    given = _parser().parse_args(
        ["here", "--jobs", "3", "--limit", "1.5", "--json", "out", "--at-least", "4"]
    )
    assert vars(given) == {
        "folder": Path("here"),
        "jobs": 3,
        "limit": 1.5,
        "json": Path("out"),
        "at_least": 4,
    }


def test_the_table_of_the_recount_is_whole():
    assert shown(_print_table, FINDINGS) == TABLE


def test_the_reasons_of_the_recount_are_whole():
    assert shown(_print_reasons, FINDINGS) == REASONS


def test_a_verdict_is_written_whole():
    assert _plain(FINDINGS[2]) == {
        "file": "c.pb",
        "status": "differs",
        "rule": "phragmen",
        "counted": "phragmen",
        "missing": ("p", "q"),
        "extra": ("r",),
        "reserve": ("s",),
        "reasons": ["The file comments: [b]Odd[/b]"],
        "lenient": False,
        "seconds": 1.0,
    }
    assert (_plain(FINDINGS[0])["seconds"], _plain(FINDINGS[3])["lenient"]) == (1.235, True)


def test_a_folder_without_files_is_named_on_the_error_page(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    assert recount_main([str(tmp_path)]) == 1
    assert recount_main([str(tmp_path / "none")]) == 1
    out, errors = capsys.readouterr()
    assert out == ""
    assert errors == f"There are no .pb files in {tmp_path}.\nThere are no .pb files in {tmp_path}/none.\n"


def test_the_arguments_of_the_count_have_defaults_and_names():
    given = parser("count").parse_args(["a.pb"])
    assert vars(given) == {
        "file": Path("a.pb"),
        "rule": None,
        "set": [],
        "compare": None,
        "explain": [],
        "steps": False,
        "by": [],
        "official": False,
        "seed": None,
        "json": False,
        "pb": None,
        "lenient": False,
    }
    assert parser("count").prog == "count"
    twice = ["--set", "a=1", "--set", "b=2", "--explain", "x", "--explain", "y", "--by", "w", "--by", "t"]
    given = parser("count").parse_args(["a.pb", *twice, "--pb", "o", "--seed", "3"])
    assert (given.set, given.explain, given.by) == (["a=1", "b=2"], ["x", "y"], ["w", "t"])
    assert (given.pb, given.seed) == (Path("o"), "3")


@pytest.mark.parametrize("option", ["--rule", "--compare"])
def test_a_rule_that_there_is_not_is_refused_with_those_there_are(option, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["a.pb", option, "dice"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert f"argument {option}: invalid choice: 'dice' (choose from " in said
    assert said.index("choose-one") < said.index("cumulative") < said.index("rank-equal-shares")


BENCHES = "META\nkey;value\nbudget;{budget}\nvote_type;approval\n{meta}PROJECTS\nproject_id;cost;name\n"
VOTES = "a;60.5;Alley\nb;50;\nVOTES\nvoter_id;vote\n1;a\n2;a,a\n3;b,b\n4;b,b\n5;a\n6;\n"


def written(tmp_path, *, budget="100", meta=""):
    path = tmp_path / "benches.pb"
    path.write_text(BENCHES.format(budget=budget, meta=meta) + VOTES)
    return path


def test_notes_name_their_line_and_how_often_they_hold(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    assert main([str(written(tmp_path)), "--rule", "greedy"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "Note, line 12: a ballot names a project twice; it counts once, where it stands first (3 times).",
        "Note, line 16: a ballot names no project; it is counted as blank.",
    ]


def test_a_file_that_cannot_be_read_is_named_with_the_place_of_the_trouble(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    path = tmp_path / "torn.pb"
    path.write_text("META\nkey;value\n")
    assert main([str(path)]) == 3
    out, errors = capsys.readouterr()
    assert (out, errors) == ("", f"{path}: line 2, column 1: the section PROJECTS is missing\n")


def test_a_count_that_is_refused_says_why_in_the_money_of_the_file(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    assert main([str(written(tmp_path)), "--explain", "z", "--rule", "greedy"]) == 4
    assert capsys.readouterr().err.splitlines()[-1] == "z was not on the ballot."


@pytest.mark.parametrize(
    ("meta", "about"),
    [
        ("description;Benches\nunit;Marsh\n", "Benches"),
        ("unit;Marsh\ninstance;2024\n", "Marsh 2024"),
        ("instance;2024\n", "2024"),
        ("unit;Marsh\n", "Marsh"),
        ("", ""),
    ],
)
def test_the_headline_says_what_was_voted_on_and_how(tmp_path, meta, about):
    file = read(written(tmp_path, budget="12345.5", meta=meta))
    assert _headline(file, _money(file)) == f"{about}\n2 projects, 5 approval ballots, budget 12,345.5"
    file = read(written(tmp_path, meta=meta + "currency;EUR\n"))
    assert _headline(file, _money(file)) == f"{about}\n2 projects, 5 approval ballots, budget 100 EUR"


def test_amounts_are_shown_as_the_file_writes_them_with_commas(tmp_path):
    show = _money(read(written(tmp_path)))
    assert [show(units) for units in (0, 5, 10, -5, -15, 12_345_670, 12_345_675, -12_345_670)] == [
        "0",
        "0.5",
        "1",
        "-0.5",
        "-1.5",
        "1,234,567",
        "1,234,567.5",
        "-1,234,567",
    ]


def test_progress_is_shown_beside_the_result_and_only_while_it_lasts():
    watch = _Watch()
    assert [type(column) for column in watch.bar.columns] == [SpinnerColumn, TextColumn, TimeElapsedColumn]
    assert watch.bar.columns[1].text_format == "{task.description}"
    assert watch.bar.live.transient
    assert watch.bar.console.stderr
    assert watch.bar.disable is not sys.stderr.isatty()


def test_progress_says_what_is_done_and_of_how_many():
    with _Watch() as watch:
        assert watch.task is None
        watch("tally.progress-raises", 1234, None)
        (task,) = watch.bar.tasks
        assert (task.description, task.total) == ("Raising the shares: 1,234", None)
        watch("tally.progress-phragmen", 1, 2000)
        (task,) = watch.bar.tasks
        assert (task.description, task.total) == ("Spreading the costs: 1 of 2,000", None)


HEADINGS = ("#", "id", "project", "points")


def test_a_table_gives_each_column_what_it_needs_and_the_name_the_rest():
    rows = [("1", "a", "A very long name indeed that goes on", "1,234,567"), ("10", "b", "Short", "1")]
    assert printed(_sized("Title", HEADINGS, rows, 2, 40), 40) == (
        "Title\n"
        " #  id  project                 points\n"
        "───────────────────────────────────────\n"
        " 1  a   A very long name i…  1,234,567\n"
        "10  b   Short                        1\n"
    )


def test_a_table_is_as_wide_as_what_it_holds_and_no_wider():
    table = _sized("Title", HEADINGS, [("1", "a" * 20, "Bench", "5")], 2, 80)
    assert [column.width for column in table.columns] == [1, 14, 8, 6]
    assert [column.justify for column in table.columns] == ["right", "left", "left", "right"]
    assert [column.no_wrap for column in table.columns] == [False, False, True, False]
    assert [column.overflow for column in table.columns] == ["fold", "fold", "ellipsis", "fold"]
    wide = _sized("Title", HEADINGS, [("1", "a", "B" * 90, "5")], 2, 60)
    assert [column.width for column in wide.columns] == [1, 2, 60 - 1 - 2 - 6 - 8, 6]
    narrow = _sized("Title", HEADINGS, [("1", "a", "B" * 90, "5")], 2, 20)
    assert narrow.columns[2].width == 8
    empty = _sized("Title", HEADINGS, [], 2, 80)
    assert [column.width for column in empty.columns] == [1, 2, 8, 6]


FAIR = Fairness(
    rule="greedy",
    voters=1_250,
    funded=3,
    with_first=None,
    with_any=1_100,
    mean_best_rank=None,
    choices_funded=Fraction(1, 3),
    spent=90,
    left=10,
    gini=Fraction(1, 8),
    psc=None,
    ejr=(1, 2),
    groups={"ward": (GroupShare("North", 60, 2, 3, 30), GroupShare("", 30, 1, 1, None))},
)


def test_measures_that_do_not_apply_are_left_out_and_the_others_are_whole():
    assert printed(fairness_table((FAIR,), str)) == (
        "How fair\n"
        "measure                           greedy\n"
        "─────────────────────────────────────────\n"
        "projects funded                        3\n"
        "spent                                 90\n"
        "left                                  10\n"
        "voters                             1,250\n"
        "with any choice funded    1,100 (88.0 %)\n"
        "choices funded per voter            0.33\n"
        "Gini of shares used                0.125\n"
        "EJR+ up to one                2 left out\n"
    )


def test_money_by_group_is_whole_and_leaves_out_what_is_not_known():
    (table,) = groups_tables(FAIR, str)
    assert [column.no_wrap for column in table.columns] == [False, True, True, True, True, True]
    assert (table.columns[0].overflow, table.columns[0].ratio) == ("fold", 1)
    assert printed(table) == (
        "Money by ward\n"
        "ward        funded  money   share  voters    share\n"
        "───────────────────────────────────────────────────\n"
        "North       2 of 3     60  66.7 %      30  100.0 %\n"
        "(not said)  1 of 1     30  33.3 %\n"
    )


def test_a_part_of_nothing_is_not_shown():
    assert (_percent(0, 0), _percent(1, 3), _percent(3, 3)) == ("", "33.3 %", "100.0 %")


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
def test_every_verdict_has_its_sentence(status, words):
    assert shown(print_verdict, Verdict(status, "greedy"), width=100) == f"{words}\n"


def test_nobody_is_a_share_of_nobody():
    nobody = Election.approval(projects=[Project("a", 1)], ballots=[], budget=1)
    table = printed(fairness_table((fairness(nobody, count(nobody, "greedy")),), str))
    assert re.search(r"\nwith any choice funded +0\n", table)


def test_a_verdict_lists_what_differs_one_after_the_other():
    verdict = Verdict("differs", "greedy", "greedy", ("a", "b"), ("c", "d"))
    assert shown(print_verdict, verdict, width=100).splitlines()[1:] == [
        "  funded officially, not by this count: a, b",
        "  funded by this count, not officially: c, d",
    ]


def test_a_result_names_parts_in_the_words_of_the_page_and_marks_ties():
    parts = ("shares", "walk", "top-up", "part-funding", "reserve", "load", "unheard-of")
    steps = [replace(SHARES, number=number, part=part) for number, part in enumerate(parts, 1)]
    steps[1], steps[6] = replace(steps[1], tie=0), replace(steps[6], tie=1)
    assert printed(result_table(tally(steps=steps), str)) == (
        "Funded by rank-equal-shares: 7 of 5\n"
        "#  id    project   points  award   left  by\n"
        "─────────────────────────────────────────────────────\n"
        "1  park  New park      17  60000  40000  shares\n"
        "2  park  New park      17  60000  40000  list*\n"
        "3  park  New park      17  60000  40000  top-up\n"
        "4  park  New park      17  60000  40000  in part\n"
        "5  park  New park      17  60000  40000  reserve\n"
        "6  park  New park      17  60000  40000  loads\n"
        "7  park  New park      17  60000  40000  unheard-of*\n"
    )


def test_steps_leave_empty_what_a_rule_has_not():
    bare = replace(SHARES, number=12, level=None, supporters=None, price=None, candidates=())
    assert printed(step_table(tally(steps=[SHARES, bare]), str)) == (
        "Steps of rank-equal-shares\n"
        " #  id    ranks  voters  award  price   left  next best\n"
        "────────────────────────────────────────────────────────\n"
        " 1  park      2       9  60000   6667  40000  swing\n"
        "12  park                 60000         40000\n"
    )


def test_a_rule_to_compare_with_goes_by_the_dice_too(tmp_path, capsys):
    path = tmp_path / "tied.pb"
    rows = "a;60;\nb;60;\nVOTES\nvoter_id;vote\n1;a\n2;b\n"
    path.write_text(BENCHES.format(budget="100", meta="") + rows)
    first = [str(path), "--rule", "greedy-threshold", "--set", "threshold=5", "--compare", "greedy"]
    assert main(first) == 4
    assert "These projects are tied" in capsys.readouterr().err
    assert main([*first, "--seed", "1"]) == 0


def test_a_recount_ends_each_file_at_its_limit_and_writes_a_line_for_each_fact(tmp_path, capsys):
    path, out = written(tmp_path), tmp_path / "verdicts.json"
    assert recount_main([str(tmp_path), "--limit", "0", "--json", str(out)]) == 0
    lines = out.read_text().splitlines()
    assert lines[:5] == ["[", " {", f'  "file": "{path.name}",', '  "status": "timeout",', '  "rule": "",']
    assert '   "The recount was ended after 0 seconds."' in lines
    assert "timeout (not read)" in capsys.readouterr().out
