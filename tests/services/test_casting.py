"""Casting and replacing ballots, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from pbvote.box import board as chain
from pbvote.models import BoardEntry, CastKey, Envelope, Proposal, VoterMark
from pbvote.services import ballots, board, voting
from pbvote.services.refusal import NotAllowed, Refusal
from tests.boxes import ReadyRound

pytestmark = pytest.mark.both_databases


@pytest.fixture
def box(session, now, tmp_path):
    return ReadyRound(session, now=now, folder=tmp_path / "keys")


def kinds(box):
    return [row.kind for row in board.rows(box.session, round_id=box.round.id)]


def test_a_first_ballot_leaves_an_envelope_a_mark_and_a_row_on_the_board(box):
    entry = box.voter()
    cast = box.cast(entry, 2, 0)
    assert not cast.replaced
    assert kinds(box) == ["setup", "open", "cast"]
    envelope = box.session.scalars(select(Envelope)).one()
    assert (envelope.entry_id, envelope.receipt) == (entry.id, cast.receipt)
    mark = box.session.get(VoterMark, (box.pot.id, entry.id))
    assert (mark.channel, mark.day) == ("online", box.now.date())
    assert chain.check_chain(board.rows(box.session, round_id=box.round.id)).seq == 3


def test_a_second_ballot_replaces_the_first(box):
    entry = box.voter()
    first = box.cast(entry, 1)
    second = box.cast(entry, 3, 4)
    assert second.replaced
    assert second.receipt != first.receipt
    assert box.session.scalars(select(Envelope)).one().receipt == second.receipt
    last = board.last(box.session, round_id=box.round.id)
    assert last.kind == "replace"
    assert set(last.payload) == {"envelope", "pot", "replaces"}


def test_a_form_sent_twice_gives_the_same_receipt_and_one_row(box):
    entry = box.voter()
    first = box.cast(entry, 1, form="a" * 32)
    again = box.cast(entry, 1, form="a" * 32, replaces="")
    assert again.repeated
    assert again.receipt == first.receipt
    assert kinds(box).count("cast") == 1


def test_a_form_of_before_a_replacement_still_gives_its_old_receipt_and_changes_nothing(box):
    entry = box.voter()
    first = box.cast(entry, 1, form="a" * 32)
    second = box.cast(entry, 2)
    assert box.cast(entry, 1, form="a" * 32, replaces="").receipt == first.receipt
    assert ballots.current_receipt(box.session, pot_id=box.pot.id, entry_id=entry.id) == second.receipt


def test_a_stale_tab_cannot_overwrite_a_newer_ballot_unasked(box):
    entry = box.voter()
    box.cast(entry, 1)
    newer = box.cast(entry, 2)
    with pytest.raises(Refusal, match="ballot-changed-elsewhere"):
        box.cast(entry, 3, replaces="")
    assert ballots.current_receipt(box.session, pot_id=box.pot.id, entry_id=entry.id) == newer.receipt


def test_one_voters_form_key_is_of_no_use_to_another(box):
    one, other = box.voter(), box.voter()
    first = box.cast(one, 1, form="a" * 32)
    assert box.cast(other, 1, form="a" * 32).receipt != first.receipt


@pytest.mark.parametrize("status", ["pending", "refused", "withdrawn"])
def test_an_entry_that_is_not_confirmed_cannot_cast(box, status):
    with pytest.raises(NotAllowed, match=f"entry-{status}"):
        box.cast(box.voter(status=status), 1)
    assert box.session.scalars(select(Envelope)).all() == []


@pytest.mark.parametrize(
    ("places", "code"), [((), "ballot-too-short"), ((0, 0), "ballot-repeats"), (range(6), "ballot-too-long")]
)
def test_a_ballot_the_rules_do_not_allow_is_refused_beside_the_list(box, places, code):
    box.round.max_length = 5
    with pytest.raises(Refusal, match=code) as refused:
        box.cast(box.voter(), *places)
    assert refused.value.field == "ranking"


def test_a_withdrawn_proposal_is_refused_by_name(box):
    proposal = box.session.scalars(select(Proposal).where(Proposal.number == box.numbers[1])).one()
    voter = box.voter()
    box.cast(voter, 0)
    voting.strike(
        box.session, proposal=proposal, reason="Moved away", officer_id=box.officers[0], now=box.now
    )
    with pytest.raises(Refusal, match="choice-withdrawn") as refused:
        box.cast(voter, 0, 1)
    assert refused.value.parameters == {"title": proposal.title}
    assert kinds(box)[-1] == "withdrawal"


def test_a_proposal_of_another_round_is_refused(box):
    other = ReadyRound(box.session, now=box.now, folder=box.folder)
    box.numbers[0] = other.numbers[0]
    with pytest.raises(Refusal, match="choice-unknown"):
        box.cast(box.voter(), 0)


def test_the_deadline_is_exact(box):
    voter = box.voter()
    box.cast(voter, 1, now=box.round.voting_closes_at - timedelta(microseconds=1))
    with pytest.raises(Refusal, match="voting-closed"):
        box.cast(voter, 2, now=box.round.voting_closes_at)


def test_a_clock_that_jumps_back_does_not_open_voting_again(box):
    voter = box.voter()
    box.cast(voter, 1)
    voting.close(box.session, voting_round=box.round, now=box.round.voting_closes_at)
    with pytest.raises(Refusal, match="voting-closed"):
        box.cast(voter, 2, now=box.now)


def test_voting_stays_shut_until_the_key_is_rehearsed(session, now, tmp_path):
    box = ReadyRound(session, now=now, folder=tmp_path / "keys", rehearsed=False)
    with pytest.raises(Refusal, match="voting-delayed"):
        box.cast(box.voter(), 1)
    box.prepare()
    box.cast(box.voter(), 1)


def test_no_row_and_no_envelope_tells_the_minute(box):
    box.cast(box.voter(), 1)
    columns = {
        column.name for table in (Envelope, CastKey, VoterMark, BoardEntry) for column in table.__table__.c
    }
    assert columns == {
        "id", "pot_id", "entry_id", "batch_id", "sheet", "sealed", "receipt", "void",
        "key_hash", "channel", "day", "round_id", "seq", "kind", "payload", "prev", "head",
    }  # fmt: skip
    for row in board.rows(box.session, round_id=box.round.id):
        assert str(box.now.hour) + ":" not in str(row.payload)


def test_two_officers_void_a_ballot_and_one_cannot(box):
    entry = box.voter()
    box.cast(entry, 1)
    void = {"voting_round": box.round, "pot": box.pot, "entry": entry, "reason": "Not a resident"}
    assert not ballots.void_ballot(box.session, **void, officer_id=box.officers[0], now=box.now)
    assert not ballots.void_ballot(box.session, **void, officer_id=box.officers[0], now=box.now)
    assert kinds(box)[-1] == "cast"
    assert ballots.void_ballot(box.session, **void, officer_id=box.officers[1], now=box.now)
    assert kinds(box)[-1] == "void"
    assert box.session.get(VoterMark, (box.pot.id, entry.id)) is None
    with pytest.raises(Refusal, match="ballot-not-there"):
        ballots.void_ballot(box.session, **void, officer_id=box.officers[1], now=box.now)


def test_a_voided_voter_may_vote_again_and_has_one_envelope(box):
    entry = box.voter()
    box.cast(entry, 1)
    for officer in box.officers[:2]:
        ballots.void_ballot(
            box.session, voting_round=box.round, pot=box.pot, entry=entry, reason="By mistake",
            officer_id=officer, now=box.now,
        )  # fmt: skip
    box.cast(entry, 2)
    assert kinds(box)[-3:] == ["cast", "void", "cast"]
    assert not box.session.scalars(select(Envelope)).one().void
