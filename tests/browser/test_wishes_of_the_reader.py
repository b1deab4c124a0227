"""Forced colours, less motion, larger text, wider spacing, paper: the vote as people set up their devices."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from pbvote.settings import Settings
from tests.browser.conftest import evaluate
from tests.browser.test_longer_words import broken_places
from tests.browser.voter import go_on, pick, register
from tests.browser.walk import Walk, open_walk_booth
from tests.person import Person
from tests.voting import Booth, open_booth

pytestmark = pytest.mark.browser


@pytest.fixture
def booth(session: Session, settings: Settings, now) -> Booth:
    return open_booth(session, settings=settings, now=now, max_length=4)


def look(page: Page, selector: str, *names: str) -> list[str]:
    """Computed styles of the first element that fits."""
    return list(
        page.locator(selector).first.evaluate(
            "(one, names) => { const style = getComputedStyle(one); return names.map(name => style[name]) }",
            list(names),
        )
    )


def test_in_forced_colours_what_is_ticked_and_what_can_be_pressed_stay_visible(
    browse, app: Flask, booth: Booth
) -> None:
    page = browse(forced_colors="active")
    register(page, booth, Person(app))
    first, second = (one.number for one in booth.proposals[:2])
    pick(page, first)
    ticked = look(page, f"#p{first}", "outlineStyle", "outlineWidth")
    assert ticked == ["solid", "3px"]
    assert look(page, f"#p{second}", "outlineStyle") == ["none"]
    assert_edged(page, "[name=go]")
    assert look(page, ".pb-steps__number", "borderTopStyle") == ["solid"]
    pick(page, second)
    go_on(page)
    for selector in ("[id^=down-]", "[name=go]", ".pb-place", ".pb-order > li"):
        assert_edged(page, selector)
    assert look(page, f"#up-{first}", "color") != look(page, f"#up-{second}", "color")
    go_on(page)
    assert_edged(page, "#cast")
    assert_edged(page, ".pb-cast")
    page.click("#cast")
    assert_edged(page, ".pb-receipt-card")


def assert_edged(page: Page, selector: str) -> None:
    """A line around it, in a colour that is not the page's own."""
    page.locator(selector).first.wait_for()
    style, width, colour, behind = look(
        page, selector, "borderBottomStyle", "borderBottomWidth", "borderBottomColor", "backgroundColor"
    )
    assert style != "none", selector
    assert float(width.removesuffix("px")) >= 1, selector
    assert colour != behind, selector


def test_with_less_motion_nothing_moves(
    browse, app: Flask, session: Session, settings: Settings, now
) -> None:
    page = browse(reduced_motion="reduce")
    moving = {}
    for name in Walk(page, open_walk_booth(session, settings, now), Person(app), session):
        if found := evaluate(page, MOVING):
            moving[name] = found
    assert moving == {}


MOVING = """[...document.querySelectorAll("*")].filter(one => {
  const style = getComputedStyle(one);
  return style.transitionDuration !== "0s" || style.animationName !== "none"
    || style.scrollBehavior === "smooth";
}).map(one => one.tagName + "." + one.className)"""


def test_larger_text_and_wider_spacing_cut_nothing_off(
    browse, app: Flask, session: Session, settings: Settings, now
) -> None:
    """Text at 200 per cent (WCAG 1.4.4), then spaced as in 1.4.12."""
    page = browse(width=640)
    broken = {}
    for name in Walk(page, open_walk_booth(session, settings, now), Person(app), session):
        for wish in (LARGE, SPACED):
            evaluate(page, wish)
            if wrong := broken_places(page):
                broken[name] = wrong
            evaluate(page, "document.adoptedStyleSheets = []; document.documentElement.style.fontSize = ''")
    assert broken == {}, broken


LARGE = "document.documentElement.style.fontSize = '200%'"
SPACED = """(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-block-end: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
})()"""


def test_on_paper_stands_the_vote_and_nothing_to_press(browse, app: Flask, booth: Booth) -> None:
    page = browse()
    register(page, booth, Person(app))
    pick(page, *(one.number for one in booth.proposals[:2]))
    go_on(page)
    page.locator("#ranking").wait_for()
    for press in ("[name=go]", "#cast"):
        page.emulate_media(media="print")
        assert page.locator("main button:visible, header nav:visible, .pb-languages:visible").count() == 0
        assert page.locator("#ranking h2:visible, .pb-check strong:visible").count() >= 2
        page.emulate_media(media="screen")
        page.click(press)
        page.locator("#cast, .pb-receipt").wait_for()
    page.emulate_media(media="print")
    expect(page.locator(".pb-receipt")).to_be_visible()
    assert page.locator("#status-bar:visible, main .govuk-button:visible").count() == 0
