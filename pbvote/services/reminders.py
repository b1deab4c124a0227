"""Reminders to those who began, agreed to be reminded and have not cast."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import RegisterEntry, VoterMark, VotingRound
from pbvote.services import outbox
from pbvote.services.register import pots_open_to

HOURS_BEFORE = (48, 6)


def queue_due(session: Session, *, now: datetime) -> int:
    """Queue what is due; each of the two reminders goes out at most once to each person."""
    queued = 0
    query = select(VotingRound).where(
        VotingRound.voting_closes_at > now,
        VotingRound.voting_closes_at <= now + timedelta(hours=HOURS_BEFORE[0]),
    )
    for voting_round in session.scalars(query):
        if voting_round.phase(now) == "voting":
            queued += _remind(session, voting_round, now=now)
    return queued


def _remind(session: Session, voting_round: VotingRound, *, now: datetime) -> int:
    closes = voting_round.voting_closes_at
    if closes is None:
        return 0
    hours = min(hours for hours in HOURS_BEFORE if now >= closes - timedelta(hours=hours))
    query = select(RegisterEntry).where(
        RegisterEntry.round_id == voting_round.id,
        RegisterEntry.status == "confirmed",
        RegisterEntry.wants_reminders,
        RegisterEntry.began_ballot_on.is_not(None),
    )
    marks = select(VoterMark.entry_id, VoterMark.pot_id).join(
        RegisterEntry, RegisterEntry.id == VoterMark.entry_id
    )
    marked = {
        (entry_id, pot_id)
        for entry_id, pot_id in session.execute(marks.where(RegisterEntry.round_id == voting_round.id))
    }
    queued = 0
    for entry in session.scalars(query):
        open_pots = pots_open_to(voting_round, entry)
        if all((entry.id, pot.id) in marked for pot in open_pots):
            continue
        queued += _send(session, voting_round, entry, hours=hours, now=now)
    return queued


def _send(
    session: Session, voting_round: VotingRound, entry: RegisterEntry, *, hours: int, now: datetime
) -> bool:
    reached = entry.account and (entry.account.email or entry.account.phone)
    if entry.account is None or not reached or voting_round.voting_closes_at is None:
        return False
    message = outbox.enqueue(
        session,
        template="reminder",
        channel="email" if entry.account.email else "sms",
        recipient=reached,
        language=entry.language,
        parameters={
            "round_title": voting_round.title,
            "slug": voting_round.slug,
            "closes_at": voting_round.voting_closes_at.isoformat(),
        },
        now=now,
        once_key=f"reminder:{entry.id}:{hours}",
    )
    if message is None:
        return False
    entry.reminded_at = now
    session.flush()
    return True
