"""An officer sets a round up, and a second one approves it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import OutboxMessage, VotingRound
from pbvote.services import round_setup, voting
from pbvote.services.keyring import Keyring
from pbvote.services.refusal import Refusal
from pbvote.web.fields import LONDON
from tests.factories import PASSWORD, make_account, make_entry, make_officer, make_round, make_ward
from tests.person import Person


@pytest.fixture
def officers(app: Flask, session: Session, keyring: Keyring, now) -> list[Person]:
    """Three officers, signed in."""
    make_ward(session, name="Brickfields")
    accounts = [make_officer(session, keyring=keyring, now=now) for _ in range(3)]
    emails = [str(account.email) for account in accounts]
    session.commit()
    people = []
    for email in emails:
        person = Person(app)
        person.sign_in_officer(email, PASSWORD)
        people.append(person)
    return people


def moment(now, days: int) -> str:
    return (now + timedelta(days=days)).strftime("%Y-%m-%dT12:00")


def fill_in_pots(officer: Person) -> None:
    """One pot for everybody and one for a ward, in fields that are added without JavaScript."""
    officer.submit(button=("add", "pot"))
    ward = next(
        str(option.get("value"))
        for option in officer.tree.iter("option")
        if "Brickfields" in "".join(option.itertext())
    )
    first = {"pots-0-name": "The whole borough", "pots-0-amount": "120,000"}
    second = {"pots-1-name": "Brickfields only", "pots-1-amount": "£5,000.50", "pots-1-ward": ward}
    officer.submit(**first, **second)


def set_up(officer: Person, now) -> str:
    """Fill in every part of a new round; returns its path."""
    officer.open("/officer/rounds/new")
    officer.submit(title="Spring grants 2027", summary="Money for small projects near you.")
    path = officer.path
    officer.open(f"{path}/money")
    fill_in_pots(officer)
    officer.open(f"{path}/dates")
    officer.submit(
        proposals_open_at=moment(now, 1),
        proposals_close_at=moment(now, 30),
        voting_opens_at=moment(now, 50),
        voting_closes_at=moment(now, 70),
        results_due_at=moment(now, 80),
    )
    officer.open(f"{path}/grants")
    officer.submit(grant_min="500", grant_max="£20,000")
    officer.open(f"{path}/count")
    officer.submit(rule="rank-equal-shares", dice_method="Six dice, thrown in the town hall.")
    assert officer.status == 200, officer.text
    return path


def test_the_address_for_questions_is_kept_from_the_first_page(
    officers: list[Person], session: Session
) -> None:
    officers[0].open("/officer/rounds/new")
    officers[0].submit(title="Spring grants", summary="Money.", contact_email="ask us")
    assert officers[0].status == 422
    assert "Enter an address like" in officers[0].text
    officers[0].submit(contact_email="ask@northbank.example")
    session.rollback()
    assert session.scalars(select(VotingRound)).one().contact_email == "ask@northbank.example"


@pytest.mark.both_databases
def test_two_officers_put_a_round_in_force(officers: list[Person], session: Session, now) -> None:
    path = set_up(officers[0], now)
    officers[0].submit("/approval")
    assert "second officer must approve" in officers[0].text
    session.rollback()
    assert session.scalars(select(VotingRound)).one().schedule_approved_at is None
    officers[1].open(path)
    officers[1].submit("/approval")
    assert "in force" in officers[1].text
    session.rollback()
    made = session.scalars(select(VotingRound)).one()
    assert made.schedule_approved_at is not None
    assert [(pot.budget, pot.ward_id is not None) for pot in made.pots] == [
        (120_000_00, False),
        (5_000_50, True),
    ]


def test_who_approves_reads_on_one_page_what_it_is(officers: list[Person], session: Session, now) -> None:
    path = set_up(officers[0], now)
    officers[1].open(path)
    for said in (
        "The whole borough £120,000",
        "Brickfields only £5,000.50 Only people of Brickfields",
        "Smallest grant £500",
        "Largest grant £20,000",
        "Two of three key holders together",
        "Equal Shares, rank by rank",
        "The most steps that are made Not filled in",
        "Six dice, thrown in the town hall.",
        "People who live here",
    ):
        assert said in officers[1].text
    for officer in officers[:2]:
        officer.open(path)
        officer.submit("/approval")
    officers[2].open(path)
    assert "The round as it stands" in officers[2].text
    assert "Largest grant £20,000" in officers[2].text


def test_one_officer_cannot_approve_twice(officers: list[Person], session: Session, now) -> None:
    set_up(officers[0], now)
    form = officers[0].form("/approval")
    fields = {field.get("name"): field.get("value") for field in form.iter("input")}
    for _time in range(2):
        officers[0].send(form.get("action"), list(fields.items()))
    session.rollback()
    assert session.scalars(select(VotingRound)).one().schedule_approved_at is None


def test_a_change_makes_an_earlier_approval_worthless(officers: list[Person], session: Session, now) -> None:
    path = set_up(officers[0], now)
    officers[0].submit("/approval")
    officers[1].open(f"{path}/grants")
    officers[1].submit(grant_min="500", grant_max="£60,000")
    officers[1].submit("/approval")
    assert "second officer" in officers[1].text
    session.rollback()
    assert session.scalars(select(VotingRound)).one().schedule_approved_at is None


def test_an_approval_of_a_page_that_is_out_of_date_is_refused(officers: list[Person], now) -> None:
    path = set_up(officers[0], now)
    officers[1].open(path)
    officers[0].open(f"{path}/grants")
    officers[0].submit(grant_min="100", grant_max="£200")
    officers[1].submit("/approval")
    assert officers[1].status == 422
    assert "has changed since you opened this page" in officers[1].text


def test_nothing_changes_once_two_officers_approved(officers: list[Person], session: Session, now) -> None:
    path = set_up(officers[0], now)
    officers[0].submit("/approval")
    officers[1].open(path)
    officers[1].submit("/approval")
    officers[2].open(f"{path}/grants")
    officers[2].send(
        f"{path}/grants",
        [("csrf_token", officers[2].csrf()), ("grant_min", "1"), ("grant_max", "2")],
    )
    assert officers[2].status == 422
    assert "rules stay as they are" in officers[2].text
    session.rollback()
    assert session.scalars(select(VotingRound)).one().grant_max == 20_000_00


def test_what_was_typed_stays_when_it_cannot_be_read(officers: list[Person], now) -> None:
    path = set_up(officers[0], now)
    officers[0].open(f"{path}/money")
    officers[0].submit(**{"pots-1-amount": "lots"})
    assert officers[0].status == 422
    assert "Enter an amount in pounds, like 1,250" in officers[0].text
    assert 'value="lots"' in officers[0].page.get_data(as_text=True)
    assert 'href="#pots-1-amount"' in officers[0].page.get_data(as_text=True)
    officers[0].open(f"{path}/grants")
    officers[0].submit(grant_min="ten", grant_max="5.555")
    text = officers[0].page.get_data(as_text=True)
    assert 'value="ten"' in text
    assert 'value="5.555"' in text
    assert "whole pence" in text


def test_a_pot_is_added_and_taken_away_without_losing_what_was_typed(
    officers: list[Person], session: Session, now
) -> None:
    path = set_up(officers[0], now)
    officers[0].open(f"{path}/money")
    assert "£125,000.50" in officers[0].text
    officers[0].submit(button=("add", "pot"), **{"pots-0-name": "All of us"})
    officers[0].submit(
        button=("remove", "pots-0"), **{"pots-2-name": "Youth", "pots-2-amount": "£1,000", "pots-2-ward": "0"}
    )
    assert "All of us" not in officers[0].page.get_data(as_text=True)
    assert "£6,000.50" in officers[0].text
    session.rollback()
    assert [pot.name for pot in session.scalars(select(VotingRound)).one().pots] == [
        "The whole borough",
        "Brickfields only",
    ]
    kept = session.scalars(select(VotingRound)).one().pots[1].id
    officers[0].submit()
    session.rollback()
    pots = session.scalars(select(VotingRound)).one().pots
    assert [(pot.name, pot.budget) for pot in pots] == [("Brickfields only", 5_000_50), ("Youth", 1_000_00)]
    assert pots[0].id == kept


@pytest.mark.parametrize(
    ("typed", "said", "where"),
    [
        ({"pots-0-name": ""}, "Give the pot a name", "pots-0-name"),
        ({"pots-1-amount": ""}, "Enter an amount in pounds", "pots-1-amount"),
        ({"pots-1-amount": "0"}, "Enter an amount that is above 0", "pots-1-amount"),
        ({"pots-1-name": "the WHOLE borough"}, "Give each pot a name of its own", "pots-1-name"),
        (
            {
                "pots-0-name": "",
                "pots-0-amount": "",
                "pots-1-name": "",
                "pots-1-amount": "",
                "pots-1-ward": "0",
            },
            "Name at least one pot of money",
            "pots",
        ),
    ],
)
def test_what_is_wrong_with_a_pot_is_said_beside_its_field(
    officers: list[Person], now, typed: dict[str, str], said: str, where: str
) -> None:
    path = set_up(officers[0], now)
    officers[0].open(f"{path}/money")
    officers[0].submit(**typed)
    assert officers[0].status == 422
    assert said in officers[0].text
    html = officers[0].page.get_data(as_text=True)
    assert f'href="#{where}"' in html
    assert f'id="{where}-error"' in html or where == "pots"


def test_the_enter_key_saves_the_pots_and_takes_none_away(officers: list[Person], now) -> None:
    path = set_up(officers[0], now)
    officers[0].open(f"{path}/money")
    buttons = [one for one in officers[0].form().iter("button") if one.get("type") == "submit"]
    assert buttons[0].get("name") is None


def test_pots_and_themes_may_be_named_in_any_script_and_change_names(
    officers: list[Person], session: Session, now
) -> None:
    path = set_up(officers[0], now)
    officers[0].open(f"{path}/money")
    officers[0].submit(**{"pots-0-name": "Brickfields only", "pots-1-name": "The whole borough"})
    assert officers[0].status == 200
    officers[0].open(f"{path}/money")
    officers[0].submit(**{"pots-0-name": "শিশু", "pots-1-name": "যুব"})
    assert officers[0].status == 200
    officers[0].open(f"{path}/places")
    officers[0].submit(themes="শিশু\nযুব\nGreen spaces\nGreen-spaces")
    assert officers[0].status == 200
    session.rollback()
    made = session.scalars(select(VotingRound)).one()
    assert [pot.name for pot in made.pots] == ["শিশু", "যুব"]
    assert [theme.name for theme in made.themes] == ["শিশু", "যুব", "Green spaces", "Green-spaces"]


@pytest.mark.parametrize("typed", ["eleven", "", "0", "100"])
def test_an_age_that_is_none_is_told_what_to_enter(officers: list[Person], now, typed: str) -> None:
    path = set_up(officers[0], now)
    officers[0].open(f"{path}/people")
    officers[0].submit(minimum_age=typed)
    assert officers[0].status == 422
    assert "Enter a whole number from 1 to 99" in officers[0].text
    assert "integer" not in officers[0].text


def test_a_ward_that_has_a_pot_stays_in_the_round(officers: list[Person], now) -> None:
    path = set_up(officers[0], now)
    officers[0].open(f"{path}/places")
    officers[0].submit(wards=None)
    assert officers[0].status == 422
    assert "“Brickfields only” is for a ward that you have taken out" in officers[0].text


def test_the_step_of_equal_shares_and_its_cap_can_be_set(
    officers: list[Person], session: Session, now
) -> None:
    path = set_up(officers[0], now)
    officers[0].open(f"{path}/count")
    officers[0].submit(step="0.50", cap="1,500", part_funding="y")
    assert officers[0].status == 200, officers[0].text
    session.rollback()
    made = session.scalars(select(VotingRound)).one()
    settled = voting.settled_parameters(made)
    assert (settled["step"], settled["cap"], settled["part_funding"]) == (50, 1_500, True)
    before = round_setup.subject(made)
    officers[0].open(f"{path}/count")
    html = officers[0].page.get_data(as_text=True)
    assert 'value="0.50"' in html
    assert 'value="1500"' in html
    officers[0].submit(step="", cap="")
    session.rollback()
    made = session.scalars(select(VotingRound)).one()
    assert made.rule_parameters == {}
    assert round_setup.subject(made) != before


@pytest.mark.parametrize(
    ("typed", "said", "where"),
    [
        ({"step": "a bit"}, "Enter an amount in pounds, like 1,250", "step"),
        ({"step": "0"}, "Enter an amount that is above 0", "step"),
        ({"cap": "0"}, "Enter a whole number from 1 to 100,000", "cap"),
        ({"cap": "100,001"}, "Enter a whole number from 1 to 100,000", "cap"),
        ({"cap": "many"}, "Enter a whole number from 1 to 100,000", "cap"),
        ({"rule": "points-greedy", "step": "1"}, "This rule has no steps", "step"),
        ({"rule": "points-greedy", "cap": "1"}, "This rule has no steps", "cap"),
    ],
)
def test_what_a_rule_cannot_count_with_is_said_beside_its_field(
    officers: list[Person], session: Session, now, typed: dict[str, str], said: str, where: str
) -> None:
    path = set_up(officers[0], now)
    officers[0].open(f"{path}/count")
    officers[0].submit(**typed)
    assert officers[0].status == 422
    assert said in officers[0].text
    html = officers[0].page.get_data(as_text=True)
    assert f'id="{where}-error"' in html
    assert f'value="{typed[where]}"' in html
    session.rollback()
    assert session.scalars(select(VotingRound)).one().rule_parameters == {}


def test_dates_must_follow_one_another(officers: list[Person], now) -> None:
    path = set_up(officers[0], now)
    officers[0].open(f"{path}/dates")
    officers[0].submit(voting_closes_at=moment(now, 40))
    assert officers[0].status == 422
    assert "later than the date before it" in officers[0].text


@pytest.mark.both_databases
def test_a_moved_date_needs_two_officers_and_everyone_is_told(
    session: Session, keyring: Keyring, now
) -> None:
    voting_round = make_round(session, now=now, phase="voting")
    voter = make_account(session, now=now, email="ada@example.com")
    make_entry(session, voting_round=voting_round, now=now, account=voter)
    first, second = (make_officer(session, keyring=keyring, now=now).id for _ in range(2))
    later = voting_round.voting_closes_at + timedelta(days=2)

    def move(officer: int) -> bool:
        return round_setup.move_date(
            session,
            voting_round=voting_round,
            name="voting_closes_at",
            to=later,
            reason="The bus strike.",
            officer_id=officer,
            now=now,
        )

    assert not move(first)
    assert not move(first)
    assert voting_round.voting_closes_at != later
    assert move(second)
    assert voting_round.voting_closes_at == later
    told = session.scalars(select(OutboxMessage.recipient).where(OutboxMessage.template == "date_moved"))
    assert list(told) == ["ada@example.com"]


def test_a_second_officer_reads_the_move_that_was_asked_and_agrees_to_it(
    officers: list[Person], session: Session, now
) -> None:
    voting_round = make_round(session, now=now, phase="voting", slug="spring")
    path = f"/officer/rounds/{voting_round.slug}/dates/move"
    session.commit()
    officers[0].open(path)
    reason = "The bus strike: nobody’s “fault”."
    officers[0].submit(name="voting_closes_at", to=moment(now, 17), reason=reason)
    officers[0].open(path)
    assert "You asked for this. A second officer has to agree." in officers[0].text
    assert len(list(officers[0].tree.find(".//main").iter("form"))) == 1
    officers[1].open(path)
    assert reason in officers[1].text
    assert "asks for this." in officers[1].text
    officers[1].submit()
    assert "The date is moved" in officers[1].text
    session.rollback()
    session.expire_all()
    assert voting_round.voting_closes_at.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M") == moment(now, 17)
    officers[2].open(path)
    assert "asks for this." not in officers[2].text


def test_a_date_that_has_passed_does_not_move(session: Session, now) -> None:
    voting_round = make_round(session, now=now, phase="voting")
    with pytest.raises(Refusal, match="date-past"):
        round_setup.move_date(
            session,
            voting_round=voting_round,
            name="voting_opens_at",
            to=now + timedelta(days=1),
            reason="Too early.",
            officer_id=1,
            now=now,
        )


def test_turnout_shows_people_and_never_scores(officers: list[Person], session: Session, now) -> None:
    voting_round = make_round(session, now=now, phase="voting")
    make_entry(session, voting_round=voting_round, now=now)
    slug, title = voting_round.slug, voting_round.title
    session.commit()
    officers[0].open(f"/officer/rounds/{slug}/turnout/")
    assert officers[0].status == 200
    assert "Nobody has voted yet" in officers[0].text
    officers[0].open("/officer/")
    assert title in officers[0].text
