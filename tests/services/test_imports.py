"""Real elections, brought in from files."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import CountedBallot, RegisterEntry, Ward
from pbvote.services import elections, imports, results
from pbvote.services.refusal import Refusal
from pbvote.tally import Tally, count, pabulib
from tests.person import Person

OURS = Path(__file__).parents[1] / "tally" / "elections"
REAL = Path(__file__).parents[3] / "shared" / "elections"

SMALL = """META
key;value
description;Bench vote
country;Somewhere
unit;Łódź
instance;2024
num_projects;3
num_votes;4
budget;100.50
vote_type;{kind}
rule;greedy
date_begin;01.03.2024
date_end;05.03.2024
currency;PLN
PROJECTS
project_id;cost;name;category;selected
a;60.25;Ławka;parks,sport;1
b;50;Drzewo;parks;0
c;40.25;Kosz;;1
VOTES
voter_id;age;sex;neighborhood;vote{columns}
{votes}
"""
RANKED = "1;33;F;North;a,c\n2;51;M;South;a,b\n3;20;F;North;c\n4;70;M;South;a"


def small(kind: str = "ordinal", columns: str = "", votes: str = RANKED) -> pabulib.PabulibFile:
    return pabulib.read(SMALL.format(kind=kind, columns=columns, votes=votes).encode())


@pytest.mark.both_databases
def test_a_file_becomes_a_finished_round_in_its_own_money(session: Session, now: datetime) -> None:
    made = imports.bring_in(session, file=small(), source="small.pb", now=now)
    assert made.phase(now) == "published"
    assert (made.currency, made.minor_units, made.budget) == ("PLN", 2, 100_50)
    assert made.slug == "lodz-2024"
    result = results.read(session, voting_round=made)
    assert [(line.proposal.title, line.award) for line in result.funded] == [
        ("Ławka", 60_25),
        ("Kosz", 40_25),
    ]
    assert [line.proposal.theme and line.proposal.theme.name for line in result.lines] == [
        "parks",
        None,
        "parks",
    ]
    assert result.turnout == 4


def test_nothing_about_voters_is_kept_but_their_choices(session: Session, now: datetime) -> None:
    imports.bring_in(session, file=small(), source="small.pb", now=now)
    rankings = sorted(session.scalars(select(CountedBallot.ranking)))
    assert rankings == [[1], [1, 2], [1, 3], [3]]
    assert session.scalars(select(RegisterEntry)).all() == []
    assert session.scalars(select(Ward)).all() == []


def test_a_file_comes_in_once(session: Session, now: datetime) -> None:
    imports.bring_in(session, file=small(), source="small.pb", now=now)
    with pytest.raises(Refusal, match="imported-already"):
        imports.bring_in(session, file=small(), source="renamed.pb", now=now)


def test_another_rule_stands_beside_the_one_of_the_file(session: Session, now: datetime) -> None:
    stated = imports.bring_in(session, file=small(), source="small.pb", now=now)
    ours = imports.bring_in(session, file=small(), source="small.pb", rule="rank-equal-shares", now=now)
    assert ours.slug == f"{stated.slug}-rank-equal-shares"
    assert (stated.rule, ours.rule) == ("greedy", "rank-equal-shares")


@pytest.mark.parametrize(
    ("kind", "columns", "votes"),
    [
        ("ordinal", "", RANKED),
        ("approval", "", RANKED),
        ("choose-1", "", "1;33;F;North;a\n2;51;M;South;c\n3;20;F;North;c\n4;70;M;South;a"),
        ("cumulative", ";points", "1;33;F;N;a,c;2,1\n2;51;M;S;b;3\n3;20;F;N;c,a;2,1\n4;70;M;S;a;3"),
    ],
)
def test_the_ballots_kept_count_to_the_same_result(
    session: Session, now: datetime, kind: str, columns: str, votes: str
) -> None:
    file = small(kind, columns, votes)
    made = imports.bring_in(session, file=file, source="small.pb", now=now)
    kept = elections.of_pot(session, pot=made.pots[0])
    assert kept.kind == kind
    order = sorted(file.order)
    assert count(kept, "greedy", order=order).funded == count(file.election, "greedy", order=order).funded
    assert kept.points == file.election.points


@pytest.mark.parametrize("path", sorted(OURS.glob("*.pb")), ids=lambda path: path.stem)
def test_every_page_of_an_imported_round_opens(
    session: Session, now: datetime, person: Person, path: Path
) -> None:
    made = imports.bring_in(session, file=pabulib.read(path, lenient=True), source=path.name, now=now)
    session.commit()
    _walk(person, made.slug)


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason="the folder of real elections is not beside this one")
@pytest.mark.parametrize(
    "name", ["Poland_Krakow_2022_Czyzyny", "Poland_Swiecie_2023", "Poland_Katowice_2023_Srodmiescie"]
)
def test_a_real_election_shows_the_result_that_was_decided(
    session: Session, now: datetime, person: Person, name: str
) -> None:
    file = pabulib.read(REAL / f"{name}.pb")
    made = imports.bring_in(session, file=file, source=f"{name}.pb", now=now)
    session.commit()
    result = results.read(session, voting_round=made)
    assert {line.proposal.source_id for line in result.funded} == {
        project for project, mark in (file.selected or {}).items() if mark == 1
    }
    record = result.pots[0].tally
    assert isinstance(record, Tally)
    _walk(person, made.slug)


def _walk(person: Person, slug: str) -> None:
    """Open the round's pages and each page of its own they link to."""
    for page in ("", "/how-it-works", "/proposals/", "/results/", "/data/", "/proposals/1"):
        person.open(f"/rounds/{slug}{page}")
        assert person.status == 200, page
    person.open(f"/rounds/{slug}/data/")
    files = {link.get("href", "") for link in person.tree.iter("a") if link.get("download") is not None}
    assert files
    for href in files:
        assert person.client.get(href).status_code == 200, href
