"""A community group applies on a phone, and officers screen it, in real Chromium."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import Proposal, VotingRound
from pbvote.services.keyring import Keyring
from pbvote.services.screening import CHECKLIST
from tests.browser.conftest import axe_violations, follow
from tests.factories import PASSWORD, make_officer, make_round, make_ward
from tests.person import Person

pytestmark = pytest.mark.browser
WIDTHS = (320, 412, 1280)
ALICE = "alice@example.com"


def inspect(page: Page, name: str) -> None:
    """Look at the page at every width: axe finds nothing, and nothing sticks out sideways."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert axe_violations(page) == [], f"{name} at {width}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} at {width}"


@pytest.fixture
def voting_round(session: Session, now: datetime) -> VotingRound:
    made = make_round(session, now=now, phase="collecting", grant_min=500_00, grant_max=20_000_00)
    made.wards = [make_ward(session, name=name) for name in ("Mill", "Quay", "St Saviour's and Riverside")]
    session.commit()
    return made


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "square.png"
    Image.effect_noise((1200, 800), 40).convert("RGB").save(path)
    return path


def press(page: Page, name: str) -> None:
    follow(page, page.get_by_role("button", name=name).first)


def sign_in(app: Flask, page: Page, email: str) -> None:
    page.get_by_label("Email address").fill(email)
    press(page, "Send me a code")
    page.get_by_label("6-digit code").fill(Person(app).latest_code(email))
    press(page, "Continue")


def write_group(page: Page) -> None:
    """Alice enters her group's facts, on the way through the proposal."""
    follow(page, page.get_by_role("link", name="Facts about your group"))
    inspect(page, "group's facts")
    follow(page, page.get_by_role("link", name="What your group is and does"))
    inspect(page, "about the group")
    page.get_by_label("What does your group do?").fill("We look after the square.")
    page.get_by_label("Postcode").fill("NB1 4QT")
    press(page, "Save")
    follow(page, page.get_by_role("link", name="Rules and people"))
    page.get_by_label("Yes").check()
    for place, name in enumerate(("Ada Brook", "Ben Okoro", "Cleo Marsh"), start=1):
        page.get_by_label(f"Name of person {place}").fill(name)
    press(page, "Save")
    assert "Tick this if it is true" in page.inner_text("main")
    inspect(page, "people, with an error")
    page.get_by_label("At least three of these people").check()
    press(page, "Save")
    follow(page, page.get_by_role("link", name="Who holds the money"))
    page.get_by_label("Our own").check()
    page.get_by_label("Name on the account").fill("Friends of Mill Square")
    page.get_by_label("Two people who are not related").check()
    inspect(page, "the group's money")
    press(page, "Save")
    follow(page, page.get_by_role("link", name="Keeping people safe"))
    page.get_by_label("Yes").check()
    page.get_by_label("Who looks after people's safety?").fill("Ada Brook")
    inspect(page, "keeping safe")
    press(page, "Save")
    follow(page, page.get_by_role("button", name="Back to your proposal"))


def write_proposal(page: Page, picture: Path) -> None:
    follow(page, page.get_by_role("link", name="About the project"))
    page.get_by_label("Title").fill("A pond for Mill Square")
    page.get_by_label("In a sentence or two").fill("We dig a pond.")
    page.get_by_label("The whole story").fill("The corner floods.\n\nA pond would hold the water.")
    page.get_by_label("Green spaces").check()
    inspect(page, "about the project")
    press(page, "Save and go back")
    follow(page, page.get_by_role("link", name="Where it helps"))
    page.get_by_label("Mill").check()
    page.get_by_label("Who is it for?").fill("Neighbours")
    page.get_by_label("About how many people").fill("200")
    inspect(page, "where and whom")
    press(page, "Save and go back")
    follow(page, page.get_by_role("link", name="Money", exact=True))
    page.get_by_label("How much do you ask for?").fill("50,000")
    page.get_by_label("Item 1", exact=True).fill("Digging")
    cost = page.get_by_label("Cost of item 1")
    cost.fill("12,345.50")
    usual = page.viewport_size
    for width in (320, 412, 700):
        page.set_viewport_size({"width": width, "height": 800})
        assert cost.evaluate("field => field.scrollWidth <= field.clientWidth"), f"cut off at {width}"
    assert usual is not None
    page.set_viewport_size(usual)
    cost.fill("4,000")
    press(page, "Save and go back")
    assert "The largest grant in this round is £20,000" in page.inner_text("main")
    inspect(page, "money, with an error")
    page.get_by_label("How much do you ask for?").fill("5,000")
    press(page, "Save, add up")
    assert "Still missing: £1,000" in page.inner_text("main")
    page.get_by_label("Item 2", exact=True).fill("Plants")
    page.get_by_label("Cost of item 2").fill("1,000")
    press(page, "Save, add up")
    inspect(page, "money")
    press(page, "Save and go back")
    follow(page, page.get_by_role("link", name="Dates and risks"))
    for group, year in (("When does it start?", "2030"), ("When does it end?", "2031")):
        box = page.get_by_role("group", name=group)
        box.get_by_label("Day").fill("1")
        box.get_by_label("Month").fill("5")
        box.get_by_label("Year").fill(year)
    page.get_by_label("What could go wrong").fill("Rain. We wait.")
    inspect(page, "dates")
    press(page, "Save and go back")
    follow(page, page.get_by_role("link", name="Pictures and documents"))
    press(page, "Add the picture")
    inspect(page, "pictures, with an error")
    page.get_by_label("Choose a picture").set_input_files(picture)
    page.get_by_label("What does it show?").fill("The corner of the square under water")
    press(page, "Add the picture")
    page.locator("img[alt='The corner of the square under water']").wait_for()
    inspect(page, "pictures")
    follow(page, page.get_by_role("button", name="Go back to the list"))


def test_a_group_applies_and_is_shortlisted(
    app: Flask,
    browse: Callable[..., Page],
    session: Session,
    keyring: Keyring,
    voting_round: VotingRound,
    picture: Path,
    now: datetime,
) -> None:
    slug = voting_round.slug
    session.rollback()
    page = browse(width=412)
    page.goto(f"/rounds/{slug}/apply")
    inspect(page, "check you can apply")
    press(page, "Check")
    assert "Say whether you are a group" in page.inner_text("main")
    inspect(page, "check you can apply, with errors")
    for answer in ("Yes, a group", "Yes, both"):
        page.get_by_label(answer).check()
    for question in ("Does your project happen", "Do at least three people"):
        page.get_by_role("group", name=question).get_by_label("Yes").check()
    press(page, "Check")
    inspect(page, "you can apply")
    follow(page, page.get_by_role("button", name="Start your proposal"))
    sign_in(app, page, ALICE)
    inspect(page, "a new group")
    page.get_by_label("Name of your group").fill("Friends of Mill Square")
    page.get_by_label("Community group with its own rules").check()
    page.get_by_label("Your own name").fill("Alice Brook")
    press(page, "Save and go on")
    inspect(page, "start a proposal")
    press(page, "Start")
    inspect(page, "the list of parts, empty")
    write_group(page)
    follow(page, page.get_by_role("button", name="Check and send"))
    inspect(page, "check, with gaps")
    follow(page, page.get_by_role("link", name="All parts of your proposal"))
    write_proposal(page, picture)
    inspect(page, "the list of parts")
    follow(page, page.get_by_role("button", name="Check and send"))
    inspect(page, "check")
    press(page, "Send your proposal")
    assert "We have your proposal" in page.inner_text("main")
    inspect(page, "sent")
    follow(page, page.get_by_role("link", name="Your groups and proposals"))
    inspect(page, "your proposals")
    follow(page, page.get_by_role("link", name="Friends of Mill Square", exact=True))
    inspect(page, "the group")

    officer = make_officer(session, keyring=keyring, now=now).email or ""
    sent = session.scalars(select(Proposal)).one()
    number, own = sent.number, sent.id
    session.commit()
    screen(app, browse, officer, slug, number)
    page.goto(f"/applications/{own}")
    assert "Answer needed" in page.inner_text("main")
    inspect(page, "a question")


def screen(app: Flask, browse: Callable[..., Page], officer: str, slug: str, number: int) -> None:
    """An officer gives an opinion and asks the group for something."""
    helper = Person(app)
    helper.sign_in_officer(officer, PASSWORD)
    desk = browse(width=1280)
    cookie = helper.client.get_cookie("pbvote")
    assert cookie is not None
    desk.context.add_cookies(
        [{"name": "pbvote", "value": cookie.value, "domain": "localhost", "path": "/", "httpOnly": True}]
    )
    desk.goto(f"/officer/rounds/{slug}/screening/")
    inspect(desk, "the officers' list")
    follow(desk, desk.get_by_role("link", name="A pond for Mill Square"))
    inspect(desk, "the officers' page of a proposal")
    desk.get_by_text("Give my opinion").click()
    press(desk, "Save my opinion")
    inspect(desk, "an opinion, with errors")
    for place, _item in enumerate(CHECKLIST):
        desk.locator(f"#check_{place}").check()
    desk.get_by_role("group", name="What do you recommend?").get_by_label("Put it on the shortlist").check()
    press(desk, "Save my opinion")
    assert "Your opinion is saved" in desk.inner_text("main")
    desk.get_by_text("Ask the group for something").click()
    desk.get_by_label("What do you ask the group?").fill("Who owns the land?")
    soon = datetime.now().astimezone()
    box = desk.get_by_role("group", name="Until when?")
    box.get_by_label("Day").fill(str(soon.day))
    box.get_by_label("Month").fill(str(soon.month))
    box.get_by_label("Year").fill(str(soon.year))
    press(desk, "Send to the group")
    assert "We have written to the group" in desk.inner_text("main")
    follow(desk, desk.get_by_role("link", name="In other languages"))
    inspect(desk, "the languages")
    follow(desk, desk.get_by_role("link", name="العربية"))
    press(desk, "Save the translation")
    inspect(desk, "the text in another language, with errors")
    desk.goto(f"/officer/rounds/{slug}/screening/shortlist")
    inspect(desk, "the shortlist")
