"""How far a resident has come in a round: which of their ballots are cast."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from pbvote.models import Account, Pot, RegisterEntry, VotingRound
from pbvote.services import choices, register


@dataclass(frozen=True)
class VoterStanding:
    """The resident's entry, the pots they may vote in, and channel and day of each vote."""

    entry: RegisterEntry
    pots: list[Pot]
    cast: dict[int, tuple[str, date]]

    @property
    def all_cast(self) -> bool:
        return all(pot.id in self.cast for pot in self.pots)


def of_voter(
    session: Session, *, voting_round: VotingRound, account: Account | None, entry: RegisterEntry | None
) -> VoterStanding | None:
    found = register.find_entry(session, voting_round=voting_round, account=account, entry=entry)
    if found is None:
        return None
    marks = choices.marks(session, entry=found)
    pots = register.pots_open_to(voting_round, found)
    return VoterStanding(found, pots, {pot_id: (mark.channel, mark.day) for pot_id, mark in marks.items()})
