"""What needs a group's answer now, over all its proposals and rounds, the most urgent first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pbvote.models import Account, Award, Proposal
from pbvote.services import appeals, awards, proposals


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing to do. `kind` is question, draft, appeal, award or report."""

    kind: str
    proposal: Proposal
    deadline: datetime | None = None
    award: Award | None = None


def of_account(session: Session, *, account: Account, now: datetime) -> list[Item]:
    found = [
        item
        for proposal in proposals.of_account(session, account=account)
        if (item := _item(session, proposal, now)) is not None
    ]
    return sorted(found, key=lambda item: (item.deadline is None, item.deadline or now, item.proposal.id))


def _item(session: Session, proposal: Proposal, now: datetime) -> Item | None:
    voting_round = proposal.voting_round
    if proposal.status == "changes-asked" and voting_round.shortlist_published_at is None:
        return Item(kind="question", proposal=proposal, deadline=proposals.answer_by(proposal))
    if proposal.status == "draft" and voting_round.is_collecting(now):
        return Item(kind="draft", proposal=proposal, deadline=voting_round.proposals_close_at)
    if proposal.status == "declined" and voting_round.shortlist_published_at is None:
        if appeals.of_proposal(session, proposal=proposal) is None:
            return Item(kind="appeal", proposal=proposal)
        return None
    if proposal.status == "shortlisted" and voting_round.published_at is not None:
        award = awards.of_proposal(session, proposal=proposal)
        if award is not None and award.status in ("offered", "accepted"):
            kind = "award" if award.status == "offered" else "report"
            return Item(kind=kind, proposal=proposal, award=award)
    return None
