"""Odd files: each note with its words, its line and its number, and the edges of what is taken as meant."""

from fractions import Fraction

import pytest

from pbvote.tally.official.stated import stated
from pbvote.tally.pabulib import PabulibError, read, write
from pbvote.tally.pabulib.amounts import all_nines, decimals, minor_units, nines_above, number, written
from pbvote.tally.pabulib.problems import Note
from pbvote.tally.pabulib.reader import contents
from pbvote.tally.pabulib.writer import cell, meta_table, row, table
from tests.tally.test_pabulib_reading import PROJECTS, file_of

SCORED = "PROJECTS\nproject_id;cost;score\na;10;{}\nb;10;{}\nc;10;{}\n"


def ranked(votes="voter_id;vote\n1;a,b\n2;a\n", *, meta="", projects=PROJECTS, lenient=False):
    return contents(file_of(votes, kind="ordinal", meta=meta, projects=projects), lenient=lenient)


def test_points_that_show_the_length_of_ballots_are_noted_where_the_votes_start():
    votes = "voter_id;vote;points\n1;a,b;3,2\n"
    found = ranked(votes, meta="max_length;2\n")
    text = "first choices have 3 points, so a ballot has 3 ranks, whatever max_length says"
    assert (found.max_length, found.notes) == (3, (Note("length", text, 13),))


def test_points_that_do_not_follow_from_the_ranks_are_noted_where_the_votes_start():
    votes = "voter_id;vote;points\n1;a,b;2,2\n"
    found = ranked(votes, meta="max_length;2\n")
    text = "the points beside the ballots do not follow from the ranks; the ranks were counted"
    assert (found.max_length, found.notes) == (2, (Note("points", text, 13),))


def test_scores_that_show_the_length_of_ballots_are_noted_where_the_projects_start():
    found = ranked(meta="max_length;2\n", projects=SCORED.format(6, 2, 0))
    text = "the projects' scores show that a ballot has 3 ranks, whatever max_length says"
    assert (found.max_length, found.notes) == (3, (Note("length", text, 8),))


@pytest.mark.parametrize(
    ("scores", "stated", "length"),
    [((4, 1, 0), 3, 2), ((2, 0, 0), 3, 3), ((4, 1, 7), 3, 2), ((4, 1, 0), 2, 2), ((5, 1, 0), 3, 3)],
)
def test_scores_show_a_length_only_if_all_agree_and_no_ballot_is_longer(scores, stated, length):
    found = ranked(meta=f"max_length;{stated}\n", projects=SCORED.format(*scores))
    assert found.max_length == length


def test_a_row_with_too_much_is_refused_at_the_first_cell_too_many():
    projects = PROJECTS.replace("b;50;Berries", "b;50;Berries; and; cream")
    with pytest.raises(PabulibError) as caught:
        contents(file_of(projects=projects))
    assert (caught.value.line, caught.value.column) == (10, 15)


def test_points_of_nothing_in_a_cumulative_ballot_are_no_support():
    votes = "voter_id;vote;points\n1;a,b,c;2,0,1\n2;a,b;1,2\n3;a;0\n"
    found = contents(file_of(votes, kind="cumulative"))
    assert found.ballots.named == [("a", "c"), ("a", "b")]
    assert found.ballots.points == [(2, 1), (1, 2)]
    assert found.ballots.blank == 1
    scored = contents(file_of("voter_id;vote;points\n1;a,b;2,0\n", kind="scoring"))
    assert scored.ballots.points == [(2, 0)]


@pytest.mark.parametrize(
    ("kind", "votes", "notes"),
    [
        (
            "ordinal",
            "voter_id;vote\n1;a,b,c\n2;a,b,c\n",
            [Note("too-many", "ranks after the first 2 were left out", 15, 2)],
        ),
        (
            "choose-1",
            "voter_id;vote\n1;a,b\n2;a,b\n",
            [
                Note("too-many", "a choose-1 ballot names several projects; it was left out", 15, 2),
                Note("blank-ballot", "a ballot names no project; it is counted as blank", 15, 2),
            ],
        ),
        (
            "approval",
            "voter_id;vote\n1;a,x\n2;a,x\n",
            [Note("unknown-id", "ballots name project 'x', which is not listed; left out", 15, 2)],
        ),
        (
            "approval",
            "voter_id;vote\n1;a,a\n2;a,a\n3;a,a\n",
            [
                Note(
                    "repeated-id",
                    "a ballot names a project twice; it counts once, where it stands first",
                    15,
                    3,
                )
            ],
        ),
    ],
)
def test_every_ballot_that_is_odd_is_counted_in_its_note(kind, votes, notes):
    data = file_of(votes, kind=kind, meta="max_length;2\n")
    assert list(contents(data, lenient=True).notes) == notes


def test_points_that_only_count_as_whole_numbers_far_too_large_are_refused():
    votes = "voter_id;vote;points\n1;a,b;1000000,0.5\n"
    with pytest.raises(PabulibError) as caught:
        read(file_of(votes, kind="scoring"))
    assert caught.value.reason == "with so many decimals, points up to 1,000,000 cannot be counted exactly"
    assert (caught.value.line, caught.value.column) == (14, 7)


def test_a_budget_too_large_for_the_decimals_of_the_costs_is_refused():
    data = file_of(projects=PROJECTS.replace("b;50", "b;0.5"))
    with pytest.raises(PabulibError) as caught:
        contents(data.replace(b"budget;100", b"budget;500000000000000000"))
    assert caught.value.reason == (
        "the amounts need 10 minor units to one, and then are above 1,000,000,000,000,000,000"
    )
    assert (caught.value.line, caught.value.column) == (4, 8)
    assert contents(data.replace(b"budget;100", b"budget;100000000000000000")).budget == 10**18


def test_a_withdrawn_project_may_cost_more_than_can_be_counted():
    found = contents(file_of(projects=PROJECTS.replace("a;60", "a;" + "9" * 30)))
    assert (found.withdrawn, found.costs["a"]) == (("a",), 10**18)


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("1200", 1200),
        (" +1200 ", 1200),
        ("-3", -3),
        ("1200,5", Fraction(2401, 2)),
        ("1200,50", Fraction(2401, 2)),
        ("0,1234", Fraction(617, 5000)),
        ("1 200", 1200),
        ("1'200", 1200),
        ("1,200,000", 1_200_000),
        ("1,200.25", Fraction(4801, 4)),
        ("12E2", 1200),
        ("1.5e-1", Fraction(3, 20)),
    ],
)
def test_numbers_are_read_exactly(text, reads):
    assert Fraction(number(text)) == reads


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a number is missing here"),
        ("  ", "a number is missing here"),
        ("1,200", "'1,200' could be 1200 or 1.200; write it without a comma"),
        (" -12,345 ", "'-12,345' could be -12345 or -12.345; write it without a comma"),
        ("12 3x", "'12 3x' is not a number"),
        ("1e999", "'1e999' is not a number"),
        ("12,34,56", "'12,34,56' is not a number"),
    ],
)
def test_what_is_no_number_is_refused_with_what_it_could_be(text, why):
    with pytest.raises(ValueError) as caught:
        number(text)
    assert str(caught.value) == why


def test_decimals_nines_and_units_are_counted_as_they_are():
    assert [decimals(number(text)) for text in ("0", "0.00", "12", "1200", "12.50", "0.0001")] == [
        0,
        0,
        0,
        0,
        1,
        4,
    ]
    assert [all_nines(number(text)) for text in ("999999999", "9999999999", "99999999", "999999998")] == [
        True,
        True,
        False,
        False,
    ]
    assert not all_nines(number("999999999.5"))
    assert [nines_above(units) for units in (0, 999_999_998, 999_999_999, 9_999_999_999)] == [
        "999999999",
        "999999999",
        "9999999999",
        "99999999999",
    ]
    assert [minor_units(number(text), 100) for text in ("12", "12.5", "0.01")] == [1200, 1250, 1]


@pytest.mark.parametrize(
    ("units", "scale", "text"),
    [
        (7, 1, "7"),
        (-7, 1, "-7"),
        (120_050, 100, "1200.50"),
        (120_000, 100, "1200"),
        (5, 100, "0.05"),
        (-5, 100, "-0.05"),
        (-100, 100, "-1"),
        (1, 10_000, "0.0001"),
        (15, 10, "1.5"),
    ],
)
def test_amounts_are_written_with_the_decimals_of_their_scale(units, scale, text):
    assert written(units, scale) == text


@pytest.mark.parametrize(
    ("text", "as_cell"),
    [
        ("plain", "plain"),
        ("", ""),
        ("a;b", '"a;b"'),
        ('say "x"', '"say ""x"""'),
        ("two\nlines", '"two\nlines"'),
        ("a\rb", '"a\rb"'),
        (" room", '" room"'),
        ("room ", '"room "'),
    ],
)
def test_cells_are_quoted_only_where_they_must_be(text, as_cell):
    assert cell(text) == as_cell


def test_tables_are_written_line_by_line_and_meta_in_its_usual_order():
    assert row(["a;b", "c"]) == '"a;b";c'
    assert table("VOTES", ["x", "y"], [["1", "2"], ["3", ""]]) == "VOTES\nx;y\n1;2\n3;\n"
    assert table("VOTES", ["x"], []) == "VOTES\nx\n"
    meta = {
        "zz": "0",
        "max_length": "15",
        "min_length": "14",
        "date_end": "13",
        "date_begin": "12",
        "rule": "11",
        "vote_type": "10",
        "budget": "9",
        "num_votes": "8",
        "num_projects": "7",
        "instance": "6",
        "subunit": "5",
        "district": "4",
        "unit": "3",
        "country": "2",
        "description": "1",
        "aa": "16",
    }
    assert meta_table(meta) == (
        "META\nkey;value\ndescription;1\ncountry;2\nunit;3\ndistrict;4\nsubunit;5\ninstance;6\n"
        "num_projects;7\nnum_votes;8\nbudget;9\nvote_type;10\nrule;11\ndate_begin;12\ndate_end;13\n"
        "min_length;14\nmax_length;15\nzz;0\naa;16\n"
    )


def test_blank_ballots_that_were_counted_are_written_as_blank_ballots():
    file = read(file_of("voter_id;vote\n1;a\n2;\n3;\n"))
    assert write(file.with_blanks()).endswith("VOTES\nvoter_id;vote\n1;a\n2;\n3;\n")
    pointed = read(file_of("voter_id;vote;points\n1;a;2\n2;;\n", kind="cumulative"))
    assert write(pointed.with_blanks()).endswith("VOTES\nvoter_id;vote;points\n1;a;2\n2;;1\n")


def test_a_file_whose_projects_are_all_withdrawn_and_fully_funded_is_read_without_a_ballot():
    rows = "a;999999999;Apples\n"
    projects = "PROJECTS\nproject_id;cost;name\n" + rows
    file = read(file_of(projects=projects, meta="fully_funded;1\n"))
    reading = stated(file)
    assert (reading.rule, reading.election.ids, reading.election.voters) == ("greedy", (), 0)


def test_what_was_passed_over_is_noted_in_these_words_and_what_follows_is_read():
    empty = PROJECTS.replace("b;50;Berries", ";;\nb;50;Berries")
    found = ranked(projects=empty, lenient=True)
    assert found.notes == (Note("empty-row", "a row of PROJECTS holds nothing and was passed over", 10),)
    assert list(found.costs) == ["a", "b", "c"]
    found = ranked(meta="budget;200\nunit;Little Marsh\n", lenient=True)
    assert found.notes == (Note("meta", "budget is given twice, with different values; the first counts", 7),)
    assert (found.budget, found.meta["unit"]) == (100, "Little Marsh")
    found = ranked(meta=";\nunit;Little Marsh\n")
    assert found.meta["unit"] == "Little Marsh"
    headless = file_of().replace(b"key;value\n", b"")
    text = "META has no line key;value; its first line was read as data"
    assert contents(headless, lenient=True).notes == (Note("header", text, 2),)
    odd = file_of().replace(b"Apples", b"Apfels\xe4fte")
    text = "what is not UTF-8 text was written out byte by byte"
    assert contents(odd, lenient=True).notes == (Note("encoding", text, 9),)
    assert contents(odd, lenient=True).projects["a"]["name"] == "Apfels\\xe4fte"


def test_a_project_listed_twice_in_other_words_counts_as_it_stands_first():
    twice = PROJECTS + "a;70;Apples again\n"
    found = ranked(projects=twice, lenient=True)
    (note,) = found.notes
    assert note.text.endswith("differently; the first one counts")
    assert found.costs["a"] == 60


def test_lines_that_end_as_elsewhere_are_counted_once():
    bad = file_of("voter_id;vote\n1;a\n2;nobody\n").replace(b"\n", b"\r\n")
    with pytest.raises(PabulibError) as caught:
        contents(bad)
    assert caught.value.line == 15


@pytest.mark.parametrize("cost", ["-1", "1" + "0" * 30])
def test_a_cost_that_cannot_be_is_refused_in_its_own_cell(cost):
    with pytest.raises(PabulibError) as caught:
        contents(file_of(projects=PROJECTS.replace("b;50", f"b;{cost}")))
    assert (caught.value.line, caught.value.column) == (10, 3)


@pytest.mark.parametrize("points", ["1", "2000000,1"])
def test_points_that_do_not_fit_are_refused_in_their_own_cell(points):
    with pytest.raises(PabulibError) as caught:
        contents(file_of(f"voter_id;vote;points\n1;a,b;{points}\n", kind="scoring"))
    assert (caught.value.line, caught.value.column) == (14, 7)


def test_voters_are_counted_by_what_their_row_says_also_where_it_ends_early():
    found = read(file_of("voter_id;vote;sex\n1;a;F\n2;b;M\n3;c;F\n4;a\n5;b; \n"))
    assert found.voters_by("sex") == {"F": 2, "M": 1}


def test_an_election_is_written_with_commas_between_the_projects_of_a_ballot():
    found = read(file_of("voter_id;vote\n1;a,b\n2;c\n"))
    assert "a,b\n" in write(found.election)
    assert "XX" not in write(found.election)


def test_points_of_ballots_share_one_scale_however_they_differ():
    found = read(
        file_of("voter_id;vote;points\n1;a,b;1/2,1\n".replace("1/2", "0.5") + "2;a;0.25\n", kind="scoring")
    )
    assert found.points_scale == 4
    assert dict(zip(found.election.ids, found.election.points, strict=True)) == {"a": 3, "b": 4, "c": 0}
