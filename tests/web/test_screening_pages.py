"""Officers screen proposals on the pages, and their groups hear of it."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pbvote.models import Account, Proposal, VotingRound
from pbvote.services.keyring import Keyring
from pbvote.services.screening import CHECKLIST
from pbvote.settings import Settings
from tests.factories import PASSWORD, make_group, make_officer, make_proposal, make_round
from tests.person import Person
from tests.voting import open_booth, register

ALICE = "alice@example.com"


@pytest.fixture
def voting_round(session: Session, now: datetime) -> VotingRound:
    made = make_round(session, now=now, phase="screening")
    session.commit()
    return made


@pytest.fixture
def alice(app: Flask) -> Person:
    person = Person(app)
    person.sign_in(ALICE)
    return person


@pytest.fixture
def proposal(session: Session, voting_round: VotingRound, alice: Person, now: datetime) -> Proposal:
    account = session.query(Account).filter_by(email=ALICE).one()
    group = make_group(session, now=now, contact=account, postcode="NB1 4QT")
    facts = {"starts_on": now.date(), "ends_on": now.date(), "risks": "Rain.", "borough_wide": True}
    made = make_proposal(
        session, voting_round=voting_round, group=group, now=now, status="submitted", **facts
    )
    session.commit()
    return made


@pytest.fixture
def officer(app: Flask, session: Session, keyring: Keyring, now: datetime) -> Person:
    return new_officer(app, session, keyring, now)


def new_officer(app: Flask, session: Session, keyring: Keyring, now: datetime) -> Person:
    email = make_officer(session, keyring=keyring, now=now).email
    session.commit()
    person = Person(app)
    person.sign_in_officer(email, PASSWORD)
    return person


def page(proposal: Proposal) -> str:
    return f"/officer/rounds/{proposal.voting_round.slug}/screening/{proposal.number}"


def give_opinion(person: Person, proposal: Proposal, recommendation: str) -> None:
    person.open(page(proposal))
    checks = {f"check_{place}": "yes" for place, _item in enumerate(CHECKLIST)}
    person.submit("opinion", recommendation=recommendation, note="Read with care.", **checks)
    assert person.status == 200, person.text


def test_an_officer_reads_a_proposal_and_shortlists_it(
    officer: Person, alice: Person, session: Session, proposal: Proposal
) -> None:
    give_opinion(officer, proposal, "shortlist")
    officer.submit("decision", decision="shortlist", reason="A sound plan.")
    assert "We have written to the group" in officer.text
    alice.open(f"/applications/{proposal.id}")
    assert "Your proposal will be on the ballot" in alice.text
    assert "A sound plan." in alice.text


def test_a_group_answers_a_question_and_sends_the_proposal_again(
    officer: Person, alice: Person, session: Session, proposal: Proposal, now: datetime
) -> None:
    officer.open(page(proposal))
    due = proposal.voting_round.voting_opens_at
    assert due is not None
    day = [str(part) for part in (due.day, due.month, due.year)]
    officer.submit("questions", text="Who owns the land?", answer_by=day)
    assert officer.status == 422
    assert "Choose an earlier day" in officer.text
    day = [str(part) for part in (now.day, now.month, now.year)]
    officer.submit("questions", answer_by=day)
    assert officer.status == 200
    alice.open("/groups/")
    assert "Answer our question about" in alice.text
    alice.open(f"/applications/{proposal.id}")
    assert "We need something from you" in alice.text
    alice.open(f"/applications/{proposal.id}/check")
    assert "Answer the question we asked" in alice.text
    session.rollback()
    alice.open(f"/applications/{proposal.id}/questions/{proposal.questions[0].id}")
    alice.submit(answer="The council does.")
    alice.open(f"/applications/{proposal.id}/check")
    alice.submit("submission")
    session.rollback()
    assert proposal.status == "resubmitted"
    assert proposal.questions[0].answered_at is not None
    officer.open(page(proposal))
    assert "The council does." in officer.text


def test_a_declined_group_reads_the_reason_appeals_and_is_heard(
    app: Flask, officer: Person, alice: Person, session: Session, keyring, now, proposal: Proposal
) -> None:
    session.rollback()
    second, third = (new_officer(app, session, keyring, now) for _officer in range(2))
    give_opinion(officer, proposal, "decline")
    give_opinion(second, proposal, "decline")
    second.submit("decision", decision="decline")
    assert second.status == 422
    assert "Give a reason" in second.text
    second.submit("decision", decision="decline", reason="The land is private.")
    alice.open(f"/applications/{proposal.id}")
    assert "The land is private." in alice.text
    alice.open(f"/applications/{proposal.id}/appeal")
    alice.submit(text="It is ours since May.")
    second.open(page(proposal))
    assert "Another officer has to decide this appeal" in second.text
    third.open(page(proposal))
    third.submit("appeal", upheld="yes", outcome="The deeds prove it.")
    session.rollback()
    assert proposal.status == "shortlisted"
    alice.open(f"/applications/{proposal.id}")
    assert "The deeds prove it." in alice.text


def test_an_officer_with_a_conflict_sees_no_forms_to_decide(officer: Person, proposal: Proposal) -> None:
    officer.open(page(proposal))
    officer.submit("conflict", sure="y")
    assert "Other officers decide" in officer.text
    actions = [form.get("action", "") for form in officer.forms()]
    assert not [action for action in actions if action.endswith(("decision", "opinion", "questions"))]


def test_an_opinion_needs_every_point_of_the_list(officer: Person, proposal: Proposal) -> None:
    officer.open(page(proposal))
    officer.submit("opinion", recommendation="shortlist")
    assert officer.status == 422
    assert "Answer each point of the list" in officer.text


def test_the_shortlist_is_published_after_reading_it(
    officer: Person, session: Session, proposal: Proposal
) -> None:
    address = f"/officer/rounds/{proposal.voting_round.slug}/screening/shortlist"
    officer.open(address)
    assert "1 proposal is still to be decided" in officer.text
    give_opinion(officer, proposal, "shortlist")
    officer.submit("decision", decision="shortlist", reason="Good.")
    officer.open(address)
    officer.submit("shortlist")
    assert officer.status == 422
    officer.submit("shortlist", sure="y")
    assert "The shortlist is public" in officer.text
    session.rollback()
    assert proposal.voting_round.shortlist_published_at is not None


def test_a_proposal_is_taken_off_the_ballot(officer: Person, session: Session, now: datetime) -> None:
    voting = make_round(session, now=now)
    one = make_proposal(session, voting_round=voting, now=now)
    session.commit()
    officer.open(page(one))
    officer.submit("withdrawal", reason="The group has ended.")
    assert officer.status == 200
    session.rollback()
    assert one.status == "struck"


def test_officers_do_not_see_drafts(officer: Person, session: Session, voting_round, now) -> None:
    draft = make_proposal(session, voting_round=voting_round, now=now, status="draft", title="My secret")
    session.commit()
    officer.open(page(draft))
    assert officer.status == 404
    officer.open(f"/officer/rounds/{voting_round.slug}/screening/")
    assert "My secret" not in officer.text


def test_the_list_can_be_filtered_and_ignores_nonsense(officer: Person, proposal: Proposal) -> None:
    address = f"/officer/rounds/{proposal.voting_round.slug}/screening/"
    officer.open(f"{address}?status=declined")
    assert officer.status == 200
    assert proposal.title not in officer.text
    officer.open(f"{address}?status=nonsense&theme=x&page=99")
    assert proposal.title in officer.text


def test_a_group_cannot_open_the_officers_pages(alice: Person, proposal: Proposal) -> None:
    alice.open(page(proposal))
    assert alice.status == 403


def test_a_translation_an_officer_entered_is_read_on_the_ballot_and_marked(
    app: Flask, session: Session, keyring: Keyring, settings: Settings, now: datetime
) -> None:
    booth = open_booth(session, settings=settings, now=now)
    proposal = booth.proposals[0]
    desk = new_officer(app, session, keyring, now)
    desk.open(page(proposal))
    assert "In other languages" in desk.text
    desk.open(f"{page(proposal)}/translations")
    assert "Not yet" in desk.text
    desk.open(f"{page(proposal)}/translations?into=ar")
    desk.submit(title="بركة للساحة", summary="")
    assert desk.status == 422
    assert "Enter the title and the summary in this language" in desk.text
    desk.submit(summary="نحفر بركة صغيرة.")
    assert "The translation is saved" in desk.text
    reader = Person(app)
    reader.open("/?language=ar")
    register(reader, booth, email="ada@example.com")
    assert "بركة للساحة" in reader.text
    assert "نحفر بركة صغيرة. (مترجم)" in reader.text
    reader.open(f"/rounds/{booth.slug}/proposals/{proposal.number}")
    assert "هذا النص مترجم" in reader.text
    reader.open("/?language=en")
    reader.open(booth.path())
    assert "بركة للساحة" not in reader.text


def test_a_translation_can_be_corrected_and_taken_away(
    app: Flask, session: Session, keyring: Keyring, proposal: Proposal, now: datetime
) -> None:
    desk = new_officer(app, session, keyring, now)
    desk.open(f"{page(proposal)}/translations?into=ar")
    desk.submit(title="بركة", summary="بركة.")
    desk.open(f"{page(proposal)}/translations?into=ar")
    desk.submit(title="بركة كبيرة")
    assert desk.status == 200, desk.text
    session.rollback()
    assert [(one.language, one.title, one.summary) for one in proposal.translations] == [
        ("ar", "بركة كبيرة", "بركة.")
    ]
    desk.open(f"{page(proposal)}/translations?into=ar")
    desk.submit(button=("remove", "yes"))
    session.rollback()
    assert proposal.translations == []


def test_a_language_that_is_written_from_right_to_left_is_typed_so(
    app: Flask, session: Session, keyring: Keyring, proposal: Proposal, now: datetime
) -> None:
    desk = new_officer(app, session, keyring, now)
    for into, direction in (("ar", "rtl"), ("bn", "ltr")):
        desk.open(f"{page(proposal)}/translations?into={into}")
        fields = {field.get("name"): field for field in desk.form().iter() if field.get("name")}
        for name in ("title", "summary", "story"):
            assert (fields[name].get("dir"), fields[name].get("lang")) == (direction, into)
        assert proposal.story in desk.text
    desk.open(f"{page(proposal)}/translations?into=xx")
    assert "Not yet" in desk.text
    desk.send(f"{page(proposal)}/translations", [("csrf_token", desk.csrf()), ("language", "xx")])
    assert desk.status == 404


def test_a_title_stays_once_voting_has_opened_and_the_page_says_so(
    app: Flask, session: Session, keyring: Keyring, settings: Settings, now: datetime
) -> None:
    booth = open_booth(session, settings=settings, now=now)
    proposal = booth.proposals[0]
    desk = new_officer(app, session, keyring, now)
    path = f"{page(proposal)}/translations?into=ar"
    desk.open(path)
    assert "Once you have saved this title it cannot change" in desk.text
    desk.submit(title="بركة", summary="بركة.")
    desk.open(path)
    assert "The title stays as people have read it" in desk.text
    desk.submit(title="بركة كبيرة")
    assert desk.status == 422
    assert "this title stays as people have read it" in desk.text
    desk.open(path)
    desk.submit(summary="بركة صغيرة.")
    assert "The translation is saved" in desk.text
    desk.open(path)
    assert "Take this language away" not in desk.text
    desk.submit(button=("remove", "yes"))
    assert desk.status == 422
    session.rollback()
    session.expire_all()
    assert [(one.title, one.summary) for one in proposal.translations] == [("بركة", "بركة صغيرة.")]


def test_who_has_to_do_with_the_group_translates_nothing(
    app: Flask, session: Session, keyring: Keyring, proposal: Proposal, now: datetime
) -> None:
    desk = new_officer(app, session, keyring, now)
    desk.open(page(proposal))
    desk.submit("conflict", sure="y")
    desk.open(f"{page(proposal)}/translations?into=ar")
    desk.submit(title="بركة", summary="بركة.")
    assert "somebody else must do this" in desk.text
    session.rollback()
    assert proposal.translations == []
