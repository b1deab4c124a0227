"""Codes in letters: made in batches, of no use before a second officer releases them."""

import csv
import io
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, case, func, or_, select, true, update
from sqlalchemy.orm import Session

from pbvote.models import AccessCode, RegisterEntry, VotingRound
from pbvote.services import postcodes, register, rounds
from pbvote.services.keyring import Keyring
from pbvote.services.locks import lock_round
from pbvote.services.refusal import NotFound, Refusal

DEED = "access-codes"
MOST_LETTERS = 500
LENGTH = 12
MOST_LINES = 5
PHASES = ("waiting-for-proposals", "collecting", "screening", "shortlist", "voting-delayed", "voting")


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who gets a letter: `lines` of the address, the ward, and the register entry if there is one."""

    lines: tuple[str, ...]
    ward_id: int | None
    entry_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One letter to print; its code is kept nowhere else."""

    lines: tuple[str, ...]
    code: str


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One batch: how many codes it has, how many were used, and whether it is in force or taken back."""

    name: str
    codes: int
    used: int
    released: bool
    revoked: bool
    issued_at: datetime
    approvers: tuple[int, ...]


def make(
    session: Session,
    *,
    voting_round: VotingRound,
    batch: str,
    recipients: Sequence[Recipient],
    officer_id: int,
    keyring: Keyring,
    now: datetime,
) -> list[Letter]:
    """Make a code for each recipient. Only the hash of a code is stored; the letters hold it alone."""
    lock_round(session, round_id=voting_round.id)
    rounds.require_phase(voting_round, *PHASES, now=now)
    batch = batch.strip()
    if not batch:
        raise Refusal("letters-without-name", field="batch")
    if not recipients:
        raise Refusal("letters-none", field="file")
    if len(recipients) > MOST_LETTERS:
        raise Refusal("letters-too-many", field="file", most=MOST_LETTERS)
    taken = select(AccessCode.id).where(AccessCode.round_id == voting_round.id, AccessCode.batch == batch)
    if session.scalars(taken.limit(1)).first() is not None:
        raise Refusal("letters-name-taken", field="batch")
    letters = []
    for recipient in recipients:
        code = "".join(secrets.choice(register.CODE_LETTERS) for _ in range(LENGTH))
        session.add(
            AccessCode(
                round_id=voting_round.id,
                code_hash=register.code_hash(keyring, code=code),
                ward_id=recipient.ward_id,
                entry_id=recipient.entry_id,
                batch=batch,
                issued_at=now,
                revoked_at=now,  # until a second officer releases the batch
            )
        )
        letters.append(Letter(lines=recipient.lines, code=code))
    session.flush()
    _approve(session, voting_round, batch, officer_id, now)
    rounds.note(
        session,
        deed="codes-made",
        now=now,
        account_id=officer_id,
        round_id=voting_round.id,
        batch=batch,
        codes=len(letters),
    )
    session.flush()
    return letters


def release(
    session: Session, *, voting_round: VotingRound, batch: str, officer_id: int, now: datetime
) -> None:
    """A second officer puts the codes of a batch in force."""
    lock_round(session, round_id=voting_round.id)
    found = _find(session, voting_round, batch)
    if found.revoked:
        raise Refusal("letters-revoked")
    if officer_id in found.approvers:
        raise Refusal("letters-own")
    _approve(session, voting_round, batch, officer_id, now)
    _set(session, voting_round, batch, true(), revoked_at=None)
    rounds.note(
        session, deed="codes-released", now=now, account_id=officer_id, round_id=voting_round.id, batch=batch
    )
    session.flush()


def revoke(session: Session, *, voting_round: VotingRound, batch: str, officer_id: int, now: datetime) -> int:
    """Take back the codes of a batch that nobody has used, for good; one officer is enough."""
    lock_round(session, round_id=voting_round.id)
    found = _find(session, voting_round, batch)
    used = select(RegisterEntry.id).where(
        RegisterEntry.round_id == voting_round.id, RegisterEntry.channel == "letter"
    )
    unused = or_(AccessCode.entry_id.is_(None), AccessCode.entry_id.not_in(used))
    _set(session, voting_round, batch, unused, revoked_at=now)
    rounds.approve(
        session,
        voting_round=voting_round,
        deed=f"{DEED}-revoked",
        subject=batch,
        officer_id=officer_id,
        now=now,
    )
    rounds.note(
        session, deed="codes-revoked", now=now, account_id=officer_id, round_id=voting_round.id, batch=batch
    )
    session.flush()
    return found.codes - found.used


def batches(session: Session, *, voting_round: VotingRound) -> list[Batch]:
    """Every batch of the round, oldest first."""
    query = (
        select(
            AccessCode.batch,
            func.count(),
            func.sum(case((RegisterEntry.channel == "letter", 1), else_=0)),
            func.min(AccessCode.issued_at),
        )
        .outerjoin(RegisterEntry, RegisterEntry.id == AccessCode.entry_id)
        .where(AccessCode.round_id == voting_round.id)
        .group_by(AccessCode.batch)
        .order_by(func.min(AccessCode.id))
    )
    return [
        _batch(session, voting_round, name, codes, used or 0, issued_at)
        for name, codes, used, issued_at in session.execute(query).all()
    ]


def without_email(session: Session, *, voting_round: VotingRound) -> list[RegisterEntry]:
    """Confirmed people of the register who can only be reached by letter and have had none."""
    coded = select(AccessCode.entry_id).where(
        AccessCode.round_id == voting_round.id, AccessCode.entry_id.is_not(None)
    )
    query = select(RegisterEntry).where(
        RegisterEntry.round_id == voting_round.id,
        RegisterEntry.status == "confirmed",
        RegisterEntry.account_id.is_(None),
        RegisterEntry.channel == "list",
        RegisterEntry.id.not_in(coded),
    )
    return list(session.scalars(query.order_by(RegisterEntry.postcode, RegisterEntry.id)))


def addresses(session: Session, *, voting_round: VotingRound, text: str) -> list[Recipient]:
    """Recipients from a CSV file with columns address (its parts split by commas) and postcode."""
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    names = {(name or "").strip().lower(): name for name in reader.fieldnames or []}
    if not {"address", "postcode"} <= names.keys():
        raise Refusal("letters-columns", field="file")
    taking_part = {ward.id for ward in voting_round.wards}
    found: list[Recipient] = []
    problems: list[int] = []
    for line, cells in enumerate(reader, start=2):
        address, typed = (str(cells.get(names[name]) or "").strip() for name in ("address", "postcode"))
        if not address and not typed:
            continue
        try:
            plain = postcodes.normalise(typed)
            ward = postcodes.ward_of(session, postcode=plain)
        except Refusal:
            ward = None
        if ward is None or (taking_part and ward.id not in taking_part) or not address:
            problems.append(line)
            continue
        parts = [part.strip() for part in address.replace("\n", ",").split(",") if part.strip()]
        lines = (*parts[: MOST_LINES - 1], postcodes.shown(plain))
        found.append(Recipient(lines=lines, ward_id=ward.id))
    if problems:
        shown = ", ".join(str(line) for line in problems[:10])
        raise Refusal("list-lines", field="file", number=len(problems), lines=shown)
    return found


def registered(session: Session, *, voting_round: VotingRound) -> list[Recipient]:
    """Recipients from the register itself: those whom only a letter reaches."""
    entries = without_email(session, voting_round=voting_round)
    return [
        Recipient(
            lines=(entry.name, postcodes.shown(entry.postcode)), ward_id=entry.ward_id, entry_id=entry.id
        )
        for entry in entries
    ]


def _find(session: Session, voting_round: VotingRound, batch: str) -> Batch:
    found = next((one for one in batches(session, voting_round=voting_round) if one.name == batch), None)
    if found is None:
        raise NotFound("letters-not-found")
    return found


def _batch(
    session: Session, voting_round: VotingRound, name: str, codes: int, used: int, issued_at: datetime
) -> Batch:
    approvers = rounds.approvers(
        session, voting_round=voting_round, deed=DEED, subject=_subject(session, voting_round, name)
    )
    taken_back = rounds.approvers(session, voting_round=voting_round, deed=f"{DEED}-revoked", subject=name)
    return Batch(
        name=name,
        codes=codes,
        used=used,
        released=len(approvers) > 1 and not taken_back,
        revoked=bool(taken_back),
        issued_at=issued_at,
        approvers=tuple(approvers),
    )


def _approve(session: Session, voting_round: VotingRound, batch: str, officer_id: int, now: datetime) -> None:
    rounds.approve(
        session,
        voting_round=voting_round,
        deed=DEED,
        subject=_subject(session, voting_round, batch),
        officer_id=officer_id,
        now=now,
    )


def _subject(session: Session, voting_round: VotingRound, batch: str) -> str:
    """One name for exactly these codes."""
    query = select(AccessCode.code_hash).where(
        AccessCode.round_id == voting_round.id, AccessCode.batch == batch
    )
    seen = sha256(batch.encode())
    for code_hash in sorted(session.scalars(query)):
        seen.update(code_hash)
    return seen.hexdigest()


def _set(
    session: Session,
    voting_round: VotingRound,
    batch: str,
    which: ColumnElement[bool],
    *,
    revoked_at: datetime | None,
) -> None:
    session.execute(
        update(AccessCode)
        .where(AccessCode.round_id == voting_round.id, AccessCode.batch == batch, which)
        .values(revoked_at=revoked_at)
        .execution_options(synchronize_session="fetch")
    )
