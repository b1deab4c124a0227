"""A community group applies: from the first question to the sent proposal, without JavaScript."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import Account, CommunityGroup, OutboxMessage, Proposal, VotingRound
from tests.factories import make_group, make_proposal, make_round, make_ward
from tests.person import Person

ALICE, BOB, CHARLIE = "alice@example.com", "bob@example.com", "charlie@example.com"


@pytest.fixture
def voting_round(session: Session, now: datetime) -> VotingRound:
    made = make_round(session, now=now, phase="collecting", grant_min=500_00, grant_max=20_000_00)
    made.wards = [make_ward(session, name="Mill"), make_ward(session, name="Quay")]
    session.commit()
    return made


@pytest.fixture
def alice(person: Person) -> Person:
    person.sign_in(ALICE)
    return person


@pytest.fixture
def group(session: Session, now: datetime, alice: Person) -> CommunityGroup:
    """Alice's group, with all its facts."""
    account = session.scalars(select(Account).where(Account.email == ALICE)).one()
    account.name = "Alice Brook"
    made = make_group(session, now=now, contact=account, name="Friends of Mill Square", postcode="NB1 4QT")
    session.commit()
    return made


@pytest.fixture
def draft(session: Session, voting_round: VotingRound, alice: Person, group: CommunityGroup) -> Proposal:
    """Alice's begun proposal."""
    alice.open(f"/rounds/{voting_round.slug}/applications/new")
    alice.submit()
    session.rollback()
    return session.scalars(select(Proposal)).one()


def fill(person: Person, draft: Proposal, voting_round: VotingRound) -> None:
    """Write every part of the proposal."""
    path = f"/applications/{draft.id}"
    person.open(f"{path}/parts/project")
    person.submit(
        title="A pond for Mill Square",
        summary="We dig a pond.",
        story="The corner floods.\n\nA pond would hold the water.",
        theme_id=str(voting_round.themes[0].id),
    )
    person.open(f"{path}/parts/place")
    person.submit(places=[str(voting_round.wards[0].id)], who_benefits="Neighbours", people_helped="1,200")
    person.open(f"{path}/parts/money")
    person.submit(
        **{
            "cost": "£5,000",
            "least": "3000",
            "lines-0-description": "Digging",
            "lines-0-amount": "4,000.50",
            "lines-1-description": "Plants",
            "lines-1-amount": "999.50",
        }
    )
    person.open(f"{path}/parts/dates")
    person.submit(starts_on=["1", "5", "2030"], ends_on=["30", "9", "2030"], risks="Rain. We wait.")
    assert person.status == 200, person.text


def test_a_group_that_may_apply_is_told_what_to_have_at_hand(person: Person, voting_round) -> None:
    person.open(f"/rounds/{voting_round.slug}/apply?group=yes&near=yes&rules=yes&people=yes")
    assert "Your group can apply" in person.text


def test_a_group_without_an_account_learns_what_it_can_do(person: Person, voting_round) -> None:
    person.open(f"/rounds/{voting_round.slug}/apply?group=yes&near=yes&rules=no&people=yes")
    assert "hold the money for you" in person.text


def test_a_parent_organisation_stands_in_for_rules_and_people(person: Person, voting_round) -> None:
    person.open(f"/rounds/{voting_round.slug}/apply?group=yes&near=yes&rules=parent&people=no")
    assert "Your group can apply" in person.text


def test_an_unanswered_question_is_named(person: Person, voting_round) -> None:
    person.open(f"/rounds/{voting_round.slug}/apply?group=yes&near=yes&people=yes")
    assert person.status == 422
    assert "Say whether your group has rules" in person.text


@pytest.mark.parametrize(("phase", "words"), [("waiting-for-proposals", "from"), ("screening", "closed on")])
def test_outside_its_time_applying_is_refused_with_the_date(
    person: Person, session: Session, now: datetime, phase: str, words: str
) -> None:
    shut = make_round(session, now=now, phase=phase)
    session.commit()
    person.open(f"/rounds/{shut.slug}/apply")
    assert person.status == 409
    assert words in person.text


def test_a_stranger_is_asked_to_sign_in_and_comes_back(person: Person, session, voting_round) -> None:
    person.open(f"/rounds/{voting_round.slug}/applications/new")
    assert person.path == "/sign-in/"
    person.submit(address="new@example.com")
    person.submit(code=person.latest_code("new@example.com"))
    assert person.path == "/groups/new"
    person.submit(name="Quay Runners", kind="sports-club", contact_name="Nia Holt")
    assert person.path == f"/rounds/{voting_round.slug}/applications/new"
    person.submit()
    assert "Do the parts in any order" in person.text
    session.rollback()
    assert session.scalars(select(Proposal)).one().group.name == "Quay Runners"


@pytest.mark.both_databases
def test_a_whole_proposal_is_written_checked_and_sent(
    alice: Person, session: Session, voting_round, draft: Proposal
) -> None:
    fill(alice, draft, voting_round)
    alice.open(f"/applications/{draft.id}/check")
    assert "Still missing" not in alice.text
    alice.submit()
    assert "We have your proposal" in alice.text
    session.rollback()
    assert draft.status == "submitted"
    assert (draft.cost, draft.least, draft.people_helped) == (5_000_00, 3_000_00, 1200)
    assert [line.amount for line in draft.budget_lines] == [4_000_50, 999_50]
    assert [ward.name for ward in draft.wards] == ["Mill"]


def test_a_double_tap_sends_once(alice: Person, session: Session, voting_round, draft: Proposal) -> None:
    fill(alice, draft, voting_round)
    alice.open(f"/applications/{draft.id}/check")
    token = alice.csrf()
    for _tap in range(2):
        alice.send(f"/applications/{draft.id}/submission", [("csrf_token", token)])
        assert alice.status == 200
    session.rollback()
    assert [event.kind for event in draft.events] == ["submitted"]
    told = select(OutboxMessage).where(OutboxMessage.template == "proposal_received")
    assert len(session.scalars(told).all()) == 1


def test_starting_twice_makes_one_draft(alice: Person, session: Session, voting_round, draft) -> None:
    alice.open(f"/rounds/{voting_round.slug}/applications/new")
    alice.submit()
    session.rollback()
    assert len(session.scalars(select(Proposal)).all()) == 1


def test_half_a_part_is_saved_and_found_again(alice: Person, draft: Proposal) -> None:
    alice.open(f"/applications/{draft.id}/parts/project")
    alice.submit(title="A pond")
    alice.open(f"/applications/{draft.id}/parts/project")
    fields = {field.get("name"): field.get("value") for field in alice.tree.iter("input")}
    assert fields["title"] == "A pond"
    alice.open(f"/applications/{draft.id}")
    assert "Begun" in alice.text


def test_an_unfinished_proposal_cannot_be_sent(alice: Person, session: Session, draft: Proposal) -> None:
    alice.open(f"/applications/{draft.id}/check")
    assert "Still missing" in alice.text
    alice.send(f"/applications/{draft.id}/submission", [("csrf_token", alice.csrf())])
    assert alice.status == 422
    session.rollback()
    assert draft.status == "draft"


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        ("100", "The smallest grant in this round is £500"),
        ("20,000.01", "The largest grant in this round is £20,000"),
        ("a lot", "Enter an amount in pounds, like 1,250"),
        ("-5", "Enter an amount that is not below 0"),
        ("5000.001", "Enter pounds and whole pence"),
        ("1e400", "Enter an amount that is not below 0"),
    ],
)
def test_an_amount_outside_the_limits_is_refused_by_its_field(
    alice: Person, session: Session, draft: Proposal, cost: str, words: str
) -> None:
    alice.open(f"/applications/{draft.id}/parts/money")
    alice.submit(cost=cost, **{"lines-0-description": "Digging", "lines-0-amount": "50"})
    assert alice.status == 422
    assert alice.text.count(words) == 2  # in the summary and by the field
    fields = {field.get("name"): field.get("value") for field in alice.tree.iter("input")}
    assert (fields["cost"], fields["lines-0-description"]) == (cost, "Digging")
    session.rollback()
    assert draft.budget_lines == []


def test_lines_that_do_not_add_up_are_shown_with_the_difference(alice: Person, draft: Proposal) -> None:
    alice.open(f"/applications/{draft.id}/parts/money")
    alice.submit(cost="5000", **{"lines-0-description": "Digging", "lines-0-amount": "4200"})
    alice.open(f"/applications/{draft.id}/parts/money")
    assert "Still missing: £800" in alice.text
    alice.open(f"/applications/{draft.id}/check")
    assert "Your lines add up to less than you ask for. Still missing: £800" in alice.text


def test_a_day_that_is_none_is_refused_and_kept_as_typed(alice: Person, draft: Proposal) -> None:
    alice.open(f"/applications/{draft.id}/parts/dates")
    alice.submit(starts_on=["31", "2", "2030"])
    assert alice.status == 422
    assert "Enter a real date" in alice.text
    values = [field.get("value") for field in alice.tree.iter("input") if field.get("name") == "starts_on"]
    assert values == ["31", "2", "2030"]


def test_a_date_without_its_day_is_refused_and_kept_as_typed(alice: Person, draft: Proposal) -> None:
    alice.open(f"/applications/{draft.id}/parts/dates")
    alice.submit(starts_on=["", "6", "2030"])
    assert alice.status == 422
    assert "Enter a real date" in alice.text
    values = [
        field.get("value") or "" for field in alice.tree.iter("input") if field.get("name") == "starts_on"
    ]
    assert values == ["", "6", "2030"]


def test_characters_nobody_can_see_are_dropped(alice: Person, session: Session, draft: Proposal) -> None:
    alice.open(f"/applications/{draft.id}/parts/project")
    alice.submit(title="A\x00 pond\u200b  for all")
    session.rollback()
    assert draft.title == "A pond for all"


def test_two_people_who_write_the_same_part_lose_nothing(
    app: Flask, alice: Person, session: Session, group: CommunityGroup, draft: Proposal
) -> None:
    alice.open(f"/groups/{group.id}")
    alice.submit(email=BOB)
    bob = Person(app)
    bob.sign_in(BOB)
    alice.open(f"/applications/{draft.id}/parts/project")
    bob.open(f"/applications/{draft.id}/parts/project")
    bob.submit(title="Bob's pond")
    assert bob.status == 200
    alice.submit(title="Alice's pond")
    assert alice.status == 422
    assert "bob@example.com changed this part" in alice.text
    assert "Bob's pond" in alice.text
    session.rollback()
    assert draft.title == "Bob's pond"
    alice.submit()
    session.rollback()
    assert draft.title == "Alice's pond"


def test_two_people_may_write_different_parts_at_once(
    app: Flask, alice: Person, session: Session, group: CommunityGroup, draft: Proposal
) -> None:
    alice.open(f"/groups/{group.id}")
    alice.submit(email=BOB)
    bob = Person(app)
    bob.sign_in(BOB)
    alice.open(f"/applications/{draft.id}/parts/dates")
    bob.open(f"/applications/{draft.id}/parts/project")
    bob.submit(title="A pond")
    alice.submit(risks="Rain")
    assert alice.status == 200
    session.rollback()
    assert (draft.title, draft.risks) == ("A pond", "Rain")


PAGES = (
    "",
    "/project",
    "/place",
    "/money",
    "/dates",
    "/pictures",
    "/check",
    "/group",
    "/withdrawal",
    "/appeal",
)


@pytest.mark.parametrize("page", PAGES)
def test_a_strangers_proposal_is_not_there(app: Flask, draft: Proposal, page: str) -> None:
    charlie = Person(app)
    charlie.sign_in(CHARLIE)
    charlie.open(f"/applications/{draft.id}{page}")
    assert charlie.status == 404


POSTS = (
    "/project",
    "/place",
    "/money",
    "/dates",
    "/pictures",
    "/documents",
    "/submission",
    "/withdrawal",
    "/appeal",
)


@pytest.mark.parametrize("page", POSTS)
def test_a_stranger_changes_nothing_in_a_proposal(
    app: Flask, session: Session, draft: Proposal, page: str
) -> None:
    charlie = Person(app)
    charlie.sign_in(CHARLIE)
    charlie.send(f"/applications/{draft.id}{page}", [("csrf_token", charlie.csrf()), ("title", "Mine")])
    assert charlie.status == 404
    session.rollback()
    assert (draft.status, draft.title) == ("draft", "")


def test_nobody_signed_in_sees_a_draft(app: Flask, draft: Proposal) -> None:
    anybody = Person(app)
    anybody.open(f"/applications/{draft.id}")
    assert anybody.path == "/sign-in/"


def test_after_the_deadline_a_draft_stays_but_cannot_change(
    alice: Person, session: Session, voting_round, draft: Proposal, now: datetime
) -> None:
    alice.open(f"/applications/{draft.id}/parts/project")
    voting_round.proposals_close_at = now - timedelta(minutes=1)
    session.commit()
    alice.submit(title="Too late")
    assert alice.status == 422
    assert "Proposals closed on" in alice.text
    assert "Too late" in [field.get("value") for field in alice.tree.iter("input")]


def test_a_proposal_can_be_taken_back_until_the_shortlist_is_out(
    alice: Person, session: Session, voting_round, draft: Proposal
) -> None:
    fill(alice, draft, voting_round)
    alice.open(f"/applications/{draft.id}/withdrawal")
    alice.submit()
    session.rollback()
    assert draft.status == "withdrawn"


def test_a_poster_of_a_public_proposal_carries_its_address(person: Person, session: Session, now) -> None:
    voting = make_round(session, now=now)
    proposal = make_proposal(session, voting_round=voting, now=now)
    session.commit()
    person.open(f"/rounds/{voting.slug}/proposals/{proposal.number}/poster")
    assert person.status == 200
    assert f"http://localhost/rounds/{voting.slug}/proposals/{proposal.number}" in person.text
    assert 'class="pb-poster__code"' in person.page.get_data(as_text=True)


def test_there_is_no_poster_of_a_declined_proposal(person: Person, session: Session, now) -> None:
    voting = make_round(session, now=now)
    proposal = make_proposal(session, voting_round=voting, now=now, status="declined")
    session.commit()
    person.open(f"/rounds/{voting.slug}/proposals/{proposal.number}/poster")
    assert person.status == 404


def test_letters_left_are_counted_in_our_own_words(alice: Person, draft: Proposal) -> None:
    alice.open(f"/applications/{draft.id}/parts/project")
    assert "You can write up to 250 letters" in alice.text
    body = alice.page.get_data(as_text=True)
    assert 'data-maxlength="5000"' in body
    assert "You have %{count} letters left" in body
