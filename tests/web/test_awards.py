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
from tests.factories import PASSWORD, make_group, make_officer, make_proposal, make_round
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


def test_the_list_of_a_group_says_what_became_of_its_proposals(
    alice: Person, session: Session, award: Award, now: datetime
) -> None:
    make_proposal(
        session, voting_round=award.proposal.voting_round, group=award.proposal.group, now=now, title="A shed"
    )
    session.commit()
    alice.open("/groups/")
    assert "Gets a grant" in alice.text
    assert "Not funded" in alice.text
    answer(alice, award, "refuse")
    alice.open("/groups/")
    assert "Grant not taken" in alice.text
    assert "Gets a grant" not in alice.text


class TestTheCouncilsPeople:
    @pytest.fixture
    def observer(self, app: Flask, session: Session, keyring: Keyring, now: datetime) -> Person:
        account = make_officer(session, keyring=keyring, now=now, roles=("observer",))
        email = str(account.email)
        session.commit()
        person = Person(app)
        person.sign_in_officer(email, PASSWORD)
        return person

    def test_they_read_who_took_a_grant_what_was_spent_and_what_is_told(
        self, alice: Person, observer: Person, session: Session, award: Award
    ) -> None:
        place = f"/officer/rounds/{award.proposal.voting_round.slug}/grants/"
        session.rollback()
        observer.open(place)
        assert "Waits for an answer" in observer.text
        answer(alice, award, "accept")
        stream = BytesIO()
        Image.new("RGB", (900, 600), "green").save(stream, "JPEG")
        stream.seek(0)
        alice.submit("reports", text="We dug.", spent="1,200", alt="A hole", picture=[(stream, "hole.jpg")])
        observer.open(place)
        for said in ("Taken", "£5,000", "£1,200", "We dug."):
            assert said in observer.text
        session.rollback()
        observer.open(f"{place}{award.id}/uploads/{award.reports[0].pictures[0].id}")
        assert observer.page.mimetype == "image/webp"

    def test_a_refused_grant_is_not_among_what_was_awarded(
        self, alice: Person, observer: Person, session: Session, award: Award
    ) -> None:
        answer(alice, award, "refuse")
        observer.open(f"/officer/rounds/{award.proposal.voting_round.slug}/grants/")
        assert "awarded£0" in observer.text
        assert "Not taken" in observer.text

    def test_a_grant_of_another_round_is_not_there(
        self, observer: Person, session: Session, award: Award, now: datetime
    ) -> None:
        make_round(session, now=now, phase="closed", slug="other", counted_at=now, published_at=now)
        session.commit()
        observer.open(f"/officer/rounds/other/grants/{award.id}/uploads/1")
        assert observer.status == 404

    def test_before_the_result_there_is_nothing_to_read(
        self, observer: Person, session: Session, now: datetime
    ) -> None:
        make_round(session, now=now, phase="voting", slug="open")
        session.commit()
        observer.open("/officer/rounds/open/grants/")
        assert observer.status == 409

    def test_a_group_does_not_read_it(self, alice: Person, session: Session, award: Award) -> None:
        alice.open(f"/officer/rounds/{award.proposal.voting_round.slug}/grants/")
        assert alice.status == 403
