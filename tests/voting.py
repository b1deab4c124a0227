"""A round open for voting with a ballot box that works, and residents on their way through it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pbvote.models import Pot, Proposal, VotingRound, Ward
from pbvote.services import keys
from pbvote.settings import Settings
from tests.factories import make_account, make_proposal, make_round, make_ward
from tests.person import Person

POSTCODE = "NB1 4QT"


@dataclass
class Booth:
    voting_round: VotingRound
    proposals: list[Proposal]
    wards: list[Ward]

    @property
    def slug(self) -> str:
        return self.voting_round.slug

    def path(self, step: str = "") -> str:
        return f"/rounds/{self.slug}/ballot/{self.voting_round.pots[0].slug}/{step}"


def open_booth(
    session: Session,
    *,
    settings: Settings,
    now: datetime,
    proposals: int = 6,
    own_pot: bool = False,
    phase: str = "voting",
    **values: Any,
) -> Booth:
    """A round in `phase` with two wards, a key and some proposals; committed.

    With `own_pot` the first ward has a pot of its own beside the borough's.
    """
    wards = [make_ward(session, postcodes=(POSTCODE,)), make_ward(session, postcodes=("NB2 7HJ",))]
    voting_round = make_round(session, now=now, phase=phase, **values)
    voting_round.wards = wards
    if own_pot:
        pot = Pot(slug="ward", name=f"{wards[0].name} only", budget=10_000_00, position=2)
        pot.ward_id = wards[0].id
        voting_round.pots.append(pot)
        session.flush()
    officer = make_account(session, now=now)
    keys.prepare(
        session,
        voting_round=voting_round,
        key_folder=settings.key_folder,
        officer_id=officer.id,
        now=now,
    )
    made = [
        make_proposal(
            session,
            voting_round=voting_round,
            now=now,
            cost=(number % 9 + 1) * 1_000_00,
        )
        for number in range(proposals)
    ]
    for number, proposal in enumerate(made):
        proposal.wards = [wards[number % 2]]
        proposal.theme_id = voting_round.themes[number % 2].id
    if own_pot:
        made[-1].pot_id = voting_round.pots[1].id
    session.commit()
    return Booth(voting_round, made, wards)


def register(person: Person, booth: Booth, *, email: str, name: str = "Ada Brook") -> None:
    """From the big button to the ballot, as a resident with an email address."""
    person.open(f"/rounds/{booth.slug}/vote")
    person.submit(address=email)
    person.submit(code=person.latest_code(email))
    person.submit(name=name)
    person.submit(postcode=POSTCODE)
    person.submit(button=("old_enough", "yes"))
    assert person.status == 200, person.text


def cast(person: Person, booth: Booth, numbers: list[int]) -> None:
    """Choose these proposals, in this order, and cast."""
    person.open(booth.path())
    person.submit(picked=numbers, chosen=",".join(map(str, numbers)), button=("go", "yes"))
    person.submit(button=("go", "yes"))
    person.submit()
    assert person.status == 200, person.text
