"""A declined group's one appeal, decided by an officer who did not decline it."""

from datetime import datetime

from sqlalchemy.orm import Session

from pbvote.models import Account, Appeal, Proposal
from pbvote.services import accounts, group_messages, rounds, screening
from pbvote.services.proposals import record
from pbvote.services.refusal import NotAllowed, NotFound, Refusal


def of_proposal(session: Session, *, proposal: Proposal) -> Appeal | None:
    return session.get(Appeal, proposal.id)


def make(session: Session, *, proposal: Proposal, account: Account, text: str, now: datetime) -> Appeal:
    """Appeal against being declined, once, until the shortlist is published."""
    session.refresh(proposal, with_for_update=True)
    existing = of_proposal(session, proposal=proposal)
    if existing is not None:
        if existing.text == text:
            return existing
        raise Refusal("appeal-made-already")
    if proposal.status != "declined":
        raise Refusal("nothing-to-appeal")
    if proposal.voting_round.shortlist_published_at:
        raise Refusal("appeal-too-late", published=proposal.voting_round.shortlist_published_at)
    appeal = Appeal(proposal_id=proposal.id, text=text, made_by_id=account.id, made_at=now)
    session.add(appeal)
    event = record(session, proposal=proposal, kind="appeal", account=account, reason=text, now=now)
    everybody = accounts.officers(session)
    able = [one for one in everybody if may_decide(session, proposal=proposal, officer=one)]
    group_messages.tell_officers(
        session,
        officers=able or everybody,
        proposal=proposal,
        template="appeal_made",
        occasion=str(event.id),
        nobody_may_decide=not able,
        now=now,
    )
    return appeal


def may_decide(session: Session, *, proposal: Proposal, officer: Account) -> bool:
    """Whether this officer neither declined the proposal nor has to do with the group."""
    declined_by = {event.account_id for event in proposal.events if event.kind == "declined"}
    return officer.id not in declined_by and not screening.has_conflict(
        session, proposal=proposal, officer=officer
    )


def decide(
    session: Session, *, proposal: Proposal, officer: Account, upheld: bool, outcome: str, now: datetime
) -> None:
    """Answer an appeal: upheld puts the proposal on the shortlist."""
    session.refresh(proposal, with_for_update=True)
    appeal = of_proposal(session, proposal=proposal)
    if appeal is None or proposal.status != "declined":
        raise NotFound("appeal-not-found")
    if appeal.upheld is not None:
        raise Refusal("appeal-decided-already")
    if proposal.voting_round.shortlist_published_at:
        raise Refusal("shortlist-is-out")
    if not may_decide(session, proposal=proposal, officer=officer):
        raise NotAllowed("appeal-needs-another-officer")
    if not outcome:
        raise Refusal("reason-missing", field="outcome")
    appeal.upheld, appeal.outcome = upheld, outcome
    appeal.decided_by_id, appeal.decided_at = officer.id, now
    if upheld:
        proposal.status, proposal.decision_reason, proposal.decided_at = "shortlisted", outcome, now
    kind = "appeal-upheld" if upheld else "appeal-refused"
    event = record(session, proposal=proposal, kind=kind, account=officer, reason=outcome, now=now)
    rounds.note(
        session,
        deed=kind,
        now=now,
        account_id=officer.id,
        round_id=proposal.round_id,
        number=proposal.number,
    )
    group_messages.tell(
        session,
        proposal=proposal,
        template="appeal_decided",
        occasion=str(event.id),
        upheld=upheld,
        reason=outcome,
        now=now,
    )
