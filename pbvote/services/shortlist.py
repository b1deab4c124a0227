"""The proposals anybody may see: those on the ballot, found, searched and put in order."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from pbvote.models import Proposal, Theme, Upload, VotingRound, Ward
from pbvote.services.refusal import NotFound

PUBLIC = ("shortlisted", "struck")
ORDERS = ("mixed", "least", "most", "title")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody looks for. Amounts in minor units; None or "" means: no matter."""

    text: str = ""
    ward_id: int | None = None
    theme_id: int | None = None
    at_least: int | None = None
    at_most: int | None = None
    order: str = "mixed"


def public(session: Session, *, voting_round: VotingRound) -> list[Proposal]:
    """Every proposal on the ballot or struck from it, by number; none before the shortlist is out."""
    if not is_out(voting_round):
        return []
    query = (
        select(Proposal)
        .where(Proposal.round_id == voting_round.id, Proposal.status.in_(PUBLIC))
        .order_by(Proposal.number)
        .options(
            selectinload(Proposal.wards),
            selectinload(Proposal.theme),
            selectinload(Proposal.group),
            selectinload(Proposal.uploads),
            selectinload(Proposal.translations),
        )
    )
    return list(session.scalars(query))


def is_out(voting_round: VotingRound) -> bool:
    return bool(voting_round.shortlist_published_at or voting_round.published_at)


def find(session: Session, *, voting_round: VotingRound, number: int) -> Proposal:
    """One public proposal of the round by its number, or NotFound."""
    query = select(Proposal).where(Proposal.round_id == voting_round.id, Proposal.number == number)
    proposal = session.scalar(query)
    if proposal is None or not proposal.is_public or not is_out(voting_round):
        raise NotFound("proposal-not-found")
    return proposal


def picture(session: Session, *, sha256: str) -> Upload:
    """A picture of a public proposal, by the digest of its bytes, or NotFound."""
    query = (
        select(Upload, Proposal)
        .join(Proposal, Upload.proposal_id == Proposal.id)
        .where(Upload.sha256 == sha256, Upload.kind == "picture", Proposal.status.in_(PUBLIC))
    )
    for upload, proposal in session.execute(query):
        if is_out(proposal.voting_round):
            found: Upload = upload
            return found
    raise NotFound("picture-not-found")


def search(session: Session, *, voting_round: VotingRound, wish: Wish, today: date) -> list[Proposal]:
    """The public proposals that fit the wish.

    "mixed" is another order each day, the same for everybody on that day, so that no proposal
    always stands first.
    """
    found = [one for one in public(session, voting_round=voting_round) if fits(one, wish)]
    if wish.order == "title":
        return sorted(found, key=lambda one: (_plain(one.title), one.number))
    if wish.order in ("least", "most"):
        return sorted(found, key=lambda one: (one.cost, one.number), reverse=wish.order == "most")
    return mixed(found, seed=f"{voting_round.slug} {today.isoformat()}")


def mixed(proposals: Iterable[Proposal], *, seed: str) -> list[Proposal]:
    return sorted(proposals, key=lambda one: sha256(f"{seed} {one.number}".encode()).digest())


def alike(session: Session, *, proposal: Proposal, limit: int = 3) -> list[Proposal]:
    """A few others of the same theme or ward, not always the same ones for every proposal."""
    wards = {ward.id for ward in proposal.wards}
    others = [
        one
        for one in public(session, voting_round=proposal.voting_round)
        if one.id != proposal.id
        and one.status == "shortlisted"
        and ((one.theme_id and one.theme_id == proposal.theme_id) or wards & {ward.id for ward in one.wards})
    ]
    return mixed(others, seed=str(proposal.number))[:limit]


def wards_in_use(proposals: Iterable[Proposal]) -> list[Ward]:
    wards = {ward.id: ward for one in proposals for ward in one.wards}
    return sorted(wards.values(), key=lambda ward: ward.name)


def themes_in_use(proposals: Iterable[Proposal]) -> list[Theme]:
    themes = {one.theme.id: one.theme for one in proposals if one.theme}
    return sorted(themes.values(), key=lambda theme: (theme.position, theme.name))


def fits(proposal: Proposal, wish: Wish) -> bool:
    """Whether a proposal is what somebody looks for."""
    if wish.ward_id and not proposal.borough_wide and wish.ward_id not in {w.id for w in proposal.wards}:
        return False
    if wish.theme_id and proposal.theme_id != wish.theme_id:
        return False
    if wish.at_least is not None and proposal.cost < wish.at_least:
        return False
    if wish.at_most is not None and proposal.cost > wish.at_most:
        return False
    text, number = _text(proposal), f"#{proposal.number}"
    return all(word in text or word == number for word in _plain(wish.text).split())


def _text(proposal: Proposal) -> str:
    parts = [proposal.title, proposal.summary, proposal.story]
    parts += [ward.name for ward in proposal.wards]
    parts += [proposal.theme.name if proposal.theme else "", proposal.group.name if proposal.group else ""]
    parts += [text for t in proposal.translations for text in (t.title, t.summary)]
    return _plain(" ".join(parts))


def _plain(text: str) -> str:
    """Without case and accents, so that "cafe" finds "Café"."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in split if not unicodedata.combining(letter))
