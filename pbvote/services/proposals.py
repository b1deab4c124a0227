"""Proposals as their groups write them: begun, saved section by section, sent, answered, withdrawn."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from pbvote.models import (
    Account,
    BudgetLine,
    CommunityGroup,
    GroupMember,
    Pot,
    Proposal,
    ProposalEvent,
    ProposalQuestion,
    VotingRound,
)
from pbvote.services import accounts, application_gaps, group_messages, rounds
from pbvote.services.locks import lock_round
from pbvote.services.refusal import NotFound, Refusal

SECTIONS = ("project", "place", "money", "dates", "pictures")
MOST_LINES = 40
UNDECIDED = ("submitted", "changes-asked", "resubmitted")


def on_ballot(session: Session, *, pot: Pot) -> list[Proposal]:
    """The proposals people may rank, by ballot number."""
    query = select(Proposal).where(Proposal.pot_id == pot.id, Proposal.status == "shortlisted")
    return list(session.scalars(query.order_by(Proposal.number)))


def of_account(session: Session, *, account: Account) -> list[Proposal]:
    """Every proposal of somebody's groups, the newest first."""
    query = (
        select(Proposal)
        .join(GroupMember, GroupMember.group_id == Proposal.group_id)
        .where(GroupMember.account_id == account.id)
        .order_by(Proposal.id.desc())
        .options(selectinload(Proposal.questions), selectinload(Proposal.voting_round))
    )
    return list(session.scalars(query))


def find(session: Session, *, proposal_id: int, account: Account) -> Proposal:
    """The proposal, for the people of its group; for everybody else it is not there."""
    proposal = session.get(Proposal, proposal_id)
    if proposal is None or proposal.group_id is None:
        raise NotFound("proposal-not-found")
    if session.get(GroupMember, (proposal.group_id, account.id)) is None:
        raise NotFound("proposal-not-found")
    return proposal


def begin(session: Session, *, voting_round: VotingRound, group: CommunityGroup, now: datetime) -> Proposal:
    """A new draft of the group; an untouched one is used again, so that pressing twice makes one."""
    rounds.require_phase(voting_round, "collecting", now=now)
    lock_round(session, round_id=voting_round.id)
    untouched = select(Proposal).where(
        Proposal.round_id == voting_round.id,
        Proposal.group_id == group.id,
        Proposal.status == "draft",
        Proposal.version == 1,
    )
    proposal = session.scalars(untouched.limit(1)).first()
    if proposal is None:
        highest = select(func.max(Proposal.number)).where(Proposal.round_id == voting_round.id)
        proposal = Proposal(
            voting_round=voting_round,
            pot_id=voting_round.pots[0].id,
            group=group,
            number=(session.scalar(highest) or 0) + 1,
            created_at=now,
        )
        session.add(proposal)
        session.flush()
    return proposal


def content(proposal: Proposal, *, section: str) -> dict[str, Any]:
    """One section as it is kept, in the shape that `save` takes."""
    if section == "project":
        return {name: getattr(proposal, name) for name in ("title", "summary", "story", "theme_id")}
    if section == "place":
        facts = {
            name: getattr(proposal, name)
            for name in ("pot_id", "borough_wide", "who_benefits", "people_helped")
        }
        return {**facts, "ward_ids": sorted(ward.id for ward in proposal.wards)}
    if section == "money":
        lines = [(line.description, line.amount) for line in proposal.budget_lines]
        return {"cost": proposal.cost, "least": proposal.least, "lines": lines}
    return {name: getattr(proposal, name) for name in ("starts_on", "ends_on", "risks")}


def save(
    session: Session,
    *,
    proposal: Proposal,
    section: str,
    values: dict[str, Any],
    seen: int,
    account: Account,
    now: datetime,
) -> None:
    """Keep one section, half-done or whole. `seen` is the proposal's version the writer had before them.

    Refuses with "section-changed" if somebody else wrote this section since; other sections do not
    stand in the way.
    """
    require_editable(session, proposal=proposal, now=now)
    if content(proposal, section=section) == values:
        return
    written = proposal.sections.get(section)
    if written and written["version"] > seen:
        raise Refusal("section-changed", by=written["by"], at=datetime.fromisoformat(written["at"]))
    _check(proposal, section, values)
    _write(proposal, section, values)
    touch(session, proposal=proposal, section=section, account=account, now=now)


def touch(session: Session, *, proposal: Proposal, section: str, account: Account, now: datetime) -> None:
    """Note who wrote a section, as a new version of the proposal."""
    proposal.version += 1
    written = {"version": proposal.version, "by": account.name or account.email, "at": now.isoformat()}
    proposal.sections = {**proposal.sections, section: written}
    session.flush()


def require_editable(session: Session, *, proposal: Proposal, now: datetime) -> None:
    """Hold the proposal and refuse unless its group may change it now."""
    session.refresh(proposal, with_for_update=True)
    if proposal.status == "changes-asked":
        _require_in_time(proposal, now)
    elif proposal.status == "draft":
        rounds.require_phase(proposal.voting_round, "collecting", now=now)
    else:
        raise Refusal("proposal-not-editable")


def _require_in_time(proposal: Proposal, now: datetime) -> None:
    if proposal.voting_round.shortlist_published_at:
        raise Refusal("shortlist-is-out")
    deadline = answer_by(proposal)
    if deadline is not None and now > deadline:
        raise Refusal("answer-too-late", deadline=deadline)


def answer_by(proposal: Proposal) -> datetime | None:
    """When the officers want the last of their open questions answered."""
    deadlines = [question.answer_by for question in open_questions(proposal) if question.answer_by]
    return max(deadlines, default=None)


def open_questions(proposal: Proposal) -> list[ProposalQuestion]:
    """What officers asked and the group has not sent an answer to."""
    return [question for question in proposal.questions if question.answered_at is None]


def _check(proposal: Proposal, section: str, values: dict[str, Any]) -> None:
    voting_round = proposal.voting_round
    if section == "project" and values["theme_id"] not in {None, *(one.id for one in voting_round.themes)}:
        raise Refusal("theme-unknown", field="theme_id")
    if section == "place":
        if not set(values["ward_ids"]) <= {ward.id for ward in voting_round.wards}:
            raise Refusal("ward-unknown", field="ward_ids")
        if values["pot_id"] not in {pot.id for pot in voting_round.pots}:
            raise Refusal("pot-unknown", field="pot_id")
    if section == "money":
        if len(values["lines"]) > MOST_LINES:
            raise Refusal("too-many-lines", field="lines", most=MOST_LINES)
        pot = next(pot for pot in voting_round.pots if pot.id == proposal.pot_id)
        for problem in application_gaps.limits(
            voting_round, pot=pot, cost=values["cost"], least=values["least"]
        ):
            raise problem
    if section == "dates":
        begins, ends = values["starts_on"], values["ends_on"]
        if begins and ends and ends < begins:
            raise Refusal("ends-before-start", field="ends_on")


def _write(proposal: Proposal, section: str, values: dict[str, Any]) -> None:
    kept = dict(values)
    if "ward_ids" in kept:
        wanted = set(kept.pop("ward_ids"))
        proposal.wards = [ward for ward in proposal.voting_round.wards if ward.id in wanted]
    if "lines" in kept:
        proposal.budget_lines = [
            BudgetLine(position=position, description=description, amount=amount)
            for position, (description, amount) in enumerate(kept.pop("lines"), start=1)
        ]
    for name, value in kept.items():
        setattr(proposal, name, value)


def save_answer(
    session: Session, *, proposal: Proposal, question_id: int, text: str, account: Account, now: datetime
) -> None:
    """Keep an answer to an officer's question; it goes off when the proposal is sent again."""
    require_editable(session, proposal=proposal, now=now)
    question = next((one for one in open_questions(proposal) if one.id == question_id), None)
    if question is None:
        raise NotFound("question-not-found")
    question.answer = text
    question.answered_by_id = account.id
    session.flush()


def submit(session: Session, *, proposal: Proposal, account: Account, now: datetime) -> None:
    """Send a finished proposal, or send it again with answers; sending twice sends once."""
    session.refresh(proposal, with_for_update=True)
    if proposal.status in ("submitted", "resubmitted"):
        return
    again = proposal.status == "changes-asked"
    require_editable(session, proposal=proposal, now=now)
    missing = application_gaps.gaps(proposal)
    if missing:
        raise Refusal("proposal-not-finished", count=len(missing))
    for question in open_questions(proposal):
        question.answered_at = now
    proposal.status = "resubmitted" if again else "submitted"
    proposal.submitted_at = proposal.submitted_at or now
    proposal.version += 1
    event = record(session, proposal=proposal, kind=proposal.status, account=account, now=now)
    group_messages.tell(
        session, proposal=proposal, template="proposal_received", occasion=str(event.id), again=again, now=now
    )


def withdraw(session: Session, *, proposal: Proposal, account: Account, now: datetime) -> None:
    """Take a proposal back before it is on the ballot."""
    session.refresh(proposal, with_for_update=True)
    if proposal.status == "withdrawn":
        return
    if proposal.status not in ("draft", *UNDECIDED, "shortlisted"):
        raise Refusal("proposal-decided")
    if proposal.voting_round.shortlist_published_at:
        raise Refusal("on-the-ballot-already")
    was_sent = proposal.status != "draft"
    proposal.status = "withdrawn"
    proposal.version += 1
    event = record(session, proposal=proposal, kind="withdrawn", account=account, now=now)
    if was_sent:
        group_messages.tell_officers(
            session,
            officers=accounts.officers(session),
            proposal=proposal,
            template="proposal_withdrawn",
            occasion=str(event.id),
            now=now,
        )


def record(
    session: Session, *, proposal: Proposal, kind: str, account: Account, now: datetime, reason: str = ""
) -> ProposalEvent:
    """Write what happened into the proposal's history."""
    event = ProposalEvent(kind=kind, reason=reason, account_id=account.id, at=now)
    proposal.events.append(event)
    session.flush()
    return event
