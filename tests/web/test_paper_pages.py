"""Paper ballots by hand: slips marked by two, sheets keyed by two, sealed."""

from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pbvote.models import Envelope, VoterMark
from pbvote.services.keyring import Keyring
from tests.boxes import ReadyRound
from tests.factories import PASSWORD, make_officer
from tests.person import Person


@pytest.fixture
def ready(session: Session, now: datetime, tmp_path: Path) -> ReadyRound:
    ready = ReadyRound(session, now=now, folder=tmp_path / "keys", slug="spring")
    session.commit()
    return ready


@pytest.fixture
def three(app: Flask, session: Session, keyring: Keyring, now: datetime) -> list[Person]:
    """Three signed-in officers."""
    emails = [str(make_officer(session, keyring=keyring, now=now).email) for _ in range(3)]
    session.commit()
    people = []
    for email in emails:
        people.append(Person(app))
        people[-1].sign_in_officer(email, PASSWORD)
    return people


def begin(ready: ReadyRound, three: list[Person], names: tuple[str, ...]) -> str:
    """A batch with these people marked by two officers; returns its address."""
    for name in names:
        ready.voter(name=name)
    ready.session.commit()
    three[0].open("/officer/rounds/spring/paper/")
    three[0].submit(name="Library box")
    path = three[0].path
    for name in names:
        for officer in three[:2]:
            officer.open(f"{path}?name={name}")
            officer.submit(action="/marks")
    return path


def key(person: Person, path: str, **fields: object) -> None:
    person.open(f"{path}/sheets")
    person.submit(**fields)


def test_a_batch_is_marked_keyed_twice_and_sealed(
    session: Session, ready: ReadyRound, three: list[Person]
) -> None:
    path = begin(ready, three, ("Ada", "Ben"))
    assert session.query(VoterMark).filter_by(channel="paper").count() == 2
    ranking = f"{ready.numbers[2]}, {ready.numbers[0]}"
    for officer in three[:2]:
        key(officer, path, number="1", ranking=ranking)
        key(officer, path, number="2", ranking="", spoilt="y")
    assert "Sheet 2 is done." in three[1].text
    three[2].open(path)
    three[2].submit(action="/seal")
    assert "Sealed: 2 sheets." in three[2].text
    assert "1 sheet cannot be counted." in three[2].text
    session.rollback()
    assert session.query(Envelope).count() == 2


def test_one_officer_alone_marks_nobody(session: Session, ready: ReadyRound, three: list[Person]) -> None:
    ready.voter(name="Ada")
    session.commit()
    three[0].open("/officer/rounds/spring/paper/")
    three[0].submit(name="Library box")
    path = three[0].path
    for _ in range(2):
        three[0].open(f"{path}?name=Ada")
        three[0].submit(action="/marks")
        assert "Another officer has to mark Ada too." in three[0].text
    assert session.query(VoterMark).count() == 0


def test_a_disagreement_goes_to_a_third_person(ready: ReadyRound, three: list[Person]) -> None:
    path = begin(ready, three, ("Ada",))
    key(three[0], path, ranking=str(ready.numbers[0]))
    key(three[1], path, ranking=str(ready.numbers[1]))
    assert "the two keyings differ" in three[1].text
    assert "no sheet for you to key now" in three[1].text
    three[0].open(path)
    assert "Every sheet has to be done first." in three[0].text
    key(three[2], path, ranking=str(ready.numbers[1]))
    assert "Sheet 1 is done." in three[2].text


def test_what_one_officer_keyed_is_never_shown_to_another(ready: ReadyRound, three: list[Person]) -> None:
    path = begin(ready, three, ("Ada",))
    secret = f"{ready.numbers[4]}, {ready.numbers[1]}, {ready.numbers[3]}"
    key(three[0], path, ranking=secret)
    for officer in three:
        for page in (path, f"{path}/sheets", "/officer/rounds/spring/paper/"):
            officer.open(page)
            assert secret not in officer.page.get_data(as_text=True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"ranking": ""}, "Type the numbers on the sheet"),
        ({"ranking": "twelve"}, "like 12, 4, 30"),
        ({"ranking": "65000"}, "There is no project 65000 on this ballot. If the sheet says so, tick"),
        ({"ranking": "65000 7 65000"}, "65000 stands there twice. If it does on the sheet too, tick"),
        ({"ranking": "1 2 3 4 5 6 7 8 9 10 11"}, "That is more than 10 projects. If the sheet has"),
        ({"ranking": "1", "number": ""}, "Enter the number of the sheet"),
        ({"ranking": "1", "number": "9"}, "This batch has 1 marks"),
    ],
)
def test_a_sheet_that_cannot_be_is_sent_back_with_what_was_typed(
    ready: ReadyRound, three: list[Person], typed: dict[str, str], said: str
) -> None:
    path = begin(ready, three, ("Ada",))
    key(three[0], path, **typed)
    assert three[0].status == 422
    assert said in three[0].text
    assert f'value="{typed["ranking"]}"' in three[0].page.get_data(as_text=True) or not typed["ranking"]


def test_a_batch_of_another_round_is_not_found(
    session: Session, ready: ReadyRound, three: list[Person], now: datetime, tmp_path: Path
) -> None:
    ReadyRound(session, now=now, folder=tmp_path / "other", slug="autumn")
    session.commit()
    path = begin(ready, three, ("Ada",))
    assert three[0].open(path.replace("spring", "autumn")).status_code == 404
