"""Northbank itself in the database: wards, postcodes and community groups."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from pbvote.models import Account, CommunityGroup, GroupMember, Postcode, Ward
from pbvote.services.reference_round import texts
from pbvote.services.reference_round.people import CONTACT
from pbvote.services.reference_round.texts import GroupText, WardText

PERSONA_GROUP = "ropery-safe"
STREETS = (
    "Ropery Street",
    "Holder Street",
    "Quay Road",
    "Mead Road",
    "Ashes Lane",
    "Lock Road",
    "Hide Street",
    "Sluice Road",
    "Orchard Way",
    "Lime Street",
    "Brick Street",
    "Creek Road",
)
SEATS = ("Chair", "Treasurer", "Secretary")


def make_wards(session: Session) -> dict[str, Ward]:
    """The wards by key, with their shapes, and every postcode unit."""
    wards = {}
    for number, text in enumerate(texts.wards(), start=1):
        wards[text.key] = Ward(
            code=f"NB{number:02}", name=text.name, population=text.population, shape=shape(text)
        )
    session.add_all(wards.values())
    session.flush()
    rows = [
        {"code": code.replace(" ", ""), "ward_id": wards[key].id} for code, key in texts.postcodes().items()
    ]
    session.execute(insert(Postcode), rows)
    return wards


def shape(ward: WardText) -> dict[str, Any]:
    """The ward's ring as a GeoJSON polygon in the plan's own units, closed."""
    ring = [list(point) for point in (*ward.shape, ward.shape[0])]
    return {"type": "Polygon", "coordinates": [ring]}


def make_groups(
    session: Session, *, names: Iterator[str], rng: Random, now: datetime
) -> dict[str, CommunityGroup]:
    """Every group by key, each with its facts complete and one contact person."""
    codes: dict[str, list[str]] = {}
    for code, ward in texts.postcodes().items():
        codes.setdefault(ward, []).append(code)
    groups = {}
    for number, text in enumerate(texts.groups(), start=1):
        groups[text.key] = _group(text, number, names=names, rng=rng, codes=codes[text.ward], now=now)
    session.add_all(groups.values())
    session.flush()
    return groups


def _group(
    text: GroupText, number: int, *, names: Iterator[str], rng: Random, codes: list[str], now: datetime
) -> CommunityGroup:
    committee = [next(names) for _ in SEATS]
    name, email = committee[2], f"hello@{text.key}.example"
    if text.key == PERSONA_GROUP:
        name, email = CONTACT.name, CONTACT.email
        committee[2] = name
    postcode = codes[int(rng.random() * len(codes))]
    street = STREETS[int(rng.random() * len(STREETS))]
    account = Account(email=email, name=name, created_at=now)
    return CommunityGroup(
        name=text.name,
        kind=text.kind,
        about=f"{text.about}. Begun in {text.since}.",
        charity_number=f"NB-{number:04}" if text.kind == "charity" else "",
        company_number=f"NB{number:06}" if text.kind == "cic" else "",
        address=f"{1 + int(rng.random() * 120)} {street}, Northbank",
        postcode=postcode,
        has_governing_document=True,
        committee=[{"name": who, "role": seat} for who, seat in zip(committee, SEATS, strict=True)],
        bank_account_name=text.name,
        two_signatories=True,
        has_safeguarding_policy=True,
        safeguarding_contact=committee[0],
        demo=True,
        created_at=now,
        members=[GroupMember(account=account, role="contact")],
    )
