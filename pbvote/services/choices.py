"""Choosing and ordering: what happens to a ballot before it is cast. Nothing here is stored."""

import hmac
from collections.abc import Iterable, Sequence
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from pbvote.models import Pot, Proposal, RegisterEntry, VoterMark, VotingRound
from pbvote.services import register
from pbvote.services.refusal import NotFound, Refusal

MOVES = ("up", "down", "top", "remove")


def pot_for(voting_round: VotingRound, *, slug: str, entry: RegisterEntry) -> Pot:
    """The pot of this name, if the resident has a ballot in it."""
    for pot in register.pots_open_to(voting_round, entry):
        if pot.slug == slug:
            return pot
    raise NotFound("pot-not-found")


def on_ballot(session: Session, *, pot: Pot) -> list[Proposal]:
    """What can be chosen in a pot, by ballot number, with all that a ballot page shows."""
    query = (
        select(Proposal)
        .where(Proposal.pot_id == pot.id, Proposal.status == "shortlisted")
        .order_by(Proposal.number)
        .options(
            selectinload(Proposal.wards),
            selectinload(Proposal.theme),
            selectinload(Proposal.group),
            selectinload(Proposal.translations),
        )
    )
    return list(session.scalars(query))


def struck(session: Session, *, pot: Pot) -> list[Proposal]:
    """What was withdrawn after the shortlist was published."""
    query = select(Proposal).where(Proposal.pot_id == pot.id, Proposal.status == "struck")
    return list(session.scalars(query.order_by(Proposal.number)))


def shuffled(proposals: Iterable[Proposal], *, order_secret: bytes, entry_id: int) -> list[Proposal]:
    """The proposals in this voter's own order: the same on each visit, and every place equally likely.

    Sorting by independent keyed hashes gives each order the same chance; a proposal struck later leaves
    the order of the others as it was.
    """
    key = hmac.new(order_secret, b"ballot-order %d" % entry_id, sha256).digest()

    def place(proposal: Proposal) -> bytes:
        return hmac.new(key, b"%d" % proposal.number, sha256).digest()

    return sorted(proposals, key=place)


def merge(
    draft: Sequence[int],
    *,
    ticked: Iterable[int],
    shown: Iterable[int],
    chosen_order: Sequence[int] = (),
) -> list[int]:
    """The draft after a choose form: what was ticked on it, and what it did not show, unchanged.

    Earlier choices keep their places; new ones follow in the order they were tapped, as far as the
    browser could tell.
    """
    ticked_set, shown_set = set(ticked), set(shown)
    kept = [number for number in draft if number in ticked_set or number not in shown_set]
    wanted = [number for number in chosen_order if number in ticked_set]
    wanted += [number for number in shown if number in ticked_set]
    for number in wanted:
        if number not in kept:
            kept.append(number)
    return kept


def only_known(ranking: Iterable[int], *, proposals: Iterable[Proposal]) -> list[int]:
    """A ranking without repeats and without numbers that are not on the ballot."""
    known = {proposal.number for proposal in proposals}
    return list(dict.fromkeys(number for number in ranking if number in known))


def move(ranking: Sequence[int], *, number: int, how: str) -> list[int]:
    """Move one choice up, down or to the top, or remove it; a move that cannot be is no move."""
    if how not in MOVES:
        raise Refusal("move-unknown")
    if number not in ranking:
        return list(ranking)
    if how == "remove":
        return [one for one in ranking if one != number]
    place = {"up": -1, "down": 1}.get(how, 0) + ranking.index(number)
    return put_at(ranking, number=number, place=1 if how == "top" else place + 1)


def put_at(ranking: Sequence[int], *, number: int, place: int) -> list[int]:
    """The ranking with one of its choices at `place`, counted from 1, the others closing up."""
    if number not in ranking:
        return list(ranking)
    others = [one for one in ranking if one != number]
    others.insert(min(max(place, 1), len(ranking)) - 1, number)
    return others


def put_back(ranking: Sequence[int], *, number: int, place: int) -> list[int]:
    """Undo a removal."""
    return put_at([*ranking, number], number=number, place=place) if number not in ranking else list(ranking)


def require_length(voting_round: VotingRound, ranking: Sequence[int], *, finished: bool) -> None:
    """Refuse more choices than the round allows and, once finished, fewer than it wants."""
    if finished and len(ranking) < voting_round.min_length:
        raise Refusal("choices-too-few", field="picked", least=voting_round.min_length)
    if len(ranking) > voting_round.max_length:
        over = len(ranking) - voting_round.max_length
        raise Refusal("choices-too-many", field="picked", most=voting_round.max_length, over=over)


def marks(session: Session, *, entry: RegisterEntry) -> dict[int, VoterMark]:
    """Where somebody has voted already: their marks by pot."""
    query = select(VoterMark).where(VoterMark.entry_id == entry.id)
    return {mark.pot_id: mark for mark in session.scalars(query)}
