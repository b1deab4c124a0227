"""A rehearsal of the count on made-up ballots."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import CountedBallot, TallyRecord
from pbvote.services import rehearsal
from pbvote.services.keyring import Keyring
from pbvote.services.refusal import Refusal
from tests.factories import PASSWORD, make_officer, make_proposal, make_round
from tests.person import Person


def make_shortlist(session: Session, now: datetime, phase: str = "shortlist"):
    made = make_round(session, now=now, phase=phase, slug="spring", budget=40_000_00)
    for place in range(8):
        make_proposal(session, voting_round=made, now=now, cost=(6 + place) * 1_000_00)
    return made


@pytest.mark.both_databases
def test_every_rule_for_rankings_is_tried_and_nothing_is_kept(session: Session, now: datetime) -> None:
    (tried,) = rehearsal.rehearse(session, voting_round=make_shortlist(session, now), now=now)
    assert {trial.rule for trial in tried.trials} >= {"rank-equal-shares", "points-greedy"}
    assert [trial.rule for trial in tried.trials if trial.chosen] == ["rank-equal-shares"]
    assert all(0 < trial.spent <= 40_000_00 for trial in tried.trials)
    assert session.scalars(select(CountedBallot)).all() == []
    assert session.scalars(select(TallyRecord)).all() == []


def test_the_same_round_rehearses_the_same(session: Session, now: datetime) -> None:
    made = make_shortlist(session, now)
    first, second = (rehearsal.rehearse(session, voting_round=made, now=now) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("phase", ["voting", "closed"])
def test_no_rehearsal_once_voting_has_begun(session: Session, now: datetime, phase: str) -> None:
    with pytest.raises(Refusal):
        rehearsal.rehearse(session, voting_round=make_shortlist(session, now, phase), now=now)


def test_without_proposals_there_is_nothing_to_rehearse(session: Session, now: datetime) -> None:
    with pytest.raises(Refusal, match="rehearsal-nothing"):
        rehearsal.rehearse(session, voting_round=make_round(session, now=now, phase="set-up"), now=now)


def test_the_page_says_that_the_ballots_are_made_up(
    app: Flask, session: Session, keyring: Keyring, now: datetime
) -> None:
    make_shortlist(session, now)
    officer = make_officer(session, keyring=keyring, now=now)
    session.commit()
    person = Person(app)
    person.sign_in_officer(str(officer.email), PASSWORD)
    person.open("/officer/rounds/spring/rehearsal")
    assert person.status == 200
    assert "These ballots are made up." in person.text
    assert "the rule of this round" in person.text
