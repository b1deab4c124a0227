"""The officers' first page: every link leads somewhere its reader may go, and nothing is out of reach."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pbvote.services.keyring import Keyring
from tests.factories import PASSWORD, make_entry, make_officer, make_round
from tests.person import Person
from tests.published import make_published_round

PHASES = ("set-up", "waiting-for-proposals", "collecting", "screening", "shortlist", "voting", "closed")


@pytest.fixture
def rounds(session: Session, now: datetime) -> None:
    for phase in PHASES:
        make_round(session, now=now, phase=phase, slug=phase, title=f"Round in {phase}")
    make_published_round(session, now=now, rankings=[[1, 2], [2]], costs=[5_000_00, 9_000_00], slug="out")
    session.commit()


def signed_in(app: Flask, session: Session, keyring: Keyring, now: datetime, role: str) -> Person:
    email = str(make_officer(session, keyring=keyring, now=now, roles=(role,)).email)
    session.commit()
    person = Person(app)
    person.sign_in_officer(email, PASSWORD)
    return person


def links(person: Person) -> list[str]:
    person.open("/officer/")
    main = person.tree.find(".//main")
    assert main is not None
    return [str(link.get("href")) for link in main.iter("a")]


@pytest.mark.parametrize("role", ["officer", "administrator", "observer"])
def test_every_link_leads_to_a_page_its_reader_may_open(
    app: Flask, session: Session, keyring: Keyring, now: datetime, rounds: None, role: str
) -> None:
    person = signed_in(app, session, keyring, now, role)
    found = links(person)
    assert len(found) > len(PHASES)
    for href in found:
        person.open(href)
        assert person.status == 200, (role, href)


@pytest.mark.parametrize("role", ["officer", "observer"])
def test_the_box_and_what_is_kept_can_be_reached_from_voting_on(
    app: Flask, session: Session, keyring: Keyring, now: datetime, rounds: None, role: str
) -> None:
    found = links(signed_in(app, session, keyring, now, role))
    for slug in ("voting", "closed", "out"):
        assert f"/officer/rounds/{slug}/ceremony/" in found
        assert f"/officer/rounds/{slug}/ceremony/retention" in found
    assert ("/officer/rounds/out/publication" in found) == (role == "officer")
    assert ("/officer/rounds/set-up/custody/" in found) == (role == "officer")


def test_who_waits_on_the_register_is_a_task_until_voting_has_closed(
    app: Flask, session: Session, keyring: Keyring, now: datetime
) -> None:
    for phase in ("voting", "closed"):
        voting_round = make_round(session, now=now, phase=phase, slug=phase)
        make_entry(session, voting_round=voting_round, now=now, status="pending", doubt="postcode-unknown")
    officer = signed_in(app, session, keyring, now, "officer")
    officer.open("/officer/")
    assert officer.text.count("Check 1 person on the register") == 1


def test_an_observer_is_offered_nothing_to_press(
    app: Flask, session: Session, keyring: Keyring, now: datetime, rounds: None
) -> None:
    officer = signed_in(app, session, keyring, now, "officer")
    officer.open("/officer/rounds/closed/ceremony/")
    assert officer.form("close") is not None
    observer = signed_in(app, session, keyring, now, "observer")
    for slug in ("voting", "closed", "out"):
        for page in ("ceremony/", "ceremony/retention", "turnout/"):
            observer.open(f"/officer/rounds/{slug}/{page}")
            main = observer.tree.find(".//main")
            assert main is not None
            assert list(main.iter("form")) == []
