"""Choosing, ordering, checking and casting without JavaScript, and what can go wrong on the way."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbvote.models import Envelope, SignIn
from pbvote.settings import Settings
from tests.person import Person
from tests.voting import Booth, cast, open_booth, register


@pytest.fixture
def booth(session: Session, settings: Settings, now) -> Booth:
    return open_booth(session, settings=settings, now=now)


@pytest.fixture
def voter(person: Person, booth: Booth) -> Person:
    register(person, booth, email="ada@example.com")
    return person


@pytest.mark.both_databases
def test_a_resident_goes_from_the_big_button_to_the_receipt(
    person: Person, booth: Booth, session: Session
) -> None:
    register(person, booth, email="ada@example.com")
    assert "Choose up to 10 proposals" in person.text
    assert "Not cast yet." in person.text
    first, second, third = (one.number for one in booth.proposals[:3])
    person.submit(picked=[first, second, third], button=("go", "yes"))
    assert "Put your choices in order" in person.text
    person.submit(button=("move", f"top-{third}"))
    assert "is now number 1 of 3" in person.text
    person.submit(button=("go", "yes"))
    assert "Your vote is not cast yet." in person.text
    person.submit()
    assert "Your vote is in the ballot box" in person.text
    assert "Cast on" in person.text
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Envelope)) == 1


def test_the_order_of_tapping_is_the_first_ranking(voter: Person, booth: Booth) -> None:
    numbers = [one.number for one in booth.proposals[:4]]
    voter.submit(picked=numbers, chosen="{3},{0},{2},{1}".format(*numbers), button=("go", "yes"))
    assert ranking(voter) == [numbers[3], numbers[0], numbers[2], numbers[1]]


def test_a_vote_can_be_changed_while_voting_is_open(voter: Person, booth: Booth, session: Session) -> None:
    numbers = [one.number for one in booth.proposals]
    cast(voter, booth, numbers[:2])
    before = receipt(voter)
    voter.open(booth.path())
    assert "Your vote is in the ballot box. It stays there until you cast a new one." in voter.text
    cast(voter, booth, numbers[2:4])
    assert receipt(voter) != before
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Envelope)) == 1


def test_a_double_tap_on_cast_gives_one_vote_and_the_same_receipt(voter: Person, booth: Booth) -> None:
    fill_in(voter, booth)
    sent = values(voter)
    voter.send(booth.path("check"), sent)
    first = receipt(voter)
    voter.send(booth.path("check"), sent)
    assert receipt(voter) == first


def test_a_stale_tab_cannot_overwrite_a_newer_vote_unasked(voter: Person, booth: Booth) -> None:
    fill_in(voter, booth)
    stale = values(voter)
    cast(voter, booth, [booth.proposals[4].number])
    newer = receipt(voter)
    voter.send(booth.path("check"), stale)
    assert voter.status == 422
    assert "You have voted in the meantime" in voter.text
    voter.open(booth.path("receipt"))
    assert receipt(voter) == newer


def test_after_a_stale_tab_was_stopped_the_voter_may_cast_on_purpose(voter: Person, booth: Booth) -> None:
    fill_in(voter, booth)
    stale = values(voter)
    cast(voter, booth, [booth.proposals[4].number])
    newer = receipt(voter)
    voter.send(booth.path("check"), stale)
    voter.submit()
    assert voter.status == 200
    assert receipt(voter) != newer


def test_too_many_choices_are_kept_on_the_page_with_what_to_do(
    person: Person, session: Session, settings: Settings, now
) -> None:
    booth = open_booth(session, settings=settings, now=now, max_length=3)
    register(person, booth, email="ada@example.com")
    numbers = [one.number for one in booth.proposals[:5]]
    person.submit(picked=numbers, button=("go", "yes"))
    assert person.status == 422
    assert "You can choose up to 3. Take away 2, then go on" in person.text
    assert sorted(ticked(person)) == sorted(numbers)


def test_no_choice_at_all_is_asked_for(voter: Person) -> None:
    voter.submit(button=("go", "yes"))
    assert voter.status == 422
    assert "Choose at least 1" in voter.text


def test_a_filter_keeps_the_order_and_what_was_ticked_out_of_sight(voter: Person, booth: Booth) -> None:
    before = listed(voter)
    hidden = booth.proposals[1]
    voter.submit(picked=[hidden.number], ward=booth.wards[0].id, button=("find", "yes"))
    shown = listed(voter)
    assert hidden.number not in shown
    assert shown == [number for number in before if number in shown]
    voter.submit(picked=[shown[0]], button=("go", "yes"))
    assert sorted(ranking(voter)) == sorted([hidden.number, shown[0]])


def test_each_voter_sees_an_order_of_their_own_and_the_same_one_each_time(
    app: Flask, voter: Person, booth: Booth
) -> None:
    mine = listed(voter)
    voter.open(booth.path())
    assert listed(voter) == mine
    orders = {tuple(mine)}
    for number in range(4):
        other = Person(app)
        register(other, booth, email=f"other{number}@example.com", name=f"Other {'abcd'[number]}")
        orders.add(tuple(listed(other)))
    assert len(orders) > 1


def test_reading_a_story_loses_no_tick(voter: Person, booth: Booth) -> None:
    chosen, read = booth.proposals[0], booth.proposals[1]
    voter.submit(picked=[chosen.number], button=("read", str(read.number)))
    assert "The corner of the square floods" in voter.text
    voter.open(booth.path())
    assert ticked(voter) == [chosen.number]


def test_a_removed_choice_can_be_put_back_where_it_was(voter: Person, booth: Booth) -> None:
    numbers = [one.number for one in booth.proposals[:3]]
    voter.submit(picked=numbers, chosen=",".join(map(str, numbers)), button=("go", "yes"))
    voter.submit(button=("move", f"remove-{numbers[1]}"))
    assert "is no longer in your vote" in voter.text
    assert ranking(voter) == [numbers[0], numbers[2]]
    voter.submit(button=("move", f"back-{numbers[1]}-2"))
    assert ranking(voter) == numbers


def test_places_picked_from_the_lists_are_taken(voter: Person, booth: Booth) -> None:
    numbers = [one.number for one in booth.proposals[:4]]
    voter.submit(picked=numbers, chosen=",".join(map(str, numbers)), button=("go", "yes"))
    voter.submit(**{f"place-{numbers[3]}": "1"}, button=("places", "yes"))
    assert ranking(voter) == [numbers[3], *numbers[:3]]


def test_a_proposal_withdrawn_meanwhile_stops_the_cast_and_is_named(
    voter: Person, booth: Booth, session: Session
) -> None:
    fill_in(voter, booth)
    sent = values(voter)
    session.rollback()
    booth.proposals[0].status = "struck"
    session.commit()
    voter.send(booth.path("check"), sent)
    assert voter.status == 422
    assert f"“{booth.proposals[0].title}” has been withdrawn" in voter.text
    voter.submit()
    assert "Your vote is in the ballot box" in voter.text


def test_somebody_who_is_not_registered_is_led_to_the_register(app: Flask, booth: Booth) -> None:
    stranger = Person(app)
    stranger.sign_in("stranger@example.com")
    stranger.open(booth.path())
    assert stranger.status == 404
    stranger.open(f"/rounds/{booth.slug}/vote")
    assert "What is your name?" in stranger.text


def test_before_voting_opens_the_ballot_says_when_it_does(
    person: Person, session: Session, settings: Settings, now
) -> None:
    booth = open_booth(session, settings=settings, now=now, phase="shortlist")
    register(person, booth, email="ada@example.com")
    assert "You are on the list of voters" in person.text
    person.open(booth.path())
    assert person.status == 409
    assert "Voting opens on" in person.text


def test_after_the_close_nothing_can_be_cast(voter: Person, booth: Booth, session: Session, now) -> None:
    fill_in(voter, booth)
    sent = values(voter)
    session.rollback()
    booth.voting_round.voting_closes_at = now
    session.commit()
    voter.send(booth.path("check"), sent)
    assert voter.status == 409
    assert "Voting closed on" in voter.text


def test_a_resident_with_two_pots_is_led_through_two_ballots(
    person: Person, session: Session, settings: Settings, now
) -> None:
    booth = open_booth(session, settings=settings, now=now, own_pot=True)
    register(person, booth, email="ada@example.com")
    assert "You have 2 ballots" in person.text
    cast(person, booth, [booth.proposals[0].number])
    assert "You have another ballot" in person.text
    assert "1 of 2 ballots cast." in person.text
    person.open(f"/rounds/{booth.slug}/ballot/ward/")
    person.submit(picked=[booth.proposals[-1].number], button=("go", "yes"))
    person.submit(button=("go", "yes"))
    person.submit()
    assert "Cast on" in person.text
    assert "You have another ballot" not in person.text


def test_another_wards_ballot_does_not_exist_for_a_resident(
    person: Person, session: Session, settings: Settings, now
) -> None:
    booth = open_booth(session, settings=settings, now=now, own_pot=True)
    booth.voting_round.pots[1].ward_id = booth.wards[1].id
    session.commit()
    register(person, booth, email="ada@example.com")
    person.open(f"/rounds/{booth.slug}/ballot/ward/")
    assert person.status == 404


def test_signing_out_forgets_the_draft(voter: Person, booth: Booth) -> None:
    voter.submit(picked=[booth.proposals[0].number], button=("go", "yes"))
    voter.open("/sign-in/out")
    voter.submit()
    register_again(voter, booth)
    assert ticked(voter) == []


def test_staying_signed_in_keeps_the_draft(voter: Person, booth: Booth) -> None:
    voter.submit(picked=[booth.proposals[0].number], button=("go", "yes"))
    voter.open(booth.path())
    voter.send(f"/rounds/{booth.slug}/ballot/stay", [("csrf_token", voter.csrf()), ("back", booth.path())])
    assert ticked(voter) == [booth.proposals[0].number]


def test_staying_signed_in_takes_along_what_is_ticked_and_not_sent_yet(voter: Person, booth: Booth) -> None:
    first, second = booth.proposals[:2]
    voter.open(booth.path())
    picked = [("picked", second.number), ("picked", first.number)]
    chosen = ("chosen", f"{second.number},{first.number}")
    csrf = ("csrf_token", voter.csrf())
    voter.send(f"/rounds/{booth.slug}/ballot/stay", [csrf, *picked, chosen, ("pot", "all")])
    assert sorted(ticked(voter)) == sorted([first.number, second.number])
    voter.open(booth.path("order"))
    assert ranking(voter) == [second.number, first.number]


def test_staying_signed_in_takes_along_the_order_on_the_page(voter: Person, booth: Booth) -> None:
    numbers = [one.number for one in booth.proposals[:2]]
    voter.submit(picked=numbers, chosen=",".join(map(str, numbers)), button=("go", "yes"))
    csrf = ("csrf_token", voter.csrf())
    order = ("ranking", ",".join(map(str, reversed(numbers))))
    voter.send(f"/rounds/{booth.slug}/ballot/stay", [csrf, order, ("pot", "all")])
    assert voter.path == booth.path("order")
    assert ranking(voter) == numbers[::-1]


def test_shortly_before_the_time_out_the_page_warns_and_a_press_puts_it_off(
    voter: Person, booth: Booth, session: Session, now
) -> None:
    assert "you will be signed out soon" not in shown_text(voter)
    session.rollback()
    for row in session.scalars(select(SignIn)):
        row.expires_at = now + timedelta(minutes=9)
    session.commit()
    voter.open(booth.path())
    assert "you will be signed out soon" in shown_text(voter)
    voter.send(f"/rounds/{booth.slug}/ballot/stay", [("csrf_token", voter.csrf()), ("back", booth.path())])
    assert "you will be signed out soon" not in shown_text(voter)
    session.rollback()
    assert session.scalars(select(SignIn.expires_at)).one() > now + timedelta(hours=11)


def test_only_the_ballot_itself_may_be_kept_by_the_phone(voter: Person, booth: Booth) -> None:
    numbers = [one.number for one in booth.proposals[:2]]
    voter.submit(picked=numbers, button=("go", "yes"))
    kept = {}
    rounds = f"/rounds/{booth.slug}"
    for path in (booth.path(), booth.path("order"), booth.path("check"), rounds, f"{rounds}/proposals/"):
        kept[path] = voter.open(path).headers["Cache-Control"]
    cast(voter, booth, numbers)
    kept[booth.path("receipt")] = voter.open(booth.path("receipt")).headers["Cache-Control"]
    assert kept.pop(booth.path()) == "private, no-cache"
    assert set(kept.values()) == {"no-store"}


def test_the_page_a_poster_leads_to_has_the_way_to_the_vote(app: Flask, voter: Person, booth: Booth) -> None:
    stranger = Person(app)
    for path in (f"proposals/{booth.proposals[0].number}", "proposals/", "how-it-works"):
        stranger.open(f"/rounds/{booth.slug}/{path}")
        ways = {link.get("href"): "".join(link.itertext()) for link in stranger.tree.iter("a")}
        assert ways[f"/rounds/{booth.slug}/vote"] == "Vote now", path
    voter.open(f"/rounds/{booth.slug}/proposals/")
    assert "Go to your vote" in voter.text


def test_after_casting_the_bar_says_when_the_result_is_due(voter: Person, booth: Booth) -> None:
    cast(voter, booth, [booth.proposals[0].number])
    voter.open(f"/rounds/{booth.slug}/proposals/")
    assert "You can change it until" in voter.text
    assert "We expect to publish the result by" in voter.text


def test_after_casting_the_big_button_offers_to_change_the_vote(voter: Person, booth: Booth) -> None:
    voter.open("/")
    assert "Vote now" in voter.text
    cast(voter, booth, [booth.proposals[0].number])
    for page in ("/", f"/rounds/{booth.slug}"):
        voter.open(page)
        assert "Vote now" not in voter.text
        ways = {"".join(link.itertext()): link.get("href") for link in voter.tree.iter("a")}
        assert ways["Change your vote"] == f"/rounds/{booth.slug}/vote"


def test_the_bar_leads_to_the_receipt_from_everywhere_but_the_receipt(voter: Person, booth: Booth) -> None:
    cast(voter, booth, [booth.proposals[0].number])
    for page, leads in ((booth.path("receipt"), False), (booth.path(), True)):
        voter.open(page)
        (bar,) = [one for one in voter.tree.iter("div") if one.get("id") == "status-bar"]
        assert "Cast on" in "".join(bar.itertext())
        assert bool(list(bar.iter("a"))) is leads


def test_a_voter_who_changes_their_mind_is_told_that_the_new_vote_is_not_cast_yet(
    voter: Person, booth: Booth
) -> None:
    fill_in(voter, booth)
    assert "Your vote is not cast yet." in voter.text
    cast(voter, booth, [booth.proposals[0].number])
    fill_in(voter, booth)
    assert "Your new vote is not cast yet." in voter.text


def shown_text(person: Person) -> str:
    """The words of the page without those that wait to be shown."""
    hidden = [one for one in person.tree.iter() if one.get("hidden") is not None]
    text = person.text
    for one in hidden:
        text = text.replace(" ".join("".join(one.itertext()).split()), "")
    return text


def fill_in(person: Person, booth: Booth) -> None:
    """Up to the last step: the check page with two choices."""
    person.open(booth.path())
    numbers = [one.number for one in booth.proposals[:2]]
    person.submit(picked=numbers, button=("go", "yes"))
    person.submit(button=("go", "yes"))


def register_again(person: Person, booth: Booth) -> None:
    person.open(f"/rounds/{booth.slug}/vote")
    person.submit(address="ada@example.com")
    person.submit(code=person.latest_code("ada@example.com"))


def values(person: Person) -> list[tuple[str, str]]:
    fields = person.form("check").iter("input")
    return [(field.get("name", ""), field.get("value", "")) for field in fields]


def ranking(person: Person) -> list[int]:
    fields = {field.get("name"): field.get("value", "") for field in person.form("order").iter("input")}
    return [int(one) for one in fields["ranking"].split(",")]


def boxes(person: Person) -> list:
    return [field for field in person.tree.iter("input") if field.get("name") == "picked"]


def listed(person: Person) -> list[int]:
    return [int(box.get("value")) for box in boxes(person)]


def ticked(person: Person) -> list[int]:
    return [int(box.get("value")) for box in boxes(person) if box.get("checked") is not None]


def receipt(person: Person) -> str:
    found = [one for one in person.tree.iter("p") if one.get("class") == "pb-receipt"]
    assert found, person.text
    return "".join(found[0].itertext())


def test_casting_again_and_again_is_limited_and_says_when_to_come_back(voter: Person, booth: Booth) -> None:
    cast(voter, booth, [booth.proposals[0].number])
    form = {"csrf_token": voter.csrf(), "ranking": str(booth.proposals[1].number), "form_key": "k" * 24}
    stale = {**form, "replaces": "AAAA-AAAA-AAAA-AAAA-AAAA"}
    answers = [voter.client.post(booth.path("check"), data=stale).status_code for _ in range(61)]
    assert answers == [422] * 60 + [429]
    again = voter.client.post(booth.path("check"), data=stale)
    assert 0 < int(again.headers["Retry-After"]) <= 601  # a second more, to be sure


def test_a_whole_school_can_vote_from_one_address(app: Flask, voter: Person, booth: Booth) -> None:
    """A first ballot counts against no limit: it can be cast once only."""
    form = {"csrf_token": voter.csrf(), "ranking": "9999", "form_key": "k" * 24, "replaces": ""}
    answers = {voter.client.post(booth.path("check"), data=form).status_code for _ in range(70)}
    assert 429 not in answers
    cast(voter, booth, [booth.proposals[0].number])
