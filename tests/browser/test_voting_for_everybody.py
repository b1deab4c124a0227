"""Each page of the vote, at each size, with and without script: nothing axe or a parser can find is wrong."""

from collections.abc import Iterator

import html5lib
import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from pbvote.settings import Settings
from tests.browser.conftest import SEEN, axe_violations, without_scripts
from tests.browser.voter import go_on, pick
from tests.person import Person
from tests.voting import POSTCODE, Booth, open_booth

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LANGUAGES = ["en", "ar"]


@pytest.fixture
def booth(session: Session, settings: Settings, now) -> Booth:
    return open_booth(
        session,
        settings=settings,
        now=now,
        max_length=4,
        may_work=True,
        sign_up_methods=["email", "sms", "access-code"],
    )


def journey(page: Page, booth: Booth, codes: Person) -> Iterator[str]:
    """Every page of the journey, each also in its error state; yields a name for each."""
    rounds = f"/rounds/{booth.slug}"
    page.goto(f"{rounds}/easy-read")
    yield "easy read"
    page.goto(f"{rounds}/register/letter")
    yield "letter, empty"
    send(page, "#code", "XXXX")
    yield "letter, error"
    page.goto(f"{rounds}/vote")
    yield "address, empty"
    send(page, "#address", "ada at example")
    yield "address, error"
    send(page, "#address", "ada@example.com")
    yield "code, empty"
    send(page, "#code", "12")
    yield "code, error"
    send(page, "#code", codes.latest_code("ada@example.com"))
    yield "name, empty"
    send(page, "#name", "")
    yield "name, error"
    send(page, "#name", "Ada Brook")
    yield "connection"
    page.click("[name=connection][value=live]")
    yield "postcode, empty"
    send(page, "#postcode", "NB9 9ZZ")
    yield "postcode, error"
    send(page, "#postcode", POSTCODE)
    yield "age, empty"
    page.click("[name=old_enough][value=no]")
    yield "age, error"
    page.click("[name=old_enough][value=yes]")
    page.locator("#choose").wait_for()
    yield "choose, empty"
    go_on(page)
    yield "choose, error"
    page.goto(booth.path())
    page.click(".pb-find summary")
    yield "choose, filters"
    page.click(".pb-find summary")
    pick(page, *(one.number for one in booth.proposals[:3]))
    yield "choose, full"
    go_on(page)
    page.locator("#ranking").wait_for()
    yield "order, full"
    page.locator("#ranking [id^=remove-]").nth(1).click()
    page.locator("#undo").wait_for()
    yield "order, undo"
    go_on(page)
    page.locator("#cast").wait_for()
    yield "check"
    page.click("#cast")
    page.locator(".pb-receipt").wait_for()
    yield "receipt"
    page.goto(booth.path())
    yield "choose, changing"


def send(page: Page, field: str, text: str) -> None:
    page.fill(field, text)
    page.press(field, "Enter")
    page.wait_for_load_state()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("javascript", [True, False])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    browse, app: Flask, booth: Booth, javascript: bool, language: str
) -> None:
    page = browse(width=320, javascript=javascript, locale=language)
    copy = browse(width=320, locale=language)
    found = {}
    for name in journey(page, booth, Person(app)):
        seen = page if javascript else without_scripts(page, copy)
        problems = axe_violations(seen)
        for width in (412, 1280, 320):
            seen.set_viewport_size({"width": width, "height": 740})
            if width != 320:
                problems += axe_violations(seen, only=SEEN)
            if scroll_width(seen) > width:
                problems.append(f"wider than {width}: {scroll_width(seen)}")
        if problems:
            found[name] = problems
    assert found == {}


def test_every_page_of_the_vote_is_valid_html(browse, app: Flask, booth: Booth) -> None:
    page = browse(javascript=False)
    parser = html5lib.HTMLParser(strict=True)
    for _name in journey(page, booth, Person(app)):
        if page.url.endswith(("/check", "/order", "/receipt", "/vote", "/easy-read", "/")):
            parser.parse(page.request.get(page.url).text())


def test_on_a_tiny_screen_what_has_the_focus_is_never_covered(browse, app: Flask, booth: Booth) -> None:
    page = browse(width=320, height=256)
    for name in journey(page, booth, Person(app)):
        for _press in range(25):
            page.keyboard.press("Tab")
            assert evaluate(page, COVERED) == "", name


# The focused element's text if something else lies over all of it, else nothing.
COVERED = """(() => {
  const one = document.activeElement;
  if (!one || one === document.body) return "";
  const box = one.getBoundingClientRect();
  if (!box.width || !box.height) return "";
  for (const x of [0.1, 0.5, 0.9]) for (const y of [0.1, 0.5, 0.9]) {
    const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
    if (!top) continue;
    if (one.contains(top) || top.contains(one) || one.labels?.[0]?.contains(top)) return "";
  }
  return one.outerHTML.slice(0, 120);
})()"""


def scroll_width(page: Page) -> int:
    return int(evaluate(page, "document.documentElement.scrollWidth"))


def evaluate(page: Page, expression: str) -> object:
    """Also where the page's own scripts are switched off."""
    session = page.context.new_cdp_session(page)
    found = session.send("Runtime.evaluate", {"expression": expression, "returnByValue": True})
    session.detach()
    return found["result"]["value"]
