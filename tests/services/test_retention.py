"""Destruction at its date, on both databases."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from pbvote.models import Account, CountedBallot, Envelope, RegisterEntry
from pbvote.services import board, counting, keys, opening, retention
from pbvote.services.refusal import Refusal
from tests.boxes import ReadyRound

pytestmark = pytest.mark.both_databases


@pytest.fixture
def box(session, now, tmp_path):
    box = ReadyRound(session, now=now, folder=tmp_path / "keys")
    for place in range(12):
        box.cast(box.voter(postcode="ZZ1 1AA", duplicate_key=b"x"), place % 6, (place + 1) % 6)
    box.close()
    box.throw()
    box.open()
    counting.count_round(session, voting_round=box.round, officer_id=box.officers[0], now=now)
    box.round.published_at = now
    session.flush()
    return box


def run(box, after, **options):
    now = box.now + after
    return {
        item.what
        for item in retention.run(
            box.session, voting_round=box.round, key_folder=box.folder, now=now, **options
        )
    }


def test_nothing_goes_before_the_challenge_window_is_over(box):
    assert run(box, retention.CHALLENGE_WINDOW - timedelta(seconds=1)) == set()
    assert box.session.scalars(select(Envelope)).first() is not None


def test_envelopes_keys_and_peppers_go_with_the_challenge_window_and_the_board_says_so(box):
    gone = run(box, retention.CHALLENGE_WINDOW)
    assert gone == {"envelopes", "key-files", "peppers"}
    assert box.session.scalars(select(Envelope)).all() == []
    assert list(box.folder.glob("round-*")) == []
    assert box.round.register_pepper is None
    assert box.session.scalars(select(RegisterEntry.duplicate_key)).all() == [None] * 12
    last = board.last(box.session, round_id=box.round.id)
    assert last.kind == "destroy"
    assert last.payload["destroyed"]["envelopes"] == 12
    assert len(box.session.scalars(select(CountedBallot)).all()) == 12


def test_a_dry_run_names_the_same_things_and_destroys_nothing(box):
    assert run(box, retention.CHALLENGE_WINDOW, dry_run=True) == {"envelopes", "key-files", "peppers"}
    assert len(box.session.scalars(select(Envelope)).all()) == 12
    assert list(box.folder.glob("round-*"))


def test_running_it_again_finds_nothing_more_to_do(box):
    run(box, retention.CHALLENGE_WINDOW)
    size = board.size(box.session, round_id=box.round.id)
    assert run(box, retention.CHALLENGE_WINDOW) == set()
    assert board.size(box.session, round_id=box.round.id) == size


def test_ballots_that_are_not_published_go_too(box):
    box.round.publication_level = "rank-counts"
    box.session.flush()
    assert retention.BALLOTS_KEPT_SECRET in run(box, retention.CHALLENGE_WINDOW)
    assert box.session.scalars(select(CountedBallot)).all() == []


def test_after_the_destruction_the_box_cannot_be_opened_again(box):
    run(box, retention.CHALLENGE_WINDOW)
    assert keys.of_round(box.session, round_id=box.round.id).state == "destroyed"
    with pytest.raises(Refusal, match="box-destroyed"):
        opening.open_copy(box.session, voting_round=box.round, key_folder=box.folder)


def test_contacts_go_at_their_own_date_and_accounts_that_are_needed_elsewhere_stay(box):
    other = ReadyRound(box.session, now=box.now, folder=box.folder)
    entry = box.session.scalars(select(RegisterEntry)).first()
    kept = entry.account_id
    other_entry = other.voter()
    spare, other_entry.account_id = other_entry.account_id, kept
    box.round.contacts_kept_until = box.now + timedelta(days=100)
    box.session.flush()
    assert "contacts" not in run(box, timedelta(days=99))
    assert "contacts" in run(box, timedelta(days=100))
    box.session.expire_all()
    emptied = box.session.scalars(select(RegisterEntry).where(RegisterEntry.round_id == box.round.id)).all()
    assert {(one.name, one.postcode, one.account_id) for one in emptied} == {("", "", None)}
    assert box.session.get(Account, kept).email is not None
    voters = box.session.scalars(select(Account).where(~Account.roles.any())).all()
    still_known = {one.id for one in voters if one.email}
    assert still_known == {kept, spare}


def test_the_databases_files_forget_what_was_destroyed(box, engine, database_url, request):
    """On PostgreSQL the tables; its log keeps sealed envelopes until it is written over."""
    sealed = box.session.scalars(select(Envelope.sealed)).all()
    box.session.commit()
    sqlite = database_url.startswith("sqlite")
    if sqlite:
        files = Path(database_url.removeprefix("sqlite:///")).parent.glob
        pattern = "pbvote.sqlite*"
    else:
        files = (request.getfixturevalue("postgres_server").folder / "data" / "base").rglob
        pattern = "[0-9]*"

    def everything():
        if not sqlite:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("CHECKPOINT"))
        return b"".join(one.read_bytes() for one in files(pattern) if one.is_file())

    before = everything()
    assert all(one in before for one in sealed)
    run(box, retention.CHALLENGE_WINDOW)
    box.session.commit()
    box.session.close()
    retention.scrub(engine)
    after = everything()
    assert not any(one in after for one in sealed)
    if sqlite:
        assert all(one.stat().st_size == 0 for one in files("pbvote.sqlite-wal"))
