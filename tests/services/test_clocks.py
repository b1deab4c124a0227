"""A clock that jumps while people vote and while the box is closed: nothing is lost. On both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from pbvote.box.board import check_chain
from pbvote.models import Envelope
from pbvote.services import board, keys, opening, voting
from pbvote.services.refusal import Refusal
from tests.boxes import ReadyRound

pytestmark = pytest.mark.both_databases
WEEK = timedelta(days=7)


@pytest.fixture
def box(session, now, tmp_path) -> ReadyRound:
    box = ReadyRound(session, now=now, folder=tmp_path / "keys")
    for place in range(12):
        box.cast(box.voter(), place % 6, (place + 2) % 6)
    session.commit()
    return box


def close_at(box: ReadyRound, now: datetime) -> str:
    return voting.close(box.session, voting_round=box.round, now=now).head


@pytest.mark.parametrize("jump", [10 * WEEK, -10 * WEEK])
def test_a_clock_that_is_wrong_refuses_votes_and_the_right_one_takes_them(box, jump) -> None:
    voter = box.voter()
    size = board.size(box.session, round_id=box.round.id)
    with pytest.raises(Refusal, match=r"voting-(closed|not-open)"):
        box.cast(voter, 1, now=box.now + jump)
    box.session.rollback()
    assert board.size(box.session, round_id=box.round.id) == size
    assert keys.of_round(box.session, round_id=box.round.id).state == "open"
    voter = box.voter()
    box.cast(voter, 1)
    assert len(box.session.scalars(select(Envelope)).all()) == 13


def test_a_clock_that_falls_back_a_little_takes_votes_and_keeps_the_order_of_the_board(box) -> None:
    for hours in (3, -5, 1, -30):
        box.cast(box.voter(), 2, now=box.now + timedelta(hours=hours))
    rows = board.rows(box.session, round_id=box.round.id)
    check_chain(rows)
    assert [row.kind for row in rows[-4:]] == ["cast"] * 4


def test_voting_does_not_open_again_when_the_clock_falls_back_after_the_close(box) -> None:
    head = close_at(box, box.round.voting_closes_at)
    with pytest.raises(Refusal, match="voting-closed"):
        box.cast(box.voter(), 1)
    assert close_at(box, box.now - WEEK) == head
    voting.follow_calendar(box.session, round_id=box.round.id, now=box.now - 10 * WEEK)
    assert board.last(box.session, round_id=box.round.id).head == head


@pytest.mark.parametrize("jump", [52 * WEEK, -52 * WEEK])
def test_the_steps_after_the_close_do_not_ask_the_clock(box, jump) -> None:
    close_at(box, box.round.voting_closes_at)
    box.session.commit()
    digests = []
    for now in (box.now + jump, box.now):
        box.now = now
        box.throw()
        digests.append([one.digest for one in box.open()])
        rows = board.rows(box.session, round_id=box.round.id)
        assert board.replayed(rows).state == "opened"
        box.session.rollback()
    assert digests[0] == digests[1]
    box.throw()
    box.open()
    assert len(opening.rankings_of(box.session, pot=box.pot)) == 12


def test_the_box_is_not_closed_early_by_a_clock_that_falls_back(box) -> None:
    with pytest.raises(Refusal, match="voting-not-over"):
        close_at(box, box.round.voting_closes_at - timedelta(seconds=1))
