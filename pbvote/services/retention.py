"""What is kept until when, and its destruction: envelopes, keys, peppers, contacts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from pbvote.box import package
from pbvote.models import (
    AccessCode,
    Account,
    AccountRole,
    CastKey,
    CountedBallot,
    Envelope,
    GroupMember,
    PaperBatch,
    PaperSheet,
    PotOpening,
    RegisterEntry,
    RoundKey,
    VotingRound,
)
from pbvote.services import board, keys, rounds
from pbvote.services.locks import lock_round

CHALLENGE_WINDOW = timedelta(days=28)
CONTACTS_AFTER_DELIVERY = timedelta(days=183)
BALLOTS_KEPT_SECRET = "unpublished-ballots"


@dataclass(frozen=True)
class Item:
    """One kind of thing that is kept: how many there are, when they go, and whether they are gone.

    `due` is None while nobody can say yet (the result is not published, delivery has no end).
    """

    what: str
    number: int
    due: datetime | None

    def is_due(self, now: datetime) -> bool:
        return self.number > 0 and self.due is not None and now >= self.due


def schedule(session: Session, *, voting_round: VotingRound, key_folder: Path) -> list[Item]:
    """Everything of the round that will be destroyed, with its date."""
    published = voting_round.published_at
    after_challenge = published + CHALLENGE_WINDOW if published else None
    key_files = len(list(key_folder.glob(f"round-{voting_round.id}-*.key")))
    pots = _pot_ids(voting_round)
    return [
        Item("form-keys", _count(session, CastKey, CastKey.pot_id.in_(pots)), voting_round.voting_closes_at),
        Item("envelopes", _count(session, Envelope, Envelope.pot_id.in_(pots)), after_challenge),
        Item("key-files", key_files, after_challenge),
        Item("peppers", _peppers(session, voting_round), after_challenge),
        Item(BALLOTS_KEPT_SECRET, _secret_ballots(session, voting_round), after_challenge),
        Item(
            "contacts",
            _count(session, RegisterEntry, *_has_contacts(voting_round)),
            contacts_kept_until(voting_round),
        ),
    ]


def contacts_kept_until(voting_round: VotingRound) -> datetime | None:
    """When names and addresses are erased: on the day the round says, or some time after its projects end."""
    if voting_round.contacts_kept_until or voting_round.delivery_ends_at is None:
        return voting_round.contacts_kept_until
    return voting_round.delivery_ends_at + CONTACTS_AFTER_DELIVERY


def run(
    session: Session, *, voting_round: VotingRound, key_folder: Path, now: datetime, dry_run: bool = False
) -> list[Item]:
    """Destroy what is due and say so on the board; with `dry_run` only say what would go.

    `scrub` afterwards makes the database forget its freed pages. Running it twice changes nothing more.
    """
    lock_round(session, round_id=voting_round.id)
    session.refresh(voting_round)
    due = [
        item
        for item in schedule(session, voting_round=voting_round, key_folder=key_folder)
        if item.is_due(now)
    ]
    if dry_run or not due:
        return due
    for item in due:
        _destroy(session, voting_round, item.what, key_folder)
    key = session.get(RoundKey, voting_round.id)
    gone = {item.what for item in due}
    if key is not None:
        if "key-files" in gone and key.state == "opened":
            key.state, key.destroyed_at = "destroyed", now
        payload = {
            "day": now.date().isoformat(),
            "destroyed": {item.what: item.number for item in due},
        }
        if key.state in ("opened", "destroyed", "abandoned"):
            board.append(session, round_id=voting_round.id, kind="destroy", payload=payload)
    rounds.note(
        session, deed="destroyed", now=now, account_id=None, round_id=voting_round.id, what=sorted(gone)
    )
    session.flush()
    return due


def history(session: Session, *, voting_round: VotingRound) -> list[dict[str, object]]:
    """What went when: the board's rows `destroy`, oldest first."""
    return [row.payload for row in board.of_kind(session, round_id=voting_round.id, kind="destroy")]


def scrub(engine: Engine) -> None:
    """Overwrite freed pages and empty the write-ahead log; outside any transaction, after the commit."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            raw = connection.connection.driver_connection
            assert raw is not None
            connection.rollback()
            for statement in ("PRAGMA secure_delete=ON", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                raw.execute(statement).close()
        else:
            connection.execute(text("SET lock_timeout = '60s'"))
            for table in ("envelope", "paper_sheet", "register_entry", "counted_ballot", "pot_opening"):
                connection.execute(text(f"VACUUM FULL {table}"))
            connection.execute(text("CHECKPOINT"))


def _destroy(session: Session, voting_round: VotingRound, what: str, key_folder: Path) -> None:
    pots = _pot_ids(voting_round)
    if what == "form-keys":
        session.execute(delete(CastKey).where(CastKey.pot_id.in_(pots)))
    elif what == "envelopes":
        batches = select(PaperBatch.id).where(PaperBatch.pot_id.in_(pots))
        session.execute(delete(PaperSheet).where(PaperSheet.batch_id.in_(batches)))
        session.execute(delete(Envelope).where(Envelope.pot_id.in_(pots)))
    elif what == "key-files":
        keys.destroy_files(round_id=voting_round.id, key_folder=key_folder)
    elif what == "peppers":
        voting_round.register_pepper = None
        entries = update(RegisterEntry).where(RegisterEntry.round_id == voting_round.id)
        session.execute(entries.values(duplicate_key=None))
    elif what == BALLOTS_KEPT_SECRET:
        _destroy_secret_ballots(session, voting_round)
    else:
        _destroy_contacts(session, voting_round)


def _destroy_secret_ballots(session: Session, voting_round: VotingRound) -> None:
    for pot_id in _secret_pots(session, voting_round):
        session.execute(delete(CountedBallot).where(CountedBallot.pot_id == pot_id))


def _destroy_contacts(session: Session, voting_round: VotingRound) -> None:
    """Empty the register's names and addresses, and the accounts nothing else needs."""
    here = RegisterEntry.round_id == voting_round.id
    accounts = set(session.scalars(select(RegisterEntry.account_id).where(here)))
    session.execute(delete(AccessCode).where(AccessCode.round_id == voting_round.id))
    session.execute(
        update(RegisterEntry)
        .where(here)
        .values(
            account_id=None, name="", postcode="", doubt=None, decision_reason=None, wants_reminders=False
        )
    )
    for account_id in sorted(one for one in accounts if one is not None):
        if not _needed_elsewhere(session, account_id):
            emptied = {"email": None, "phone": None, "name": ""}
            session.execute(update(Account).where(Account.id == account_id).values(**emptied))


def _needed_elsewhere(session: Session, account_id: int) -> bool:
    uses = (
        select(RegisterEntry.id).where(RegisterEntry.account_id == account_id),
        select(GroupMember.account_id).where(GroupMember.account_id == account_id),
        select(AccountRole.account_id).where(AccountRole.account_id == account_id),
    )
    return any(session.scalar(use.limit(1)) is not None for use in uses)


def _pot_ids(voting_round: VotingRound) -> list[int]:
    return [pot.id for pot in voting_round.pots]


def _has_contacts(voting_round: VotingRound) -> tuple[object, object]:
    filled = or_(
        RegisterEntry.name != "", RegisterEntry.postcode != "", RegisterEntry.account_id.is_not(None)
    )
    return RegisterEntry.round_id == voting_round.id, filled


def _peppers(session: Session, voting_round: VotingRound) -> int:
    here = RegisterEntry.round_id == voting_round.id
    hashes = _count(session, RegisterEntry, here, RegisterEntry.duplicate_key.is_not(None))
    return hashes + (voting_round.register_pepper is not None)


def _secret_pots(session: Session, voting_round: VotingRound) -> list[int]:
    """The pots whose ballots were not published whole."""
    found = session.scalars(select(PotOpening).where(PotOpening.pot_id.in_(_pot_ids(voting_round))))
    return [
        one.pot_id
        for one in found
        if package.level_of(voting_round.publication_level, one.opened) != "ballots"
    ]


def _secret_ballots(session: Session, voting_round: VotingRound) -> int:
    return _count(session, CountedBallot, CountedBallot.pot_id.in_(_secret_pots(session, voting_round)))


def _count(session: Session, table: type, *conditions: object) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0  # type: ignore[arg-type]  # any column expression
