"""Thousands of ballots put into a round's box at once.

Every ballot is sealed to the round's public key and has its row on the board, exactly as one that is
cast on a page (`services/ballots.py`) or keyed from paper; only the inserts are gathered.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from pbvote.box import board as chain
from pbvote.box import envelope, receipt
from pbvote.box.canonical import canonical
from pbvote.models import BoardEntry, Envelope, PaperBatch, PaperSheet, Pot, RoundKey, VoterMark, VotingRound
from pbvote.services import board, opening
from pbvote.services.reference_round.dates import Dates
from pbvote.services.reference_round.electorate import Voter
from pbvote.services.reference_round.people import Staff
from pbvote.services.reference_round.progress import Progress, silent

STAGE = "Sealing ballots"
SHEETS_IN_A_BATCH = 60
PLACES = ("Larkmead Library", "Ropery Street Library", "Saltmarsh Hall", "the Town Hall")
CHANGED_THEIR_MIND = 0.035

Ranking = tuple[int, ...]


class Box:
    """Gathers envelopes, marks and board rows of one round's pot until `put_in`."""

    def __init__(self, session: Session, *, voting_round: VotingRound, pot: Pot, key: RoundKey) -> None:
        self._session = session
        self._round, self._pot, self._key = voting_round, pot, key
        self._last = board.last(session, round_id=voting_round.id)
        self._board: list[dict[str, Any]] = []
        self._envelopes: dict[int | str, dict[str, Any]] = {}
        self._marks: list[dict[str, Any]] = []

    def cast(self, *, entry_id: int, ranking: Ranking, day: date) -> None:
        """A ballot cast online; a second one of the same entry replaces the first."""
        sealed = self._seal(ranking, entry_id)
        payload = {"envelope": _digest(sealed), "pot": self._pot.id}
        earlier = self._envelopes.get(entry_id)
        if earlier is not None:
            payload["replaces"] = _digest(earlier["sealed"])
        else:
            self._mark(entry_id, "online", day)
        self._envelopes[entry_id] = self._row(sealed, entry_id=entry_id)
        self._append("cast" if earlier is None else "replace", payload)

    def paper(self, *, batch: PaperBatch, rankings: Sequence[Ranking]) -> None:
        """The nameless sheets of one batch, an empty ranking for a blank one."""
        digests = []
        for number, ranking in enumerate(rankings, start=1):
            place = opening.paper_place(batch.id, number)
            sealed = self._seal(ranking, place)
            digests.append(_digest(sealed))
            self._envelopes[place] = self._row(sealed, batch_id=batch.id, sheet=number)
        payload = {
            "batch": batch.name,
            "envelopes": sorted(digests),
            "marks": batch.marks,
            "pot": self._pot.id,
        }
        self._append("paper", payload)

    def mark_paper(self, *, entry_id: int, day: date) -> None:
        self._mark(entry_id, "paper", day)

    def put_in(self) -> None:
        """Write everything gathered."""
        self._session.execute(insert(Envelope), list(self._envelopes.values()))
        self._session.execute(insert(VoterMark), self._marks)
        self._session.execute(insert(BoardEntry), self._board)

    def _seal(self, ranking: Ranking, place: int | str) -> bytes:
        where: dict[str, Any] = {
            "round_id": self._round.id,
            "pot_id": self._pot.id,
            "entry_id": place,
            "capacity": self._round.max_length,
        }
        if not ranking:
            return envelope.seal_blank(self._key.public_key, **where)
        return envelope.seal(self._key.public_key, ranking, **where)

    def _row(
        self,
        sealed: bytes,
        *,
        entry_id: int | None = None,
        batch_id: int | None = None,
        sheet: int | None = None,
    ) -> dict[str, Any]:
        return {
            "pot_id": self._pot.id,
            "entry_id": entry_id,
            "batch_id": batch_id,
            "sheet": sheet,
            "sealed": sealed,
            "receipt": receipt.receipt_of(sealed),
            "void": False,
        }

    def _mark(self, entry_id: int, channel: str, day: date) -> None:
        self._marks.append({"pot_id": self._pot.id, "entry_id": entry_id, "channel": channel, "day": day})

    def _append(self, kind: str, payload: dict[str, Any]) -> None:
        row = chain.append(self._last, round_id=self._round.id, kind=kind, payload=payload)
        self._last = row
        self._board.append(
            {
                "round_id": self._round.id,
                "seq": row.seq,
                "kind": kind,
                "payload": canonical(payload).decode(),
                "prev": row.prev,
                "head": row.head,
            }
        )


def vote(
    session: Session,
    *,
    voting_round: VotingRound,
    key: RoundKey,
    voters: Sequence[Voter],
    numbers: Sequence[int],
    when: Dates,
    staff: Staff,
    rng: Random,
    progress: Progress = silent,
) -> None:
    """Everybody's ballot into the box, day by day, paper batches after the day they were filled.

    `numbers` are the ballot numbers of the proposals that rankings speak of by place.
    """
    pot = voting_round.pots[0]
    box = Box(session, voting_round=voting_round, pot=pot, key=key)
    online = [voter for voter in voters if voter.resident.ranking and not voter.resident.paper]
    on_paper = [voter for voter in voters if voter.resident.paper]
    deeds: list[tuple[date, float, Voter, Ranking]] = []
    last = when.voting_closes.date()
    for voter in online:
        ranking = tuple(numbers[place] for place in voter.resident.ranking)
        if len(ranking) > 1 and rng.random() < CHANGED_THEIR_MIND:
            deeds.append((voter.day, rng.random(), voter, ranking[::-1][: len(ranking) - 1]))
            later = min(voter.day + timedelta(days=int(rng.random() * 3)), max(last, voter.day))
            deeds.append((later, 1 + rng.random(), voter, ranking))
        else:
            deeds.append((voter.day, rng.random(), voter, ranking))
    deeds.sort(key=lambda deed: deed[:2])
    for done, (day, _, voter, ranking) in enumerate(deeds, start=1):
        box.cast(entry_id=voter.entry_id, ranking=ranking, day=day)
        if done % 100 == 0:
            progress(STAGE, done, len(deeds))
    on_paper.sort(key=lambda voter: voter.day)
    for start in range(0, len(on_paper), SHEETS_IN_A_BATCH):
        _batch(session, box, pot, on_paper[start : start + SHEETS_IN_A_BATCH], numbers, staff, rng, when)
    box.put_in()
    progress(STAGE, len(deeds), len(deeds))


def _batch(
    session: Session,
    box: Box,
    pot: Pot,
    voters: Sequence[Voter],
    numbers: Sequence[int],
    staff: Staff,
    rng: Random,
    when: Dates,
) -> None:
    """One pile: the people are marked, then their sheets are shuffled and keyed by two officers."""
    day = voters[-1].day
    place = PLACES[int(rng.random() * len(PLACES))]
    batch = PaperBatch(
        pot_id=pot.id,
        name=f"{day:%d %B}, {place}, {voters[0].entry_id}",
        marks=len(voters),
        created_at=when.voting_opens,
        sealed_at=when.voting_closes,
    )
    session.add(batch)
    session.flush()
    for voter in voters:
        box.mark_paper(entry_id=voter.entry_id, day=voter.day)
    rankings = [tuple(numbers[spot] for spot in voter.resident.ranking) for voter in voters]
    rng.shuffle(rankings)
    sheets = [
        {
            "batch_id": batch.id,
            "number": number,
            "first_by_id": staff.id("officer"),
            "second_by_id": staff.id("second-officer"),
            "spoilt_reason": None if ranking else "blank",
        }
        for number, ranking in enumerate(rankings, start=1)
    ]
    session.execute(insert(PaperSheet), sheets)
    box.paper(batch=batch, rankings=rankings)


def _digest(sealed: bytes) -> str:
    return receipt.envelope_digest(sealed).hex()
