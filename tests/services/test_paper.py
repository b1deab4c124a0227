"""Paper beside online, on both databases."""

import pytest
from sqlalchemy import select

from pbvote.models import Envelope, PaperSheet, VoterMark
from pbvote.services import board, opening, paper
from pbvote.services.refusal import NotAllowed, Refusal
from tests.boxes import ReadyRound

pytestmark = pytest.mark.both_databases


@pytest.fixture
def box(session, now, tmp_path):
    return ReadyRound(session, now=now, folder=tmp_path / "keys")


@pytest.fixture
def batch(box):
    return paper.new_batch(box.session, voting_round=box.round, pot=box.pot, name="Library 1", now=box.now)


def mark(box, batch, entry):
    return [
        paper.mark_entry(
            box.session, voting_round=box.round, batch=batch, entry=entry, officer_id=officer, now=box.now
        )
        for officer in box.officers[:2]
    ]


def key(box, batch, number, places, officer, keyring):
    return paper.key_sheet(
        box.session,
        voting_round=box.round,
        batch=batch,
        number=number,
        ranking=[box.numbers[place] for place in places],
        officer_id=box.officers[officer],
        keyring=keyring,
    )


def seal(box, batch, keyring):
    return paper.seal_batch(
        box.session, voting_round=box.round, batch=batch, officer_id=box.officers[0], keyring=keyring,
        now=box.now,
    )  # fmt: skip


def test_paper_and_online_ballots_are_counted_together(box, batch, keyring):
    box.cast(box.voter(), 0, 1)
    for number, places in enumerate([(2,), (3, 4)], start=1):
        assert mark(box, batch, box.voter()) == [False, True]
        assert key(box, batch, number, places, 0, keyring) == "first"
        assert key(box, batch, number, places, 1, keyring) == "agreed"
    assert seal(box, batch, keyring) == 2
    box.close()
    box.throw()
    (opened,) = box.open()
    assert (opened.marks, opened.envelopes, opened.opened) == (3, 3, 3)
    expected = [[box.numbers[0], box.numbers[1]], [box.numbers[2]], [box.numbers[3], box.numbers[4]]]
    assert opening.rankings_of(box.session, pot=box.pot) == sorted(map(tuple, expected))


def test_paper_voids_what_was_cast_online_and_blocks_casting(box, batch):
    entry = box.voter()
    box.cast(entry, 1)
    mark(box, batch, entry)
    last = board.last(box.session, round_id=box.round.id)
    assert (last.kind, last.payload["reason"]) == ("void", "paper")
    assert box.session.scalars(select(Envelope)).one().void
    with pytest.raises(Refusal, match="voted-on-paper"):
        box.cast(entry, 2)
    assert box.session.get(VoterMark, (box.pot.id, entry.id)).channel == "paper"


def test_one_officer_alone_cannot_mark_and_so_cannot_void(box, batch):
    entry = box.voter()
    box.cast(entry, 1)
    officer = {"voting_round": box.round, "batch": batch, "entry": entry, "officer_id": box.officers[0]}
    for _ in range(2):
        assert not paper.mark_entry(box.session, **officer, now=box.now)
    assert not box.session.scalars(select(Envelope)).one().void


def test_the_same_person_is_marked_once(box, batch):
    entry = box.voter()
    mark(box, batch, entry)
    with pytest.raises(Refusal, match="paper-marked-already"):
        mark(box, batch, entry)


def test_somebody_who_may_not_vote_is_not_marked(box, batch):
    with pytest.raises(NotAllowed, match="entry-refused"):
        mark(box, batch, box.voter(status="refused"))


def test_a_sheet_keyed_differently_goes_to_a_third_person(box, batch, keyring):
    mark(box, batch, box.voter())
    key(box, batch, 1, (0,), 0, keyring)
    with pytest.raises(Refusal, match="sheet-same-person"):
        key(box, batch, 1, (0,), 0, keyring)
    assert key(box, batch, 1, (1,), 1, keyring) == "differ"
    assert paper.unsettled(box.session, batch=batch, keyring=keyring) == [1]
    with pytest.raises(Refusal, match="sheet-not-settled"):
        seal(box, batch, keyring)
    with pytest.raises(Refusal, match="sheet-same-person"):
        key(box, batch, 1, (1,), 1, keyring)
    assert key(box, batch, 1, (1,), 2, keyring) == "settled"
    assert seal(box, batch, keyring) == 1


def test_sheets_must_equal_marks(box, batch, keyring):
    mark(box, batch, box.voter())
    mark(box, batch, box.voter())
    for officer in (0, 1):
        key(box, batch, 1, (0,), officer, keyring)
    with pytest.raises(Refusal, match="sheets-do-not-add-up"):
        seal(box, batch, keyring)
    with pytest.raises(Refusal, match="sheet-without-mark"):
        key(box, batch, 3, (0,), 0, keyring)


def test_a_box_with_an_unsealed_batch_is_not_closed(box, batch):
    with pytest.raises(Refusal, match="paper-not-sealed"):
        box.close()


def test_a_sheet_that_cannot_be_counted_is_an_envelope_that_is_spoilt(box, batch, keyring):
    box.cast(box.voter(), 0)
    mark(box, batch, box.voter())
    for officer in (0, 1):
        key(box, batch, 1, (), officer, keyring)
    seal(box, batch, keyring)
    box.close()
    box.throw()
    (opened,) = box.open()
    assert (opened.envelopes, opened.opened, opened.spoilt) == (2, 1, {"blank": 1})


def test_what_is_keyed_cannot_be_read_in_the_database_and_is_gone_after_sealing(box, batch, keyring):
    mark(box, batch, box.voter())
    for officer in (0, 1):
        key(box, batch, 1, (4, 2), officer, keyring)
    sheet = box.session.scalars(select(PaperSheet)).one()
    assert sheet.first_ranking != sheet.second_ranking
    assert str(box.numbers[4]) not in sheet.first_ranking
    seal(box, batch, keyring)
    assert (sheet.first_ranking, sheet.second_ranking, sheet.settled_ranking) == (None, None, None)
    with pytest.raises(Refusal, match="batch-sealed"):
        key(box, batch, 1, (1,), 2, keyring)
