"""After the close: the public dice, and the one opening of the box."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pbvote.box import envelope, package
from pbvote.box.board import BoardRow
from pbvote.box.envelope import SpoiltEnvelope
from pbvote.models import Approval, CountedBallot, Envelope, Pot, PotOpening, Proposal, VotingRound
from pbvote.services import board, keys, rounds, voting
from pbvote.services.locks import lock_round
from pbvote.services.refusal import Refusal

OPEN = "open-box"
LEAST_DIGITS, MOST_DIGITS = 4, 100
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Opened:
    """What one pot's box held: `digest` as on the board, `spoilt` by reason, and how it adds up."""

    pot_id: int
    digest: str
    marks: int
    envelopes: int
    opened: int
    spoilt: dict[str, int]


def write_seed(
    session: Session, *, voting_round: VotingRound, digits: str, officer_id: int, now: datetime
) -> bool:
    """Record the public dice, once, when two officers have typed the same digits.

    Returns whether it is on the board, or whether a second officer is still needed.
    """
    lock_round(session, round_id=voting_round.id)
    session.refresh(voting_round, ["tie_seed"])
    key = keys.of_round(session, round_id=voting_round.id)
    digits = "".join(digits.split())
    if key.state != "closed":
        raise Refusal("seed-before-close")
    if voting_round.tie_seed is not None:
        raise Refusal("seed-thrown", seed=voting_round.tie_seed)
    if not (digits.isascii() and digits.isdigit() and LEAST_DIGITS <= len(digits) <= MOST_DIGITS):
        raise Refusal("seed-not-digits", field="digits", least=LEAST_DIGITS, most=MOST_DIGITS)
    said = rounds.approve(
        session, voting_round=voting_round, deed="seed", subject=digits, officer_id=officer_id, now=now
    )
    if said < 2:
        return False
    voting_round.tie_seed = digits
    payload = {"dice": voting_round.dice_method, "seed": digits}
    board.append(session, round_id=voting_round.id, kind="seed", payload=payload)
    session.flush()
    return True


def dice_typed(session: Session, *, voting_round: VotingRound) -> dict[int, str]:
    """The digits each officer typed last, as long as no two of them agree."""
    query = select(Approval.officer_id, Approval.subject).where(
        Approval.round_id == voting_round.id, Approval.deed == "seed", Approval.used_at.is_(None)
    )
    return dict(session.execute(query.order_by(Approval.id)).all())


def open_box(
    session: Session,
    *,
    voting_round: VotingRound,
    key_folder: Path,
    officer_id: int,
    passphrases: dict[int, str] | None = None,
    second_officer_id: int | None = None,
    now: datetime,
    progress: Progress | None = None,
) -> list[Opened]:
    """Open every envelope, once, in this transaction: all of it happens or nothing.

    `passphrases` are two custodians' (by account); with custody by the server a second officer is named.
    The private key and the envelopes' contents live in memory for this call only. Rankings are stored under
    random keys in shuffled order. A crash before the commit leaves a closed box; opening again gives the
    same digest, because it depends on the ballots and the key alone.
    """
    lock_round(session, round_id=voting_round.id)
    session.refresh(voting_round)
    key = keys.of_round(session, round_id=voting_round.id)
    if key.state != "closed":
        raise Refusal("box-opened-already" if key.state in ("opened", "destroyed") else "box-not-closed")
    if voting_round.tie_seed is None:
        raise Refusal("seed-missing")
    if key.custody == "server" and second_officer_id in (None, officer_id):
        raise Refusal("second-officer-missing")
    private = keys.private_key(
        key=key, round_id=voting_round.id, key_folder=key_folder, passphrases=passphrases
    )
    pots = sorted(voting_round.pots, key=lambda pot: pot.id)
    closed = {part["pot"]: part for part in _closing_row(session, voting_round).payload["pots"]}
    opened = []
    for pot in pots:
        rankings, spoilt, salt = _open_pot(session, voting_round, pot, private, progress)
        opened.append(_keep(session, voting_round, pot, rankings, spoilt, salt, closed[pot.id]))
    payload = {"pots": [_public(one) for one in opened]}
    board.append(session, round_id=voting_round.id, kind="opening", payload=payload)
    key.state, key.opened_at = "opened", now
    rounds.note(session, deed="box-opened", now=now, account_id=officer_id, round_id=voting_round.id)
    session.flush()
    return opened


def agree_to_open(
    session: Session, *, voting_round: VotingRound, officer_id: int, now: datetime
) -> int | None:
    """With custody by the server two officers agree; returns the other one, or None while one is needed."""
    lock_round(session, round_id=voting_round.id)
    if keys.of_round(session, round_id=voting_round.id).state != "closed":
        raise Refusal("box-not-closed")
    head = _closing_row(session, voting_round).head
    given = rounds.approvers(session, voting_round=voting_round, deed=OPEN, subject=head)
    rounds.approve(
        session, voting_round=voting_round, deed=OPEN, subject=head, officer_id=officer_id, now=now
    )
    return next((one for one in given if one != officer_id), None)


def results(session: Session, *, voting_round: VotingRound) -> list[Opened]:
    """What the opening found, pot by pot; empty before it."""
    rows = board.of_kind(session, round_id=voting_round.id, kind="opening")
    if not rows:
        return []
    closed = {part["pot"]: part for part in _closing_row(session, voting_round).payload["pots"]}
    return [
        Opened(
            pot_id=part["pot"],
            digest=part["digest"],
            marks=closed[part["pot"]]["marks"],
            envelopes=closed[part["pot"]]["envelopes"],
            opened=part["opened"],
            spoilt=part["spoilt"],
        )
        for part in rows[-1].payload["pots"]
    ]


def open_copy(
    session: Session,
    *,
    voting_round: VotingRound,
    key_folder: Path,
    passphrases: dict[int, str] | None = None,
    progress: Progress | None = None,
) -> list[tuple[Pot, str, str]]:
    """Open an offline copy of the box again; changes nothing.

    Returns for each pot the digest found now and the digest on the copy's board. They differ only if the
    ballots counted were not those in the envelopes.
    """
    key = keys.of_round(session, round_id=voting_round.id)
    if key.state != "opened":
        raise Refusal("box-destroyed" if key.state == "destroyed" else "box-not-opened")
    private = keys.private_key(
        key=key, round_id=voting_round.id, key_folder=key_folder, passphrases=passphrases
    )
    stated = {one.pot_id: one.digest for one in results(session, voting_round=voting_round)}
    found = []
    for pot in sorted(voting_round.pots, key=lambda pot: pot.id):
        rankings, _, salt = _open_pot(session, voting_round, pot, private, progress)
        digest = envelope.ballots_digest(salt, rankings).hex()
        found.append((pot, digest, stated[pot.id]))
    return found


def note_reopening(
    session: Session, *, voting_round: VotingRound, digests: dict[int, str], now: datetime
) -> None:
    """Put on the board that an offline copy was opened again before an observer, and what was found."""
    lock_round(session, round_id=voting_round.id)
    key = keys.of_round(session, round_id=voting_round.id)
    if key.state not in ("opened", "destroyed"):
        raise Refusal("box-not-opened")
    pots = [{"digest": digests[pot], "pot": pot} for pot in sorted(digests)]
    payload = {"day": now.date().isoformat(), "pots": pots}
    board.append(session, round_id=voting_round.id, kind="reopening", payload=payload)


def rankings_of(session: Session, *, pot: Pot) -> list[tuple[int, ...]]:
    """The opened ballots of a pot, in ascending order of the rankings."""
    query = select(CountedBallot.ranking).where(CountedBallot.pot_id == pot.id)
    return sorted(tuple(ranking) for ranking in session.scalars(query))


def _open_pot(
    session: Session, voting_round: VotingRound, pot: Pot, private: bytes, progress: Progress | None
) -> tuple[list[tuple[int, ...]], Counter[str], bytes]:
    numbers = set(session.scalars(select(Proposal.number).where(Proposal.pot_id == pot.id)))
    rankings: list[tuple[int, ...]] = []
    spoilt: Counter[str] = Counter()
    total = len(voting.envelope_digests(session, pot=pot)) if progress else 0
    for done, (place, sealed) in enumerate(_envelopes(session, pot), start=1):
        try:
            ranking = envelope.open_envelope(
                private,
                sealed,
                round_id=voting_round.id,
                pot_id=pot.id,
                entry_id=place,
                capacity=voting_round.max_length,
            )
            if not numbers.issuperset(ranking):
                raise SpoiltEnvelope("unknown-choice")
            rankings.append(ranking)
        except SpoiltEnvelope as error:
            spoilt[error.reason] += 1
        if progress and done % 500 == 0:
            progress(done, total)
    return rankings, spoilt, envelope.ballots_salt(private, round_id=voting_round.id, pot_id=pot.id)


def _envelopes(session: Session, pot: Pot) -> Iterator[tuple[int | str, bytes]]:
    """Each envelope in the box with the place it was sealed for."""
    query = select(Envelope.entry_id, Envelope.batch_id, Envelope.sheet, Envelope.sealed).where(
        Envelope.pot_id == pot.id, Envelope.void.is_(False)
    )
    for entry_id, batch_id, sheet, sealed in session.execute(query):
        yield (entry_id if entry_id is not None else paper_place(batch_id, sheet)), sealed


def paper_place(batch_id: int | None, sheet: int | None) -> str:
    """What stands for the register entry in the envelope of a paper sheet."""
    return f"paper/{batch_id}/{sheet}"


def _keep(
    session: Session,
    voting_round: VotingRound,
    pot: Pot,
    rankings: list[tuple[int, ...]],
    spoilt: Counter[str],
    salt: bytes,
    closed: dict[str, Any],
) -> Opened:
    envelopes = len(rankings) + spoilt.total()
    if not closed["marks"] == closed["envelopes"] == envelopes:
        raise Refusal("marks-do-not-add-up", marks=closed["marks"], envelopes=envelopes)
    digest = envelope.ballots_digest(salt, rankings).hex()
    shuffled = secrets.SystemRandom().sample(rankings, len(rankings))
    identities = _random_identities(len(shuffled))
    values = [
        {"id": identity, "pot_id": pot.id, "ranking": list(ranking)}
        for identity, ranking in zip(identities, shuffled, strict=True)
    ]
    if values:
        session.execute(insert(CountedBallot), values)
    public = voting_round.publication_level == "ballots" and len(rankings) >= package.SMALL_POT
    session.add(
        PotOpening(
            pot_id=pot.id,
            digest=digest,
            salt=salt if public else None,
            marks=closed["marks"],
            opened=len(rankings),
            spoilt=dict(spoilt),
        )
    )
    return Opened(pot.id, digest, closed["marks"], envelopes, len(rankings), dict(spoilt))


def _random_identities(number: int) -> list[int]:
    found: set[int] = set()
    while len(found) < number:
        found.add(secrets.randbelow(2**62) + 1)
    return list(secrets.SystemRandom().sample(sorted(found), number))


def _closing_row(session: Session, voting_round: VotingRound) -> BoardRow:
    return board.of_kind(session, round_id=voting_round.id, kind="close")[-1]


def _public(one: Opened) -> dict[str, Any]:
    return {"digest": one.digest, "opened": one.opened, "pot": one.pot_id, "spoilt": one.spoilt}
