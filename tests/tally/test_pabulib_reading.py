"""What a `.pb` file says is read exactly, in every dialect; what it does not say is never guessed."""

from fractions import Fraction
from pathlib import Path

import pytest

from pbvote.tally.pabulib import PabulibError
from pbvote.tally.pabulib.reader import contents

ELECTIONS = Path(__file__).parent / "elections"

META = """META
key;value
description;Test
budget;100
vote_type;{kind}
rule;greedy
"""
PROJECTS = """PROJECTS
project_id;cost;name
a;60;Apples
b;50;Berries
c;30;Cherries
"""


def file_of(votes="voter_id;vote\n1;a\n", *, kind="approval", meta="", projects=PROJECTS):
    return (META.format(kind=kind) + meta + projects + "VOTES\n" + votes).encode()


def kinds_of(notes):
    return [note.kind for note in notes]


def test_a_plain_approval_file_is_read_whole():
    read = contents(ELECTIONS / "seven_benches_approval.pb")
    assert read.kind == "approval"
    assert read.meta["unit"] == "Little Marsh"
    assert (read.budget, read.scale) == (100, 1)
    assert read.costs == {"bench": 60, "swing": 50, "pump": 30, "sign": 10}
    assert read.ballots.named[0] == ("bench", "swing")
    assert read.selected == {"bench": 1, "swing": 0, "pump": 1, "sign": 1}
    assert read.notes == ()


def test_decimals_become_whole_minor_units_and_quotes_keep_delimiters_and_line_ends():
    read = contents(ELECTIONS / "quotes_and_decimals.pb")
    assert read.scale == 100
    assert read.budget == 100_020
    assert read.costs == {"p1": 40_025, "p2": 60_000, "p3": 10_050}
    assert read.projects["p1"]["name"] == 'Benches; a table; and "shade"'
    assert read.projects["p2"]["name"] == "A swing\nwith two seats"
    assert read.meta["description"] == 'A name with a ; in it, and a "quoted" word'
    assert read.projects["p1"]["category"] == "parks,seating"
    assert read.voters[1] == ["2", "51", "p2,p1"]


def test_points_stand_beside_the_projects_they_are_given_to():
    read = contents(ELECTIONS / "four_points_each.pb")
    assert read.ballots.named[2] == ("b", "a")
    assert read.ballots.points[2] == (3, 1)


def test_a_scoring_ballot_gives_the_default_score_to_what_it_does_not_list():
    read = contents(ELECTIONS / "scores_with_a_default.pb")
    first = dict(zip(read.ballots.named[0], read.ballots.points[0], strict=True))
    assert first == {"a": 2, "b": 2, "c": 1}


def test_a_cost_of_nines_means_withdrawn():
    read = contents(ELECTIONS / "one_each_with_a_withdrawal.pb")
    assert read.withdrawn == ("a",)
    assert read.ballots.named[0] == ("a",)


def test_nines_within_the_budget_are_a_cost_like_any_other():
    projects = PROJECTS.replace("a;60", "a;999999999")
    read = contents(file_of(projects=projects).replace(b"budget;100", b"budget;2000000000"))
    assert read.withdrawn == ()


@pytest.mark.parametrize("name", ["choose-1", "choose_1", "CHOOSE-1", "Choose1"])
def test_the_ballot_kind_is_read_whatever_its_case(name):
    assert contents(file_of(kind=name)).kind == "choose-1"


def test_byte_order_marks_carriage_returns_and_empty_lines_change_nothing():
    plain = file_of("voter_id;vote\n1;a,b\n2;c\n")
    odd = b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n").replace(b"PROJECTS", b"\r\n  \r\nPROJECTS")
    assert contents(odd).ballots.named == contents(plain).ballots.named
    assert contents(plain.replace(b"\n", b"\r")).costs == contents(plain).costs


def test_spaces_around_cells_and_empty_cells_at_the_end_change_nothing():
    spaced = (
        file_of().replace(b";", b" ; ").replace(b"META\n", b"META ;;\n").replace(b"Apples", b"Apples ; ; ")
    )
    assert contents(spaced).costs == contents(file_of()).costs


def test_a_file_with_tabs_between_its_cells_is_read_like_one_with_semicolons():
    read = contents(file_of("voter_id;vote\n1;a,b\n").replace(b";", b"\t"))
    assert read.ballots.named == [("a", "b")]


def test_a_section_with_semicolons_may_follow_one_with_tabs():
    meta, rest = file_of("voter_id;vote\n1;a,b\n").split(b"PROJECTS")
    read = contents(meta.replace(b";", b"\t") + b"PROJECTS" + rest)
    assert (read.budget, read.costs, read.ballots.named) == (100, {"a": 60, "b": 50, "c": 30}, [("a", "b")])


def test_a_colon_where_meta_needs_a_semicolon_is_read_as_one_and_noted():
    data = file_of(meta="unit: A: b\n").replace(b"rule;greedy", b"Rule : greedy;;")
    read = contents(data)
    assert (read.meta["rule"], read.meta["unit"]) == ("greedy", "A: b")
    assert [(note.kind, note.text, note.line) for note in read.notes] == [
        ("delimiter", "a colon stands after rule where a semicolon should be", 6),
        ("delimiter", "a colon stands after unit where a semicolon should be", 7),
    ]
    kept = contents(file_of(meta="unit: A;b\n#2: c\ndistrict:\n"))
    assert {key: kept.meta[key] for key in ("unit: a", "#2: c", "district:")} == {
        "unit: a": "b",
        "#2: c": "",
        "district:": "",
    }


def test_scores_beside_the_projects_are_not_looked_at_where_points_stand_beside_the_ballots():
    rows = "a;10;6\nb;10;2\nc;10;0\n"
    votes = "voter_id;vote;points\n1;a,b;2,1\n2;a;2\n"
    projects = "PROJECTS\nproject_id;cost;score\n" + rows
    read = contents(file_of(votes, kind="ordinal", meta="max_length;2\n", projects=projects))
    assert (read.max_length, read.notes) == (2, ())


@pytest.mark.parametrize("points", ["1000001", "9" * 5000])
def test_points_and_scores_that_nobody_can_give_show_no_length(points):
    votes = f"voter_id;vote;points\n1;a;{points}\n"
    read = contents(file_of(votes, kind="ordinal", meta="max_length;2\n"))
    assert (read.max_length, kinds_of(read.notes)) == (2, ["points"])
    projects = f"PROJECTS\nproject_id;cost;score\na;10;{points}\nb;10;0\nc;10;0\n"
    votes = "voter_id;vote\n1;a\n"
    read = contents(file_of(votes, kind="ordinal", meta="max_length;2\n", projects=projects))
    assert (read.max_length, read.notes) == (2, ())


def test_a_lenient_reading_takes_what_is_said_first_where_it_is_said_twice():
    data = file_of(meta="budget;200\n", projects=PROJECTS + "a;70;Apples\n")
    read = contents(data, lenient=True)
    assert (read.budget, read.costs["a"], list(read.costs)) == (100, 60, ["a", "b", "c"])
    assert [(note.kind, note.line) for note in read.notes] == [("meta", 7), ("repeated-project", 13)]


def test_a_lenient_reading_writes_out_bytes_that_are_no_text():
    read = contents(file_of().replace(b"Cherries", b"Ch\xe9rise"), lenient=True)
    assert read.projects["c"]["name"] == "Ch\\xe9rise"
    assert [(note.kind, note.line) for note in read.notes] == [("encoding", 11)]


def test_a_ballot_that_names_one_project_ten_thousand_times_is_read_at_once():
    read = contents(file_of("voter_id;vote\n1;" + "b,a," * 100_000 + "\n"))
    assert read.ballots.named == [("b", "a")]


def test_section_titles_may_be_in_any_case_and_order():
    text = file_of().decode().replace("PROJECTS", "Projects").replace("META", "meta")
    meta, rest = text.split("Projects")
    assert contents(("Projects" + rest + meta).encode()).costs == contents(file_of()).costs


def test_a_missing_key_value_line_is_noted_and_nothing_is_lost():
    read = contents(file_of().replace(b"key;value\n", b""))
    assert read.meta["description"] == "Test"
    assert kinds_of(read.notes) == ["header"]


def test_a_repeated_id_in_a_ballot_counts_once_where_it_stands_first():
    read = contents(file_of("voter_id;vote\n1;b,a,b\n2;a,a\n", kind="ordinal"))
    assert read.ballots.named == [("b", "a"), ("a",)]
    note = read.notes[0]
    assert (note.kind, note.line, note.count) == ("repeated-id", 14, 2)


def test_points_of_a_repeated_id_are_those_of_its_first_place():
    read = contents(file_of("voter_id;vote;points\n1;b,a,b;5,3,1\n", kind="cumulative"))
    assert read.ballots.named == [("b", "a")]
    assert read.ballots.points == [(5, 3)]


def test_a_blank_ballot_is_left_out_and_counted():
    read = contents(file_of("voter_id;vote\n1;a\n2;\n3\n4; , \n5;none\n"))
    assert len(read.ballots.named) == 1
    assert read.ballots.blank == 4
    assert kinds_of(read.notes) == ["blank-ballot"]


def test_counts_in_meta_that_do_not_fit_are_noted():
    read = contents(file_of(meta="num_votes;7\nnum_projects;3\n"))
    assert [(note.kind, "num_votes says 7" in note.text) for note in read.notes] == [("count", True)]


@pytest.mark.parametrize(
    ("written", "minor", "scale"),
    [
        ("60", 60, 1),
        ("60.00", 60, 1),
        ("60,50", 605, 10),
        ("1 060.25", 106_025, 100),
        ("1,060,000", 1_060_000, 1),
        ("1,060.5", 10_605, 10),
        ("6E+01", 60, 1),
        ("60.1250", 60_125, 1000),
    ],
)
def test_amounts_are_read_exactly(written, minor, scale):
    read = contents(file_of(projects=PROJECTS.replace("a;60", f"a;{written}")))
    assert (read.costs["a"], read.scale) == (minor, scale)
    assert read.costs["b"] == 50 * scale
    assert read.budget == 100 * scale


def test_an_amount_with_too_many_decimals_is_rounded_and_noted():
    read = contents(file_of(projects=PROJECTS.replace("a;60", "a;59.99999999")))
    assert read.costs["a"] == 60
    assert kinds_of(read.notes) == ["rounded"]


def test_points_may_be_fractions():
    read = contents(file_of("voter_id;vote;points\n1;a,b;2.5,0.1\n", kind="cumulative"))
    assert read.ballots.points == [(Fraction(5, 2), Fraction(1, 10))]


@pytest.mark.parametrize(
    "selected", [("1", "0", "2"), ("True", "false", "2"), ("1.0", "", "2.0"), ("yes", "none", "2")]
)
def test_selected_is_read_as_a_number_not_as_yes_or_no(selected):
    rows = "".join(f"{name};10;{mark}\n" for name, mark in zip("abc", selected, strict=True))
    read = contents(file_of(projects="PROJECTS\nproject_id;cost;selected\n" + rows))
    assert read.selected == {"a": 1, "b": 0, "c": 2}


def test_a_column_selected_that_says_nothing_is_no_result():
    read = contents(file_of(projects="PROJECTS\nproject_id;cost;selected\na;10;\nb;5;none\n"))
    assert read.selected is None


def test_a_project_row_repeated_word_for_word_counts_once():
    read = contents(file_of(projects=PROJECTS + "a;60;Apples\n"))
    assert list(read.costs) == ["a", "b", "c"]
    assert kinds_of(read.notes) == ["repeated-project"]


@pytest.mark.parametrize(
    ("data", "line", "column", "words"),
    [
        (b"", 1, 1, "the section META is missing"),
        (b"hello", 1, 1, "expected the title META before anything else"),
        (b"META\nkey;value\nbudget;1\nvote_type;approval\n", 4, 1, "the section PROJECTS is missing"),
        (b"META\n", 1, 1, "the section META has no line with column names"),
        (file_of() + b"VOTES\nvoter_id;vote\n", 15, 1, "a second VOTES section"),
        (file_of().replace(b"budget;100\n", b""), 1, 1, "META does not say budget"),
        (file_of().replace(b"budget;100", b"budget;lots"), 4, 8, "budget: 'lots' is not a number"),
        (file_of().replace(b"budget;100", b"budget;-1"), 4, 8, "budget is below zero"),
        (file_of().replace(b"budget;100", b"budget;nan"), 4, 8, "budget: 'nan' is not a number"),
        (file_of(meta="budget;200\n"), 7, 1, "budget is given twice, with different values"),
        (file_of().replace(b"budget;100", b"budget;"), 4, 1, "META does not say budget"),
        (file_of().replace(b"budget;100", b"budget;lots;more"), 4, 8, "budget: 'lots;more' is not a number"),
        (
            file_of(kind="veto;x"),
            5,
            11,
            "vote_type 'veto;x' is not known; it can be ordinal, approval, cumulative, scoring, choose-1",
        ),
        (file_of(meta="max_length;1.5\n"), 7, 12, "max_length has to be a whole number"),
        (file_of(meta="max_length;1000001\n"), 7, 12, "max_length is above 1,000,000"),
        (file_of(meta=";lost\n"), 7, 1, "a value without a key"),
        (
            file_of(kind="veto"),
            5,
            11,
            "vote_type 'veto' is not known; it can be ordinal, approval, cumulative, scoring, choose-1",
        ),
        (file_of(projects=PROJECTS.replace("b;50", "b;")), 10, 3, "cost: a number is missing here"),
        (file_of(projects=PROJECTS.replace("b;50", "b;  5x")), 10, 5, "cost: '5x' is not a number"),
        (
            file_of(projects=PROJECTS.replace("b;50", "b;1,500")),
            10,
            3,
            "cost: '1,500' could be 1500 or 1.500; write it without a comma",
        ),
        (file_of(projects=PROJECTS.replace("b;50", ";50")), 10, 1, "this project has no id"),
        (file_of(projects=PROJECTS.replace("b;50", "a;50")), 10, 1, "project a is listed twice, differently"),
        (
            file_of(projects=PROJECTS.replace("b;50;Berries", "b;50;Berries; and cream")),
            10,
            15,
            "more cells than column names; a cell that holds the delimiter has to stand in quotes",
        ),
        (file_of(projects=PROJECTS.replace("cost", "price")), 8, 1, "PROJECTS has no column cost"),
        (file_of(projects=PROJECTS.replace("name", "cost")), 8, 1, "PROJECTS has more than one column cost"),
        (file_of(projects="PROJECTS\nproject_id;cost\n"), 7, 1, "there are no projects"),
        (file_of("voter_id;choice\n1;a\n"), 13, 1, "VOTES has no column vote"),
        (
            file_of("voter_id;vote\n1;a\n2;a,x\n"),
            15,
            5,
            "the ballot names project 'x', which is not in PROJECTS",
        ),
        (
            file_of('voter_id;vote\n1;"a,x"\n'),
            14,
            6,
            "the ballot names project 'x', which is not in PROJECTS",
        ),
        (
            file_of("voter_id;vote\n1;a,b\n", kind="choose-1"),
            14,
            3,
            "the ballot names 2 projects; the most is 1",
        ),
        (
            file_of("voter_id;vote\n1;a\n", kind="cumulative"),
            13,
            1,
            "cumulative ballots need a column points",
        ),
        (file_of("voter_id;vote;points\n1;a,b;3\n", kind="cumulative"), 14, 7, "2 projects but 1 points"),
        (
            file_of("voter_id;vote;points;age\n1;a;three;9\n", kind="scoring"),
            14,
            5,
            "points: 'three' is not a number",
        ),
        (
            file_of("voter_id;vote;points;age\n1;a;-1;9\n", kind="cumulative"),
            14,
            5,
            "points below zero in a cumulative ballot",
        ),
        (
            file_of("voter_id;vote;points;age\n1;a;9999999;9\n", kind="scoring"),
            14,
            5,
            "points above 1,000,000",
        ),
        (
            file_of("voter_id;vote;age\nx;x;x\n"),
            14,
            3,
            "the ballot names project 'x', which is not in PROJECTS",
        ),
        (
            file_of("voter_id;vote;age\n1;a,b;x\n", kind="choose-1"),
            14,
            3,
            "the ballot names 2 projects; the most is 1",
        ),
        (file_of('voter_id;vote\n1;"a\n'), 14, 3, "this quote is opened and never closed"),
        (
            file_of(projects=PROJECTS.replace("Berries", '"Berries')),
            10,
            6,
            "this quote is opened and never closed",
        ),
        (
            file_of(projects=PROJECTS.replace("Berries", '"Berries').replace("Ch", 'C"h')),
            10,
            6,
            "this quote is closed on a later line, in the middle of a cell",
        ),
        (
            file_of(projects="PROJECTS\nproject_id;cost;selected\na;5;maybe\n"),
            9,
            5,
            "selected is 'maybe'; it has to be 0, 1, 2 or 3",
        ),
        (
            file_of(projects="PROJECTS\nproject_id;cost;selected\na;5;4\n"),
            9,
            5,
            "selected is '4'; it has to be 0, 1, 2 or 3",
        ),
        (
            file_of(projects="PROJECTS\nproject_id;cost;selected\na;5;0.5\n"),
            9,
            5,
            "selected is '0.5'; it has to be 0, 1, 2 or 3",
        ),
        (
            file_of(projects="PROJECTS\nproject_id;cost;selected\na;5;-1\n"),
            9,
            5,
            "selected is '-1'; it has to be 0, 1, 2 or 3",
        ),
        (
            file_of(meta="min_project_score_threshold;many\n"),
            7,
            29,
            "min_project_score_threshold: 'many' is not a number",
        ),
        (
            file_of(meta="num_votes;" + "8" * 5000 + "\n"),
            7,
            11,
            "num_votes is above 1,000,000,000,000,000,000, the most that can be counted",
        ),
        (
            file_of("voter_id;vote;points\n1;a;1000\n2;b;0.0001\n", kind="scoring"),
            15,
            5,
            "with so many decimals, points up to 1,000 cannot be counted exactly",
        ),
        (
            file_of(kind="scoring", meta="default_score;x\n", votes="voter_id;vote;points\n1;a;1\n"),
            7,
            15,
            "default_score: 'x' is not a number",
        ),
        (
            file_of(kind="scoring", meta="default_score;-1000001\n", votes="voter_id;vote;points\n1;a;1\n"),
            7,
            15,
            "default_score is above 1,000,000",
        ),
        (
            file_of().replace(b"Cherries", b"Ch\xe9rise"),
            11,
            8,
            "this is not UTF-8 text; save the file as UTF-8",
        ),
        (
            b"\xef\xbb\xbf" + file_of().replace(b"Cherries", b"\xc4\x84\xe9").replace(b"\n", b"\r"),
            11,
            7,
            "this is not UTF-8 text; save the file as UTF-8",
        ),
        ("META".encode("utf-16"), 1, 1, "the file is UTF-16 text; save it as UTF-8"),
    ],
)
def test_a_broken_file_is_refused_with_the_place_of_the_trouble(data, line, column, words):
    with pytest.raises(PabulibError) as caught:
        contents(data)
    assert (caught.value.line, caught.value.column) == (line, column), str(caught.value)
    assert caught.value.reason == words
    assert str(caught.value) == f"line {line}, column {column}: {words}"


def test_a_lenient_reading_drops_what_it_cannot_place_and_says_so():
    votes = "voter_id;vote\n1;a,x\n2;x\n3;b;extra\n"
    read = contents(file_of(votes), lenient=True)
    assert read.ballots.named == [("a",), ("b",)]
    assert read.ballots.blank == 1
    assert kinds_of(read.notes) == ["unknown-id", "blank-ballot", "extra-cells"]


def test_a_lenient_reading_leaves_out_an_overfull_choose_one_ballot():
    read = contents(file_of("voter_id;vote\n1;a,b\n2;b\n", kind="choose-1"), lenient=True)
    assert read.ballots.named == [("b",)]


@pytest.mark.parametrize("points", ["3", "3,x", "3,-1", "3,10000000", ""])
def test_a_lenient_reading_leaves_out_a_ballot_whose_points_do_not_fit(points):
    votes = f"voter_id;vote;points\n1;a,b;{points}\n2;b;2\n"
    read = contents(file_of(votes, kind="cumulative"), lenient=True)
    assert read.ballots.named == [("b",)]
    assert read.ballots.blank == 1


def test_a_lenient_reading_leaves_out_limits_it_does_not_understand():
    with pytest.raises(PabulibError):
        contents(file_of(meta="max_sum_cost;lots\n"))
    read = contents(file_of(meta="max_sum_cost;lots\n"), lenient=True)
    assert "max_sum_cost" not in read.meta
    assert kinds_of(read.notes) == ["meta"]


def test_ranks_beyond_the_longest_ballot_allowed_are_an_error_or_left_out():
    data = file_of("voter_id;vote\n1;a,b,c\n", kind="ordinal", meta="max_length;2\n")
    with pytest.raises(PabulibError, match="names 3 projects; the most is 2"):
        contents(data)
    assert contents(data, lenient=True).ballots.named == [("a", "b")]


def test_approvals_beyond_max_length_are_counted_as_the_file_has_them():
    read = contents(file_of("voter_id;vote\n1;a,b,c\n", meta="max_length;2\n"))
    assert read.ballots.named == [("a", "b", "c")]


@pytest.mark.parametrize(
    ("meta", "points", "length", "kinds"),
    [
        ("", "", 3, []),
        ("max_length;2\n", "", 2, []),
        ("max_length;2\n", "2,1", 2, []),
        ("max_length;2\n", "3,2", 3, ["length"]),
        ("max_length;2\n", "2,2", 2, ["points"]),
        ("max_length;2\n", "two,one", 2, ["points"]),
    ],
)
def test_the_points_beside_rankings_say_how_many_ranks_a_ballot_has(meta, points, length, kinds):
    read = contents(file_of(f"voter_id;vote;points\n1;a,b;{points}\n", kind="ordinal", meta=meta))
    assert read.max_length == length
    assert kinds_of(read.notes) == kinds


@pytest.mark.parametrize(
    ("scores", "length", "kinds"),
    [
        ((6, 2, 0), 3, ["length"]),
        ((4, 1, 0), 2, []),
        ((6, 3, 0), 2, []),
        ((2, 0, 0), 2, []),
        (("", 2, 0), 2, []),
        (("5.0", 2, 0), 2, []),
    ],
)
def test_the_scores_beside_the_projects_say_how_many_ranks_a_ballot_has(scores, length, kinds):
    rows = "".join(f"{name};10;{score}\n" for name, score in zip("abc", scores, strict=True))
    projects = "PROJECTS\nproject_id;cost;score\n" + rows
    data = file_of("voter_id;vote\n1;a,b\n2;a\n", kind="ordinal", meta="max_length;2\n", projects=projects)
    read = contents(data)
    assert (read.max_length, kinds_of(read.notes)) == (length, kinds)


def test_a_row_that_ends_before_its_points_is_read_all_the_same():
    read = contents(file_of("voter_id;vote;points\n1;a,b;3,2\n2;b\n", kind="ordinal"))
    assert read.ballots.named == [("a", "b"), ("b",)]
    assert read.max_length == 3


@pytest.mark.parametrize(
    ("written", "minor"), [("59.00005", 590_000), ("59.00015", 590_002), ("59.00025", 590_002)]
)
def test_rounding_goes_to_the_even_neighbour(written, minor):
    read = contents(file_of(projects=PROJECTS.replace("a;60", f"a;{written}").replace("b;50", "b;50.0001")))
    assert read.costs["a"] == minor


def test_an_amount_beyond_what_can_be_counted_is_refused():
    with pytest.raises(PabulibError, match="is above 1,000,000,000,000,000,000, the most"):
        contents(file_of(projects=PROJECTS.replace("a;60", "a;1000000000000000001")))
    with pytest.raises(PabulibError, match="need 10 minor units to one") as caught:
        contents(file_of(projects=PROJECTS.replace("a;60", "a;500000000000000000").replace("b;50", "b;0.5")))
    assert (caught.value.line, caught.value.column) == (4, 8)
    assert contents(file_of(projects=PROJECTS.replace("a;60", f"a;{10**18}"))).costs["a"] == 10**18


def test_first_choices_worth_different_points_are_no_ranks():
    read = contents(file_of("voter_id;vote;points\n1;a,b;3,2\n2;a;2\n", kind="ordinal"))
    assert read.max_length == 3
    assert kinds_of(read.notes) == ["points"]


def test_a_row_of_projects_with_nothing_in_it_is_passed_over_and_noted():
    found = contents(file_of(projects=PROJECTS + ";;\n"))
    assert list(found.projects) == ["a", "b", "c"]
    assert [(note.kind, note.line) for note in found.notes] == [("empty-row", 12)]


def test_a_lenient_reading_takes_an_unknown_mark_as_money_from_elsewhere():
    found = contents(
        file_of(projects="PROJECTS\nproject_id;cost;selected\na;5;7\nb;5;1.0\nc;5;yes\n"), lenient=True
    )
    assert found.selected == {"a": 3, "b": 1, "c": 1}
    assert [note.kind for note in found.notes] == ["selected"]


@pytest.mark.parametrize("nines", ["9" * 9, "9" * 30, "9" * 5000, "999999999.00", "9999999999.0"])
def test_any_run_of_nines_marks_a_withdrawal(nines):
    assert contents(file_of(projects=PROJECTS.replace("b;50", f"b;{nines}"))).withdrawn == ("b",)


@pytest.mark.parametrize("cost", ["99999999", "999999998", "999999999.5", "1999999999", "9.99999999e9"])
def test_what_only_resembles_a_run_of_nines_is_a_cost(cost):
    assert contents(file_of(projects=PROJECTS.replace("b;50", f"b;{cost}"))).withdrawn == ()


def test_points_that_fit_only_without_the_ballot_before_them_are_counted_when_lenient():
    found = contents(
        file_of("voter_id;vote;points\n1;a;1000\n2;b;0.0001\n3;c;0.25\n", kind="scoring"), lenient=True
    )
    assert found.ballots.named == [("a",), ("c",)]


def test_text_after_a_closing_quote_stays_part_of_the_cell_and_is_noted():
    read = contents(file_of(projects=PROJECTS.replace("Berries", '"Red" berries')))
    assert read.projects["b"]["name"] == "Red berries"
    assert kinds_of(read.notes) == ["quote"]


def test_a_quote_inside_a_cell_is_an_ordinary_character():
    read = contents(file_of(projects=PROJECTS.replace("Berries", 'Red "berries"')))
    assert read.projects["b"]["name"] == 'Red "berries"'
    assert read.notes == ()


def test_an_unquoted_delimiter_in_a_meta_value_is_kept_and_noted():
    read = contents(file_of(meta="comment;#1: one; two\n"))
    assert read.meta["comment"] == "#1: one; two"
    assert kinds_of(read.notes) == ["delimiter"]


def test_a_path_that_does_not_exist_is_the_usual_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        contents(tmp_path / "missing.pb")
