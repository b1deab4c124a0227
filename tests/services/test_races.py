"""Several people at once: one winner, and the loser is told why. On both databases, with real threads."""

import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbvote.box.board import check_chain
from pbvote.models import BoardEntry, CountedBallot, Envelope, Pot, RegisterEntry, VoterMark, VotingRound
from pbvote.models.database import begin_write
from pbvote.services import ballots, board, opening, voting
from pbvote.services.refusal import Refusal
from tests.boxes import ReadyRound

pytestmark = pytest.mark.both_databases


@pytest.fixture
def box(session, now, tmp_path):
    box = ReadyRound(session, now=now, folder=tmp_path / "keys")
    session.commit()
    return box


@pytest.fixture
def crowd(engine):
    """Runs deeds at the same moment, each in a session of its own; returns what became of each."""

    def run(deeds):
        together = Barrier(len(deeds))

        def one(deed):
            with Session(engine) as session:
                together.wait(30)
                begin_write(session)
                try:
                    done = deed(session)
                except Refusal as refusal:
                    session.rollback()
                    return refusal.code
                session.commit()
                return done

        with ThreadPoolExecutor(len(deeds)) as pool:
            return list(pool.map(one, deeds))

    return run


def casting(box_ids, entry_id, number, form=None, replaces=""):
    round_id, pot_id, now = box_ids

    def deed(session):
        return ballots.cast_ballot(
            session,
            voting_round=session.get(VotingRound, round_id),
            pot=session.get(Pot, pot_id),
            entry=session.get(RegisterEntry, entry_id),
            ranking=[number],
            idempotency_key=form or secrets.token_hex(16),
            replaces=replaces,
            now=now,
        ).receipt

    return deed


def closing(box_ids):
    round_id, _, now = box_ids

    def deed(session):
        session_round = session.get(VotingRound, round_id)
        return voting.close(session, voting_round=session_round, now=now + timedelta(days=60)).head

    return deed


def voiding(box_ids, entry_id, officer_id):
    round_id, pot_id, now = box_ids

    def deed(session):
        return ballots.void_ballot(
            session,
            voting_round=session.get(VotingRound, round_id),
            pot=session.get(Pot, pot_id),
            entry=session.get(RegisterEntry, entry_id),
            reason="Not a resident",
            officer_id=officer_id,
            now=now,
        )

    return deed


def voters(box, number):
    found = [box.voter().id for _ in range(number)]
    ids = (box.round.id, box.pot.id, box.now)
    box.session.commit()
    return ids, found


def whole(box):
    """The chain holds, and nobody has two envelopes or a mark without one."""
    session = box.session
    session.rollback()
    rows = board.rows(session, round_id=box.round.id)
    check_chain(rows)
    live = session.scalar(select(func.count()).select_from(Envelope).where(Envelope.void.is_(False)))
    marks = session.scalar(select(func.count()).select_from(VoterMark))
    assert live == marks
    return Counter(row.kind for row in rows)


def test_forty_threads_cast_for_one_entry_and_leave_one_envelope(box, crowd):
    ids, (entry_id,) = voters(box, 1)
    outcomes = Counter(crowd([casting(ids, entry_id, box.numbers[place % 6]) for place in range(40)]))
    kinds = whole(box)
    assert kinds["cast"] == 1
    assert outcomes["ballot-changed-elsewhere"] == 39
    box.session.rollback()
    assert box.session.scalar(select(func.count()).select_from(Envelope)) == 1


def test_one_form_sent_by_twenty_threads_gives_one_receipt(box, crowd):
    ids, (entry_id,) = voters(box, 1)
    form = "f" * 32
    outcomes = set(crowd([casting(ids, entry_id, box.numbers[0], form=form) for _ in range(20)]))
    assert len(outcomes) == 1
    assert whole(box)["cast"] == 1


def test_different_voters_at_once_all_get_in(box, crowd):
    ids, entries = voters(box, 20)
    receipts = crowd([casting(ids, entry_id, box.numbers[0]) for entry_id in entries])
    assert len(set(receipts)) == 20
    assert whole(box)["cast"] == 20


def test_casting_against_the_close_is_in_the_box_or_refused(box, crowd):
    ids, entries = voters(box, 12)
    outcomes = crowd([closing(ids), *(casting(ids, entry_id, box.numbers[0]) for entry_id in entries)])
    kinds = whole(box)
    assert kinds["close"] == 1
    refused = outcomes[1:].count("voting-closed")
    assert kinds["cast"] + refused == 12
    rows = box.session.scalars(select(BoardEntry.kind).order_by(BoardEntry.seq)).all()
    assert rows[-1] == "close"


def test_two_closes_at_once_write_one_row_and_both_are_told_the_same(box, crowd):
    ids, (entry_id,) = voters(box, 1)
    crowd([casting(ids, entry_id, box.numbers[0])])
    heads = crowd([closing(ids) for _ in range(4)])
    assert len(set(heads)) == 1
    assert whole(box)["close"] == 1


def test_voiding_against_replacing_leaves_one_truth(box, crowd):
    ids, (entry_id,) = voters(box, 1)
    (receipt,) = crowd([casting(ids, entry_id, box.numbers[0])])
    assert crowd([voiding(ids, entry_id, box.officers[0])]) == [False]
    outcomes = crowd(
        [
            voiding(ids, entry_id, box.officers[1]),
            casting(ids, entry_id, box.numbers[1], replaces=receipt),
        ]
    )
    kinds = whole(box)
    if outcomes[0] is True:
        assert outcomes[1] == "ballot-gone-elsewhere"
        assert (kinds["void"], kinds["replace"]) == (1, 0)
    else:
        assert (kinds["void"], kinds["replace"]) == (0, 1)


def test_two_openings_at_once_open_the_box_once_and_the_other_is_told_why(box, crowd):
    ids, entries = voters(box, 12)
    crowd([casting(ids, entry_id, box.numbers[place % 6]) for place, entry_id in enumerate(entries)])
    box.close()
    box.throw()
    box.session.commit()
    outcomes = crowd([opening_of(box, first, 1 - first) for first in (0, 1, 0, 1)])
    assert Counter(outcomes)["box-opened-already"] == 3
    assert whole(box)["opening"] == 1
    assert box.session.scalar(select(func.count()).select_from(CountedBallot)) == 12


def test_two_officers_who_type_different_dice_at_once_write_none(box, crowd):
    ids, (entry_id,) = voters(box, 1)
    crowd([casting(ids, entry_id, box.numbers[0])])
    box.close()
    box.session.commit()
    typed = [(box.officers[0], "0417"), (box.officers[1], "7140")]
    assert crowd([throwing(box, officer, digits) for officer, digits in typed]) == [False, False]
    assert whole(box)["seed"] == 0
    assert sorted(crowd([throwing(box, one, "0417") for one in box.officers[1:]]), key=str) in (
        [True, "seed-thrown"],
        ["seed-thrown", True],
    )
    assert whole(box)["seed"] == 1


def opening_of(box, first, second):
    round_id, folder, officers, now = box.round.id, box.folder, list(box.officers), box.now

    def deed(session):
        opened = opening.open_box(
            session,
            voting_round=session.get(VotingRound, round_id),
            key_folder=folder,
            officer_id=officers[first],
            second_officer_id=officers[second],
            now=now,
        )
        return opened[0].digest

    return deed


def throwing(box, officer_id, digits):
    round_id, now = box.round.id, box.now

    def deed(session):
        return opening.write_seed(
            session,
            voting_round=session.get(VotingRound, round_id),
            digits=digits,
            officer_id=officer_id,
            now=now,
        )

    return deed
