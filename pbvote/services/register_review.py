"""The officers' side of a register: who is in doubt and why, lists brought in, and how many there are."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from pbvote.models import Account, RegisterEntry, VotingRound, Ward
from pbvote.models.register_entry import STATUSES
from pbvote.services import accounts, postcodes, register, rounds, sign_ins
from pbvote.services.locks import lock_round
from pbvote.services.refusal import NotFound, Refusal

IMPORTED = "imported"
MOST_ROWS = 5000
MOST_PROBLEMS = 10
COLUMNS = ("name", "postcode", "email")
IMPORT_PHASES = ("waiting-for-proposals", "collecting", "screening", "shortlist", "voting-delayed", "voting")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One person of a list: `email` may be empty; `ward_id` None where the postcode is not known."""

    line: int
    name: str
    postcode: str
    email: str
    ward_id: int | None


@dataclass(frozen=True, kw_only=True)
class WardCount:
    """One ward (None: not known) and how many entries it has by status."""

    ward: Ward | None
    statuses: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Brought:
    """`entered` wait for a second officer; `known` were on the register before."""

    entered: int
    known: int


def waiting(session: Session, *, voting_round: VotingRound) -> list[RegisterEntry]:
    """Who is in doubt, the first who came first; people of a list are confirmed together instead."""
    query = (
        select(RegisterEntry)
        .where(
            RegisterEntry.round_id == voting_round.id,
            RegisterEntry.status == "pending",
            or_(RegisterEntry.doubt.is_(None), RegisterEntry.doubt != IMPORTED),
        )
        .order_by(RegisterEntry.id)
        .options(selectinload(RegisterEntry.ward))
    )
    return list(session.scalars(query))


def find(session: Session, *, voting_round: VotingRound, entry_id: int) -> RegisterEntry:
    entry = session.get(RegisterEntry, entry_id)
    if entry is None or entry.round_id != voting_round.id:
        raise NotFound("entry-not-found")
    return entry


def alike(session: Session, *, entry: RegisterEntry) -> list[RegisterEntry]:
    """Others of the same round with the same name and postcode."""
    if entry.duplicate_key is None:
        return []
    query = select(RegisterEntry).where(
        RegisterEntry.round_id == entry.round_id,
        RegisterEntry.duplicate_key == entry.duplicate_key,
        RegisterEntry.id != entry.id,
    )
    return list(session.scalars(query.order_by(RegisterEntry.id)))


def search(session: Session, *, voting_round: VotingRound, text: str, most: int = 25) -> list[RegisterEntry]:
    """Entries whose name holds every word, or whose postcode begins with the text."""
    words = text.split()
    if not words:
        return []
    plain = "".join(letter for letter in text.upper() if letter.isalnum())
    named = [RegisterEntry.name.icontains(word, autoescape=True) for word in words]
    query = (
        select(RegisterEntry)
        .where(
            RegisterEntry.round_id == voting_round.id,
            or_(and_(*named), RegisterEntry.postcode.startswith(plain or "-")),
        )
        .order_by(RegisterEntry.name, RegisterEntry.id)
        .limit(most)
    )
    return list(session.scalars(query))


def counts(session: Session, *, voting_round: VotingRound) -> list[WardCount]:
    """How many entries there are by ward and status."""
    query = (
        select(RegisterEntry.ward_id, RegisterEntry.status, func.count())
        .where(RegisterEntry.round_id == voting_round.id)
        .group_by(RegisterEntry.ward_id, RegisterEntry.status)
    )
    found: dict[int | None, Counter[str]] = {}
    for ward_id, status, number in session.execute(query):
        found.setdefault(ward_id, Counter())[status] += number
    rows = [
        WardCount(ward=ward, statuses=_by_status(found.pop(ward.id, Counter())))
        for ward in voting_round.wards
    ]
    rest = sum(found.values(), Counter())
    return rows + ([WardCount(ward=None, statuses=_by_status(rest))] if rest else [])


def decide(
    session: Session,
    *,
    entry: RegisterEntry,
    confirmed: bool,
    reason: str,
    ward_id: int | None,
    officer_id: int,
    now: datetime,
) -> None:
    """An officer's answer to somebody in doubt; who is confirmed needs a ward of the round."""
    wards = {ward.id for ward in entry.voting_round.wards}
    if confirmed and wards and (ward_id or entry.ward_id) not in wards:
        raise Refusal("entry-ward-missing", field="ward")
    register.decide(
        session,
        entry=entry,
        confirmed=confirmed,
        officer_id=officer_id,
        reason=reason,
        now=now,
        ward_id=ward_id,
    )


def read_list(session: Session, *, voting_round: VotingRound, text: str) -> list[Row]:
    """The people of a CSV file with columns name, postcode and, if known, email.

    Refuses the whole file, naming the first lines that are wrong.
    """
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    names = {(name or "").strip().lower(): name for name in reader.fieldnames or []}
    if not {"name", "postcode"} <= names.keys():
        raise Refusal("list-columns", field="file")
    rows: list[Row] = []
    problems: list[int] = []
    for line, cells in enumerate(reader, start=2):
        given = {name: (cells.get(names.get(name, ""), "") or "").strip() for name in COLUMNS}
        if not any(given.values()):
            continue
        try:
            rows.append(_row(session, voting_round, line, given))
        except Refusal:
            problems.append(line)
    if len(rows) + len(problems) > MOST_ROWS:
        raise Refusal("list-too-long", field="file", most=MOST_ROWS)
    if problems:
        lines = ", ".join(str(line) for line in problems[:MOST_PROBLEMS])
        raise Refusal("list-lines", field="file", number=len(problems), lines=lines)
    if not rows:
        raise Refusal("list-empty", field="file")
    return rows


def bring_in(
    session: Session, *, voting_round: VotingRound, rows: list[Row], officer_id: int, now: datetime
) -> Brought:
    """Enter the people of a list as pending; a second officer confirms them, for one alone invents nobody."""
    lock_round(session, round_id=voting_round.id)
    rounds.require_phase(voting_round, *IMPORT_PHASES, now=now)
    present = set(
        session.scalars(
            select(RegisterEntry.duplicate_key).where(
                RegisterEntry.round_id == voting_round.id, RegisterEntry.status != "withdrawn"
            )
        )
    )
    with_account = set(
        session.scalars(
            select(RegisterEntry.account_id).where(
                RegisterEntry.round_id == voting_round.id, RegisterEntry.account_id.is_not(None)
            )
        )
    )
    entered = 0
    for row in rows:
        key = register.duplicate_key(voting_round, name=row.name, postcode=row.postcode)
        account = accounts.find_or_make(session, email=row.email, now=now) if row.email else None
        if key in present or (account is not None and account.id in with_account):
            continue
        session.add(_entry(voting_round, row, key, account, officer_id, now))
        present.add(key)
        if account is not None:
            with_account.add(account.id)
        entered += 1
    rounds.note(
        session,
        deed="register-list",
        now=now,
        account_id=officer_id,
        round_id=voting_round.id,
        entered=entered,
    )
    session.flush()
    return Brought(entered=entered, known=len(rows) - entered)


def lists_waiting(session: Session, *, voting_round: VotingRound) -> dict[int, int]:
    """Officer id → how many people of their lists wait for a second officer."""
    query = (
        select(RegisterEntry.decided_by_id, func.count())
        .where(
            RegisterEntry.round_id == voting_round.id,
            RegisterEntry.status == "pending",
            RegisterEntry.doubt == IMPORTED,
        )
        .group_by(RegisterEntry.decided_by_id)
    )
    return {officer: number for officer, number in session.execute(query) if officer is not None}


def listed_by(session: Session, *, voting_round: VotingRound, importer_id: int) -> list[RegisterEntry]:
    """The people of one officer's lists that wait, for the second officer to read."""
    query = select(RegisterEntry).where(
        RegisterEntry.round_id == voting_round.id,
        RegisterEntry.status == "pending",
        RegisterEntry.doubt == IMPORTED,
        RegisterEntry.decided_by_id == importer_id,
    )
    return list(session.scalars(query.order_by(RegisterEntry.id).options(selectinload(RegisterEntry.ward))))


def confirm_lists(
    session: Session,
    *,
    voting_round: VotingRound,
    importer_id: int,
    confirmed: bool,
    officer_id: int,
    now: datetime,
) -> int:
    """A second officer confirms (or throws out) what another brought in. Returns how many people."""
    lock_round(session, round_id=voting_round.id)
    if confirmed and importer_id == officer_id:
        raise Refusal("list-own")
    entries = listed_by(session, voting_round=voting_round, importer_id=importer_id)
    if not entries:
        raise NotFound("list-not-found")
    for entry in entries:
        if confirmed:
            entry.status = "confirmed"
        else:
            session.delete(entry)
    deed = "register-list-confirmed" if confirmed else "register-list-dropped"
    rounds.note(
        session, deed=deed, now=now, account_id=officer_id, round_id=voting_round.id, people=len(entries)
    )
    session.flush()
    return len(entries)


def _by_status(found: Counter[str]) -> dict[str, int]:
    return {status: found[status] for status in STATUSES}


def _row(session: Session, voting_round: VotingRound, line: int, given: dict[str, str]) -> Row:
    postcode = postcodes.normalise(given["postcode"])
    ward = postcodes.ward_of(session, postcode=postcode)
    taking_part = {one.id for one in voting_round.wards}
    if ward is None or (taking_part and ward.id not in taking_part):
        raise Refusal("postcode-unknown")
    return Row(
        line=line,
        name=register.check_name(given["name"]),
        postcode=postcode,
        email=sign_ins.normalise_address(given["email"])[1] if given["email"] else "",
        ward_id=ward.id,
    )


def _entry(
    voting_round: VotingRound,
    row: Row,
    key: bytes | None,
    account: Account | None,
    officer_id: int,
    now: datetime,
) -> RegisterEntry:
    return RegisterEntry(
        round_id=voting_round.id,
        account_id=account.id if account else None,
        status="pending",
        doubt=IMPORTED,
        name=row.name,
        postcode=row.postcode,
        ward_id=row.ward_id,
        channel="list",
        duplicate_key=key,
        decided_by_id=officer_id,
        registered_on=now.date(),
    )
