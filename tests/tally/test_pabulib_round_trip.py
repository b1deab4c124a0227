"""What is written to a `.pb` file means the same when it is read again."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbvote.tally.ballots import Election, Project
from pbvote.tally.pabulib import PabulibError, read, write
from pbvote.tally.pabulib.amounts import number, written

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "elections"
OURS = sorted((HERE / "elections").glob("*.pb"))
REAL = sorted(SHARED.glob("*.pb"))

ids = st.text("abcXYZ019/._-żł", min_size=1, max_size=6).filter(
    lambda text: text.lower() not in ("none", "null", "nan")
)
texts = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\x00", exclude_categories=("Cs",)), max_size=20
)


def is_a_cost(amount):
    return amount < 10**9 - 1 or set(str(amount).rstrip("0")) != {"9"}


@st.composite
def elections(draw):
    names = draw(st.lists(ids, min_size=1, max_size=6, unique=True))
    projects = [
        Project(id=name, cost=draw(st.integers(0, 10**18).filter(is_a_cost)), name=draw(texts))
        for name in names
    ]
    withdrawn = draw(st.sets(st.sampled_from(names), max_size=len(names) - 1))
    kind = draw(st.sampled_from(("ranked", "approval", "cumulative", "scoring", "choose_one")))
    rest = {"projects": projects, "budget": draw(st.integers(0, 10**18)), "withdrawn": withdrawn}
    if kind in ("cumulative", "scoring"):
        points = st.integers(1, 9) if kind == "cumulative" else st.integers(-9, 9)
        ballot = st.dictionaries(st.sampled_from(names), points, min_size=1)
    else:
        most = 1 if kind == "choose_one" else len(names)
        ballot = st.lists(st.sampled_from(names), min_size=1, max_size=most, unique=True).map(tuple)
    return getattr(Election, kind)(ballots=draw(st.lists(ballot, max_size=12)), **rest)


def votes_of(election):
    return sorted(election.ballots())


@given(elections(), st.sampled_from((1, 10, 100)))
def test_an_election_written_and_read_again_is_the_same_election(election, scale):
    again = read(write(election, scale=scale).encode())
    factor = scale // again.scale
    assert again.election.kind == election.kind
    assert again.election.voters == election.voters
    assert again.election.withdrawn == election.withdrawn
    assert again.election.budget * factor == election.budget
    assert [(p.id, p.cost * factor) for p in again.election.projects] == [
        (p.id, p.cost) for p in election.projects
    ]
    assert votes_of(again.election) == votes_of(election)


@given(elections())
def test_writing_does_not_depend_on_the_order_of_the_ballots(election):
    ballots = [
        dict(b) if election.kind in ("cumulative", "scoring") else b
        for b, n in election.ballots()
        for _ in range(n)
    ]
    make = {"ordinal": "ranked", "choose-1": "choose_one"}.get(election.kind, election.kind)
    rest = {"projects": election.projects, "budget": election.budget}
    if make == "ranked":
        rest["max_length"] = election.max_length
    forward = getattr(Election, make)(ballots=ballots, **rest)
    backward = getattr(Election, make)(ballots=ballots[::-1], **rest)
    assert write(forward) == write(backward)


@given(
    st.dictionaries(st.text("abcdefgh_", min_size=1, max_size=8), texts, max_size=5),
    st.lists(texts, min_size=2, max_size=2),
)
def test_any_text_in_meta_and_in_extra_columns_comes_back(meta, cells):
    kept = {key: value for key, value in meta.items() if key not in ("budget", "vote_type", "rule")}
    election = Election.approval(
        projects=[Project("a", 1), Project("b", 2)], ballots=[("a",), ("b",)], budget=3
    )
    again = read(write(election, meta=kept, columns={"ward": dict(zip("ab", cells, strict=True))}).encode())
    for key, value in kept.items():
        assert again.meta[key] == value.strip()
    assert [again.projects[name]["ward"] for name in "ab"] == [cell.strip() for cell in cells]


@given(st.integers(-(10**15), 10**15), st.sampled_from((1, 10, 100, 1000, 10_000)))
def test_an_amount_written_and_read_again_is_the_same_amount(units, scale):
    assert number(written(units, scale)) * scale == units


@given(st.binary(max_size=300) | texts.map(str.encode))
def test_bytes_that_are_no_election_are_refused_without_any_other_error(data):
    with pytest.raises(PabulibError) as caught:
        read(data)
    assert caught.value.line >= 1
    assert caught.value.column >= 1


@given(st.sampled_from(OURS), st.data())
def test_a_damaged_file_is_read_or_refused_with_a_place_inside_it(path, data):
    text = path.read_bytes()
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 20))
    junk = data.draw(
        st.sampled_from((b"", b";", b'"', b",", b"\n", b"\xff", b"VOTES\n", b"1e99", b"-", b"\t"))
    )
    damaged = text[:at] + junk + text[at + cut :]
    place = place_of_trouble(damaged, lenient=data.draw(st.booleans()))
    assert 1 <= place[0] <= damaged.count(b"\n") + 2
    assert place[1] >= 1


def place_of_trouble(data, *, lenient):
    try:
        read(data, lenient=lenient)
    except PabulibError as error:
        return error.line, error.column
    return 1, 1


@pytest.mark.parametrize("path", OURS + REAL, ids=lambda path: path.stem)
def test_a_file_written_again_means_the_same(path):
    before = read(path)
    after = read(before.text().encode())
    assert after.election.digest == before.election.digest
    assert after.meta == {**before.meta, "num_votes": str(len(before.voters) + before.blank)}
    assert after.projects == before.projects
    assert after.selected == before.selected
    assert [[c.strip() for c in cells] for cells in after.voters] == [
        [c.strip() for c in cells] for cells in before.voters
    ]
    assert (after.scale, after.blank, after.rule) == (before.scale, before.blank, before.rule)


def test_a_new_outcome_can_be_written_into_a_file():
    file = read(HERE / "elections" / "seven_benches_approval.pb")
    assert read(file.text({"swing": 1, "sign": 2}).encode()).selected == {
        "bench": 0,
        "swing": 1,
        "pump": 0,
        "sign": 2,
    }


def test_groups_of_projects_and_of_voters_come_from_the_extra_columns():
    file = read(HERE / "elections" / "quotes_and_decimals.pb")
    assert file.groups("category") == {"p1": "parks,seating", "p2": "play"}
    assert file.voters_by("age") == {"34": 1, "51": 1}


def test_blank_ballots_count_among_the_voters_only_when_asked():
    file = read(HERE / "elections" / "seven_benches_approval.pb")
    blank = read(file.text().replace("5;bench,pump", "5;").encode())
    assert (blank.election.voters, blank.with_blanks().voters) == (4, 5)
    assert replace(blank.with_blanks(), voters=4).digest == blank.election.digest
