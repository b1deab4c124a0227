"""A clock that jumps on the server, as voters see it."""

import time
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pbvote.models.database import begin_write
from pbvote.settings import Settings
from tests.person import Person
from tests.voting import Booth, open_booth, register


def move(session: Session, booth: Booth, opens: datetime | None, closes: datetime | None) -> None:
    session.rollback()
    begin_write(session)
    booth.voting_round.voting_opens_at, booth.voting_round.voting_closes_at = opens, closes
    session.commit()


@pytest.mark.parametrize("ahead", [True, False])
def test_a_voter_is_told_and_keeps_the_ranking_until_the_clock_is_right_again(
    app: Flask, session: Session, settings: Settings, now: datetime, person: Person, ahead: bool
) -> None:
    """The dates of the round are moved, which is the same as moving the clock."""
    booth = open_booth(session, settings=settings, now=now)
    voting_round = booth.voting_round
    numbers = [proposal.number for proposal in booth.proposals[:3]]
    titles = [proposal.title for proposal in booth.proposals[:3]]
    right = voting_round.voting_opens_at, voting_round.voting_closes_at
    session.rollback()
    register(person, booth, email="ada@example.com")
    person.open(booth.path())
    person.submit(picked=numbers, chosen=",".join(map(str, numbers)), button=("go", "yes"))
    person.submit(button=("go", "yes"))
    day = timedelta(days=1)
    wrong = (now - 9 * day, now - day) if ahead else (now + day, now + 9 * day)
    move(session, booth, *wrong)
    person.submit()
    assert person.status == 409
    assert ("Voting closed on" if ahead else "Voting opens on") in person.text
    assert "Nothing has been changed" in person.text
    move(session, booth, *right)
    person.open(booth.path("check"))
    places = [person.text.index(title) for title in titles]
    assert places == sorted(places)
    person.submit()
    assert "Your vote is in the ballot box" in person.text


def test_tries_counted_while_the_clock_was_ahead_do_not_shut_people_out(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage, right = app.extensions["pbvote_rate_limits"], time.time
    monkeypatch.setattr(time, "time", lambda: right() + 30 * 86400)
    assert [storage.incr("somebody", 600) for _ in range(3)] == [1, 2, 3]
    monkeypatch.setattr(time, "time", right)
    assert [storage.incr("somebody", 600) for _ in range(2)] == [1, 2]
