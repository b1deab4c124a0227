"""What officers enter of a proposal in another language; residents see it marked as translated."""

from datetime import datetime

from sqlalchemy.orm import Session

from pbvote.models import Account, Proposal, ProposalTranslation, VotingRound
from pbvote.services import rounds, screening
from pbvote.services.refusal import NotAllowed, Refusal


def find(proposal: Proposal, *, language: str) -> ProposalTranslation | None:
    return next((one for one in proposal.translations if one.language == language), None)


def titles_stand(voting_round: VotingRound, *, now: datetime) -> bool:
    """Whether the titles on the ballot are as they stay."""
    return voting_round.voting_opens_at is not None and now >= voting_round.voting_opens_at


def enter(
    session: Session,
    *,
    proposal: Proposal,
    language: str,
    title: str,
    summary: str,
    story: str,
    officer: Account,
    now: datetime,
) -> None:
    """Add the proposal's text in a language, or put a better one in its place.

    People have read the titles on their ballots, so none changes any more once voting has opened.
    """
    _require_no_conflict(session, proposal, officer)
    for name, typed in (("title", title), ("summary", summary)):
        if not typed.strip():
            raise Refusal("translation-incomplete", field=name)
    text = find(proposal, language=language)
    if text is None:
        text = ProposalTranslation(language=language)
        proposal.translations.append(text)
    elif title.strip() != text.title and titles_stand(proposal.voting_round, now=now):
        raise Refusal("title-stands", field="title")
    text.title, text.summary, text.story = title.strip(), summary.strip(), story.strip()
    text.entered_by_id, text.entered_at = officer.id, now
    _note(session, proposal, officer, "proposal-translated", language, now)


def remove(session: Session, *, proposal: Proposal, language: str, officer: Account, now: datetime) -> None:
    """Take a translation away; residents read the group's own words again."""
    _require_no_conflict(session, proposal, officer)
    text = find(proposal, language=language)
    if text is not None:
        if titles_stand(proposal.voting_round, now=now):
            raise Refusal("title-stands", field="title")
        proposal.translations.remove(text)
        _note(session, proposal, officer, "translation-removed", language, now)


def _require_no_conflict(session: Session, proposal: Proposal, officer: Account) -> None:
    if screening.has_conflict(session, proposal=proposal, officer=officer):
        raise NotAllowed("conflict-bars")


def _note(
    session: Session, proposal: Proposal, officer: Account, deed: str, language: str, now: datetime
) -> None:
    rounds.note(
        session,
        deed=deed,
        now=now,
        account_id=officer.id,
        round_id=proposal.round_id,
        number=proposal.number,
        language=language,
    )
    session.flush()
