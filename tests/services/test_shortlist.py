"""Finding public proposals."""

from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from pbvote.models import VotingRound
from pbvote.services import shortlist
from pbvote.services.refusal import NotFound
from pbvote.services.shortlist import Wish
from tests import factories

TODAY = date(2026, 11, 24)


@pytest.fixture
def voting_round(session: Session, now: datetime) -> VotingRound:
    return factories.make_round(session, now=now, phase="voting")


def titles(session: Session, voting_round: VotingRound, wish: Wish, today: date = TODAY) -> list[str]:
    found = shortlist.search(session, voting_round=voting_round, wish=wish, today=today)
    return [one.title for one in found]


@pytest.mark.both_databases
def test_only_proposals_on_the_ballot_or_struck_from_it_are_public(
    session: Session, voting_round: VotingRound, now: datetime
) -> None:
    for status in ("draft", "submitted", "declined", "withdrawn", "merged", "shortlisted", "struck"):
        factories.make_proposal(session, voting_round=voting_round, now=now, status=status, title=status)
    public = shortlist.public(session, voting_round=voting_round)
    assert [one.title for one in public] == ["shortlisted", "struck"]


def test_nothing_is_public_before_the_shortlist_is_published(session: Session, now: datetime) -> None:
    voting_round = factories.make_round(session, now=now, phase="screening")
    proposal = factories.make_proposal(session, voting_round=voting_round, now=now)
    assert shortlist.public(session, voting_round=voting_round) == []
    with pytest.raises(NotFound):
        shortlist.find(session, voting_round=voting_round, number=proposal.number)


def test_a_search_finds_words_whatever_their_case_and_accents(
    session: Session, voting_round: VotingRound, now: datetime
) -> None:
    factories.make_proposal(session, voting_round=voting_round, now=now, title="Café for carers")
    factories.make_proposal(session, voting_round=voting_round, now=now, title="A skate ramp")
    assert titles(session, voting_round, Wish(text="CAFE carers")) == ["Café for carers"]


def test_a_search_looks_into_the_story_and_the_group(
    session: Session, voting_round: VotingRound, now: datetime
) -> None:
    group = factories.make_group(session, now=now, name="Lockside Rowers")
    factories.make_proposal(session, voting_round=voting_round, now=now, title="Boats", group=group)
    factories.make_proposal(session, voting_round=voting_round, now=now, title="Tools", story="Sharp spades.")
    assert titles(session, voting_round, Wish(text="rowers")) == ["Boats"]
    assert titles(session, voting_round, Wish(text="spades")) == ["Tools"]


def test_a_number_is_found_only_when_it_is_meant(
    session: Session, voting_round: VotingRound, now: datetime
) -> None:
    factories.make_proposal(session, voting_round=voting_round, now=now, number=9007, title="Swings")
    factories.make_proposal(session, voting_round=voting_round, now=now, number=907, title="Ramp 07")
    assert titles(session, voting_round, Wish(text="07")) == ["Ramp 07"]
    assert titles(session, voting_round, Wish(text="#9007")) == ["Swings"]


def test_a_ward_keeps_its_own_and_the_borough_wide_proposals(
    session: Session, voting_round: VotingRound, now: datetime
) -> None:
    here, there = factories.make_ward(session), factories.make_ward(session)
    for title, wards in (("Here", [here]), ("There", [there]), ("All", [])):
        proposal = factories.make_proposal(
            session, voting_round=voting_round, now=now, title=title, borough_wide=not wards
        )
        proposal.wards = wards
    session.flush()
    assert sorted(titles(session, voting_round, Wish(ward_id=here.id))) == ["All", "Here"]


def test_amounts_include_both_ends(session: Session, voting_round: VotingRound, now: datetime) -> None:
    for cost in (999_99, 1000_00, 2000_00, 2000_01):
        factories.make_proposal(session, voting_round=voting_round, now=now, cost=cost, title=str(cost))
    wish = Wish(at_least=1000_00, at_most=2000_00, order="least")
    assert titles(session, voting_round, wish) == ["100000", "200000"]


def test_the_mixed_order_is_the_same_all_day_and_another_tomorrow(
    session: Session, voting_round: VotingRound, now: datetime
) -> None:
    for _ in range(12):
        factories.make_proposal(session, voting_round=voting_round, now=now)
    first, again = (titles(session, voting_round, Wish()) for _ in range(2))
    tomorrow = titles(session, voting_round, Wish(), today=date(2026, 11, 25))
    assert first == again
    assert first != tomorrow
    assert sorted(first) == sorted(tomorrow)


def test_alike_proposals_never_include_the_proposal_itself_or_a_struck_one(
    session: Session, voting_round: VotingRound, now: datetime
) -> None:
    proposal = factories.make_proposal(session, voting_round=voting_round, now=now)
    factories.make_proposal(session, voting_round=voting_round, now=now, status="struck")
    other = factories.make_proposal(session, voting_round=voting_round, now=now)
    assert shortlist.alike(session, proposal=proposal) == [other]
