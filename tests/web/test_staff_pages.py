"""The page where administrators decide who works here."""

import pyotp
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pbvote.models import Account
from pbvote.services.keyring import Keyring
from pbvote.services.sign_ins import TOTP
from tests.factories import PASSWORD, make_officer
from tests.person import Person


@pytest.fixture
def pair(app: Flask, session: Session, keyring: Keyring, now) -> list[Person]:
    """Two signed-in administrators."""
    accounts = [
        make_officer(session, keyring=keyring, now=now, roles=("administrator", "officer")) for _ in range(2)
    ]
    session.commit()
    people = [Person(app), Person(app)]
    for person, account in zip(people, accounts, strict=True):
        person.sign_in_officer(str(account.email), PASSWORD)
    return people


def test_an_officer_is_asked_for_agreed_to_and_comes_in(
    app: Flask, session: Session, keyring: Keyring, pair: list[Person]
) -> None:
    first, second = pair
    first.open("/officer/staff/new")
    first.submit(name="Nia Brook", email="nia@northbank.example", roles=["officer", "custodian"])
    assert "Asked for. It is done when another administrator agrees." in first.text
    assert "That was you" in first.text
    second.open("/officer/staff/")
    second.submit(action="/agreement")
    assert "Done, with two administrators: Nia Brook." in second.text
    nia = Person(app)
    nia.open("/officer/staff/invitation")
    code = nia.latest_code("nia@northbank.example")
    nia.submit(email="nia@northbank.example", code=code.lower(), password="four quiet purple ducks")
    assert "Set up the one-time codes" in nia.text
    nia.submit(one_time_code="000000")
    assert nia.status == 422
    assert "That is not the code your app shows now" in nia.text
    session.rollback()
    account = session.query(Account).filter_by(email="nia@northbank.example").one()
    key = keyring.open(TOTP, account.totp_secret or b"")
    assert key is not None
    nia.submit(one_time_code=pyotp.TOTP(key.decode()).now())
    assert "All set." in nia.text
    nia.sign_in_officer("nia@northbank.example", "four quiet purple ducks")
    nia.open("/officer/")
    assert nia.status == 200


def test_what_is_missing_is_said_beside_its_field(pair: list[Person]) -> None:
    first, _ = pair
    first.open("/officer/staff/new")
    first.submit(name="", email="not-an-address", roles=[])
    assert first.status == 422
    assert "Enter their name" in first.text
    first.submit(name="Nia", email="nia@northbank.example", roles=[])
    assert first.status == 422
    assert "Choose at least one role" in first.text
    assert 'value="nia@northbank.example"' in first.page.get_data(as_text=True)


def test_turning_a_wish_down_changes_nothing(session: Session, pair: list[Person]) -> None:
    first, second = pair
    first.open("/officer/staff/new")
    first.submit(name="Nia Brook", email="nia@northbank.example", roles=["officer"])
    second.open("/officer/staff/")
    second.submit(action="/refusal")
    assert "Turned down. Nothing has changed." in second.text
    assert session.query(Account).filter_by(email="nia@northbank.example").count() == 0


def test_an_officer_who_is_no_administrator_does_not_get_in(
    app: Flask, session: Session, keyring: Keyring, now
) -> None:
    officer = make_officer(session, keyring=keyring, now=now)
    session.commit()
    person = Person(app)
    person.sign_in_officer(str(officer.email), PASSWORD)
    assert person.open("/officer/staff/").status_code == 403
