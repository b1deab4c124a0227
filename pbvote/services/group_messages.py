"""Messages about a proposal: to everybody who acts for its group, and to officers."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import Account, GroupMember, Proposal
from pbvote.services import outbox


def tell(
    session: Session,
    *,
    proposal: Proposal,
    template: str,
    now: datetime,
    occasion: str = "",
    **parameters: Any,
) -> int:
    """Queue one message for each person of the group; with `occasion`, at most once each for it."""
    if proposal.group_id is None:
        return 0
    query = (
        select(Account)
        .join(GroupMember, GroupMember.account_id == Account.id)
        .where(GroupMember.group_id == proposal.group_id, Account.disabled_at.is_(None))
        .order_by(Account.id)
    )
    people = list(session.scalars(query))
    for person in people:
        outbox.enqueue(
            session,
            template=template,
            channel="email" if person.email else "sms",
            recipient=person.email or person.phone or "",
            language=person.language,
            parameters=_about(proposal) | parameters,
            once_key=f"{template}/{proposal.id}/{occasion}/{person.id}" if occasion else None,
            now=now,
        )
    return len(people)


def tell_officers(
    session: Session,
    *,
    officers: Iterable[Account],
    proposal: Proposal,
    template: str,
    now: datetime,
    occasion: str = "",
    **parameters: Any,
) -> None:
    """Queue one message for each of these officers; with `occasion`, at most once each for it."""
    group = proposal.group.name if proposal.group else ""
    for officer in officers:
        if officer.email and officer.disabled_at is None:
            outbox.enqueue(
                session,
                template=template,
                recipient=officer.email,
                language=officer.language,
                parameters=_about(proposal) | {"group": group} | parameters,
                once_key=f"{template}/{proposal.id}/{occasion}/{officer.id}" if occasion else None,
                now=now,
            )


def _about(proposal: Proposal) -> dict[str, Any]:
    return {
        "title": proposal.title,
        "number": proposal.number,
        "round_title": proposal.voting_round.title,
        "round_slug": proposal.voting_round.slug,
        "proposal_id": proposal.id,
    }
