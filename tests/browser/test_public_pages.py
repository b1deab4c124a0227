"""What everybody may read, in real Chromium: at three widths, with and without script."""

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbvote.models import VoterMark, VotingRound, Ward
from pbvote.web.languages import OFFERED
from tests import factories, published
from tests.browser.conftest import axe_violations

pytestmark = pytest.mark.browser

WIDTHS = (320, 412, 1280)
RANKINGS = [(1, 2), (1, 3), (1, 2), (2, 1), (2, 3), (3, 1), (3, 2), (1,), (1, 2), (2,), (1, 3), (4,)]
COSTS = (60_000_00, 50_000_00, 30_000_00, 5_000_00)
PAGES = (
    "/",
    "/about",
    "/accessibility",
    "/privacy",
    "/languages",
    "/nowhere",
    "/sign-in/",
    "/rounds/open",
    "/rounds/open/how-it-works",
    "/rounds/open/proposals/",
    "/rounds/open/proposals/?text=submarine",
    "/rounds/open/proposals/?at_most=lots",
    "/rounds/open/proposals/9001",
    "/rounds/collecting",
    "/rounds/done",
    "/rounds/done/how-it-works",
    "/rounds/done/results/",
    "/rounds/done/results/1",
    "/rounds/done/results/steps",
    "/rounds/done/data/",
    "/rounds/done/proposals/?order=title",
)


@pytest.fixture
def three_rounds(session: Session, now: datetime) -> VotingRound:
    """One open with 30 proposals, one collecting, one published with a map and a correction."""
    voting_round = factories.make_round(session, now=now, phase="voting", slug="open", title="Summer fund")
    for place in range(30):
        factories.make_proposal(
            session, voting_round=voting_round, now=now, number=9001 + place, title=f"Idea {place:02d}"
        )
    factories.make_round(session, now=now, phase="collecting", slug="collecting")
    done, proposals = published.make_published_round(
        session,
        now=now,
        slug="done",
        rankings=RANKINGS,
        costs=COSTS,
        struck=(4,),
        rule="rank-equal-shares",
    )
    done.wards = [_square(session, place) for place in range(3)]
    for place, proposal in enumerate(proposals[:3]):
        proposal.wards = [done.wards[place]]
    awards = [(proposals[1], 50_000_00), (proposals[2], 20_000_00)]
    published.correct(session, voting_round=done, awards=awards, reason="Project 1 gave up.", now=now)
    session.commit()
    return voting_round


def _square(session: Session, place: int) -> Ward:
    ward = factories.make_ward(session)
    x = place * 100
    ring = [[x, 0], [x + 100, 0], [x + 100, 100], [x, 100], [x, 0]]
    ward.shape = {"type": "Polygon", "coordinates": [ring]}
    return ward


@pytest.mark.parametrize(
    ("width", "javascript"),
    [*((width, True) for width in WIDTHS), (412, False)],
    ids=[*(f"{width}" for width in WIDTHS), "412-without-script"],
)
def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(
    three_rounds: VotingRound, browse: Callable[..., Page], width: int, javascript: bool
) -> None:
    """Without script means that none arrives: axe itself needs an engine that runs."""
    page = browse(width=width)
    if not javascript:
        page.route("**/*.js", lambda route: route.abort())
    wrong: dict[str, object] = {}
    for path in PAGES:
        page.goto(path)
        wrong[path] = axe_violations(page)
        wide = page.locator("html").evaluate("html => html.scrollWidth")
        if wide > width:
            wrong[path] = f"{wide} wide"
    assert {path: found for path, found in wrong.items() if found} == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_read_from_right_to_left_fit_as_well(
    three_rounds: VotingRound, browse: Callable[..., Page], width: int
) -> None:
    page = browse(width=width)
    for path in PAGES:
        page.goto(path)
        wide = page.locator("html").evaluate("html => { html.dir = 'rtl'; return html.scrollWidth }")
        assert wide <= width, path


def test_typing_narrows_the_list_in_place(three_rounds: VotingRound, browse: Callable[..., Page]) -> None:
    page = browse(width=412)
    page.goto("/rounds/open/proposals/")
    page.get_by_label("Search").fill("idea 07")
    expect(page.locator("#found").get_by_role("status")).to_have_text(
        "1 of 30 proposals fits what you look for"
    )
    expect(page.get_by_label("Search")).to_be_focused()
    assert "text=idea" in page.url


def test_a_mistyped_amount_is_said_beside_its_field_without_a_reload(
    three_rounds: VotingRound, browse: Callable[..., Page]
) -> None:
    page = browse(width=412)
    page.goto("/rounds/open/proposals/")
    page.get_by_text("Only some amounts").click()
    page.get_by_label("Up to amount").fill("lots")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_label("Up to amount")).to_have_value("lots")
    expect(page.locator("#at_most-error")).to_contain_text("Enter an amount in figures, like 5000")
    page.get_by_label("Up to amount").fill("9000")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#at_most-error")).to_have_count(0)
    expect(page.locator("#list")).to_have_count(1)


def test_the_first_tab_stop_skips_to_the_content(
    three_rounds: VotingRound, browse: Callable[..., Page]
) -> None:
    page = browse(width=1280)
    page.goto("/rounds/done/results/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = page.locator("main :focus")
    expect(inside).to_have_count(1)


def test_every_control_is_large_enough_for_a_thumb(
    three_rounds: VotingRound, browse: Callable[..., Page]
) -> None:
    """Links inside sentences are exempt (WCAG 2.5.8); all else measures at least 44 pixels."""
    page = browse(width=320)
    for path in ("/", "/rounds/open/proposals/", "/rounds/done/results/"):
        page.goto(path)
        controls = page.locator("header a, header summary, footer a, main button, main input, main select")
        for control in controls.all():
            box = control.bounding_box()
            if box and control.is_visible():
                assert box["height"] >= 44, (path, control.evaluate("node => node.outerHTML"))


@pytest.mark.parametrize(("width", "size"), [(320, "130%"), (412, "200%")])
def test_large_text_makes_no_page_wider_than_the_screen(
    browse: Callable[..., Page], three_rounds: VotingRound, width: int, size: str
) -> None:
    page = browse(width=width)
    wide = {}
    for path in (*PAGES, "/rounds/done/ballot-box/"):
        page.goto(path)
        page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
        if over := page.evaluate("document.documentElement.scrollWidth - innerWidth"):
            wide[path] = over
    assert wide == {}


def test_no_language_makes_a_page_about_the_result_wider_than_a_phone(
    browse: Callable[..., Page], session: Session, three_rounds: VotingRound, now: datetime
) -> None:
    done = session.scalars(select(VotingRound).where(VotingRound.slug == "done")).one()
    for ward in done.wards:
        ward.name = f"Gasworks Waterside {ward.id}"
        voter = factories.make_entry(session, voting_round=done, now=now, ward=ward)
        session.add(VoterMark(pot_id=done.pots[0].id, entry_id=voter.id, day=now.date()))
    session.commit()
    page = browse(width=320)
    wide = {}
    for language in OFFERED:
        for path in ("results/", "results/steps", "data/", "ballot-box/", "how-it-works"):
            page.goto(f"/rounds/done/{path}?language={language}")
            if over := page.evaluate("document.documentElement.scrollWidth - innerWidth"):
                wide[language, path] = over
    assert wide == {}


def test_in_forced_colours_the_bars_and_their_key_have_the_same_colour(
    browse: Callable[..., Page], three_rounds: VotingRound
) -> None:
    page = browse(forced_colors="active")
    page.goto("/rounds/done/results/")
    key = page.locator(".pb-bars__key--1").first.evaluate("one => getComputedStyle(one).backgroundColor")
    bar = page.locator(".pb-bars__bar--1").first.evaluate("one => getComputedStyle(one).fill")
    assert key == bar


def test_a_link_that_stands_alone_is_as_high_as_a_thumb(
    browse: Callable[..., Page], three_rounds: VotingRound
) -> None:
    page = browse(width=320)
    small = {}
    for path in ("/rounds/open", "/rounds/open/proposals/9001", "/rounds/done/results/", "/languages"):
        page.goto(path)
        if found := page.evaluate(SMALL):
            small[path] = found
    assert small == {}


# A link is hit 21 pixels above and below its middle, where nothing stands on it.
SMALL = """[...document.querySelectorAll(
    ".pb-status a, .pb-roundbar__name a, .govuk-back-link, p > a:only-child, .govuk-list > li > a, summary"
  )].filter(one => {
    const alone = one.parentElement.textContent.trim() === one.textContent.trim();
    if (one.getClientRects().length !== 1 || !alone) return false;
    one.scrollIntoView({block: "center"});
    const box = one.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
    return [-21, 21].some(away => {
      const hit = document.elementFromPoint(x, y + away);
      return !(one.contains(hit) || hit.closest("summary") === one);
    });
  }).map(one => one.textContent.trim())"""
