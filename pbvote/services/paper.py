"""Paper ballots: slips marked on the register by two people, nameless sheets keyed twice, then sealed."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.box import envelope, receipt
from pbvote.models import (
    Envelope,
    PaperBatch,
    PaperSheet,
    Pot,
    Proposal,
    RegisterEntry,
    RoundKey,
    VoterMark,
    VotingRound,
)
from pbvote.services import ballots, board, opening, rounds, voting
from pbvote.services.keyring import Keyring
from pbvote.services.locks import lock_round
from pbvote.services.refusal import NotAllowed, Refusal

SHEET = "paper-sheet"


def new_batch(
    session: Session, *, voting_round: VotingRound, pot: Pot, name: str, now: datetime
) -> PaperBatch:
    """A pile of sheets of one pot, with a name of its own."""
    lock_round(session, round_id=voting_round.id)
    voting.require_unclosed(session, voting_round=voting_round)
    name = name.strip()
    if not name:
        raise Refusal("batch-without-name", field="name")
    taken = select(PaperBatch.id).where(PaperBatch.pot_id == pot.id, PaperBatch.name == name)
    if session.scalar(taken) is not None:
        raise Refusal("batch-name-taken", field="name")
    batch = PaperBatch(pot_id=pot.id, name=name, created_at=now)
    session.add(batch)
    session.flush()
    return batch


def mark_entry(
    session: Session,
    *,
    voting_round: VotingRound,
    batch: PaperBatch,
    entry: RegisterEntry,
    officer_id: int,
    now: datetime,
) -> bool:
    """Mark that an entry handed in a sheet of this batch, once two officers have read the slip.

    A ballot cast online is voided then, and the entry cannot cast online any more. Returns whether it was
    done, or whether a second officer is still needed.
    """
    lock_round(session, round_id=voting_round.id)
    _require_unsealed(session, voting_round, batch)
    session.refresh(entry, ["status"])
    if entry.round_id != voting_round.id:
        raise NotAllowed("ballot-other-round")
    if entry.status != "confirmed":
        raise NotAllowed(ballots.NOT_CONFIRMED[entry.status])
    mark = session.get(VoterMark, (batch.pot_id, entry.id), populate_existing=True)
    if mark is not None and mark.channel == "paper":
        raise Refusal("paper-marked-already", field="entry")
    said = rounds.approve(
        session,
        voting_round=voting_round,
        deed="paper-mark",
        subject=f"{batch.id}:{entry.id}",
        officer_id=officer_id,
        now=now,
    )
    if said < 2:
        return False
    present = ballots.find_envelope(session, pot_id=batch.pot_id, entry_id=entry.id)
    if present is not None and not present.void:
        ballots.take_out(session, voting_round=voting_round, present=present, reason="paper")
    if mark is None:
        session.add(VoterMark(pot_id=batch.pot_id, entry_id=entry.id, channel="paper", day=now.date()))
    else:
        mark.channel, mark.day = "paper", now.date()
    batch.marks += 1
    rounds.note(session, deed="paper-marked", now=now, account_id=officer_id, round_id=voting_round.id)
    session.flush()
    return True


def key_sheet(
    session: Session,
    *,
    voting_round: VotingRound,
    batch: PaperBatch,
    number: int,
    ranking: Sequence[int],
    officer_id: int,
    keyring: Keyring,
) -> str:
    """Key one sheet (an empty ranking if it cannot be counted); two different people key each.

    Returns "first", "agreed", "differ" or "settled". Where the two differ, a third person's keying settles
    it. What is keyed is stored sealed, so that nothing stored can be tallied.
    """
    lock_round(session, round_id=voting_round.id)
    _require_unsealed(session, voting_round, batch)
    if not 1 <= number <= batch.marks:
        raise Refusal("sheet-without-mark", field="number", marks=batch.marks)
    if ranking:
        _require_on_ballot(session, voting_round, batch, ranking)
    sealed = [keyring.seal(SHEET, json.dumps(list(ranking)).encode()).hex()]
    sheet = session.get(PaperSheet, (batch.id, number), populate_existing=True)
    if sheet is None:
        session.add(
            PaperSheet(batch_id=batch.id, number=number, first_ranking=sealed, first_by_id=officer_id)
        )
        session.flush()
        return "first"
    if sheet.second_by_id is None:
        if sheet.first_by_id == officer_id:
            raise Refusal("sheet-same-person")
        sheet.second_ranking, sheet.second_by_id = sealed, officer_id
    elif _agreed(sheet, keyring) is None:
        if officer_id in (sheet.first_by_id, sheet.second_by_id):
            raise Refusal("sheet-same-person")
        sheet.settled_ranking, sheet.settled_by_id = sealed, officer_id
        session.flush()
        return "settled"
    else:
        raise Refusal("sheet-keyed-already")
    session.flush()
    return "differ" if _agreed(sheet, keyring) is None else "agreed"


def seal_batch(
    session: Session,
    *,
    voting_round: VotingRound,
    batch: PaperBatch,
    officer_id: int,
    keyring: Keyring,
    now: datetime,
) -> int:
    """Seal every sheet of a batch under (pot, batch, sheet) and forget what was keyed.

    Sheets must equal marks, and every sheet must be agreed or settled. Returns the number of sheets.
    """
    lock_round(session, round_id=voting_round.id)
    key = _require_unsealed(session, voting_round, batch)
    voting.ensure_open(session, voting_round=voting_round, key=key, now=now)
    sheets = list(session.scalars(select(PaperSheet).where(PaperSheet.batch_id == batch.id)))
    if len(sheets) != batch.marks:
        raise Refusal("sheets-do-not-add-up", sheets=len(sheets), marks=batch.marks)
    digests = []
    for sheet in sheets:
        ranking = _agreed(sheet, keyring)
        if ranking is None:
            raise Refusal("sheet-not-settled", number=sheet.number)
        place = opening.paper_place(batch.id, sheet.number)
        seal = partial(envelope.seal, ranking=ranking) if ranking else envelope.seal_blank
        sealed = seal(
            key.public_key,
            round_id=voting_round.id,
            pot_id=batch.pot_id,
            entry_id=place,
            capacity=voting_round.max_length,
        )
        digests.append(receipt.envelope_digest(sealed).hex())
        session.add(
            Envelope(
                pot_id=batch.pot_id,
                batch_id=batch.id,
                sheet=sheet.number,
                sealed=sealed,
                receipt=receipt.receipt_of(sealed),
            )
        )
        sheet.spoilt_reason = None if ranking else "blank"
        sheet.first_ranking = sheet.second_ranking = sheet.settled_ranking = None
    batch.sealed_at = now
    payload = {"batch": batch.name, "envelopes": sorted(digests), "marks": batch.marks, "pot": batch.pot_id}
    board.append(session, round_id=voting_round.id, kind="paper", payload=payload)
    rounds.note(session, deed="paper-sealed", now=now, account_id=officer_id, round_id=voting_round.id)
    session.flush()
    return len(sheets)


def unsettled(session: Session, *, batch: PaperBatch, keyring: Keyring) -> list[int]:
    """The sheets keyed twice with different rankings, which a third person has to key."""
    query = select(PaperSheet).where(PaperSheet.batch_id == batch.id, PaperSheet.second_by_id.is_not(None))
    return [sheet.number for sheet in session.scalars(query) if _agreed(sheet, keyring) is None]


def _agreed(sheet: PaperSheet, keyring: Keyring) -> tuple[int, ...] | None:
    if sheet.settled_ranking is not None:
        return _opened(sheet.settled_ranking, keyring)
    first, second = _opened(sheet.first_ranking, keyring), _opened(sheet.second_ranking, keyring)
    return first if first == second else None


def _opened(sealed: list[str] | None, keyring: Keyring) -> tuple[int, ...] | None:
    if not sealed:
        return None
    plain = keyring.open(SHEET, bytes.fromhex(sealed[0]))
    return None if plain is None else tuple(json.loads(plain))


def _require_unsealed(session: Session, voting_round: VotingRound, batch: PaperBatch) -> RoundKey:
    key = voting.require_unclosed(session, voting_round=voting_round)
    session.refresh(batch)
    if batch.sealed_at is not None:
        raise Refusal("batch-sealed", batch=batch.name)
    return key


def _require_on_ballot(
    session: Session, voting_round: VotingRound, batch: PaperBatch, ranking: Sequence[int]
) -> None:
    if len(ranking) > voting_round.max_length:
        raise Refusal("sheet-too-long", field="ranking", most=voting_round.max_length)
    if len(set(ranking)) != len(ranking):
        raise Refusal(
            "sheet-repeats", field="ranking", number=next(n for n in ranking if ranking.count(n) > 1)
        )
    query = select(Proposal.number).where(
        Proposal.pot_id == batch.pot_id, Proposal.status.in_(("shortlisted", "struck"))
    )
    on_ballot = set(session.scalars(query))
    for number in ranking:
        if number not in on_ballot:
            raise Refusal("sheet-choice-unknown", field="ranking", number=number)
