"""Ballots that are cast in one transaction come out as if each had been cast alone."""

import threading
from datetime import datetime
from functools import partial

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pbvote.models import BoardEntry, Envelope, OutboxMessage, RegisterEntry, VoterMark
from pbvote.services import ballots, board
from pbvote.services.ballots import Cast, Casting
from pbvote.services.locks import lock_round
from pbvote.services.refusal import Refusal
from pbvote.settings import Settings
from pbvote.web.ballots.slot import Slot
from tests.factories import make_account
from tests.voting import Booth, open_booth

pytestmark = pytest.mark.both_databases


@pytest.fixture
def booth(session: Session, settings: Settings, now: datetime) -> Booth:
    return open_booth(session, settings=settings, now=now)


def voters(session: Session, booth: Booth, now: datetime, count: int) -> list[int]:
    made = []
    for number in range(count):
        account = make_account(session, now=now, email=f"voter{number}@example.com")
        entry = RegisterEntry(
            round_id=booth.voting_round.id, account_id=account.id, registered_on=now.date(), name="Ada Brook"
        )
        session.add(entry)
        session.flush()
        made.append(entry.id)
    session.commit()
    return made


def form(booth: Booth, entry: int, now: datetime, *, key: str = "a", **values: object) -> Casting:
    given: dict = {
        "pot_id": booth.voting_round.pots[0].id,
        "entry_id": entry,
        "ranking": [booth.proposals[0].number],
        "idempotency_key": f"{key} of voter {entry:08d}",
        "now": now,
        **values,
    }
    return Casting(**given)


def cast_all(session: Session, booth: Booth, castings: list[Casting]) -> list[Cast | Refusal]:
    lock_round(session, round_id=booth.voting_round.id)
    return ballots.cast_ballots(session, round_id=booth.voting_round.id, castings=castings)


def test_each_gets_a_receipt_an_envelope_a_mark_a_row_and_a_message(
    session: Session, booth: Booth, now: datetime
) -> None:
    entries = voters(session, booth, now, 5)
    outcomes = cast_all(session, booth, [form(booth, one, now) for one in entries])
    session.commit()
    receipts = [one.receipt for one in outcomes if isinstance(one, Cast)]
    assert len(set(receipts)) == 5
    stored = session.execute(select(Envelope.entry_id, Envelope.receipt).order_by(Envelope.id)).all()
    assert [tuple(one) for one in stored] == list(zip(entries, receipts, strict=True))
    assert session.scalar(select(func.count()).select_from(VoterMark)) == 5
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 5
    rows = board.rows(session, round_id=booth.voting_round.id)
    assert [row.kind for row in rows[-5:]] == ["cast"] * 5
    board.replayed(rows)


def test_a_refused_one_stops_nobody_else(session: Session, booth: Booth, now: datetime) -> None:
    first, second, third = voters(session, booth, now, 3)
    castings = [
        form(booth, first, now),
        form(booth, second, now, ranking=[9999]),
        form(booth, third, now, replaces="AAAA-AAAA-AAAA-AAAA-AAAA"),
    ]
    outcomes = cast_all(session, booth, castings)
    session.commit()
    assert isinstance(outcomes[0], Cast)
    assert [one.code for one in outcomes[1:] if isinstance(one, Refusal)] == [
        "choice-unknown",
        "ballot-gone-elsewhere",
    ]
    assert list(session.scalars(select(Envelope.entry_id))) == [first]


def test_replacing_and_casting_share_a_transaction(session: Session, booth: Booth, now: datetime) -> None:
    old, new = voters(session, booth, now, 2)
    (before,) = ballots.cast_ballots(
        session, round_id=booth.voting_round.id, castings=[form(booth, old, now)]
    )
    session.commit()
    assert isinstance(before, Cast)
    castings = [form(booth, old, now, key="b", replaces=before.receipt), form(booth, new, now)]
    after = cast_all(session, booth, castings)
    session.commit()
    assert [one.replaced for one in after if isinstance(one, Cast)] == [True, False]
    rows = board.rows(session, round_id=booth.voting_round.id)
    assert [row.kind for row in rows[-3:]] == ["cast", "replace", "cast"]
    board.replayed(rows)


def test_one_voter_cannot_stand_twice_in_a_transaction(session: Session, booth: Booth, now: datetime) -> None:
    (entry,) = voters(session, booth, now, 1)
    with pytest.raises(ValueError, match="one voter"):
        cast_all(session, booth, [form(booth, entry, now), form(booth, entry, now, key="b")])


class TestTheSlot:
    def test_many_at_once_are_all_in_the_box(
        self, session: Session, engine: Engine, booth: Booth, now: datetime
    ) -> None:
        entries, round_id = voters(session, booth, now, 40), booth.voting_round.id
        castings = [form(booth, one, now) for one in entries]
        slot, receipts = Slot(partial(Session, engine)), {}
        session.rollback()

        def put(casting: Casting) -> None:
            receipts[casting.entry_id] = slot.put(round_id, casting).receipt

        together([lambda casting=casting: put(casting) for casting in castings])
        stored = dict(session.execute(select(Envelope.entry_id, Envelope.receipt)).all())
        assert stored == receipts
        assert len(stored) == 40
        board.replayed(board.rows(session, round_id=round_id))

    def test_a_form_sent_many_times_at_once_is_one_ballot_with_one_receipt(
        self, session: Session, engine: Engine, booth: Booth, now: datetime
    ) -> None:
        (entry,), round_id = voters(session, booth, now, 1), booth.voting_round.id
        casting, slot, receipts = form(booth, entry, now), Slot(partial(Session, engine)), []
        session.rollback()
        together([lambda: receipts.append(slot.put(round_id, casting).receipt)] * 12)
        assert len(receipts) == 12
        assert len(set(receipts)) == 1
        kinds = select(BoardEntry.kind).where(BoardEntry.round_id == round_id).order_by(BoardEntry.seq)
        assert list(session.scalars(kinds)).count("cast") == 1

    def test_a_refusal_reaches_the_one_it_is_for(
        self, session: Session, engine: Engine, booth: Booth, now: datetime
    ) -> None:
        entries, round_id = voters(session, booth, now, 8), booth.voting_round.id
        known = booth.proposals[0].number
        castings = [
            form(booth, one, now, ranking=[9999 if place % 2 else known]) for place, one in enumerate(entries)
        ]
        slot, refused = Slot(partial(Session, engine)), []
        session.rollback()

        def put(casting: Casting) -> None:
            try:
                slot.put(round_id, casting)
            except Refusal as refusal:
                refused.append((casting.entry_id, refusal.code))

        together([lambda casting=casting: put(casting) for casting in castings])
        assert sorted(refused) == [(one, "choice-unknown") for one in entries[1::2]]
        assert sorted(session.scalars(select(Envelope.entry_id))) == entries[0::2]

    def test_what_the_database_refuses_for_one_harms_no_other(
        self, session: Session, engine: Engine, booth: Booth, now: datetime
    ) -> None:
        """A receipt that is taken breaks the shared transaction; each is then tried alone."""
        entries, round_id = voters(session, booth, now, 6), booth.voting_round.id
        forbidden = entries[3]
        session.execute(text(FORBID[engine.dialect.name].replace("{entry}", str(forbidden))))
        session.commit()
        castings = [form(booth, one, now) for one in entries]
        slot, broken = Slot(partial(Session, engine)), []
        session.rollback()

        def put(casting: Casting) -> None:
            try:
                slot.put(round_id, casting)
            except IntegrityError:
                broken.append(casting.entry_id)

        together([lambda casting=casting: put(casting) for casting in castings])
        assert broken == [forbidden]
        kept = sorted(set(entries) - {forbidden})
        assert sorted(session.scalars(select(Envelope.entry_id))) == kept
        board.replayed(board.rows(session, round_id=round_id))


FORBID = {
    "sqlite": "CREATE TRIGGER forbidden BEFORE INSERT ON envelope WHEN NEW.entry_id = {entry} "
    "BEGIN SELECT RAISE(ABORT, 'forbidden'); END",
    "postgresql": "ALTER TABLE envelope ADD CONSTRAINT forbidden CHECK (entry_id <> {entry})",
}


def together(deeds: list) -> None:
    ready = threading.Barrier(len(deeds))

    def start(deed) -> None:
        ready.wait()
        deed()

    threads = [threading.Thread(target=start, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
