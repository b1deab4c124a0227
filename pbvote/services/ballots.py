"""Casting, replacing and voiding ballots: an envelope and its row on the board in one transaction."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, insert, select
from sqlalchemy.orm import Bundle, Session

from pbvote.box import envelope, receipt
from pbvote.box.board import append as chain
from pbvote.models import (
    Account,
    BoardEntry,
    CastKey,
    Envelope,
    OutboxMessage,
    Pot,
    Proposal,
    RegisterEntry,
    RoundKey,
    VoterMark,
    VotingRound,
)
from pbvote.services import board, outbox, rounds, voting
from pbvote.services.locks import lock_round
from pbvote.services.refusal import NotAllowed, Refusal

NOT_CONFIRMED = {"pending": "entry-pending", "refused": "entry-refused", "withdrawn": "entry-withdrawn"}


@dataclass(frozen=True, kw_only=True)
class Casting:
    """One voter's wish to cast: what came with their form, and when.

    `ranking` holds ballot numbers, most wanted first. `idempotency_key` is the form's own random text: the
    same form sent again gives the same receipt. `replaces` is the receipt the form was made against ("" if
    none), so that a stale tab cannot overwrite a newer ballot unasked.
    """

    pot_id: int
    entry_id: int
    ranking: Sequence[int]
    idempotency_key: str
    replaces: str = ""
    now: datetime


@dataclass(frozen=True)
class Cast:
    """What the voter gets: the receipt, and whether the ballot replaced one or was a resent form."""

    receipt: str
    replaced: bool = False
    repeated: bool = False


def cast_ballot(
    session: Session,
    *,
    voting_round: VotingRound,
    pot: Pot,
    entry: RegisterEntry,
    ranking: Sequence[int],
    idempotency_key: str,
    replaces: str = "",
    now: datetime,
) -> Cast:
    """Seal a ranking and put it into the box. Raises Refusal; see `Casting` for what the arguments mean."""
    casting = Casting(
        pot_id=pot.id,
        entry_id=entry.id,
        ranking=ranking,
        idempotency_key=idempotency_key,
        replaces=replaces,
        now=now,
    )
    lock_round(session, round_id=voting_round.id)
    (outcome,) = cast_ballots(session, round_id=voting_round.id, castings=[casting])
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def cast_ballots(session: Session, *, round_id: int, castings: Sequence[Casting]) -> list[Cast | Refusal]:
    """Put several voters' ballots into the box in one transaction, in this order; each may be refused alone.

    The caller holds the round's lock. Nobody may stand twice in `castings` for the same pot: the second form
    has to see what the first one did.
    """
    if len({(one.pot_id, one.entry_id) for one in castings}) != len(castings):
        raise ValueError("two ballots of one voter cannot be cast at once")
    counter = _Counter(session, round_id, castings)
    outcomes = [counter.take(casting) for casting in castings]
    counter.put_away()
    return outcomes


@dataclass(frozen=True)
class _Standing:
    """How an entry stands in a pot, as the database has it under the lock."""

    status: str
    may_vote: bool  # whether the pot is open to the entry's ward
    channel: str | None  # how they have voted, if they have
    present: Envelope | None
    email: str | None
    language: str


class _Counter:
    """Judges castings one after the other against one reading of the database, and writes them together."""

    def __init__(self, session: Session, round_id: int, castings: Sequence[Casting]) -> None:
        self._session = session
        self._round, self._key, self._last = voting.as_it_is(session, round_id=round_id)
        self._earlier: dict[bytes, str] = {}  # the receipts that these forms have earned before
        self._standings = self._read_standings(castings)
        self._proposals = self._read_proposals(castings)
        self._board: list[dict[str, Any]] = []
        self._envelopes: list[dict[str, Any]] = []
        self._marks: list[dict[str, Any]] = []
        self._keys: list[dict[str, Any]] = []
        self._messages: list[dict[str, Any]] = []

    def take(self, casting: Casting) -> Cast | Refusal:
        try:
            return self._take(casting)
        except Refusal as refusal:
            return refusal

    def put_away(self) -> None:
        """Write everything that was taken."""
        connection = self._session.connection()
        written: list[tuple[Any, list[dict[str, Any]]]] = [
            (BoardEntry, self._board),
            (Envelope, self._envelopes),
            (VoterMark, self._marks),
            (CastKey, self._keys),
            (OutboxMessage, self._messages),
        ]
        for model, rows in written:
            if rows:
                connection.execute(insert(model.__table__), rows)
        self._session.flush()

    def _take(self, casting: Casting) -> Cast:
        key = self._require_open(casting.now)
        key_hash = _key_hash(casting.pot_id, casting.entry_id, casting.idempotency_key)
        if key_hash in self._earlier:
            return Cast(self._earlier[key_hash], repeated=True)
        standing = self._standings.get((casting.pot_id, casting.entry_id))
        _require_eligible(standing)
        assert standing is not None
        self._require_valid(casting)
        if standing.channel == "paper":
            raise Refusal("voted-on-paper")
        present = standing.present
        current = present.receipt if present is not None and not present.void else ""
        if current != casting.replaces:
            raise Refusal("ballot-changed-elsewhere" if current else "ballot-gone-elsewhere")
        sealed = envelope.seal(
            key.public_key,
            casting.ranking,
            round_id=self._round.id,
            pot_id=casting.pot_id,
            entry_id=casting.entry_id,
            capacity=self._round.max_length,
        )
        code = self._put_in(casting, present, sealed)
        if standing.channel is None:
            day = casting.now.date()
            mark = {"pot_id": casting.pot_id, "entry_id": casting.entry_id, "channel": "online", "day": day}
            self._marks.append(mark)
        self._keys.append({"key_hash": key_hash, "pot_id": casting.pot_id, "receipt": code})
        if standing.email:
            self._tell(standing.email, standing.language, code, replaced=bool(current), now=casting.now)
        return Cast(code, replaced=bool(current))

    def _require_open(self, now: datetime) -> RoundKey:
        """The first ballot of all writes the board's row `open`, which then is the last."""
        opens = self._key is not None and self._key.state == "prepared"
        key = voting.require_open(self._session, voting_round=self._round, key=self._key, now=now)
        if opens:
            self._last = board.last(self._session, round_id=self._round.id)
        return key

    def _put_in(self, casting: Casting, present: Envelope | None, sealed: bytes) -> str:
        code, payload = receipt.receipt_of(sealed), {"envelope": _digest(sealed), "pot": casting.pot_id}
        if present is not None and not present.void:
            payload["replaces"] = _digest(present.sealed)
        kind = "replace" if "replaces" in payload else "cast"
        self._last = chain(self._last, round_id=self._round.id, kind=kind, payload=payload)
        self._board.append(board.stored(self._last))
        if present is None:
            new = {"pot_id": casting.pot_id, "entry_id": casting.entry_id, "sealed": sealed, "receipt": code}
            self._envelopes.append({**new, "void": False})
        else:
            present.sealed, present.receipt, present.void = sealed, code, False
        return code

    def _tell(self, email: str, language: str, code: str, *, replaced: bool, now: datetime) -> None:
        """Tell the voter that they voted, never how."""
        parameters = {
            "receipt": code,
            "replaced": replaced,
            "slug": self._round.slug,
            "title": self._round.title,
        }
        self._messages.append(
            outbox.queued(
                template="ballot_cast", recipient=email, language=language, parameters=parameters, now=now
            )
        )

    def _require_valid(self, casting: Casting) -> None:
        ranking, voting_round = casting.ranking, self._round
        if len(ranking) < voting_round.min_length:
            raise Refusal("ballot-too-short", field="ranking", least=voting_round.min_length)
        if len(ranking) > voting_round.max_length:
            raise Refusal("ballot-too-long", field="ranking", most=voting_round.max_length)
        if len(set(ranking)) != len(ranking):
            raise Refusal("ballot-repeats", field="ranking")
        for number in ranking:
            status, title = self._proposals.get((casting.pot_id, number), ("", ""))
            if status == "struck":
                raise Refusal("choice-withdrawn", field="ranking", title=title)
            if status != "shortlisted":
                raise Refusal("choice-unknown", field="ranking")

    def _read_standings(self, castings: Sequence[Casting]) -> dict[tuple[int, int], _Standing]:
        known = {
            "pots": sorted({one.pot_id for one in castings}),
            "entries": sorted({one.entry_id for one in castings}),
            "forms": [_hash_of(one.pot_id, one.entry_id, one.idempotency_key) for one in castings],
        }
        envelopes = {(one.pot_id, one.entry_id): one for one in self._session.scalars(_PRESENT, known)}
        found = {}
        for pot, entry, channel, email, form, code in self._session.execute(_STANDINGS, known):
            if form is not None:  # every form sent before stands beside every entry
                self._earlier[form] = code
            if pot.round_id == entry.round_id == self._round.id:
                may_vote = pot.ward_id is None or pot.ward_id == entry.ward_id
                present = envelopes.get((pot.id, entry.id))
                standing = _Standing(entry.status, may_vote, channel, present, email, entry.language)
                found[pot.id, entry.id] = standing
        return found

    def _read_proposals(self, castings: Sequence[Casting]) -> dict[tuple[int, int], tuple[str, str]]:
        known = {
            "pots": sorted({one.pot_id for one in castings}),
            "numbers": sorted({number for one in castings for number in one.ranking}),
        }
        rows = self._session.execute(_RANKED, known)
        return {(pot_id, number): (status, title) for pot_id, number, status, title in rows}


# Everything is looked up by its keys alone, and only afterwards matched to the round: a database that has not
# counted its rows yet, as when voting has just opened, would read whole tables for each ballot otherwise.
_STANDINGS: Select[Any] = (
    select(
        Bundle("pot", Pot.id, Pot.round_id, Pot.ward_id),
        Bundle(
            "entry",
            RegisterEntry.id,
            RegisterEntry.round_id,
            RegisterEntry.ward_id,
            RegisterEntry.status,
            RegisterEntry.language,
        ),
        select(VoterMark.channel)
        .where(VoterMark.pot_id == Pot.id, VoterMark.entry_id == RegisterEntry.id)
        .scalar_subquery(),
        select(Account.email).where(Account.id == RegisterEntry.account_id).scalar_subquery(),
        CastKey.key_hash,
        CastKey.receipt,
    )
    .select_from(Pot)
    .join(RegisterEntry, RegisterEntry.id.in_(bindparam("entries", expanding=True)))
    .outerjoin(CastKey, CastKey.key_hash.in_(bindparam("forms", expanding=True)))
    .where(Pot.id.in_(bindparam("pots", expanding=True)))
)
_PRESENT = (
    select(Envelope)
    .where(
        Envelope.pot_id.in_(bindparam("pots", expanding=True)),
        Envelope.entry_id.in_(bindparam("entries", expanding=True)),
    )
    .execution_options(populate_existing=True)
)
_RANKED = select(Proposal.pot_id, Proposal.number, Proposal.status, Proposal.title).where(
    Proposal.pot_id.in_(bindparam("pots", expanding=True)),
    Proposal.number.in_(bindparam("numbers", expanding=True)),
)


def find_envelope(session: Session, *, pot_id: int, entry_id: int) -> Envelope | None:
    """The envelope of an entry, also a void one, as the database has it now."""
    query = select(Envelope).where(Envelope.pot_id == pot_id, Envelope.entry_id == entry_id)
    return session.scalars(query, execution_options={"populate_existing": True}).first()


def current_receipt(session: Session, *, pot_id: int, entry_id: int) -> str:
    """The receipt of the entry's ballot in the box, "" if there is none: what a new form replaces."""
    query = select(Envelope.receipt).where(
        Envelope.pot_id == pot_id, Envelope.entry_id == entry_id, Envelope.void.is_(False)
    )
    return session.scalar(query) or ""


def void_ballot(
    session: Session,
    *,
    voting_round: VotingRound,
    pot: Pot,
    entry: RegisterEntry,
    reason: str,
    officer_id: int,
    now: datetime,
) -> bool:
    """Take an entry's ballot out of the box, once two officers say so with the same reason.

    Returns whether it was done, or whether a second officer is still needed.
    """
    lock_round(session, round_id=voting_round.id)
    voting.require_unclosed(session, voting_round=voting_round)
    present = find_envelope(session, pot_id=pot.id, entry_id=entry.id)
    if present is None or present.void:
        raise Refusal("ballot-not-there")
    if not reason.strip():
        raise Refusal("reason-missing", field="reason")
    subject = f"{pot.id}:{present.receipt}:{reason.strip()}"
    said = rounds.approve(
        session, voting_round=voting_round, deed="void", subject=subject, officer_id=officer_id, now=now
    )
    if said < 2:
        return False
    take_out(session, voting_round=voting_round, present=present, reason="officers")
    mark = session.get(VoterMark, (pot.id, entry.id))
    if mark is not None:
        session.delete(mark)
    rounds.note(session, deed="ballot-voided", now=now, account_id=officer_id, round_id=voting_round.id)
    session.flush()
    return True


def take_out(session: Session, *, voting_round: VotingRound, present: Envelope, reason: str) -> None:
    """Void an envelope, with its row on the board; it will never be opened. The caller holds the lock."""
    present.void = True
    payload = {"envelope": _digest(present.sealed), "pot": present.pot_id, "reason": reason}
    board.append(session, round_id=voting_round.id, kind="void", payload=payload)


def _require_eligible(standing: _Standing | None) -> None:
    if standing is None:
        raise NotAllowed("ballot-other-round")
    if standing.status != "confirmed":
        raise NotAllowed(NOT_CONFIRMED[standing.status])
    if not standing.may_vote:
        raise NotAllowed("ballot-other-ward")


def _key_hash(pot_id: int, entry_id: int, idempotency_key: str) -> bytes:
    """A form's key counts for its own voter and pot only."""
    if not 16 <= len(idempotency_key) <= 200:
        raise Refusal("form-stale")
    return _hash_of(pot_id, entry_id, idempotency_key)


def _hash_of(pot_id: int, entry_id: int, idempotency_key: str) -> bytes:
    return hashlib.sha256(f"{pot_id}:{entry_id}:{idempotency_key}".encode()).digest()


def _digest(sealed: bytes) -> str:
    return receipt.envelope_digest(sealed).hex()
