"""The proposals of a round as they stand after applying and screening, with their pictures."""

import math
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

from sqlalchemy.orm import Session

from pbvote.models import (
    Appeal,
    Assessment,
    BudgetLine,
    CommunityGroup,
    Proposal,
    ProposalEvent,
    ProposalQuestion,
    Upload,
    VotingRound,
    Ward,
)
from pbvote.services.reference_round import dates, pictures
from pbvote.services.reference_round.dates import Dates
from pbvote.services.reference_round.people import Staff
from pbvote.services.reference_round.progress import Progress, silent
from pbvote.services.reference_round.texts import ProposalText

HELPED = {
    "young-people": "Children, teenagers and their families",
    "older-people": "Older people and those who look after them",
    "green-spaces": "Everyone who passes by or plays there",
    "health": "People who are ill, tired or alone, and their families",
    "arts": "Anyone who likes to make, watch or listen",
    "sport": "Players and beginners of every age",
    "safety": "People on foot, on wheels and at home",
    "skills": "People who want to learn or to earn",
    "food": "Households that find it hard to get by",
}
APPEALED = "Cameras on every corner of Ropery Street"
APPEAL = (
    "We think the officers took our cameras for spies. We would switch them on from two until six only, "
    "when things are stolen, and the pictures would go to nobody but the police."
)
APPEAL_OUTCOME = (
    "A second officer has looked at this. The legal assessment is still missing, whatever the hours. "
    "The reason for declining stands, and we will help you with the assessment before the next round."
)


def make_proposals(
    session: Session,
    *,
    voting_round: VotingRound,
    written: Sequence[ProposalText],
    groups: dict[str, CommunityGroup],
    wards: dict[str, Ward],
    when: Dates,
    staff: Staff,
    rng: Random,
    upload_folder: Path,
    progress: Progress = silent,
) -> list[Proposal]:
    """One proposal for each text, in their order; numbers follow the order in which they came in."""
    places = list(range(1, len(written) + 1))
    rng.shuffle(places)
    themes = {theme.slug: theme for theme in voting_round.themes}
    made = []
    for text, number in zip(written, places, strict=True):
        proposal = Proposal(
            voting_round=voting_round,
            pot=voting_round.pots[0],
            theme=themes[text.theme],
            group=groups[text.group],
            wards=[wards[key] for key in text.wards],
            number=number,
            title=text.title,
            summary=text.summary,
            story=text.story,
            cost=text.amount * 100,
            least=text.least * 100 if text.least else None,
            who_benefits=f"{HELPED[text.theme]} in {_listed([wards[key].name for key in text.wards])}",
            people_helped=text.people,
            risks=text.risks,
            starts_on=dates.first_of_month(when.results_due.date(), text.runs[0]),
            ends_on=dates.first_of_month(when.results_due.date(), text.runs[1]) - timedelta(days=1),
            created_at=when.proposals_open,
        )
        proposal.budget_lines = [
            BudgetLine(position=position, description=line, amount=amount * 100)
            for position, (line, amount) in enumerate(text.budget, start=1)
        ]
        share = number / (len(written) + 1)
        _screen(proposal, text, came_in=_when_sent(when, share), when=when, staff=staff)
        made.append(proposal)
    session.add_all(made)
    session.flush()
    for done, (proposal, text) in enumerate(zip(made, written, strict=True), start=1):
        session.add(_picture(proposal, text, upload_folder, when))
        if (text.on_ballot and text.stage == "shortlisted") or text.declined:
            session.add(_assessment(proposal, text, staff))
        progress("Drawing pictures", done, len(made))
    _appeal(session, made, staff, when)
    session.flush()
    return made


def _when_sent(when: Dates, share: float) -> datetime:
    """Most proposals come in during the last third of the time there is."""
    span = when.proposals_close - when.proposals_open
    return when.proposals_open + span * (math.sqrt(share) * 0.999)


def _screen(proposal: Proposal, text: ProposalText, *, came_in: datetime, when: Dates, staff: Staff) -> None:
    """Where the proposal has got to, and the history that led there."""
    if text.stage == "draft":
        return
    contact = proposal.group.members[0].account if proposal.group else None
    if not proposal.voting_round.shortlist_published_at:
        came_in = when.proposals_open + timedelta(days=1 + proposal.number, hours=4)
    decided = min(when.proposals_close, came_in + timedelta(days=2))
    if proposal.voting_round.shortlist_published_at:
        decided = when.proposals_close + timedelta(days=4 + proposal.number % 20, hours=3)
    proposal.status = _status(text)
    proposal.submitted_at = came_in
    proposal.version = 6
    proposal.events = [ProposalEvent(kind="submitted", account_id=contact and contact.id, at=came_in)]
    if text.stage == "submitted":
        return
    reason = text.declined or text.withdrawn or text.asked
    by = contact and contact.id if text.withdrawn else staff.id("officer")
    proposal.events.append(ProposalEvent(kind=proposal.status, reason=reason, account_id=by, at=decided))
    if text.asked:
        proposal.questions = [
            ProposalQuestion(
                text=text.asked,
                asked_by_id=staff.id("officer"),
                asked_at=decided,
                answer_by=when.proposals_close,
            )
        ]
    else:
        proposal.decided_at = decided
        proposal.decision_reason = reason


def _status(text: ProposalText) -> str:
    if text.declined:
        return "declined"
    return "withdrawn" if text.withdrawn else text.stage


def _assessment(proposal: Proposal, text: ProposalText, staff: Staff) -> Assessment:
    assessor = "officer" if proposal.number % 2 else "second-officer"
    return Assessment(
        proposal_id=proposal.id,
        officer_id=staff.id(assessor),
        recommendation="decline" if text.declined else "shortlist",
        note=text.declined or "The need is clear, the budget adds up and the group can do it.",
        assigned_at=proposal.submitted_at or proposal.created_at,
        decided_at=proposal.decided_at,
    )


def _picture(proposal: Proposal, text: ProposalText, folder: Path, when: Dates) -> Upload:
    drawn = pictures.draw(text)
    name = sha256(drawn).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    if not target.exists():
        part = folder / f"part-{name}"
        part.write_bytes(drawn)
        part.chmod(0o640)
        os.replace(part, target)
    return Upload(
        proposal_id=proposal.id,
        kind="picture",
        filename=f"proposal-{proposal.number}.webp",
        media_type="image/webp",
        sha256=name,
        size=len(drawn),
        width=640,
        height=400,
        alt=pictures.alternative(text),
        uploaded_at=when.proposals_open,
    )


def _appeal(session: Session, made: Sequence[Proposal], staff: Staff, when: Dates) -> None:
    for proposal in made:
        if proposal.title == APPEALED and proposal.group and proposal.decided_at:
            session.add(
                Appeal(
                    proposal_id=proposal.id,
                    text=APPEAL,
                    made_by_id=proposal.group.members[0].account_id,
                    made_at=proposal.decided_at + timedelta(days=3),
                    upheld=False,
                    outcome=APPEAL_OUTCOME,
                    decided_by_id=staff.id("second-officer"),
                    decided_at=proposal.decided_at + timedelta(days=8),
                )
            )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
