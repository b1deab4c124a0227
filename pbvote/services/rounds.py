"""Finding rounds and saying what may happen in them now."""

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, joinedload

from pbvote.models import Approval, AuditEntry, VotingRound
from pbvote.services.refusal import NotFound, Refusal

# What every page of a round asks, built once.
_BY_SLUG = (
    select(VotingRound).where(VotingRound.slug == bindparam("slug")).options(joinedload(VotingRound.pots))
)


def find(session: Session, *, slug: str) -> VotingRound:
    voting_round = session.scalars(_BY_SLUG, {"slug": slug}).unique().one_or_none()
    if voting_round is None:
        raise NotFound("round-not-found")
    return voting_round


def find_visible(session: Session, *, slug: str, now: datetime) -> VotingRound:
    """The round, unless it is still being set up: then it does not exist for the public."""
    voting_round = find(session, slug=slug)
    if voting_round.phase(now) == "set-up":
        raise NotFound("round-not-found")
    return voting_round


def every(session: Session) -> list[VotingRound]:
    """All rounds, the newest first; for officers."""
    return list(session.scalars(select(VotingRound).order_by(VotingRound.id.desc())))


def visible(session: Session, *, now: datetime) -> list[VotingRound]:
    """Rounds the public may see, the one that needs people most first."""
    order = ("voting", "collecting", "voting-delayed", "shortlist", "screening", "closed", "counted")
    rounds = session.scalars(select(VotingRound).order_by(VotingRound.id.desc())).all()
    shown = [one for one in rounds if one.phase(now) != "set-up"]
    rank = {phase: place for place, phase in enumerate(order)}
    return sorted(shown, key=lambda one: rank.get(one.phase(now), len(order)))


def all_rounds(session: Session) -> list[VotingRound]:
    """Every round, the oldest first."""
    return list(session.scalars(select(VotingRound).order_by(VotingRound.id)))


def require_phase(voting_round: VotingRound, *phases: str, now: datetime) -> None:
    """Refuse, naming the date that matters, unless the round is in one of `phases`."""
    phase = voting_round.phase(now)
    if phase in phases:
        return
    if "voting" in phases:
        if phase == "voting-delayed":
            raise Refusal("voting-delayed")
        if voting_round.voting_opens_at and now < voting_round.voting_opens_at:
            raise Refusal("voting-not-open", opens=voting_round.voting_opens_at)
        raise Refusal("voting-closed", closed=voting_round.voting_closes_at)
    if "collecting" in phases:
        if voting_round.proposals_open_at and now < voting_round.proposals_open_at:
            raise Refusal("proposals-not-open", opens=voting_round.proposals_open_at)
        raise Refusal("proposals-closed", closed=voting_round.proposals_close_at)
    raise Refusal("wrong-phase", phase=phase)


def approve(
    session: Session, *, voting_round: VotingRound, deed: str, subject: str, officer_id: int, now: datetime
) -> int:
    """Record one officer's yes to exactly this subject; return how many different officers said it."""
    given = set(approvers(session, voting_round=voting_round, deed=deed, subject=subject))
    if officer_id not in given:
        session.add(
            Approval(round_id=voting_round.id, deed=deed, subject=subject, officer_id=officer_id, at=now)
        )
        session.flush()
    return len(given | {officer_id})


def approvers(session: Session, *, voting_round: VotingRound, deed: str, subject: str) -> list[int]:
    """The officers who said yes to exactly this subject, in the order they did."""
    query = select(Approval.officer_id).where(
        Approval.round_id == voting_round.id,
        Approval.deed == deed,
        Approval.subject == subject,
        Approval.used_at.is_(None),
    )
    return list(session.scalars(query.order_by(Approval.id)))


def use_approvals(
    session: Session, *, voting_round: VotingRound, deed: str, subject: str, now: datetime
) -> None:
    """Spend the approvals of a deed that is done, so that doing it again needs new ones."""
    session.execute(
        update(Approval)
        .where(Approval.round_id == voting_round.id, Approval.deed == deed, Approval.subject == subject)
        .values(used_at=now)
    )


def note(
    session: Session,
    *,
    deed: str,
    now: datetime,
    account_id: int | None,
    round_id: int | None = None,
    **detail: object,
) -> None:
    """Write an officer's deed into the audit log."""
    session.add(AuditEntry(at=now, account_id=account_id, round_id=round_id, deed=deed, detail=dict(detail)))
