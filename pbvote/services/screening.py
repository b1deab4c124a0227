"""Officers look at proposals: opinions, questions, decisions, and the shortlist that follows."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from pbvote.models import Account, Appeal, Assessment, Proposal, ProposalQuestion, VotingRound
from pbvote.services import accounts, group_messages, rounds, voting
from pbvote.services.proposals import UNDECIDED, record
from pbvote.services.refusal import NotAllowed, NotFound, Refusal

# What every assessor looks at; the words are beside the form.
CHECKLIST = ("eligible", "public-benefit", "deliverable", "budget", "safe", "not-statutory")
ANSWERS = ("yes", "no", "unsure")
IN_HAND = ("submitted", "resubmitted")
SEEN = (*UNDECIDED, "shortlisted", "declined", "withdrawn", "merged", "struck")


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which proposals an officer wants to see; "" and None mean: no matter."""

    status: str = ""
    text: str = ""
    theme_id: int | None = None
    ward_id: int | None = None
    assessor_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Opinions:
    """Where the assessors stand: how many for each recommendation, and who has yet to say."""

    shortlist: int
    decline: int
    waiting: int

    @property
    def given(self) -> int:
        return self.shortlist + self.decline

    @property
    def differ(self) -> bool:
        return bool(self.shortlist and self.decline)

    @property
    def majority(self) -> str | None:
        if self.shortlist == self.decline:
            return None
        return "shortlist" if self.shortlist > self.decline else "decline"


def in_round(session: Session, *, voting_round: VotingRound, wanted: Filter) -> list[Proposal]:
    """The proposals sent to the round that fit; drafts belong to their groups alone."""
    query = (
        select(Proposal)
        .where(Proposal.round_id == voting_round.id, Proposal.status.in_(SEEN))
        .order_by(Proposal.number)
        .options(
            selectinload(Proposal.group),
            selectinload(Proposal.theme),
            selectinload(Proposal.wards),
            selectinload(Proposal.questions),
        )
    )
    if wanted.status == "undecided":
        query = query.where(Proposal.status.in_(UNDECIDED))
    elif wanted.status == "appealed":
        query = query.join(Appeal).where(Appeal.upheld.is_(None))
    elif wanted.status:
        query = query.where(Proposal.status == wanted.status)
    if wanted.theme_id:
        query = query.where(Proposal.theme_id == wanted.theme_id)
    if wanted.ward_id:
        near = Proposal.wards.any(id=wanted.ward_id)
        query = query.where(or_(Proposal.borough_wide.is_(True), near))
    if wanted.assessor_id:
        mine = select(Assessment.proposal_id).where(Assessment.officer_id == wanted.assessor_id)
        query = query.where(Proposal.id.in_(mine))
    found = list(session.scalars(query))
    return [one for one in found if _mentions(one, wanted.text)]


def _mentions(proposal: Proposal, text: str) -> bool:
    group = proposal.group.name if proposal.group else ""
    hay = f"{proposal.number} {proposal.title} {proposal.summary} {group}".casefold()
    return all(word in hay for word in text.casefold().split())


def statuses(session: Session, *, voting_round: VotingRound) -> Counter[str]:
    """How many proposals of the round have each status."""
    query = (
        select(Proposal.status, func.count())
        .where(Proposal.round_id == voting_round.id)
        .group_by(Proposal.status)
    )
    found: Counter[str] = Counter()
    for status, number in session.execute(query):
        found[status] = number
    return found


def find(session: Session, *, voting_round: VotingRound, number: int) -> Proposal:
    query = select(Proposal).where(
        Proposal.round_id == voting_round.id, Proposal.number == number, Proposal.status.in_(SEEN)
    )
    proposal = session.scalar(query)
    if proposal is None:
        raise NotFound("proposal-not-found")
    return proposal


def assessments(session: Session, *, proposal: Proposal) -> list[tuple[Assessment, Account]]:
    query = (
        select(Assessment, Account)
        .join(Account, Account.id == Assessment.officer_id)
        .where(Assessment.proposal_id == proposal.id)
        .order_by(Assessment.assigned_at, Account.id)
    )
    return [(assessment, officer) for assessment, officer in session.execute(query)]


def opinions(session: Session, *, proposal: Proposal) -> Opinions:
    given = [one for one, _officer in assessments(session, proposal=proposal) if not one.conflict]
    return Opinions(
        shortlist=sum(one.recommendation == "shortlist" for one in given),
        decline=sum(one.recommendation == "decline" for one in given),
        waiting=sum(one.recommendation is None for one in given),
    )


def assign(session: Session, *, proposal: Proposal, officer_id: int, by: Account, now: datetime) -> None:
    """Ask an officer for an opinion."""
    _hold(session, proposal, UNDECIDED)
    able = {one.id: one for one in accounts.officers(session)}
    if officer_id not in able:
        raise Refusal("officer-unknown", field="officer_id")
    if session.get(Assessment, (proposal.id, officer_id)) is not None:
        return
    session.add(Assessment(proposal_id=proposal.id, officer_id=officer_id, assigned_at=now))
    session.flush()
    if officer_id != by.id:
        group_messages.tell_officers(
            session, officers=[able[officer_id]], proposal=proposal, template="assessment_asked", now=now
        )


def assess(
    session: Session,
    *,
    proposal: Proposal,
    officer: Account,
    checklist: dict[str, str],
    recommendation: str,
    note: str,
    now: datetime,
) -> None:
    """Give or change an opinion; declining needs words."""
    _hold(session, proposal, UNDECIDED)
    _require_no_conflict(session, proposal, officer)
    if recommendation not in ("shortlist", "decline"):
        raise Refusal("recommendation-missing", field="recommendation")
    if recommendation == "decline" and not note:
        raise Refusal("opinion-needs-note", field="note")
    assessment = session.get(Assessment, (proposal.id, officer.id))
    if assessment is None:
        assessment = Assessment(proposal_id=proposal.id, officer_id=officer.id, assigned_at=now)
        session.add(assessment)
    assessment.checklist = {item: checklist.get(item, "") for item in CHECKLIST}
    assessment.recommendation, assessment.note, assessment.decided_at = recommendation, note, now
    session.flush()


def declare_conflict(session: Session, *, proposal: Proposal, officer: Account, now: datetime) -> None:
    """An officer has to do with the group: their opinion goes, and they may not decide."""
    _hold(session, proposal, SEEN)
    assessment = session.get(Assessment, (proposal.id, officer.id))
    if assessment is None:
        assessment = Assessment(proposal_id=proposal.id, officer_id=officer.id, assigned_at=now)
        session.add(assessment)
    assessment.conflict = True
    assessment.recommendation, assessment.note, assessment.checklist = None, "", {}
    assessment.decided_at = now
    _note(session, proposal, officer, "conflict-declared", now)


def has_conflict(session: Session, *, proposal: Proposal, officer: Account) -> bool:
    assessment = session.get(Assessment, (proposal.id, officer.id))
    return assessment is not None and assessment.conflict


def ask(
    session: Session, *, proposal: Proposal, officer: Account, text: str, answer_by: datetime, now: datetime
) -> None:
    """Send a proposal back with a question or a wish, to be answered by a date."""
    _hold(session, proposal, UNDECIDED)
    _require_no_conflict(session, proposal, officer)
    _require_before_shortlist(proposal)
    if answer_by <= now:
        raise Refusal("deadline-past", field="answer_by")
    voting = proposal.voting_round.voting_opens_at
    if voting is not None and answer_by >= voting:
        raise Refusal("deadline-after-voting", field="answer_by", opens=voting)
    if any(one.text == text and one.answered_at is None for one in proposal.questions):
        return
    question = ProposalQuestion(text=text, asked_by_id=officer.id, asked_at=now, answer_by=answer_by)
    proposal.questions.append(question)
    proposal.status = "changes-asked"
    record(session, proposal=proposal, kind="changes-asked", account=officer, reason=text, now=now)
    group_messages.tell(
        session,
        proposal=proposal,
        template="proposal_question",
        occasion=str(question.id),
        text=text,
        answer_by=answer_by.isoformat(),
        now=now,
    )


def decide(
    session: Session, *, proposal: Proposal, officer: Account, decision: str, reason: str, now: datetime
) -> None:
    """Shortlist or decline, with a reason the group reads. The assessors' opinions bind:

    everybody asked has answered; shortlisting needs one opinion and declining two; the decision is
    the majority's. Where as many say yes as no, a third opinion or an administrator decides.
    """
    _hold(session, proposal, (*IN_HAND, "changes-asked"))
    _require_no_conflict(session, proposal, officer)
    _require_before_shortlist(proposal)
    if decision not in ("shortlist", "decline"):
        raise Refusal("decision-missing", field="decision")
    if decision == "decline" and not reason:
        raise Refusal("reason-missing", field="reason")
    if proposal.status == "changes-asked" and decision == "decline":
        _require_answer_overdue(proposal, now)
    _require_opinions(session, proposal, officer, decision)
    proposal.status = "shortlisted" if decision == "shortlist" else "declined"
    proposal.decision_reason, proposal.decided_at = reason, now
    event = record(session, proposal=proposal, kind=proposal.status, account=officer, reason=reason, now=now)
    _note(session, proposal, officer, f"proposal-{proposal.status}", now)
    group_messages.tell(
        session,
        proposal=proposal,
        template=f"proposal_{proposal.status}",
        occasion=str(event.id),
        reason=reason,
        now=now,
    )


def _require_opinions(session: Session, proposal: Proposal, officer: Account, decision: str) -> None:
    have = opinions(session, proposal=proposal)
    if have.waiting:
        raise Refusal("opinions-missing", field="decision", count=have.waiting)
    needed = 1 if decision == "shortlist" else 2
    if have.given < needed:
        raise Refusal("opinions-too-few", field="decision", least=needed, count=have.given)
    if officer.has_role("administrator") and have.differ:
        return
    if have.majority is None:
        raise Refusal("opinions-differ", field="decision")
    if have.majority != decision:
        raise Refusal("opinions-say-otherwise", field="decision")


def _require_answer_overdue(proposal: Proposal, now: datetime) -> None:
    deadlines = [one.answer_by for one in proposal.questions if one.answered_at is None and one.answer_by]
    if deadlines and now <= max(deadlines):
        raise Refusal("answer-still-due", field="decision", deadline=max(deadlines))


def merge(
    session: Session, *, proposal: Proposal, into: int, officer: Account, reason: str, now: datetime
) -> None:
    """Join a proposal to another of the same round that asks for the same thing."""
    _hold(session, proposal, UNDECIDED)
    _require_no_conflict(session, proposal, officer)
    _require_before_shortlist(proposal)
    query = select(Proposal).where(Proposal.round_id == proposal.round_id, Proposal.number == into)
    other = session.scalar(query)
    if other is None or other.id == proposal.id or other.status not in (*UNDECIDED, "shortlisted"):
        raise Refusal("merge-into-unknown", field="into")
    if not reason:
        raise Refusal("reason-missing", field="reason")
    proposal.status, proposal.merged_into_id = "merged", other.id
    proposal.decision_reason, proposal.decided_at = reason, now
    event = record(session, proposal=proposal, kind="merged", account=officer, reason=reason, now=now)
    _note(session, proposal, officer, "proposal-merged", now, into=other.number)
    for one in (proposal, other):
        group_messages.tell(
            session,
            proposal=one,
            template="proposal_merged",
            occasion=str(event.id),
            reason=reason,
            merged=proposal.title,
            kept=other.title,
            now=now,
        )


def strike(session: Session, *, proposal: Proposal, officer: Account, reason: str, now: datetime) -> None:
    """Take a proposal off the ballot; the count skips it and ranks close up."""
    _hold(session, proposal, ("shortlisted", "struck"))
    if proposal.status == "struck":
        return
    if proposal.voting_round.shortlist_published_at is None:
        raise Refusal("not-on-the-ballot")
    rounds.require_phase(proposal.voting_round, "shortlist", "voting-delayed", "voting", now=now)
    if not reason:
        raise Refusal("reason-missing", field="reason")
    voting.strike(session, proposal=proposal, reason=reason, officer_id=officer.id, now=now)
    event = record(session, proposal=proposal, kind="struck", account=officer, reason=reason, now=now)
    group_messages.tell(
        session, proposal=proposal, template="proposal_struck", occasion=str(event.id), reason=reason, now=now
    )


def _hold(session: Session, proposal: Proposal, statuses: tuple[str, ...]) -> None:
    session.refresh(proposal, with_for_update=True)
    if proposal.status not in statuses:
        raise Refusal("proposal-decided")


def _require_no_conflict(session: Session, proposal: Proposal, officer: Account) -> None:
    if has_conflict(session, proposal=proposal, officer=officer):
        raise NotAllowed("conflict-bars")


def _require_before_shortlist(proposal: Proposal) -> None:
    if proposal.voting_round.shortlist_published_at is not None:
        raise Refusal("shortlist-is-out")


def _note(
    session: Session, proposal: Proposal, officer: Account, deed: str, now: datetime, **detail: object
) -> None:
    rounds.note(
        session,
        deed=deed,
        now=now,
        account_id=officer.id,
        round_id=proposal.round_id,
        number=proposal.number,
        **detail,
    )
    session.flush()
