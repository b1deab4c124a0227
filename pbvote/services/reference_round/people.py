"""Names of people who do not exist, and the accounts behind the demo's sign-ins."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random

from faker import Faker
from sqlalchemy.orm import Session

from pbvote.models import Account
from pbvote.services import accounts
from pbvote.services.keyring import Keyring

# Where the names of Northbank come from, and how often.
LOCALES = {"en_GB": 58, "en_IN": 14, "yo_NG": 8, "pl_PL": 7, "tr_TR": 6, "pt_PT": 4, "it_IT": 3}
LETTERS = "abcdefghjkmnpqrstvwxyz23456789"


@dataclass(frozen=True, kw_only=True)
class Persona:
    """Somebody to sign in as. Residents and groups sign in by a code sent to `email` alone."""

    key: str
    name: str
    email: str
    roles: tuple[str, ...] = ()
    password: str = ""
    totp_secret: str = ""


RESIDENTS = (
    Persona(key="resident", name="Nadia Farrow", email="nadia@residents.northbank.example"),
    Persona(key="resident-voted", name="Tobias Quill", email="tobias@residents.northbank.example"),
)
CONTACT = Persona(key="group", name="Sunita Hartnell", email="sunita@ropery-street.example")
STAFF = (
    Persona(key="officer", name="Grace Pellow", email="grace@northbank.example", roles=("officer",)),
    Persona(key="second-officer", name="Daniel Amprey", email="daniel@northbank.example", roles=("officer",)),
    Persona(
        key="administrator",
        name="Ruth Calderby",
        email="ruth@northbank.example",
        roles=("administrator", "officer"),
    ),
    Persona(key="custodian", name="Imran Teale", email="imran@northbank.example", roles=("custodian",)),
    Persona(
        key="second-custodian", name="Beatrix Lunn", email="beatrix@northbank.example", roles=("custodian",)
    ),
    Persona(
        key="third-custodian", name="Joseph Aldwin", email="joseph@northbank.example", roles=("custodian",)
    ),
    Persona(key="observer", name="Hana Vesper", email="hana@northbank.example", roles=("observer",)),
)


@dataclass(frozen=True)
class Staff:
    """The council's people: the personas with their secrets, and their accounts by key."""

    personas: tuple[Persona, ...]
    accounts: dict[str, Account]

    def id(self, key: str) -> int:
        return self.accounts[key].id

    @property
    def custodians(self) -> tuple[int, int, int]:
        return self.id("custodian"), self.id("second-custodian"), self.id("third-custodian")


def make_staff(session: Session, *, keyring: Keyring, now: datetime) -> Staff:
    """Officers, custodians and an observer with new passwords and one-time-code secrets."""
    personas, made = [], {}
    for persona in STAFF:
        password = new_password()
        account, secret = accounts.make_officer(
            session,
            email=persona.email,
            name=persona.name,
            password=password,
            roles=persona.roles,
            keyring=keyring,
            now=now,
        )
        made[persona.key] = account
        personas.append(
            Persona(
                key=persona.key,
                name=persona.name,
                email=persona.email,
                roles=persona.roles,
                password=password,
                totp_secret=secret,
            )
        )
    return Staff(tuple(personas), made)


def new_password() -> str:
    """Four groups of four letters and digits, about 78 random bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def names(seed: int) -> Iterator[str]:
    """Full names without end, the same for the same seed; a name comes up once."""
    rng = Random(seed)
    fakers = [Faker(locale) for locale in LOCALES]
    for place, faker in enumerate(fakers):
        faker.seed_instance(seed + place)
    seen: set[str] = set()
    while True:
        faker = rng.choices(fakers, tuple(LOCALES.values()))[0]
        name = f"{faker.first_name()} {faker.last_name()}"
        if name not in seen:
            seen.add(name)
            yield name
