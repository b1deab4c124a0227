"""Custody, close, dice and opening, on both databases."""

import pytest
from sqlalchemy import select

from pbvote.box import envelope, verify
from pbvote.models import CastKey, CountedBallot, Envelope, PotOpening
from pbvote.services import board, keys, opening, voting
from pbvote.services.refusal import NotAllowed, Refusal
from tests.boxes import ReadyRound, quick_custody

pytestmark = pytest.mark.both_databases


@pytest.fixture(params=["server", "officers"])
def box(request, session, now, tmp_path, monkeypatch):
    quick_custody(monkeypatch)
    return ReadyRound(session, now=now, folder=tmp_path / "keys", custody=request.param)


@pytest.fixture
def officers_box(session, now, tmp_path, monkeypatch):
    quick_custody(monkeypatch)
    return ReadyRound(session, now=now, folder=tmp_path / "keys", custody="officers", rehearsed=False)


def filled(box, voters=12):
    entries = [box.voter() for _ in range(voters)]
    cast = {}
    for place, entry in enumerate(entries):
        ranking = [(place + step) % 6 for step in range(1 + place % 3)]
        box.cast(entry, *ranking)
        cast[entry.id] = tuple(box.numbers[choice] for choice in ranking)
    return entries, cast


def test_what_was_cast_is_what_is_counted(box):
    entries, cast = filled(box)
    box.cast(entries[0], 5, 4)
    cast[entries[0].id] = (box.numbers[5], box.numbers[4])
    box.close()
    box.throw()
    (opened,) = box.open()
    assert opening.rankings_of(box.session, pot=box.pot) == sorted(cast.values())
    assert (opened.marks, opened.envelopes, opened.opened, opened.spoilt) == (12, 12, 12, {})
    kinds = [row.kind for row in board.rows(box.session, round_id=box.round.id)]
    assert kinds[-3:] == ["close", "seed", "opening"]


def test_the_board_of_a_whole_ceremony_is_a_story_the_public_checker_accepts(box):
    filled(box)
    box.close()
    box.throw()
    box.open()
    lines = b"".join(row.line() + b"\n" for row in board.rows(box.session, round_id=box.round.id))
    found = verify.replay(verify._board({"board.jsonl": lines}))
    assert found.state == "opened"


def test_an_envelope_put_in_anothers_place_is_spoilt_and_counted_as_such(box):
    entries, _ = filled(box)
    for entry in entries[:2]:
        row = box.session.scalars(select(Envelope).where(Envelope.entry_id == entry.id)).one()
        public = keys.of_round(box.session, round_id=box.round.id).public_key
        place = {"round_id": box.round.id, "pot_id": box.pot.id, "entry_id": 0, "capacity": 10}
        row.sealed = envelope.seal(public, [box.numbers[0]], **place)
    box.close()
    box.throw()
    (opened,) = box.open()
    assert (opened.envelopes, opened.opened, opened.spoilt) == (12, 10, {"does-not-open": 2})
    assert box.session.get(PotOpening, box.pot.id).spoilt == {"does-not-open": 2}


def test_the_box_is_opened_once_only(box):
    filled(box)
    box.close()
    box.throw()
    box.open()
    with pytest.raises(Refusal, match="box-opened-already"):
        box.open()


def test_opening_again_after_a_crash_before_the_commit_gives_the_same_digest(box):
    filled(box)
    box.close()
    box.throw()
    box.session.commit()
    digests = []
    for end in (box.session.rollback, box.session.commit):
        digests.append([one.digest for one in box.open()])
        end()
    assert digests[0] == digests[1]
    assert len(box.session.scalars(select(CountedBallot)).all()) == 12


def test_opening_a_copy_again_finds_the_same_digest(box):
    filled(box)
    box.close()
    box.throw()
    box.open()
    passphrases = box.pair(1, 2) if box.passphrases else None
    found = opening.open_copy(
        box.session, voting_round=box.round, key_folder=box.folder, passphrases=passphrases
    )
    assert [(now, then) for _, now, then in found] == [(found[0][1], found[0][1])]


def test_opening_a_copy_again_finds_ballots_that_were_changed(box):
    filled(box)
    box.close()
    box.throw()
    box.open()
    gone = box.session.scalars(select(Envelope)).first()
    box.session.delete(gone)
    box.session.flush()
    passphrases = box.pair() if box.passphrases else None
    ((_, now, then),) = opening.open_copy(
        box.session, voting_round=box.round, key_folder=box.folder, passphrases=passphrases
    )
    assert now != then


def test_the_steps_have_their_order(box):
    filled(box)
    with pytest.raises(Refusal, match="seed-before-close"):
        box.throw()
    with pytest.raises(Refusal, match="voting-not-over"):
        voting.close(box.session, voting_round=box.round, now=box.now)
    with pytest.raises(Refusal, match="box-not-closed"):
        box.open()
    box.close()
    with pytest.raises(Refusal, match="seed-missing"):
        box.open()


def test_closing_twice_writes_one_row(box):
    filled(box)
    box.close()
    box.close()
    assert len(board.of_kind(box.session, round_id=box.round.id, kind="close")) == 1


def test_closing_forgets_the_keys_of_forms(box):
    filled(box)
    assert box.session.scalars(select(CastKey)).all()
    box.close()
    assert box.session.scalars(select(CastKey)).all() == []


def test_the_dice_are_thrown_once_and_typed_by_two(box):
    filled(box)
    box.close()
    write = {"voting_round": box.round, "now": box.now}
    assert not opening.write_seed(box.session, **write, digits="1 2 3 4", officer_id=box.officers[0])
    assert not opening.write_seed(box.session, **write, digits="1235", officer_id=box.officers[1])
    typed = opening.dice_typed(box.session, voting_round=box.round)
    assert typed == {box.officers[0]: "1234", box.officers[1]: "1235"}
    assert opening.write_seed(box.session, **write, digits="1234", officer_id=box.officers[1])
    assert box.round.tie_seed == "1234"
    with pytest.raises(Refusal, match="seed-thrown"):
        opening.write_seed(box.session, **write, digits="9999", officer_id=box.officers[2])


@pytest.mark.parametrize("digits", ["", "123", "12a4", "١٢٣٤", "1" * 101])
def test_what_no_dice_could_show_is_refused(box, digits):
    box.close()
    with pytest.raises(Refusal, match="seed-not-digits"):
        opening.write_seed(
            box.session, voting_round=box.round, digits=digits, officer_id=box.officers[0], now=box.now
        )


def test_marks_and_envelopes_that_do_not_agree_stop_the_close(box):
    entries, _ = filled(box)
    box.session.delete(box.session.scalars(select(Envelope)).first())
    box.session.flush()
    with pytest.raises(Refusal, match="marks-do-not-add-up"):
        box.close()
    assert entries


def test_ballots_lie_under_random_keys_and_not_in_the_order_of_casting(box):
    filled(box, voters=40)
    box.close()
    box.throw()
    box.open()
    identities = box.session.scalars(select(CountedBallot.id)).all()
    assert min(identities) > 2**40
    rowing = box.session.scalars(select(CountedBallot.ranking).order_by(CountedBallot.id)).all()
    order_of_casting = [
        [box.numbers[(place + step) % 6] for step in range(1 + place % 3)] for place in range(40)
    ]
    assert rowing != order_of_casting


class TestCustody:
    def test_voting_opens_only_when_all_three_pairs_have_rehearsed(self, officers_box):
        box = officers_box
        box.prepare()
        for pairs in (((0, 1),), ((0, 2),)):
            box.rehearse(pairs)
            with pytest.raises(Refusal, match="voting-delayed"):
                box.cast(box.voter(), 1)
        box.rehearse(((1, 2),))
        box.cast(box.voter(), 1)
        kinds = [row.kind for row in board.rows(box.session, round_id=box.round.id)]
        assert kinds == ["setup", "rehearsal", "rehearsal", "rehearsal", "open", "cast"]

    @pytest.mark.parametrize("pair", [(0, 1), (0, 2), (1, 2)])
    def test_any_pair_opens_the_box(self, officers_box, pair):
        box = officers_box
        box.prepare()
        box.rehearse()
        filled(box)
        box.close()
        box.throw()
        assert box.open(passphrases=box.pair(*pair))[0].opened == 12

    def test_one_custodian_alone_opens_nothing(self, officers_box):
        box = self.closed(officers_box)
        alone = dict([next(iter(box.passphrases.items()))])
        with pytest.raises(Refusal, match="custodians-two"):
            box.open(passphrases=alone)

    def test_a_wrong_passphrase_opens_nothing_and_the_ceremony_goes_on(self, officers_box):
        box = self.closed(officers_box)
        first, second = box.officers[:2]
        swapped = {first: box.passphrases[second], second: box.passphrases[first]}
        with pytest.raises(Refusal, match="key-wrong-passphrase"):
            box.open(passphrases=swapped)
        with pytest.raises(Refusal, match="key-mistyped") as refused:
            box.open(passphrases={first: box.passphrases[first], second: "nonsense"})
        assert refused.value.field == f"passphrase_{second}"
        assert box.open()[0].opened == 12

    def test_swapped_key_files_are_told(self, officers_box):
        box = self.closed(officers_box)
        one, two = sorted(box.folder.glob("round-*-1-2.key")) + sorted(box.folder.glob("round-*-1-3.key"))
        content = one.read_bytes()
        one.write_bytes(two.read_bytes())
        two.write_bytes(content)
        with pytest.raises(Refusal, match="key-other-pair"):
            box.open()

    def test_a_missing_key_file_is_told_and_can_be_put_back(self, officers_box):
        box = self.closed(officers_box)
        (path,) = box.folder.glob("round-*-1-2.key")
        content = path.read_bytes()
        path.unlink()
        with pytest.raises(Refusal, match="key-missing-key"):
            box.open()
        path.write_bytes(content)
        path.chmod(0o600)
        assert box.open()[0].opened == 12

    def test_a_stranger_is_no_custodian(self, officers_box):
        box = self.closed(officers_box)
        with pytest.raises(NotAllowed, match="not-a-custodian"):
            box.open(passphrases={**box.pair(), 10**6: "x"})

    def test_three_different_custodians_are_needed(self, officers_box):
        box = officers_box
        box.officers[2] = box.officers[1]
        with pytest.raises(Refusal, match="custodians-three"):
            box.prepare()

    def test_nothing_secret_is_in_the_database(self, officers_box):
        box = officers_box
        box.prepare()
        key = keys.of_round(box.session, round_id=box.round.id)
        private = keys.private_key(
            key=key, round_id=box.round.id, key_folder=box.folder, passphrases=box.pair()
        )
        stored = repr(vars(key)) + repr(
            [row.payload for row in board.rows(box.session, round_id=box.round.id)]
        )
        assert private.hex() not in stored
        assert repr(private) not in stored
        assert not any(passphrase in stored for passphrase in box.passphrases.values())

    def test_a_lost_key_is_given_up_by_two_officers_and_voting_ends(self, officers_box):
        box = officers_box
        box.prepare()
        box.rehearse()
        voter = box.voter()
        box.cast(voter, 1)
        give_up = {"voting_round": box.round, "reason": "Two passphrases are lost", "now": box.now}
        assert not keys.abandon(box.session, **give_up, officer_id=box.officers[0])
        assert keys.abandon(box.session, **give_up, officer_id=box.officers[1])
        with pytest.raises(Refusal, match="voting-abandoned"):
            box.cast(voter, 2)
        assert board.last(box.session, round_id=box.round.id).kind == "abandoned"

    def test_a_new_key_can_be_made_until_voting_opens(self, officers_box):
        box = officers_box
        box.prepare()
        before = keys.of_round(box.session, round_id=box.round.id).public_key
        box.prepare()
        assert keys.of_round(box.session, round_id=box.round.id).public_key != before
        box.rehearse()
        box.cast(box.voter(), 1)
        with pytest.raises(Refusal, match="key-in-use"):
            box.prepare()

    def closed(self, box):
        box.prepare()
        box.rehearse()
        filled(box)
        box.close()
        box.throw()
        return box


def test_the_calendar_writes_the_boards_rows_when_nobody_comes(box):
    round_id = box.round.id
    assert voting.waiting_for_the_board(box.session, now=box.now) == [round_id]
    voting.follow_calendar(box.session, round_id=round_id, now=box.now)
    assert board.last(box.session, round_id=round_id).kind == "open"
    assert voting.waiting_for_the_board(box.session, now=box.now) == []
    ends = box.round.voting_closes_at
    assert voting.waiting_for_the_board(box.session, now=ends) == [round_id]
    voting.follow_calendar(box.session, round_id=round_id, now=ends)
    assert board.last(box.session, round_id=round_id).kind == "close"
    assert voting.waiting_for_the_board(box.session, now=ends) == []
