"""Makes the things tests are about; each with believable defaults, each one call."""

import itertools
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from pbvote.models import (
    Account,
    AccountRole,
    BudgetLine,
    CommunityGroup,
    GroupMember,
    Postcode,
    Pot,
    Proposal,
    RegisterEntry,
    Theme,
    VotingRound,
    Ward,
)
from pbvote.services import sign_ins
from pbvote.services.keyring import Keyring

PASSWORD = "correct horse battery staple"
_numbers = itertools.count(1)


def make_ward(session: Session, *, name: str | None = None, postcodes: tuple[str, ...] = ()) -> Ward:
    number = next(_numbers)
    ward = Ward(code=f"W{number:03d}", name=name or f"Ward {number}", population=18_000)
    session.add(ward)
    session.flush()
    session.add_all(Postcode(code=code.replace(" ", ""), ward_id=ward.id) for code in postcodes)
    session.flush()
    return ward


def make_round(
    session: Session, *, now: datetime, phase: str = "voting", budget: int = 100_000_00, **values: Any
) -> VotingRound:
    """A round that stands in `phase` at `now`, with one pot and two themes."""
    number = next(_numbers)
    day = timedelta(days=1)
    start = {
        "waiting-for-proposals": now + 2 * day,
        "collecting": now - 2 * day,
        "screening": now - 12 * day,
        "shortlist": now - 18 * day,
        "voting": now - 25 * day,
        "closed": now - 50 * day,
    }.get(phase, now - 50 * day)
    voting_round = VotingRound(
        slug=values.pop("slug", f"round-{number}"),
        title=values.pop("title", f"Round {number}"),
        summary="Money for projects in your neighbourhood.",
        council="Northbank Council",
        demo=True,
        proposals_open_at=start,
        proposals_close_at=start + 10 * day,
        voting_opens_at=start + 20 * day,
        voting_closes_at=start + 40 * day,
        results_due_at=start + 45 * day,
        schedule_approved_at=None if phase == "set-up" else start - day,
        shortlist_published_at=start + 15 * day if phase in ("shortlist", "voting", "closed") else None,
        order_secret=b"o" * 32,
        register_pepper=b"p" * 32,
        **values,
    )
    voting_round.pots = [Pot(slug="all", name="The whole borough", budget=budget)]
    voting_round.themes = [
        Theme(slug="green", name="Green spaces", position=1),
        Theme(slug="young", name="Young people", position=2),
    ]
    session.add(voting_round)
    session.flush()
    return voting_round


def make_account(session: Session, *, now: datetime, email: str | None = None, **values: Any) -> Account:
    number = next(_numbers)
    account = Account(email=email or f"person{number}@example.com", created_at=now, **values)
    session.add(account)
    session.flush()
    return account


def make_officer(
    session: Session,
    *,
    keyring: Keyring,
    now: datetime,
    roles: tuple[str, ...] = ("officer",),
    email: str | None = None,
) -> Account:
    number = next(_numbers)
    account = make_account(
        session, now=now, email=email or f"officer{number}@northbank.example", name=f"Officer {number}"
    )
    account.password_hash = _password_hash()
    account.roles = [AccountRole(role=role) for role in roles]
    sign_ins.set_totp(account, keyring=keyring)
    session.flush()
    return account


@cache
def _password_hash() -> str:
    """PASSWORD, hashed once: the hashing is slow on purpose."""
    somebody = Account(email="", created_at=datetime.now(UTC))
    sign_ins.set_password(somebody, password=PASSWORD)
    return str(somebody.password_hash)


def make_group(
    session: Session, *, now: datetime, contact: Account | None = None, **values: Any
) -> CommunityGroup:
    number = next(_numbers)
    facts: dict[str, Any] = {
        "name": f"Friends of Square {number}",
        "kind": "constituted-group",
        "about": "Neighbours who look after the square.",
        "has_governing_document": True,
        "committee": [
            {"name": "Ada Brook", "role": "Chair"},
            {"name": "Ben Okoro", "role": "Treasurer"},
            {"name": "Cleo Marsh", "role": "Secretary"},
        ],
        "bank_account_name": f"Friends of Square {number}",
        "two_signatories": True,
        "has_safeguarding_policy": True,
        "safeguarding_contact": "Ada Brook",
        **values,
    }
    group = CommunityGroup(created_at=now, **facts)
    if contact is not None:
        group.members = [GroupMember(account_id=contact.id, role="contact")]
    session.add(group)
    session.flush()
    return group


def make_proposal(
    session: Session,
    *,
    voting_round: VotingRound,
    now: datetime,
    group: CommunityGroup | None = None,
    cost: int = 5_000_00,
    status: str = "shortlisted",
    **values: Any,
) -> Proposal:
    number = next(_numbers)
    facts: dict[str, Any] = {
        "number": number,
        "title": f"A pond for the square {number}",
        "summary": "Dig a small pond and plant its edge.",
        "story": "The corner of the square floods each winter. A pond would hold the water.",
        "who_benefits": "Neighbours of every age",
        "people_helped": 200,
        **values,
    }
    proposal = Proposal(
        round_id=voting_round.id,
        pot_id=voting_round.pots[0].id,
        group_id=group.id if group else None,
        theme_id=voting_round.themes[0].id,
        status=status,
        cost=cost,
        created_at=now,
        submitted_at=None if status == "draft" else now,
        **facts,
    )
    proposal.budget_lines = [BudgetLine(position=1, description="Digging and planting", amount=cost)]
    session.add(proposal)
    session.flush()
    return proposal


def make_entry(
    session: Session,
    *,
    voting_round: VotingRound,
    now: datetime,
    account: Account | None = None,
    ward: Ward | None = None,
    status: str = "confirmed",
    **values: Any,
) -> RegisterEntry:
    number = next(_numbers)
    entry = RegisterEntry(
        round_id=voting_round.id,
        account_id=account.id if account else None,
        ward_id=ward.id if ward else None,
        status=status,
        name=values.pop("name", f"Resident {number}"),
        registered_on=now.date(),
        **values,
    )
    session.add(entry)
    session.flush()
    return entry
