"""How far a resident has come in a round: which of their ballots are cast."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from pbvote.models import Pot, RegisterEntry, VotingRound
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

    @property
    def on_paper(self) -> bool:
        """Whether nothing is left to cast or to change here."""
        return self.all_cast and all(channel == "paper" for channel, _day in self.cast.values())


def of_voter(session: Session, *, voting_round: VotingRound, entry: RegisterEntry) -> VoterStanding:
    marks = choices.marks(session, entry=entry)
    pots = register.pots_open_to(voting_round, entry)
    return VoterStanding(entry, pots, {pot_id: (mark.channel, mark.day) for pot_id, mark in marks.items()})
