"""A round's register, filled at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import insert
from sqlalchemy.orm import Session

from pbvote.models import Account, RegisterEntry, VotingRound, Ward
from pbvote.services.reference_round import texts
from pbvote.services.reference_round.dates import Dates
from pbvote.services.reference_round.people import Persona
from pbvote.services.reference_round.preferences import Resident, pick
from pbvote.services.register import duplicate_key


@dataclass(frozen=True)
class Voter:
    """A resident with their entry on the register and the day of their ballot."""

    entry_id: int
    resident: Resident
    day: date


def register(
    session: Session,
    *,
    voting_round: VotingRound,
    residents: Sequence[Resident],
    wards: dict[str, Ward],
    names: Iterator[str],
    when: Dates,
    until: datetime,
    rng: Random,
) -> list[Voter]:
    """Enter everybody; those who vote on paper have no account. Days run from the opening to `until`."""
    codes: dict[str, list[str]] = {}
    for code, ward in texts.postcodes().items():
        codes.setdefault(ward, []).append(code.replace(" ", ""))
    days = _days(when, until)
    weights = _rush(len(days))
    cast_on = [days[pick(rng, weights)] for _ in residents]
    called = [next(names) for _ in residents]
    accounts = iter(_accounts(session, voting_round, residents, called, when))
    lives_at = [codes[one.ward][int(rng.random() * len(codes[one.ward]))] for one in residents]
    rows = [
        {
            "round_id": voting_round.id,
            "account_id": None if resident.paper else next(accounts),
            "status": "confirmed",
            "name": name,
            "postcode": postcode,
            "duplicate_key": duplicate_key(voting_round, name=name, postcode=postcode),
            "ward_id": wards[resident.ward].id,
            "connection": ("live", "live", "live", "live", "live", "work", "study")[int(rng.random() * 7)],
            "channel": "paper" if resident.paper else "online",
            "began_ballot_on": day,
            "registered_on": day - timedelta(days=int(rng.random() ** 3 * 9)),
        }
        for resident, name, postcode, day in zip(residents, called, lives_at, cast_on, strict=True)
    ]
    query = insert(RegisterEntry).returning(RegisterEntry.id, sort_by_parameter_order=True)
    entries = session.scalars(query, rows)
    return [
        Voter(entry, resident, day) for entry, resident, day in zip(entries, residents, cast_on, strict=True)
    ]


def register_persona(
    session: Session,
    *,
    voting_round: VotingRound,
    persona: Persona,
    ward: Ward,
    postcode: str,
    now: datetime,
) -> RegisterEntry:
    """One of the people to sign in as, confirmed on the register."""
    account = Account(email=persona.email, name=persona.name, created_at=now)
    entry = RegisterEntry(
        round_id=voting_round.id,
        account=account,
        name=persona.name,
        postcode=postcode,
        duplicate_key=duplicate_key(voting_round, name=persona.name, postcode=postcode),
        ward_id=ward.id,
        registered_on=now.date(),
    )
    session.add(entry)
    session.flush()
    return entry


def _accounts(
    session: Session,
    voting_round: VotingRound,
    residents: Sequence[Resident],
    called: Sequence[str],
    when: Dates,
) -> list[int]:
    rows = [
        {
            "email": f"resident-{number}@{voting_round.slug}.example",
            "name": name,
            "created_at": when.voting_opens,
        }
        for number, (resident, name) in enumerate(zip(residents, called, strict=True), start=1)
        if not resident.paper
    ]
    query = insert(Account).returning(Account.id, sort_by_parameter_order=True)
    return list(session.scalars(query, rows))


def _days(when: Dates, until: datetime) -> list[date]:
    first = when.voting_opens.date()
    last = min(when.voting_closes, until).date()
    return [first + timedelta(days=days) for days in range((last - first).days + 1)]


def _rush(days: int) -> list[float]:
    """Many vote on the first days and again on the last ones."""
    return [1 + 5 * 0.5**place + 4 * 0.6 ** (days - 1 - place) for place in range(days)]
