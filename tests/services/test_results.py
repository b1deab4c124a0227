"""Reading a published result."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from pbvote.services import elections, open_data, results
from pbvote.services.refusal import NotFound
from pbvote.tally import count, pabulib
from tests import factories, published

RANKINGS = [(1, 2), (1, 3), (1, 2), (2, 1), (2, 3), (3, 1), (3, 2), (1,), (1, 2), (2,), (1, 3), (4,)]
COSTS = (60_000_00, 50_000_00, 30_000_00, 5_000_00)


@pytest.mark.both_databases
def test_each_proposal_is_funded_or_not_as_the_count_says(session: Session, now: datetime) -> None:
    voting_round, _ = published.make_published_round(session, now=now, rankings=RANKINGS, costs=COSTS)
    result = results.read(session, voting_round=voting_round)
    assert [line.proposal.title for line in result.funded] == ["Project 1", "Project 3", "Project 4"]
    assert [line.proposal.title for line in result.lines if line.kind == "not"] == ["Project 2"]
    assert result.spent == 95_000_00
    assert result.turnout == len(RANKINGS)


def test_there_is_no_result_before_it_is_published(session: Session, now: datetime) -> None:
    voting_round = factories.make_round(session, now=now, phase="closed")
    proposal = factories.make_proposal(session, voting_round=voting_round, now=now)
    assert results.outcomes(session, voting_round=voting_round) == {}
    assert results.line(session, proposal=proposal) is None
    with pytest.raises(NotFound):
        results.read(session, voting_round=voting_round)


def test_a_struck_proposal_is_withdrawn_and_comes_last(session: Session, now: datetime) -> None:
    voting_round, proposals = published.make_published_round(
        session, now=now, rankings=RANKINGS, costs=COSTS, struck=(1,)
    )
    result = results.read(session, voting_round=voting_round)
    assert result.lines[-1].proposal == proposals[0]
    assert result.lines[-1].kind == "withdrawn"


def test_a_correction_stands_beside_the_first_version(session: Session, now: datetime) -> None:
    voting_round, proposals = published.make_published_round(session, now=now, rankings=RANKINGS, costs=COSTS)
    reason = "Project 1 gave its money back."
    awards = [(proposals[1], 40_000_00)]
    published.correct(session, voting_round=voting_round, awards=awards, reason=reason, now=now)
    latest = results.read(session, voting_round=voting_round)
    first = results.read(session, voting_round=voting_round, version=1)
    assert (latest.version, latest.reason, latest.is_latest) == (2, reason, True)
    assert [line.kind for line in latest.funded] == ["part"]
    assert len(first.funded) == 3
    assert not first.is_latest


def test_money_for_several_wards_is_split_to_the_penny(session: Session, now: datetime) -> None:
    voting_round, proposals = published.make_published_round(
        session, now=now, rankings=RANKINGS, costs=(100_01, 1_00, 1_00, 1_00)
    )
    wards = [factories.make_ward(session) for _ in range(3)]
    proposals[0].wards = wards
    proposals[1].borough_wide = True
    proposals[2].wards = wards[:1]
    session.flush()
    spent = results.money_by_ward(results.read(session, voting_round=voting_round).funded)
    assert sorted(spent[ward] for ward in wards) == [33_33, 33_34, 33_34 + 1_00]
    assert spent[None] == 1_00 + 1_00
    assert sum(spent.values()) == 103_01


def test_the_pb_file_counts_to_the_published_result(session: Session, now: datetime) -> None:
    voting_round, _ = published.make_published_round(
        session, now=now, rankings=RANKINGS, costs=COSTS, struck=(4,)
    )
    result = results.read(session, voting_round=voting_round)
    text = open_data.as_pabulib(session, result=result, pot_slug="all", voting_round=voting_round)
    again = count(pabulib.read(text.encode()).election, "points-greedy", seed=published.SEED)
    assert set(again.funded) == {elections.project_id(line.proposal) for line in result.funded}


@pytest.mark.parametrize(
    ("rankings", "level"), [(RANKINGS[:9], "ballots"), (RANKINGS, "rank-counts")], ids=["few", "level"]
)
def test_ballots_stay_unpublished_in_small_pots_and_where_the_round_says_so(
    session: Session, now: datetime, rankings: Sequence[Sequence[int]], level: str
) -> None:
    voting_round, _ = published.make_published_round(
        session, now=now, rankings=rankings, costs=COSTS, publication_level=level
    )
    result = results.read(session, voting_round=voting_round)
    assert not open_data.may_show_ballots(session, pot=voting_round.pots[0])
    with pytest.raises(NotFound):
        open_data.as_pabulib(session, result=result, pot_slug="all", voting_round=voting_round)


def test_a_small_pot_publishes_winners_only(session: Session, now: datetime) -> None:
    voting_round, _ = published.make_published_round(session, now=now, rankings=RANKINGS[:9], costs=COSTS)
    result = results.read(session, voting_round=voting_round)
    rows = list(csv.DictReader(io.StringIO(open_data.as_csv(result, voting_round=voting_round))))
    data = json.loads(open_data.as_json(result, voting_round=voting_round))
    assert {row["points"] for row in rows} == {""}
    assert data["pots"][0]["tally"] is None


def test_the_table_never_holds_a_formula(session: Session, now: datetime) -> None:
    voting_round, proposals = published.make_published_round(session, now=now, rankings=RANKINGS, costs=COSTS)
    proposals[0].title = '=HYPERLINK("https://example.org")'
    session.flush()
    text = open_data.as_csv(results.read(session, voting_round=voting_round), voting_round=voting_round)
    row = next(row for row in csv.DictReader(io.StringIO(text)) if "HYPERLINK" in row["title"])
    assert row["title"].startswith("'=")
    assert row["award"] == "60000.00"


def test_each_line_explains_itself_from_the_count(session: Session, now: datetime) -> None:
    voting_round, _ = published.make_published_round(session, now=now, rankings=RANKINGS, costs=COSTS)
    result = results.read(session, voting_round=voting_round)
    reasons = {line.proposal.title: open_data.reason(line) for line in result.lines}
    assert reasons["Project 1"].startswith("Funded at step 1")
    assert reasons["Project 2"].startswith("Not funded: when its turn came GBP 40000.00 was left")


def test_a_line_that_a_correction_changed_does_not_keep_the_old_reason(
    session: Session, now: datetime
) -> None:
    voting_round, proposals = published.make_published_round(session, now=now, rankings=RANKINGS, costs=COSTS)
    awards = [(proposals[1], 50_000_00), (proposals[2], 30_000_00), (proposals[3], 5_000_00)]
    published.correct(session, voting_round=voting_round, awards=awards, reason="Refused", now=now)
    result = results.read(session, voting_round=voting_round)
    assert {line.proposal.title: line.corrected for line in result.lines} == {
        "Project 1": True,
        "Project 2": True,
        "Project 3": False,
        "Project 4": False,
    }


def test_fairness_is_measured_beside_points_first(session: Session, now: datetime) -> None:
    voting_round, _ = published.make_published_round(
        session, now=now, rankings=RANKINGS, costs=COSTS, rule="rank-equal-shares"
    )
    (pot,) = results.read(session, voting_round=voting_round).pots
    compared = results.fairness(session, pot=pot)
    assert compared is not None
    assert (compared.first.rule, compared.second.rule) == ("rank-equal-shares", "points-greedy")
    assert compared.first.voters == len(RANKINGS)


def test_fairness_of_a_small_pot_stays_unsaid(session: Session, now: datetime) -> None:
    voting_round, _ = published.make_published_round(session, now=now, rankings=RANKINGS[:9], costs=COSTS)
    (pot,) = results.read(session, voting_round=voting_round).pots
    assert results.fairness(session, pot=pot) is None
