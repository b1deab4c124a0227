"""The pages of the ballot box in Chromium: nothing axe finds, nothing wider than the phone."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from tests.boxes import ReadyRound, quick_custody
from tests.browser.conftest import SEEN, axe_violations, follow
from tests.factories import PASSWORD, make_officer
from tests.person import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def box(session, now, settings, monkeypatch):
    quick_custody(monkeypatch)
    box = ReadyRound(session, now=now, folder=settings.key_folder, slug="north", custody="officers")
    box.receipts = [box.cast(box.voter(), place % 6).receipt for place in range(12)]
    session.commit()
    return box


def sound(page: Page, name: str) -> None:
    """Axe at phone and desk width, and no sideways scrolling at 320 pixels."""
    page.set_viewport_size({"width": 1280, "height": 800})
    assert (name, axe_violations(page)) == (name, [])
    page.set_viewport_size({"width": 320, "height": 640})
    assert (name, axe_violations(page, only=SEEN)) == (name, [])
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320, f"{name} is {width} pixels wide"


def test_the_public_pages_of_the_box_are_sound(box, browse, session):
    page = browse()
    page.goto("/rounds/north/ballot-box/")
    sound(page, "the box while voting is open")
    page.goto("/rounds/north/ballot-box/board")
    page.locator("summary").last.click()
    sound(page, "the board")
    session.rollback()
    box.close()
    box.throw()
    box.open()
    session.commit()
    page.goto("/rounds/north/receipts/")
    page.fill("#receipt", "nonsense")
    follow(page, page.locator("main button[type=submit]"))
    sound(page, "a receipt with a mistake")
    page.fill("#receipt", box.receipts[2])
    follow(page, page.locator("main button[type=submit]"))
    page.locator("#found summary").click()
    sound(page, "a receipt with its proof")
    page.goto("/rounds/north/ballot-box/")
    sound(page, "the box after the opening")


def test_the_officers_pages_of_the_box_are_sound(app, box, browse, session, keyring, now):
    roles = ("officer", "administrator", "custodian")
    email = make_officer(session, keyring=keyring, now=now, roles=roles).email
    session.commit()
    person = Person(app)
    person.sign_in_officer(email, PASSWORD)
    page = browse()
    cookie = person.client.get_cookie("pbvote", domain="localhost")
    page.context.add_cookies([{"name": "pbvote", "value": cookie.value, "url": "http://localhost"}])
    for path in ("custody/", "custody/mine", "ceremony/", "ceremony/retention"):
        page.goto(f"/officer/rounds/north/{path}")
        assert page.locator("h1").inner_text() != "", path
        sound(page, path)
    session.rollback()
    box.close()
    session.commit()
    page.goto("/officer/rounds/north/ceremony/")
    page.locator("#digits").fill("12")
    follow(page, page.locator("main button[type=submit]"))
    sound(page, "dice with a mistake")
    session.rollback()
    box.throw()
    box.open()
    box.round.counted_at = box.round.published_at = now - timedelta(days=40)
    session.commit()
    for path in ("ceremony/", "ceremony/retention"):
        page.goto(f"/officer/rounds/north/{path}")
        sound(page, f"{path} after the opening")
