"""A group takes its grant and tells how it goes."""

from datetime import datetime
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import Account, Award, OutboxMessage, Publication
from pbvote.services.keyring import Keyring
from tests.factories import make_group, make_officer, make_proposal, make_round
from tests.person import Person

ALICE = "alice@example.com"


@pytest.fixture
def alice(app: Flask) -> Person:
    person = Person(app)
    person.sign_in(ALICE)
    return person


@pytest.fixture
def award(session: Session, alice: Person, now: datetime) -> Award:
    """£5,000 for Alice's group, just published."""
    account = session.query(Account).filter_by(email=ALICE).one()
    published = make_round(session, now=now, phase="closed", counted_at=now, published_at=now)
    group = make_group(session, now=now, contact=account)
    proposal = make_proposal(session, voting_round=published, group=group, now=now)
    session.add(Publication(round_id=published.id, version=1, published_at=now))
    session.flush()
    made = Award(round_id=published.id, version=1, proposal_id=proposal.id, position=1, amount=5_000_00)
    session.add(made)
    session.commit()
    return made


def answer(person: Person, award: Award, said: str) -> None:
    person.open(f"/awards/{award.id}")
    person.submit(answer=said)


def test_a_group_takes_its_grant(alice: Person, session: Session, award: Award) -> None:
    alice.open("/groups/")
    assert "Accept the grant" in alice.text
    answer(alice, award, "accept")
    assert "You took the grant" in alice.text
    session.rollback()
    assert award.status == "accepted"


def test_a_group_refuses_its_grant_and_cannot_take_it_after_all(
    alice: Person, session: Session, award: Award
) -> None:
    answer(alice, award, "refuse")
    alice.send(f"/awards/{award.id}/answer", [("csrf_token", alice.csrf()), ("answer", "accept")])
    assert alice.status == 422
    session.rollback()
    assert award.status == "refused"


@pytest.mark.parametrize("said", ["refuse", "accept"])
def test_officers_are_told_of_a_refused_grant_and_of_no_other(
    alice: Person, session: Session, keyring: Keyring, award: Award, now: datetime, said: str
) -> None:
    email = str(make_officer(session, keyring=keyring, now=now).email)
    session.commit()
    answer(alice, award, said)
    alice.send(f"/awards/{award.id}/answer", [("csrf_token", alice.csrf()), ("answer", said)])
    session.rollback()
    told = session.scalars(select(OutboxMessage.recipient).where(OutboxMessage.template == "award_refused"))
    assert list(told) == ([email] if said == "refuse" else [])


def test_no_answer_is_asked_for_by_the_field(alice: Person, award: Award) -> None:
    alice.open(f"/awards/{award.id}")
    alice.submit()
    assert alice.status == 422
    assert "Choose yes or no" in alice.text


def test_a_group_reports_with_spending_and_a_picture(alice: Person, session: Session, award: Award) -> None:
    answer(alice, award, "accept")
    stream = BytesIO()
    Image.new("RGB", (900, 600), "green").save(stream, "JPEG")
    stream.seek(0)
    alice.submit("reports", text="We dug.", spent="1,200", alt="A hole", picture=[(stream, "hole.jpg")])
    assert alice.status == 200, alice.text
    session.rollback()
    report = award.reports[0]
    assert (report.text, report.spent, report.pictures[0].alt) == ("We dug.", 1_200_00, "A hole")
    assert award.proposal.picture is None
    alice.open(f"/awards/{award.id}/uploads/{report.pictures[0].id}")
    assert alice.page.mimetype == "image/webp"


def test_nobody_reports_more_spending_than_the_grant(alice: Person, session: Session, award: Award) -> None:
    answer(alice, award, "accept")
    alice.submit("reports", text="We bought it all.", spent="5,000.01")
    assert alice.status == 422
    assert "more than is left of your grant: £5,000" in alice.text
    session.rollback()
    assert award.reports == []


def test_a_report_sent_twice_is_kept_once(alice: Person, session: Session, award: Award) -> None:
    answer(alice, award, "accept")
    for _tap in range(2):
        alice.send(f"/awards/{award.id}/reports", [("csrf_token", alice.csrf()), ("text", "We dug.")])
    session.rollback()
    assert len(award.reports) == 1


def test_a_strangers_grant_is_not_there(app: Flask, award: Award) -> None:
    charlie = Person(app)
    charlie.sign_in("charlie@example.com")
    charlie.open(f"/awards/{award.id}")
    assert charlie.status == 404
    for deed in ("answer", "reports"):
        charlie.send(f"/awards/{award.id}/{deed}", [("csrf_token", charlie.csrf()), ("answer", "accept")])
        assert charlie.status == 404
