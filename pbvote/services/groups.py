"""Community groups: their facts, entered once, and the people who act for them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from pbvote.models import Account, CommunityGroup, GroupMember
from pbvote.models.group import GROUP_KINDS
from pbvote.services import accounts, outbox
from pbvote.services.refusal import NotFound, Refusal

FACTS = {
    "about": ("name", "kind", "charity_number", "company_number", "about", "address", "postcode", "website"),
    "people": ("has_governing_document", "committee"),
    "money": ("bank_account_name", "two_signatories", "parent_organisation"),
    "safeguarding": ("has_safeguarding_policy", "safeguarding_contact"),
}
LEAST_COMMITTEE = 3
MOST_MEMBERS = 20


def of_account(session: Session, *, account: Account) -> list[CommunityGroup]:
    """The groups somebody acts for, by name."""
    query = (
        select(CommunityGroup)
        .join(GroupMember)
        .where(GroupMember.account_id == account.id)
        .order_by(CommunityGroup.name, CommunityGroup.id)
        .options(selectinload(CommunityGroup.members))
    )
    return list(session.scalars(query))


def has_any(session: Session, *, account: Account) -> bool:
    query = select(GroupMember.group_id).where(GroupMember.account_id == account.id).limit(1)
    return session.scalar(query) is not None


def find(session: Session, *, group_id: int, account: Account) -> CommunityGroup:
    """The group, for one of its own people; for everybody else it is not there."""
    group = session.get(CommunityGroup, group_id)
    if group is None or not is_member(group, account=account):
        raise NotFound("group-not-found")
    return group


def is_member(group: CommunityGroup, *, account: Account) -> bool:
    return any(member.account_id == account.id for member in group.members)


def begin(
    session: Session, *, account: Account, name: str, kind: str, contact_name: str, now: datetime
) -> CommunityGroup:
    """Enter a group with its first contact person; the same name again is the same group."""
    if kind not in GROUP_KINDS:
        raise Refusal("group-kind-unknown", field="kind")
    session.refresh(account, with_for_update=True)
    for group in of_account(session, account=account):
        if group.name.casefold() == name.casefold():
            return group
    account.name = contact_name or account.name
    group = CommunityGroup(name=name, kind=kind, created_at=now)
    group.members = [GroupMember(account_id=account.id, role="contact")]
    session.add(group)
    session.flush()
    return group


def save_facts(session: Session, *, group: CommunityGroup, section: str, facts: dict[str, Any]) -> None:
    """Keep one section of a group's facts; half of them is fine."""
    if section == "people":
        _check_committee(facts.get("committee", []))
    if section == "about" and facts.get("kind") not in GROUP_KINDS:
        raise Refusal("group-kind-unknown", field="kind")
    session.refresh(group, with_for_update=True)
    for name in FACTS[section]:
        if name in facts:
            setattr(group, name, facts[name])
    session.flush()


def _check_committee(people: Iterable[dict[str, str]]) -> None:
    names = [person["name"].casefold() for person in people]
    if len(set(names)) != len(names):
        raise Refusal("committee-repeats", field="committee")


def gaps(group: CommunityGroup) -> list[Refusal]:
    """What a group still has to tell before it can send a proposal, each with its section."""
    missing = _gaps_about(group)
    if not group.parent_organisation:
        missing += _gaps_own(group)
    if not group.safeguarding_contact:
        missing.append(Refusal("group-needs-safeguarding", section="safeguarding"))
    return missing


def _gaps_about(group: CommunityGroup) -> list[Refusal]:
    missing = []
    if not group.about or not group.postcode:
        missing.append(Refusal("group-needs-about", section="about"))
    if group.kind == "charity" and not group.charity_number:
        missing.append(Refusal("group-needs-charity-number", section="about"))
    if group.kind == "cic" and not group.company_number:
        missing.append(Refusal("group-needs-company-number", section="about"))
    return missing


def _gaps_own(group: CommunityGroup) -> list[Refusal]:
    missing = []
    if not group.has_governing_document:
        missing.append(Refusal("group-needs-rules", section="people"))
    if len(group.committee) < LEAST_COMMITTEE:
        missing.append(Refusal("group-needs-people", section="people", least=LEAST_COMMITTEE))
    if not group.bank_account_name or not group.two_signatories:
        missing.append(Refusal("group-needs-bank", section="money"))
    return missing


def gaps_by_section(group: CommunityGroup) -> dict[str, list[Refusal]]:
    found = gaps(group)
    return {section: [one for one in found if one.parameters["section"] == section] for section in FACTS}


def invite(session: Session, *, group: CommunityGroup, email: str, by: Account, now: datetime) -> None:
    """Let somebody else act for the group; they sign in with a code sent to this address."""
    try:
        address = validate_email(email, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        raise Refusal("email-invalid", field="email") from None
    session.refresh(group, with_for_update=True)
    if any(member.account.email == address for member in group.members):
        raise Refusal("already-in-group", field="email")
    if len(group.members) >= MOST_MEMBERS:
        raise Refusal("group-full", field="email", most=MOST_MEMBERS)
    invited = accounts.find_or_make(session, email=address, now=now)
    group.members.append(GroupMember(account_id=invited.id, role="member", account=invited))
    session.flush()
    outbox.enqueue(
        session,
        template="group_invitation",
        recipient=address,
        language=invited.language,
        parameters={"group": group.name, "by": by.name or by.email or ""},
        now=now,
    )


def remove_member(session: Session, *, group: CommunityGroup, account_id: int) -> None:
    """Take somebody out of the group; one person always stays."""
    session.refresh(group, with_for_update=True)
    member = next((one for one in group.members if one.account_id == account_id), None)
    if member is None:
        return
    if len(group.members) == 1:
        raise Refusal("last-member")
    session.delete(member)
    session.flush()
    session.expire(group, ["members"])
