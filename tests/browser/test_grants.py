"""The poster, the grant and two people on one page, in real Chromium."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import Account, Award, Publication
from pbvote.services.keyring import Keyring
from tests.browser.conftest import follow
from tests.browser.test_applying import inspect, press, sign_in
from tests.browser.test_officer import sign_in as sign_in_officer
from tests.factories import make_group, make_officer, make_proposal, make_round
from tests.person import Person

pytestmark = pytest.mark.browser
ALICE = "alice@example.com"


@pytest.fixture
def alice(session: Session, now: datetime, app: Flask) -> Account:
    Person(app).sign_in(ALICE)
    return session.scalars(select(Account).where(Account.email == ALICE)).one()


def test_a_group_takes_its_grant_and_reports(
    app: Flask,
    browse: Callable[..., Page],
    session: Session,
    now: datetime,
    alice: Account,
    keyring: Keyring,
) -> None:
    published = make_round(session, now=now, phase="closed", counted_at=now, published_at=now)
    proposal = make_proposal(
        session, voting_round=published, group=make_group(session, now=now, contact=alice), now=now
    )
    session.add(Publication(round_id=published.id, version=1, published_at=now))
    session.flush()
    session.add(Award(round_id=published.id, version=1, proposal_id=proposal.id, position=1, amount=4_000_00))
    officer, slug = make_officer(session, keyring=keyring, now=now), published.slug
    session.commit()
    page = browse(width=412)
    page.goto("/groups/")
    sign_in(app, page, ALICE)
    follow(page, page.get_by_role("link", name="Accept the grant"))
    inspect(page, "a grant offered")
    page.get_by_label("Yes, we take it").check()
    press(page, "Send the answer")
    press(page, "Send the report")
    assert "Say how it is going" in page.inner_text("main")
    inspect(page, "a report, with an error")
    page.get_by_label("How is it going?").fill("We dug the first metre.")
    page.get_by_label("How much of the grant").fill("1,000")
    press(page, "Send the report")
    assert "We dug the first metre." in page.inner_text("main")
    inspect(page, "a grant with a report")
    desk = browse(width=412)
    sign_in_officer(desk, officer, keyring)
    desk.goto(f"/officer/rounds/{slug}/grants/")
    desk.get_by_text("What the group tells").click()
    expect(desk.get_by_text("We dug the first metre.")).to_be_visible()
    inspect(desk, "the grants of a round")


def test_a_poster_shows_the_proposal_and_how_to_reach_it(
    browse: Callable[..., Page], session: Session, now: datetime, alice: Account
) -> None:
    voting = make_round(session, now=now)
    group = make_group(session, now=now, contact=alice)
    number = make_proposal(session, voting_round=voting, group=group, now=now).number
    slug = voting.slug
    session.commit()
    page = browse(width=412)
    page.goto(f"/rounds/{slug}/proposals/{number}/poster")
    box = page.locator(".pb-poster__code").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) > 150
    inspect(page, "a poster")


def test_what_somebody_else_saved_stands_above_what_was_typed(
    app: Flask, browse: Callable[..., Page], session: Session, now: datetime, alice: Account
) -> None:
    collecting = make_round(session, now=now, phase="collecting")
    group = make_group(session, now=now, contact=alice)
    draft = make_proposal(session, voting_round=collecting, group=group, now=now, status="draft").id
    session.commit()
    page = browse(width=412)
    page.goto(f"/applications/{draft}/parts/project")
    sign_in(app, page, ALICE)
    other = page.context.new_page()
    other.goto(f"/applications/{draft}/parts/project")
    other.get_by_label("Title").fill("A lake")
    press(other, "Save and go back")
    page.get_by_label("Title").fill("A pond")
    press(page, "Save and go back")
    assert "changed this part" in page.inner_text("main")
    assert "A lake" in page.inner_text("main")
    assert page.get_by_label("Title").input_value() == "A pond"
    inspect(page, "changed by somebody else")
