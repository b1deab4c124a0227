"""Reminders before voting closes."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import OutboxMessage, VoterMark
from pbvote.services import reminders
from tests.factories import make_account, make_entry, make_round


@pytest.fixture
def voting_round(session: Session, now):
    voting_round = make_round(session, now=now)
    voting_round.voting_closes_at = now + timedelta(hours=40)
    session.flush()
    return voting_round


def make_voter(session: Session, voting_round, now, **values):
    facts = {"wants_reminders": True, "began_ballot_on": now.date(), **values}
    account = make_account(session, now=now)
    return make_entry(session, voting_round=voting_round, now=now, account=account, **facts)


def sent(session: Session) -> list[str]:
    query = select(OutboxMessage.recipient).where(OutboxMessage.template == "reminder")
    return list(session.scalars(query.order_by(OutboxMessage.id)))


@pytest.mark.both_databases
def test_somebody_who_began_agreed_and_has_not_cast_is_reminded_once(
    session: Session, voting_round, now
) -> None:
    voter = make_voter(session, voting_round, now)
    assert reminders.queue_due(session, now=now) == 1
    assert reminders.queue_due(session, now=now + timedelta(minutes=1)) == 0
    assert sent(session) == [voter.account.email]


def test_a_second_reminder_comes_six_hours_before_the_close(session: Session, voting_round, now) -> None:
    make_voter(session, voting_round, now)
    reminders.queue_due(session, now=now)
    assert reminders.queue_due(session, now=now + timedelta(hours=33)) == 0
    assert reminders.queue_due(session, now=now + timedelta(hours=35)) == 1


def test_nobody_is_reminded_earlier_than_two_days_before(session: Session, voting_round, now) -> None:
    voting_round.voting_closes_at = now + timedelta(hours=49)
    make_voter(session, voting_round, now)
    assert reminders.queue_due(session, now=now) == 0


@pytest.mark.parametrize(
    "values", [{"wants_reminders": False}, {"began_ballot_on": None}, {"status": "pending"}]
)
def test_those_who_did_not_agree_begin_or_are_not_confirmed_are_left_alone(
    session: Session, voting_round, now, values
) -> None:
    make_voter(session, voting_round, now, **values)
    assert reminders.queue_due(session, now=now) == 0


def test_those_who_have_cast_are_left_alone(session: Session, voting_round, now) -> None:
    voter = make_voter(session, voting_round, now)
    session.add(VoterMark(pot_id=voting_round.pots[0].id, entry_id=voter.id, day=now.date()))
    session.flush()
    assert reminders.queue_due(session, now=now) == 0


def test_after_the_close_nobody_is_reminded(session: Session, voting_round, now) -> None:
    make_voter(session, voting_round, now)
    assert reminders.queue_due(session, now=now + timedelta(hours=41)) == 0
