"""How many have voted, by ward and by day: never for what."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbvote.models import RegisterEntry, VoterMark, VotingRound, Ward


@dataclass(frozen=True, kw_only=True)
class WardTurnout:
    """One ward (None: not known): people on the register, and those who voted."""

    ward: Ward | None
    registered: int
    voted: int


@dataclass(frozen=True, kw_only=True)
class Turnout:
    """`days` are the day of each voter's first mark; `channels` online and paper."""

    registered: int
    pending: int
    voted: int
    wards: list[WardTurnout]
    days: list[tuple[date, int]]
    channels: dict[str, int]


def read(session: Session, *, voting_round: VotingRound) -> Turnout:
    """Each person once, over all pots."""
    people = _people(session, voting_round)
    voters = {entry for entry, _, _ in people}
    first_day: dict[int, date] = {}
    channel: dict[int, str] = {}
    for entry, day, how in people:
        first_day[entry] = min(day, first_day.get(entry, day))
        channel[entry] = how
    wards = _wards(session, voting_round, voters)
    return Turnout(
        registered=sum(ward.registered for ward in wards),
        pending=_count_status(session, voting_round, "pending"),
        voted=len(voters),
        wards=wards,
        days=sorted(Counter(first_day.values()).items()),
        channels={how: Counter(channel.values())[how] for how in ("online", "paper")},
    )


def _people(session: Session, voting_round: VotingRound) -> list[tuple[int, date, str]]:
    pots = [pot.id for pot in voting_round.pots]
    query = select(VoterMark.entry_id, VoterMark.day, VoterMark.channel).where(VoterMark.pot_id.in_(pots))
    return [(entry, day, channel) for entry, day, channel in session.execute(query)]


def _wards(session: Session, voting_round: VotingRound, voters: set[int]) -> list[WardTurnout]:
    query = select(RegisterEntry.id, RegisterEntry.ward_id).where(
        RegisterEntry.round_id == voting_round.id, RegisterEntry.status == "confirmed"
    )
    registered: dict[int | None, int] = {}
    voted: dict[int | None, int] = {}
    for entry, ward in session.execute(query):
        registered[ward] = registered.get(ward, 0) + 1
        voted[ward] = voted.get(ward, 0) + (entry in voters)
    known: list[Ward | None] = [*voting_round.wards]
    places = {ward.id if ward else None for ward in known}
    others = [ward for ward in registered if ward not in places]
    rows = [
        WardTurnout(
            ward=ward,
            registered=registered.get(ward.id if ward else None, 0),
            voted=voted.get(ward.id if ward else None, 0),
        )
        for ward in known
    ]
    if others:
        rows.append(
            WardTurnout(
                ward=None,
                registered=sum(registered[ward] for ward in others),
                voted=sum(voted[ward] for ward in others),
            )
        )
    return rows


def _count_status(session: Session, voting_round: VotingRound, status: str) -> int:
    query = select(func.count()).where(
        RegisterEntry.round_id == voting_round.id, RegisterEntry.status == status
    )
    return session.scalar(query) or 0
