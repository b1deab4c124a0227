"""The nine promises of the ballot box (docs/ballot-box.md), each as a test of its name.

P5 stands in test_kills.py.
"""

import random
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from pbvote.box import envelope, verify
from pbvote.box.board import BrokenChain, check_chain
from pbvote.box.envelope import SpoiltEnvelope
from pbvote.models import Account, BoardEntry, CountedBallot, Envelope, RegisterEntry, VoterMark
from pbvote.services import (
    ballots,
    board,
    counting,
    keys,
    opening,
    packages,
    publishing,
    retention,
    round_setup,
    staff,
    voting,
)
from pbvote.services.keyring import Keyring
from pbvote.services.refusal import Refusal
from pbvote.settings import ROOT
from tests.attacker import Attempt, Loot, NaiveBox, attack, carry_off, readable, use_passphrases
from tests.boxes import ReadyRound, quick_custody
from tests.factories import make_account, make_entry, make_officer, make_round, make_ward

pytestmark = pytest.mark.both_databases


@pytest.fixture
def box(session: Session, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReadyRound:
    """Open for voting, the key held by three custodians."""
    quick_custody(monkeypatch)
    return ReadyRound(
        session, now=now, folder=tmp_path / "keys", proposals=8, custody="officers", budget=60_000_00
    )


def stored_files(database_url: str, tmp_path: Path, server_data: Path | None) -> list[Path]:
    """Everything the database keeps on disk, write-ahead log included."""
    if server_data is None:
        return [path for path in tmp_path.iterdir() if path.name.startswith("pbvote.sqlite")]
    places = ("base", "pg_wal")
    return [path for path in server_data.rglob("*") if path.is_file() and set(places) & set(path.parts)]


def fill(box: ReadyRound, voters: int = 14) -> dict[int, tuple[int, ...]]:
    """Ballots of 1 to 5 ranks; entry id → ranking."""
    chooser = random.Random(voters)
    truth = {}
    for _number in range(voters):
        entry = box.voter()
        places = chooser.sample(range(8), chooser.randint(1, 5))
        box.cast(entry, *places)
        truth[entry.id] = tuple(box.numbers[place] for place in places)
    return truth


def publish(box: ReadyRound, folder: Path) -> bytes:
    """The whole way to the published package."""
    box.close()
    box.throw()
    box.open()
    counting.count_round(box.session, voting_round=box.round, officer_id=box.officers[0], now=box.now)
    for officer in box.officers[:2]:
        sign(box, officer, folder)
    return packages.read(voting_round=box.round, pot=box.pot, version=1, package_folder=folder)


def sign(box: ReadyRound, officer: int, folder: Path) -> object:
    draft = publishing.draft(box.session, voting_round=box.round)
    return publishing.sign_off(
        box.session,
        voting_round=box.round,
        officer_id=officer,
        subject=draft.subject,
        key_folder=box.folder,
        package_folder=folder,
        now=box.now,
    )


def snapshot(session: Session) -> tuple[int, ...]:
    tables = (Envelope, VoterMark, BoardEntry)
    return tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def test_p1_only_the_eligible_vote(box: ReadyRound, session: Session, now: datetime) -> None:
    box.cast(box.voter(), 0)
    elsewhere = make_round(session, now=now)
    outsiders = [box.voter(status=status) for status in ("pending", "refused", "withdrawn")]
    outsiders.append(make_entry(session, voting_round=elsewhere, now=now))
    ward, other = make_ward(session), make_ward(session)
    box.pot.ward_id = ward.id
    outsiders.append(box.voter(ward=other))
    session.flush()
    before = snapshot(session)
    for entry in outsiders:
        with pytest.raises(Refusal):
            box.cast(entry, 0, replaces="")
    assert snapshot(session) == before
    box.cast(box.voter(ward=ward), 0)


def test_p2_at_most_one_ballot_per_person_is_counted_over_all_channels(box: ReadyRound) -> None:
    chooser = random.Random(2)
    entries = [box.voter() for _ in range(6)]
    for _step in range(60):
        entry = chooser.choice(entries)
        inside = ballots.current_receipt(box.session, pot_id=box.pot.id, entry_id=entry.id)
        if inside and chooser.random() < 0.2:
            for officer in box.officers[:2]:
                ballots.void_ballot(
                    box.session,
                    voting_round=box.round,
                    pot=box.pot,
                    entry=entry,
                    reason="Moved away",
                    officer_id=officer,
                    now=box.now,
                )
        else:
            box.cast(entry, *chooser.sample(range(8), chooser.randint(1, 5)))
    inside = box.session.scalars(select(Envelope.entry_id).where(Envelope.void.is_(False))).all()
    assert len(inside) == len(set(inside))
    box.close()
    box.throw()
    (opened,) = box.open()
    assert opened.opened == len(inside) == voting.count_marks(box.session, pot=box.pot)


def test_p3_nothing_stored_links_a_voter_to_a_ballot_better_than_chance(
    box: ReadyRound, session: Session, engine: Engine, database_url: str, tmp_path: Path, request
) -> None:
    data = None
    if engine.dialect.name == "postgresql":
        data = request.getfixturevalue("postgres_server").folder / "data"
    truth = fill(box, voters=60)
    session.commit()
    publish(box, tmp_path / "packages")
    session.commit()
    attempts = attack(session, truth=truth, files=stored_files(database_url, tmp_path, data))
    session.rollback()
    assert attempts
    assert [one for one in attempts if one.beats_chance(len(attempts))] == []
    later = box.now + timedelta(days=60)
    retention.run(session, voting_round=box.round, key_folder=box.folder, now=later)
    session.commit()
    retention.scrub(engine)
    attempts = attack(session, truth=truth, files=stored_files(database_url, tmp_path, data))
    session.rollback()
    assert [one for one in attempts if one.beats_chance(len(attempts))] == []
    with pytest.raises(Refusal, match="box-destroyed"):
        opening.open_copy(session, voting_round=box.round, key_folder=box.folder, passphrases=box.pair())


def test_p3_two_passphrases_open_everything_until_the_key_files_are_destroyed(
    box: ReadyRound, session: Session, engine: Engine, tmp_path: Path
) -> None:
    truth = fill(box)
    publish(box, tmp_path / "packages")
    session.commit()
    backup = carry_off(session, "in the backup")
    found = with_passphrases(box, truth, backup)
    assert (found.named, found.right) == (14, 14), "the attack is real"
    later = box.now + timedelta(days=60)
    retention.run(session, voting_round=box.round, key_folder=box.folder, now=later)
    session.commit()
    retention.scrub(engine)
    assert len(backup.sealed) == 14, "the backup still has the envelopes"
    assert with_passphrases(box, truth, backup).named == 0


def with_passphrases(box: ReadyRound, truth: dict[int, tuple[int, ...]], backup: Loot) -> Attempt:
    return use_passphrases(
        box.session,
        truth=truth,
        round_id=box.round.id,
        pot_id=box.pot.id,
        capacity=box.round.max_length,
        passphrases={number: box.passphrases[one] for number, one in enumerate(box.officers, start=1)},
        files=[path for path in box.folder.rglob("*") if path.is_file()],
        loot=backup,
    )


def test_p3_holds_only_after_the_destruction_where_the_server_holds_the_key(
    session: Session, now: datetime, tmp_path: Path
) -> None:
    box = ReadyRound(session, now=now, folder=tmp_path / "keys", proposals=8, custody="server")
    truth = fill(box)
    publish(box, tmp_path / "packages")
    envelopes = list(session.execute(select(Envelope.sealed, Envelope.entry_id)))
    (key,) = (path.read_bytes() for path in box.folder.glob(f"round-{box.round.id}-*.key"))
    assert {entry: _open(key, sealed, box, entry) for sealed, entry in envelopes} == truth
    later = box.now + timedelta(days=60)
    retention.run(session, voting_round=box.round, key_folder=box.folder, now=later)
    for guess in _stored_secrets(session, box.folder):
        for sealed, entry in envelopes:
            with pytest.raises(SpoiltEnvelope):
                _open(guess, sealed, box, entry)


def test_p3_the_attack_catches_the_naive_design(session: Session) -> None:
    truth = {number: tuple(random.Random(number).sample(range(12), 3)) for number in range(1, 61)}
    naive = NaiveBox(session)
    for entry, ranking in truth.items():
        naive.cast(entry, ranking)
    assert any(one.rate == 1.0 for one in naive.attack(truth))


def test_p4_before_the_close_nothing_stored_can_be_tallied(
    box: ReadyRound, session: Session, engine: Engine, database_url: str, tmp_path: Path
) -> None:
    truth = fill(box)
    session.commit()
    assert session.scalar(select(func.count()).select_from(CountedBallot)) == 0
    if engine.dialect.name == "sqlite":
        assert readable(stored_files(database_url, tmp_path, None), set(truth.values())) == 0
    sealed = list(session.execute(select(Envelope.sealed, Envelope.entry_id)))
    assert len({len(envelope_bytes) for envelope_bytes, _ in sealed}) == 1, "all envelopes are equally long"
    for guess in _stored_secrets(session, box.folder):
        for envelope_bytes, entry in sealed[:3]:
            with pytest.raises(SpoiltEnvelope):
                _open(guess, envelope_bytes, box, entry)


def test_p4_is_not_promised_where_the_server_holds_the_key(
    session: Session, now: datetime, tmp_path: Path
) -> None:
    box = ReadyRound(session, now=now, folder=tmp_path / "keys", custody="server")
    entry = box.voter()
    box.cast(entry, 2, 1)
    sealed = session.scalars(select(Envelope.sealed)).one()
    opened = []
    for guess in _stored_secrets(session, box.folder):
        try:
            opened.append(_open(guess, sealed, box, entry.id))
        except SpoiltEnvelope:
            continue
    assert opened == [(box.numbers[2], box.numbers[1])]


def _stored_secrets(session: Session, folder: Path) -> list[bytes]:
    """Every 32 bytes in the key folder and the database's small blobs that could be a private key."""
    blobs = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    rows = session.execute(text("SELECT public_key, signing_public_key FROM round_key"))
    blobs += [key for row in rows for key in row]
    windows = []
    for blob in map(bytes, blobs):
        raw = [blob, *_decoded(blob)]
        windows += [one[start : start + 32] for one in raw for start in range(max(len(one) - 31, 0))]
    return windows


def _decoded(blob: bytes) -> list[bytes]:
    try:
        return [bytes.fromhex(line.strip()) for line in blob.decode().split() if len(line) >= 64]
    except (UnicodeDecodeError, ValueError):
        return []


def _open(key: bytes, sealed: bytes, box: ReadyRound, entry: int) -> tuple[int, ...]:
    return envelope.open_envelope(
        key,
        sealed,
        round_id=box.round.id,
        pot_id=box.pot.id,
        entry_id=entry,
        capacity=box.round.max_length,
    )


def test_p6_any_edit_of_the_board_is_found_by_who_noted_a_head(box: ReadyRound) -> None:
    fill(box)
    rows = board.rows(box.session, round_id=box.round.id)
    noted = rows[-1].head
    chooser = random.Random(6)
    for _edit in range(20):
        row = chooser.choice(rows)
        entry = box.session.get_one(BoardEntry, (box.round.id, row.seq))
        kept = entry.payload
        entry.payload = kept.replace(kept[chooser.randrange(1, len(kept) - 1)], "7", 1)
        if entry.payload != kept:
            box.session.flush()
            assert not _board_holds(box, noted)
        entry.payload = kept
        box.session.flush()
    assert _board_holds(box, noted)


def _board_holds(box: ReadyRound, noted: str) -> bool:
    try:
        rows = board.rows(box.session, round_id=box.round.id)
        check_chain(rows)
    except (BrokenChain, ValueError):
        return False
    return noted in {row.head for row in rows}


def test_p6_any_edit_of_the_package_is_found(box: ReadyRound, tmp_path: Path) -> None:
    fill(box)
    whole = publish(box, tmp_path / "packages")
    verify.check(whole)
    package = bytearray(whole)
    chooser = random.Random(66)
    for place in chooser.sample(range(len(package)), 40):
        package[place] ^= 1 << chooser.randrange(8)
        with pytest.raises((verify.Wrong, verify.Unreadable)):
            verify.check(bytes(package))
        package = bytearray(whole)


def test_p7_an_outsider_recounts_the_result_with_one_file_and_nothing_but_python(
    box: ReadyRound, tmp_path: Path
) -> None:
    fill(box)
    package = publish(box, tmp_path / "packages")
    alone = tmp_path / "outsider"
    alone.mkdir()
    (alone / "result.zip").write_bytes(package)
    (alone / "verify.py").write_bytes((ROOT / "pbvote" / "box" / "verify.py").read_bytes())
    command = [sys.executable, "-I", "-S", "verify.py", "result.zip", "--full"]
    result = subprocess.run(command, cwd=alone, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Counted again" in result.stdout


def test_p8_no_single_officer_does_what_needs_two(box: ReadyRound, tmp_path: Path) -> None:
    """Voiding, throwing the dice, opening, publishing: the same officer again and again gets nowhere."""
    entry = box.voter()
    box.cast(entry, 0)
    fill(box)
    alone = box.officers[0]

    def void() -> object:
        return ballots.void_ballot(
            box.session,
            voting_round=box.round,
            pot=box.pot,
            entry=entry,
            reason="Because",
            officer_id=alone,
            now=box.now,
        )

    assert _tried_three_times(void) == [False, False, False]
    box.close()

    def dice() -> object:
        return opening.write_seed(
            box.session, voting_round=box.round, digits="123456", officer_id=alone, now=box.now
        )

    assert _tried_three_times(dice) == [False, False, False]
    box.throw()
    with pytest.raises(Refusal):
        box.open(passphrases={alone: box.passphrases[alone]})
    box.open()
    counting.count_round(box.session, voting_round=box.round, officer_id=alone, now=box.now)
    assert _tried_three_times(lambda: sign(box, alone, tmp_path / "packages")) == [None, None, None]
    assert box.round.published_at is None


def _tried_three_times(deed: Callable[[], object]) -> list[object]:
    return [deed() for _ in range(3)]


def test_p8_does_not_reach_the_opening_where_the_server_holds_the_key(
    session: Session, now: datetime, tmp_path: Path
) -> None:
    """The pages ask for two officers, but one person at the computer has the key already."""
    box = ReadyRound(session, now=now, folder=tmp_path / "keys", custody="server")
    entry = box.voter()
    box.cast(entry, 3)
    box.close()
    box.throw()
    with pytest.raises(Refusal, match="second-officer-missing"):
        opening.open_box(
            session, voting_round=box.round, key_folder=box.folder, officer_id=box.officers[0], now=now
        )
    key = keys.of_round(session, round_id=box.round.id)
    private = keys.private_key(key=key, round_id=box.round.id, key_folder=box.folder)
    sealed = session.scalars(select(Envelope.sealed)).one()
    assert _open(private, sealed, box, entry.id) == (box.numbers[3],)


def test_p8_no_single_officer_changes_a_rule_once_two_approved_it(box: ReadyRound) -> None:
    with pytest.raises(Refusal, match="round-fixed"):
        round_setup.change_rule(
            box.session,
            voting_round=box.round,
            rule="points-greedy",
            parameters={},
            part_funding=False,
            dice_method="One die",
            officer_id=box.officers[0],
            now=box.now,
        )


def test_p8_no_single_administrator_makes_or_resets_an_officer(
    session: Session, keyring: Keyring, now: datetime
) -> None:
    alone, other = (
        make_officer(session, keyring=keyring, now=now, roles=("administrator", "officer")) for _ in range(2)
    )
    password = other.password_hash
    new = {"email": "nia@northbank.example", "name": "Nia", "roles": ("officer",)}
    known = {"email": other.email or "", "name": other.name or "", "roles": ("administrator", "officer")}
    for kind, facts in (("make", new), ("reset", known)):
        staff.ask(session, kind=kind, **facts, administrator_id=alone.id, now=now)
        wish = staff.wishes(session)[-1]
        for _try in range(3):
            with pytest.raises(Refusal, match="wish-own"):
                staff.agree(session, wish_id=wish.id, administrator_id=alone.id, keyring=keyring, now=now)
    assert session.scalar(select(Account).where(Account.email == "nia@northbank.example")) is None
    assert other.password_hash == password


def test_p9_past_its_date_the_data_is_gone_and_the_board_says_when(
    box: ReadyRound, session: Session, tmp_path: Path
) -> None:
    account = make_account(session, now=box.now, email="gone@example.com", name="Ada Gone")
    entry = make_entry(
        session,
        voting_round=box.round,
        now=box.now,
        account=account,
        name="Ada Gone",
        postcode="NB14QT",
    )
    box.cast(entry, 0)
    fill(box)
    publish(box, tmp_path / "packages")
    box.round.contacts_kept_until = box.now + timedelta(days=200)
    session.flush()
    promised = {
        item.what: item.due
        for item in retention.schedule(session, voting_round=box.round, key_folder=box.folder)
    }
    for moment in sorted({due for due in promised.values() if due is not None}):
        retention.run(session, voting_round=box.round, key_folder=box.folder, now=moment)
    assert session.scalar(select(func.count()).select_from(Envelope)) == 0
    assert list(box.folder.glob(f"round-{box.round.id}-*")) == []
    session.expire_all()
    left = session.scalars(select(RegisterEntry).where(RegisterEntry.round_id == box.round.id)).all()
    assert {(one.name, one.postcode) for one in left} <= {("", "")}
    said = retention.history(session, voting_round=box.round)
    assert {"envelopes", "key-files"} <= {what for row in said for what in row["destroyed"]}
    assert all(row["day"] for row in said)


def test_p4_the_attacker_would_see_a_ballot_that_lies_about_in_the_clear(tmp_path: Path) -> None:
    ranking = (7, 3, 12, 5)
    packed = bytes([4, 0, 7, 0, 3, 0, 12, 0, 5]).ljust(21, b"\0")
    for number, content in enumerate((b"..." + packed + b"...", b"[7,3,12,5]", b"ranking=7,3,12,5&go")):
        (tmp_path / str(number)).write_bytes(content)
        assert readable([tmp_path / str(number)], {ranking}) == 1
        assert readable([tmp_path / str(number)], {(7, 3, 5, 12)}) == 0
