"""Choosing and ordering: what happens to a ballot before it is cast. Nothing here is stored."""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session, selectinload

from pbvote.models import (
    Pot,
    Proposal,
    ProposalTranslation,
    ProposalWard,
    RegisterEntry,
    Theme,
    VoterMark,
    VotingRound,
    Ward,
)
from pbvote.services import register, shortlist
from pbvote.services.refusal import NotFound, Refusal

MOVES = ("up", "down", "top", "remove")


class Label(NamedTuple):
    """A ward or a theme, as far as a ballot page names it."""

    id: int
    name: str
    position: int = 0


class Wording(NamedTuple):
    """A proposal's text in another language."""

    language: str
    title: str
    summary: str


@dataclass(frozen=True)
class Choice:
    """What a ballot page says of one proposal; a value, so that its HTML can be kept and found again."""

    number: int
    title: str
    summary: str
    cost: int
    borough_wide: bool
    theme: Label | None
    wards: tuple[Label, ...]
    translations: tuple[Wording, ...]


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


def numbers(session: Session, *, pot: Pot) -> list[int]:
    """The ballot numbers of what can be chosen in a pot."""
    return list(session.scalars(_NUMBERS, {"pot": pot.id}))


def read(session: Session, *, pot: Pot, only: Sequence[int] | None = None) -> dict[int, Choice]:
    """What can be chosen in a pot, by ballot number; with `only`, no more than these numbers.

    Reads columns, not objects: the ballot page is the one most people open, most often.
    """
    shown, placed, worded = _ALL if only is None else _SOME
    wanted = {"pot": pot.id} if only is None else {"pot": pot.id, "numbers": list(only)}
    wards: dict[int, list[Label]] = {}
    for proposal_id, ward_id, name in session.execute(placed, wanted):
        wards.setdefault(proposal_id, []).append(Label(ward_id, name))
    wordings: dict[int, list[Wording]] = {}
    for proposal_id, *wording in session.execute(worded, wanted):
        wordings.setdefault(proposal_id, []).append(Wording(*wording))
    return {
        number: Choice(
            number,
            title,
            summary,
            cost,
            borough_wide,
            Label(*theme) if theme[0] is not None else None,
            tuple(wards.get(proposal_id, ())),
            tuple(wordings.get(proposal_id, ())),
        )
        for proposal_id, number, title, summary, cost, borough_wide, *theme in session.execute(shown, wanted)
    }


def _queries(*narrower: ColumnElement[bool]) -> tuple[Select[*tuple[Any, ...]], ...]:
    """What `read` asks, built once: the proposals, their wards, their translations."""
    wanted = (Proposal.pot_id == bindparam("pot"), Proposal.status == "shortlisted", *narrower)
    columns = (Proposal.id, Proposal.number, Proposal.title, Proposal.summary, Proposal.cost)
    shown = (
        select(*columns, Proposal.borough_wide, Theme.id, Theme.name, Theme.position)
        .outerjoin(Theme, Theme.id == Proposal.theme_id)
        .order_by(Proposal.number)
    )
    placed = (
        select(ProposalWard.proposal_id, Ward.id, Ward.name)
        .join(Ward, Ward.id == ProposalWard.ward_id)
        .join(Proposal, Proposal.id == ProposalWard.proposal_id)
        .order_by(Ward.name)
    )
    text = ProposalTranslation
    worded = (
        select(text.proposal_id, text.language, text.title, text.summary)
        .join(Proposal, Proposal.id == text.proposal_id)
        .order_by(text.language)
    )
    return shown.where(*wanted), placed.where(*wanted), worded.where(*wanted)


_ALL = _queries()
_SOME = _queries(Proposal.number.in_(bindparam("numbers", expanding=True)))
_NUMBERS = (
    select(Proposal.number)
    .where(Proposal.pot_id == bindparam("pot"), Proposal.status == "shortlisted")
    .order_by(Proposal.number)
)
_MARKS = select(VoterMark).where(VoterMark.entry_id == bindparam("entry"))


def search(session: Session, *, pot: Pot, wish: shortlist.Wish) -> set[int]:
    """The ballot numbers of what fits a wish, its whole text searched."""
    return {one.number for one in on_ballot(session, pot=pot) if shortlist.fits(one, wish)}


def find(session: Session, *, pot: Pot, number: int) -> Proposal:
    """One proposal of the pot's ballot with its whole text, or NotFound."""
    query = select(Proposal).where(
        Proposal.pot_id == pot.id, Proposal.status == "shortlisted", Proposal.number == number
    )
    proposal = session.scalar(query)
    if proposal is None:
        raise NotFound("proposal-not-found")
    return proposal


def struck(session: Session, *, pot: Pot) -> list[str]:
    """The titles of what was withdrawn after the shortlist was published."""
    query = select(Proposal.title).where(Proposal.pot_id == pot.id, Proposal.status == "struck")
    return list(session.scalars(query.order_by(Proposal.number)))


def shuffled(numbers: Iterable[int], *, order_secret: bytes, entry_id: int) -> list[int]:
    """The ballot numbers in this voter's own order: the same on each visit, every place equally likely.

    Sorting by independent keyed hashes gives each order the same chance; a proposal struck later leaves
    the order of the others as it was.
    """
    key = hmac.digest(order_secret, b"ballot-order %d" % entry_id, "sha256")

    def place(number: int) -> bytes:
        return hmac.digest(key, b"%d" % number, "sha256")

    return sorted(numbers, key=place)


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


def only_known(ranking: Iterable[int], *, known: Iterable[int]) -> list[int]:
    """A ranking without repeats and without numbers that are not on the ballot."""
    on_it = set(known)
    return list(dict.fromkeys(number for number in ranking if number in on_it))


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
    return {mark.pot_id: mark for mark in session.scalars(_MARKS, {"entry": entry.id})}
