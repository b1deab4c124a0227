"""Officers check the register and print letters."""

import io
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pbvote.models import RegisterEntry, VotingRound
from pbvote.services.keyring import Keyring
from tests.factories import PASSWORD, make_account, make_entry, make_officer, make_round, make_ward
from tests.person import Person


@pytest.fixture
def pair(app: Flask, session: Session, keyring: Keyring, now: datetime) -> list[Person]:
    """Two signed-in officers."""
    accounts = [str(make_officer(session, keyring=keyring, now=now).email) for _ in range(2)]
    session.commit()
    people = [Person(app), Person(app)]
    for person, email in zip(people, accounts, strict=True):
        person.sign_in_officer(email, PASSWORD)
    return people


@pytest.fixture
def voting_round(session: Session, now: datetime) -> VotingRound:
    made = make_round(session, now=now, slug="spring", sign_up_methods=["email", "access-code"])
    made.wards = [make_ward(session, name="Brookside", postcodes=("NB1 4QT",))]
    session.commit()
    return made


def send_file(person: Person, path: str, text: bytes, **fields: str) -> None:
    person.open(path)
    data = {"csrf_token": person.csrf(), **fields, "file": (io.BytesIO(text), "list.csv")}
    person.page = person.client.post(path, data=data, follow_redirects=True)


def test_an_entry_in_doubt_is_confirmed_with_its_ward(
    session: Session, now: datetime, voting_round: VotingRound, pair: list[Person]
) -> None:
    account = make_account(session, now=now)
    entry = make_entry(
        session,
        voting_round=voting_round,
        now=now,
        account=account,
        name="Ada Brook",
        postcode="NB99ZZ",
        status="pending",
        doubt="postcode-unknown",
    )
    session.commit()
    first, _ = pair
    first.open("/officer/rounds/spring/register/")
    assert "We do not know this postcode" in first.text
    first.open(f"/officer/rounds/spring/register/{entry.id}")
    first.submit(answer="yes", ward="0")
    assert first.status == 422
    assert "Choose the ward" in first.text
    first.submit(answer="yes", ward=str(voting_round.wards[0].id))
    assert "Ada Brook may vote." in first.text
    session.rollback()
    assert session.get(RegisterEntry, entry.id).status == "confirmed"


def test_a_list_is_brought_in_by_one_and_confirmed_by_another(
    session: Session, voting_round: VotingRound, pair: list[Person]
) -> None:
    first, second = pair
    send_file(first, "/officer/rounds/spring/register/list", b"name,postcode\nAda Brook,NB1 4QT\n")
    assert "1 person brought in. Another officer has to confirm the list." in first.text
    first.open("/officer/rounds/spring/register/")
    link = next(
        one.get("href", "") for one in first.tree.iter("a") if "/register/list/" in one.get("href", "")
    )
    first.open(link)
    assert "Confirm: they may vote" not in first.text
    second.open(link)
    second.submit(button=("answer", "yes"))
    assert "1 person may vote now." in second.text
    assert session.query(RegisterEntry).filter_by(status="confirmed").count() == 1


def test_a_list_with_a_wrong_line_says_which(voting_round: VotingRound, pair: list[Person]) -> None:
    send_file(pair[0], "/officer/rounds/spring/register/list", b"name,postcode\nAda,NB1 4QT\nB,x\n")
    assert pair[0].page.status_code == 422
    assert "(line 3)" in pair[0].text
    send_file(pair[0], "/officer/rounds/spring/register/list", b"\xff\xfe\x00")
    assert "We cannot read this file" in pair[0].text


def test_letters_are_printed_once_and_work_after_release(
    app: Flask, voting_round: VotingRound, pair: list[Person]
) -> None:
    first, second = pair
    path = "/officer/rounds/spring/register/letters"
    send_file(first, path, b"address,postcode\n1 Mill Lane,NB1 4QT\n", batch="May", to="addresses")
    assert first.page.mimetype == "application/pdf"
    assert first.page.data.startswith(b"%PDF-")
    second.open(path)
    assert "The codes do not work yet." in second.text
    second.submit(action="/release")
    assert "work from now on" in second.text


def test_letters_without_a_file_are_asked_for_again(voting_round: VotingRound, pair: list[Person]) -> None:
    first, _ = pair
    first.open("/officer/rounds/spring/register/letters")
    first.submit(action="/letters", batch="May", to="addresses")
    assert first.status == 422
    assert "There is nobody to write to" in first.text
    assert 'value="May"' in first.page.get_data(as_text=True)
