"""Signing in and out, as its users see it."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pbvote.services import keys
from pbvote.services.accounts import demo_one_time_codes
from pbvote.services.keyring import Keyring
from tests.factories import PASSWORD, make_officer, make_round
from tests.person import Person


@pytest.mark.both_databases
def test_a_resident_signs_in_with_the_code_that_was_sent(person: Person) -> None:
    person.sign_in("ada@example.com")
    person.open("/sign-in/out")
    person.submit()
    assert person.status == 200


def test_a_wrong_code_is_refused_next_to_the_field_and_can_be_tried_again(person: Person) -> None:
    person.open("/sign-in/")
    person.submit(address="ada@example.com")
    right = person.latest_code("ada@example.com")
    person.submit(code=f"{(int(right) + 1) % 1_000_000:06d}")
    assert person.status == 422
    assert "Tries left: 4" in person.text
    person.submit(code=right)
    assert person.status == 200


def test_five_wrong_codes_use_a_code_up(person: Person) -> None:
    person.open("/sign-in/")
    person.submit(address="ada@example.com")
    right = person.latest_code("ada@example.com")
    for step in range(1, 6):
        person.submit(code=f"{(int(right) + step) % 1_000_000:06d}")
    person.submit(code=right)
    assert person.status == 422
    assert "typed wrong too often" in person.text


def test_an_address_that_is_none_keeps_what_was_typed(person: Person) -> None:
    person.open("/sign-in/")
    person.submit(address="ada at example")
    assert person.status == 422
    fields = {field.get("name"): field.get("value") for field in person.tree.iter("input")}
    assert fields["address"] == "ada at example"


def test_an_officer_signs_in_with_password_and_one_time_code(
    person: Person, session: Session, keyring: Keyring, now
) -> None:
    officer = make_officer(session, keyring=keyring, now=now)
    session.commit()
    person.sign_in_officer(officer.email, PASSWORD)


def test_a_one_time_code_works_only_once(app: Flask, session: Session, keyring: Keyring, now) -> None:
    officer = make_officer(session, keyring=keyring, now=now)
    session.commit()
    first, second = Person(app), Person(app)
    first.open("/sign-in/officer")
    code = {a.id: c for a, c in demo_one_time_codes(session, keyring=keyring, now=now)}[officer.id]
    first.submit(email=officer.email, password=PASSWORD, code=code)
    assert first.status == 200
    second.open("/sign-in/officer")
    second.submit(email=officer.email, password=PASSWORD, code=code)
    assert second.status == 422


def test_too_many_code_requests_are_slowed_down(person: Person) -> None:
    person.open("/sign-in/")
    for _time in range(10):
        person.open("/sign-in/")
        person.submit(address="ada@example.com")
        assert person.status == 200
    person.open("/sign-in/")
    person.submit(address="ada@example.com")
    assert person.status == 429


def test_many_people_behind_one_network_address_all_get_their_codes(person: Person) -> None:
    for number in range(25):
        person.open("/sign-in/")
        person.submit(address=f"neighbour{number}@example.com")
        assert person.status == 200


def test_a_whole_town_hall_signs_in_from_one_network_address(
    app: Flask, session: Session, keyring: Keyring, now
) -> None:
    emails = [str(make_officer(session, keyring=keyring, now=now).email) for _ in range(12)]
    session.commit()
    for email in emails:
        person = Person(app)
        person.address = "10.200.0.1"
        person.sign_in_officer(email, PASSWORD)
        assert person.path == "/officer/"


def test_guessing_at_one_officer_is_slowed_down_without_keeping_them_out_elsewhere(
    app: Flask, session: Session, keyring: Keyring, now
) -> None:
    email = str(make_officer(session, keyring=keyring, now=now).email)
    session.commit()
    stranger, officer = Person(app), Person(app)
    for _time in range(10):
        stranger.open("/sign-in/officer")
        stranger.submit(email=email.upper(), password="guess", code="123456")
        assert stranger.status == 422
    stranger.open("/sign-in/officer")
    stranger.submit(email=email, password="guess", code="123456")
    assert stranger.status == 429
    officer.sign_in_officer(email, PASSWORD)
    assert officer.path == "/officer/"


def test_a_custodian_lands_on_the_page_of_their_key_and_finds_it_in_the_menu(
    app: Flask, session: Session, keyring: Keyring, now, tmp_path: Path
) -> None:
    holders = [make_officer(session, keyring=keyring, now=now, roles=("custodian",)) for _ in range(3)]
    for title in ("Summer grants", "Spring grants"):
        keys.prepare(
            session,
            voting_round=make_round(session, now=now, phase="shortlist", custody="officers", title=title),
            key_folder=tmp_path / "keys",
            officer_id=holders[0].id,
            custodian_ids=tuple(holder.id for holder in holders),
            now=now,
        )
    email = str(holders[1].email)
    session.commit()
    custodian = Person(app)
    custodian.sign_in_officer(email, PASSWORD)
    assert custodian.path.endswith("/custody/mine")
    here = [link for link in custodian.tree.iter("a") if link.get("aria-current") == "page"]
    assert ["".join(link.itertext()) for link in here] == ["Your key: Spring grants"]
    assert "Your key: Summer grants" in custodian.text
