"""A group's own pages: its facts, its people, and what strangers may not see."""

from datetime import datetime
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import Account, CommunityGroup, OutboxMessage, Proposal
from tests.factories import make_group, make_proposal, make_round
from tests.person import Person

ALICE, BOB, CHARLIE = "alice@example.com", "bob@example.com", "charlie@example.com"


@pytest.fixture
def alice(app: Flask) -> Person:
    person = Person(app)
    person.sign_in(ALICE)
    return person


@pytest.fixture
def charlie(app: Flask) -> Person:
    person = Person(app)
    person.sign_in(CHARLIE)
    return person


@pytest.fixture
def group(session: Session, now: datetime, alice: Person) -> CommunityGroup:
    account = session.scalars(select(Account).where(Account.email == ALICE)).one()
    made = make_group(session, now=now, contact=account, name="Friends of Mill Square", postcode="NB1 4QT")
    session.commit()
    return made


@pytest.fixture
def draft(session: Session, now: datetime, group: CommunityGroup) -> Proposal:
    collecting = make_round(session, now=now, phase="collecting")
    made = make_proposal(session, voting_round=collecting, group=group, now=now, status="draft")
    session.commit()
    return made


def test_the_same_group_entered_twice_is_one(alice: Person, session: Session) -> None:
    for _tap in range(2):
        alice.open("/groups/new")
        alice.submit(name="Quay Runners", kind="sports-club", contact_name="Alice")
        assert alice.status == 200
    assert len(session.scalars(select(CommunityGroup)).all()) == 1


def test_a_group_without_a_kind_is_asked_for_it_and_keeps_its_name(alice: Person) -> None:
    alice.open("/groups/new")
    alice.submit(name="Quay Runners", contact_name="Alice")
    assert alice.status == 422
    assert "Choose what kind of group you are" in alice.text
    assert "Quay Runners" in [field.get("value") for field in alice.tree.iter("input")]


@pytest.mark.both_databases
def test_an_invited_person_acts_for_the_group(
    app: Flask, alice: Person, session: Session, group: CommunityGroup
) -> None:
    alice.open(f"/groups/{group.id}")
    alice.submit(email="Bob@Example.com")
    assert "We have written to" in alice.text
    session.rollback()
    told = select(OutboxMessage.recipient).where(OutboxMessage.template == "group_invitation")
    assert session.scalars(told).all() == [BOB]
    session.rollback()
    bob = Person(app)
    bob.sign_in(BOB)
    bob.open(f"/groups/{group.id}")
    assert bob.status == 200


def test_nobody_is_invited_twice(alice: Person, group: CommunityGroup) -> None:
    for _tap in range(2):
        alice.open(f"/groups/{group.id}")
        alice.submit(email=BOB)
    assert alice.status == 422
    assert "in your group already" in alice.text


def test_the_last_person_stays(alice: Person, session: Session, group: CommunityGroup) -> None:
    me = group.members[0].account_id
    session.rollback()
    alice.open(f"/groups/{group.id}/people/{me}/removal")
    alice.submit()
    assert alice.status == 409
    alice.open(f"/groups/{group.id}")
    assert alice.status == 200


def test_somebody_taken_out_sees_the_group_no_more(
    app: Flask, alice: Person, session: Session, group: CommunityGroup
) -> None:
    alice.open(f"/groups/{group.id}")
    alice.submit(email=BOB)
    bob = Person(app)
    bob.sign_in(BOB)
    session.rollback()
    other = next(one.account_id for one in group.members if one.account.email == BOB)
    session.rollback()
    alice.open(f"/groups/{group.id}/people/{other}/removal")
    alice.submit()
    bob.open(f"/groups/{group.id}")
    assert bob.status == 404


PAGES = ("", "/facts/about", "/facts/people", "/facts/money", "/facts/safeguarding")


@pytest.mark.parametrize("page", PAGES)
def test_a_strangers_group_is_not_there(charlie: Person, group: CommunityGroup, page: str) -> None:
    charlie.open(f"/groups/{group.id}{page}")
    assert charlie.status == 404


@pytest.mark.parametrize("page", ["/people", *PAGES[1:]])
def test_a_stranger_changes_nothing_in_a_group(
    charlie: Person, session: Session, group: CommunityGroup, page: str
) -> None:
    charlie.send(
        f"/groups/{group.id}{page}",
        [("csrf_token", charlie.csrf()), ("name", "Mine"), ("kind", "other"), ("email", CHARLIE)],
    )
    assert charlie.status == 404
    session.rollback()
    assert (group.name, len(group.members)) == ("Friends of Mill Square", 1)


def test_three_people_need_the_word_that_they_are_not_related(
    alice: Person, session: Session, group: CommunityGroup
) -> None:
    alice.open(f"/groups/{group.id}/facts/people")
    alice.submit(unrelated=None)
    assert alice.status == 422
    assert "Tick this if it is true" in alice.text


def test_the_same_name_twice_is_refused(alice: Person, session: Session, group: CommunityGroup) -> None:
    alice.open(f"/groups/{group.id}/facts/people")
    alice.submit(**{"committee-1-name": "ada brook"})
    assert alice.status == 422
    assert "Name three different people" in alice.text
    session.rollback()
    assert [person["name"] for person in group.committee] == ["Ada Brook", "Ben Okoro", "Cleo Marsh"]


def test_a_parent_organisation_replaces_the_own_account(
    alice: Person, session: Session, group: CommunityGroup
) -> None:
    alice.open(f"/groups/{group.id}/facts/money")
    alice.submit(holder="parent")
    assert "Enter the name of the organisation" in alice.text
    alice.submit(parent_organisation="Mill Community Trust")
    session.rollback()
    assert (group.parent_organisation, group.bank_account_name) == ("Mill Community Trust", "")


def test_a_charity_is_asked_for_its_number(alice: Person, group: CommunityGroup) -> None:
    alice.open(f"/groups/{group.id}/facts/about")
    alice.submit(kind="charity")
    assert "Give your charity number" in alice.text


def test_a_picture_needs_words_and_is_shown_to_the_group_alone(
    alice: Person, charlie: Person, session: Session, draft: Proposal
) -> None:
    stream = BytesIO()
    Image.new("RGB", (900, 600), "green").save(stream, "PNG")
    alice.open(f"/applications/{draft.id}/pictures")
    alice.submit("pictures", file=[(BytesIO(stream.getvalue()), "green.png")])
    assert "Say in words what the picture shows" in alice.text
    alice.submit("pictures", file=[(BytesIO(stream.getvalue()), "green.png")], alt="A green square")
    assert alice.status == 200
    session.rollback()
    address = f"/applications/{draft.id}/uploads/{draft.uploads[0].id}"
    alice.open(address)
    assert alice.page.mimetype == "image/webp"
    assert "sandbox" in alice.page.headers["Content-Security-Policy"]
    charlie.open(address)
    assert charlie.status == 404
    charlie.open(f"/pictures/{draft.uploads[0].sha256}")
    assert charlie.status == 404


def test_a_drawing_is_refused_by_its_field(alice: Person, session: Session, draft: Proposal) -> None:
    alice.open(f"/applications/{draft.id}/pictures")
    drawing = BytesIO(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    alice.submit("pictures", file=[(drawing, "a.png")], alt="A drawing")
    assert alice.status == 422
    assert "We cannot take SVG drawings" in alice.text
    session.rollback()
    assert draft.uploads == []


def test_a_document_that_is_no_pdf_is_refused_by_its_field(alice: Person, draft: Proposal) -> None:
    alice.open(f"/applications/{draft.id}/pictures")
    alice.submit("documents", document=[(BytesIO(b"hello"), "a.pdf")])
    assert alice.status == 422
    assert "We take documents as PDF only" in alice.text
