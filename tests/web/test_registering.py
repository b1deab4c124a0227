"""Proving that you may vote, one question per page, as residents see it."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from pbvote.extensions import db
from pbvote.models import AccessCode, OneTimeCode, OutboxMessage, RegisterEntry
from pbvote.services import register as registers
from pbvote.services.keyring import Keyring
from pbvote.settings import Settings
from tests.factories import make_round
from tests.person import Person
from tests.voting import POSTCODE, Booth, open_booth, register


@pytest.fixture
def booth(session: Session, settings: Settings, now) -> Booth:
    return open_booth(session, settings=settings, now=now)


@pytest.fixture
def signed_in(person: Person, booth: Booth) -> Person:
    """Somebody who has typed the right code and is asked for their name."""
    person.open(f"/rounds/{booth.slug}/vote")
    person.submit(address="ada@example.com")
    person.submit(code=person.latest_code("ada@example.com"))
    return person


def entries(session: Session) -> list[RegisterEntry]:
    session.rollback()
    return list(session.scalars(select(RegisterEntry).order_by(RegisterEntry.id)))


@pytest.mark.both_databases
def test_five_inputs_put_a_resident_on_the_register_with_their_ward(
    person: Person, booth: Booth, session: Session
) -> None:
    register(person, booth, email="ada@example.com")
    entry = entries(session)[0]
    assert (entry.status, entry.name, entry.postcode) == ("confirmed", "Ada Brook", "NB14QT")
    assert entry.ward_id == booth.wards[0].id


def test_coming_back_with_the_same_address_asks_nothing_again(
    app: Flask, person: Person, booth: Booth, session: Session
) -> None:
    register(person, booth, email="ada@example.com")
    again = Person(app)
    again.open(f"/rounds/{booth.slug}/vote")
    again.submit(address="ada@example.com")
    again.submit(code=again.latest_code("ada@example.com"))
    assert "Choose up to 10 proposals" in again.text
    assert len(entries(session)) == 1


def test_known_and_unknown_people_get_the_same_answer(app: Flask, person: Person, booth: Booth) -> None:
    register(person, booth, email="known@example.com")
    answers = []
    for email in ("known@example.com", "never@example.com"):
        visitor = Person(app)
        visitor.open(f"/rounds/{booth.slug}/register/")
        visitor.submit(address=email)
        answers.append((visitor.status, visitor.path, visitor.text.replace(email, "…")))
    assert answers[0] == answers[1]


def test_known_and_unknown_people_cost_the_database_the_same(
    app: Flask, person: Person, booth: Booth
) -> None:
    """The same questions to the database in the same order, so that the time tells nothing either."""
    register(person, booth, email="known@example.com")
    costs = []
    for email in ("known@example.com", "never@example.com"):
        visitor = Person(app)
        visitor.open(f"/rounds/{booth.slug}/register/")
        costs.append(statements(app, lambda visitor=visitor, email=email: visitor.submit(address=email)))
        costs[-1] += statements(app, lambda visitor=visitor: visitor.submit(code="000000"))
    assert costs[0] == costs[1]
    assert len(costs[0]) > 3


def statements(app: Flask, deed: Callable[[], object]) -> list[str]:
    """What the application asks of its database meanwhile."""
    with app.app_context():
        engine = db.engine
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    deed()
    event.remove(engine, "before_cursor_execute", note)
    return asked


def test_at_most_six_answers_lie_before_the_ballot(
    person: Person, session: Session, settings: Settings, now
) -> None:
    booth = open_booth(
        session, settings=settings, now=now, may_work=True, may_study=True, sign_up_methods=["email", "sms"]
    )
    answers = {
        "address": "ada@example.com",
        "name": "Ada Brook",
        "connection": "live",
        "postcode": POSTCODE,
        "old_enough": "yes",
    }
    given = 0
    person.open(f"/rounds/{booth.slug}/vote")
    while person.path != booth.path():
        asked = person.path.rpartition("/")[2]
        if asked == "code":
            person.submit(code=person.latest_code("ada@example.com"))
        elif asked in ("connection", "age"):
            name = "old_enough" if asked == "age" else asked
            person.submit(button=(name, answers[name]))
        else:
            name = asked or "address"
            person.submit(**{name: answers[name]})
        given += 1
        assert given <= 6, person.path


def test_a_phone_number_gets_its_code_by_text_where_the_round_offers_it(
    person: Person, session: Session, settings: Settings, now
) -> None:
    booth = open_booth(session, settings=settings, now=now, sign_up_methods=["email", "sms"])
    person.open(f"/rounds/{booth.slug}/vote")
    person.submit(address="07700 900 982")
    session.rollback()
    message = session.scalars(select(OutboxMessage)).one()
    assert (message.channel, message.recipient) == ("sms", "+447700900982")
    person.submit(code=person.latest_code("+447700900982"))
    assert "What is your name?" in person.text


@pytest.mark.parametrize("typed", ["0000", "12345", "999"])
def test_too_short_a_phone_number_is_refused_beside_its_field(
    person: Person, session: Session, settings: Settings, now, typed: str
) -> None:
    booth = open_booth(session, settings=settings, now=now, sign_up_methods=["email", "sms"])
    person.open(f"/rounds/{booth.slug}/vote")
    person.submit(address=typed)
    assert person.status == 422
    assert "Enter a full phone number" in person.text


@pytest.mark.parametrize("own", ["٠١٢٣٤٥٦٧٨٩", "০১২৩৪৫৬৭৮৯", "０１２３４５６７８９"])
def test_a_keyboard_that_types_its_own_digits_gets_somebody_to_their_ballot(
    person: Person, session: Session, settings: Settings, now, own: str
) -> None:
    booth = open_booth(session, settings=settings, now=now, sign_up_methods=["email", "sms"])
    typed = str.maketrans("0123456789", own)
    person.open(f"/rounds/{booth.slug}/vote")
    person.submit(address="07700 900 982".translate(typed))
    person.submit(code=person.latest_code("+447700900982").translate(typed))
    person.submit(name="Amina Brook")
    person.submit(postcode=POSTCODE.translate(typed))
    person.submit(button=("old_enough", "yes"))
    assert "Choose up to 10 proposals" in person.text


def test_a_phone_number_is_refused_where_only_email_is_offered(
    person: Person, booth: Booth, session: Session
) -> None:
    person.open(f"/rounds/{booth.slug}/vote")
    person.submit(address="07700 900 982")
    assert person.status == 422
    assert "This round sends no codes by text message" in person.text
    session.rollback()
    assert session.scalars(select(OneTimeCode)).first() is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter the postcode"),
        ("hello", "Enter a full postcode, like NB1 4QT"),
        ("NB9 9ZZ", "We cannot find that postcode"),
    ],
)
def test_a_postcode_that_does_not_work_says_what_to_do(signed_in: Person, typed: str, said: str) -> None:
    signed_in.submit(name="Ada Brook")
    signed_in.submit(postcode=typed)
    assert signed_in.status == 422
    assert said in signed_in.text
    fields = {field.get("name"): field.get("value") for field in signed_in.tree.iter("input")}
    assert (fields["postcode"] or "") == typed


def test_an_unknown_postcode_that_is_right_goes_to_an_officer(signed_in: Person, session: Session) -> None:
    signed_in.submit(name="Ada Brook")
    signed_in.submit(postcode="NB9 9ZZ")
    signed_in.submit(button=("is_right", "yes"))
    signed_in.submit(button=("old_enough", "yes"))
    assert "We are checking your details" in signed_in.text
    entry = entries(session)[0]
    assert (entry.status, entry.doubt) == ("pending", "postcode-unknown")


def test_a_postcode_outside_the_round_is_refused_with_its_ward(
    signed_in: Person, booth: Booth, session: Session
) -> None:
    session.rollback()
    booth.voting_round.wards = booth.wards[1:]
    session.commit()
    signed_in.submit(name="Ada Brook")
    signed_in.submit(postcode=POSTCODE)
    assert signed_in.status == 422
    assert f"That postcode is in {booth.wards[0].name}, which is not part of this round" in signed_in.text


def test_somebody_too_young_is_told_and_not_entered(signed_in: Person, session: Session) -> None:
    signed_in.submit(name="Ada Brook")
    signed_in.submit(postcode=POSTCODE)
    signed_in.submit(button=("old_enough", "no"))
    assert signed_in.status == 422
    assert "You must be 11 or older to vote in this round" in signed_in.text
    assert entries(session) == []


def test_work_and_study_are_asked_for_only_where_they_count(
    person: Person, session: Session, settings: Settings, now
) -> None:
    booth = open_booth(session, settings=settings, now=now, may_work=True, may_study=True)
    person.open(f"/rounds/{booth.slug}/vote")
    person.submit(address="ada@example.com")
    person.submit(code=person.latest_code("ada@example.com"))
    person.submit(name="Ada Brook")
    assert "Do you live, work or study here?" in person.text
    person.submit(button=("connection", "work"))
    assert "What is the postcode of the place where you work?" in person.text
    person.submit(postcode=POSTCODE)
    person.submit(button=("old_enough", "yes"))
    assert entries(session)[0].connection == "work"


def test_the_same_name_and_postcode_waits_for_an_officer_and_says_so(
    app: Flask, person: Person, booth: Booth, session: Session
) -> None:
    register(person, booth, email="ada@example.com", name="Ada Brook")
    twin = Person(app)
    register(twin, booth, email="other@example.com", name="  brook  ADA ")
    assert "Somebody with your name and postcode is on the list already" in twin.text
    assert [entry.status for entry in entries(session)] == ["confirmed", "pending"]
    assert entries(session)[1].doubt == "same-name-and-postcode"
    twin.open(booth.path())
    assert "We are checking your details" in twin.text
    twin.open("/sign-in/out")
    chosen = ("picked", str(booth.proposals[0].number))
    twin.send(booth.path(), [("csrf_token", twin.csrf()), chosen, ("go", "yes")])
    assert twin.status == 403
    twin.open(f"/rounds/{booth.slug}")
    assert "Vote now" not in twin.text


def test_an_officers_decision_is_told_to_the_resident(
    app: Flask, person: Person, booth: Booth, session: Session, now
) -> None:
    register(person, booth, email="ada@example.com")
    twin = Person(app)
    register(twin, booth, email="other@example.com")
    waiting = entries(session)[1]
    registers.decide(session, entry=waiting, confirmed=True, officer_id=1, reason="", now=now)
    session.commit()
    message = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert message is not None
    assert (message.template, message.recipient) == ("register_confirmed", "other@example.com")
    twin.open(f"/rounds/{booth.slug}/vote")
    assert "Choose up to 10 proposals" in twin.text


def make_code(session: Session, keyring: Keyring, booth: Booth, now, code: str = "ABCD-EFGH-2345") -> None:
    session.rollback()
    row = AccessCode(
        round_id=booth.voting_round.id,
        code_hash=registers.code_hash(keyring, code=code),
        ward_id=booth.wards[0].id,
        issued_at=now,
    )
    session.add(row)
    session.commit()


def test_a_posted_code_needs_nothing_else(
    person: Person, booth: Booth, session: Session, keyring: Keyring, now
) -> None:
    make_code(session, keyring, booth, now)
    person.open(f"/rounds/{booth.slug}/register/letter?code=ABCD-EFGH-2345")
    assert entries(session) == []
    person.submit()
    assert "Choose up to 10 proposals" in person.text
    entry = entries(session)[0]
    assert (entry.name, entry.account_id, entry.ward_id) == ("", None, booth.wards[0].id)


def test_a_posted_code_may_be_typed_with_the_keyboards_own_digits(
    person: Person, booth: Booth, session: Session, keyring: Keyring, now
) -> None:
    make_code(session, keyring, booth, now)
    person.open(f"/rounds/{booth.slug}/register/letter")
    person.submit(code="ABCD-EFGH-٢٣٤٥")
    assert "Choose up to 10 proposals" in person.text


def test_a_posted_code_used_on_a_second_phone_opens_the_same_entry(
    app: Flask, booth: Booth, session: Session, keyring: Keyring, now
) -> None:
    make_code(session, keyring, booth, now)
    for _phone in range(2):
        person = Person(app)
        person.open(f"/rounds/{booth.slug}/register/letter")
        person.submit(code="abcd efgh 2345")
        assert "Choose up to 10 proposals" in person.text
    assert len(entries(session)) == 1


def test_a_wrong_posted_code_is_kept_and_explained(person: Person, booth: Booth) -> None:
    person.open(f"/rounds/{booth.slug}/register/letter")
    person.submit(code="XXXX-XXXX-XXXX")
    assert person.status == 422
    assert "We cannot find that code" in person.text


def test_a_code_of_another_round_opens_nothing(
    person: Person, booth: Booth, session: Session, keyring: Keyring, now
) -> None:
    make_code(session, keyring, booth, now)
    other = make_round(session, now=now)
    session.commit()
    person.open(f"/rounds/{other.slug}/register/letter")
    person.submit(code="ABCD-EFGH-2345")
    assert person.status == 422


def test_the_register_is_shut_once_voting_is_over(
    person: Person, booth: Booth, session: Session, now
) -> None:
    session.rollback()
    booth.voting_round.voting_closes_at = now
    session.commit()
    person.open(f"/rounds/{booth.slug}/register/")
    assert person.status == 409
    assert "Voting closed on" in person.text
    assert "Nothing has been changed" not in person.text
    ways = [link.get("href") for link in person.tree.iter("a")]
    assert f"/rounds/{booth.slug}" in ways
    assert "Voting has closed." in person.text


def test_a_question_cannot_be_skipped(signed_in: Person, booth: Booth, session: Session) -> None:
    signed_in.open(f"/rounds/{booth.slug}/register/age")
    signed_in.submit(button=("old_enough", "yes"))
    assert "What is your name?" in signed_in.text
    assert entries(session) == []


def test_names_and_postcodes_given_so_far_cannot_be_read_in_the_cookie(signed_in: Person) -> None:
    signed_in.submit(name="Ada Brook")
    cookie = signed_in.client.get_cookie("pbvote", domain="localhost")
    assert cookie is not None
    assert "Brook" not in cookie.decoded_value
