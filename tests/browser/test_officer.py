"""Officers at work in real Chromium: every page of theirs, on a phone and on a desk, also with mistakes."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from pbvote.models import Account, VotingRound
from pbvote.services import counting
from pbvote.services.keyring import Keyring
from pbvote.services.sign_ins import TOTP
from tests.boxes import ReadyRound
from tests.browser.conftest import axe_violations, evaluate, follow
from tests.factories import (
    PASSWORD,
    make_account,
    make_entry,
    make_officer,
    make_proposal,
    make_round,
    make_ward,
)

pytestmark = pytest.mark.browser
WIDTHS = (320, 412, 1280)
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def officer(session: Session, keyring: Keyring, now: datetime) -> Account:
    roles = ("administrator", "officer", "custodian", "observer")
    account = make_officer(session, keyring=keyring, now=now, roles=roles)
    make_officer(session, keyring=keyring, now=now, roles=roles)
    session.commit()
    return account


def sign_in(page: Page, officer: Account, keyring: Keyring) -> None:
    key = keyring.open(TOTP, officer.totp_secret or b"")
    assert key is not None
    page.goto("/sign-in/officer")
    page.get_by_label("Email address").fill(str(officer.email))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("One-time code").fill(pyotp.TOTP(key.decode()).at(datetime.now(UTC)))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="What needs doing").first).to_be_visible()


def look(page: Page, problems: list[str], *, widths: tuple[int, ...] = WIDTHS) -> None:
    """Axe finds nothing, and nothing hangs over the edge, at each width."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        problems += [f"{page.url} at {width}: {one}" for one in axe_violations(page)]
        if page.evaluate(SIDEWAYS) > 0:
            problems.append(f"{page.url} at {width}: hangs over the edge")


def test_every_officer_page_can_be_read_on_phone_and_desk(
    browse: Callable[..., Page],
    officer: Account,
    session: Session,
    keyring: Keyring,
    now: datetime,
    tmp_path: Path,
) -> None:
    ready = ReadyRound(session, now=now, folder=tmp_path / "keys", slug="spring", title="Spring fund")
    ready.round.wards = [make_ward(session, name="Brookside", postcodes=("NB1 4QT",))]
    make_round(session, now=now, phase="set-up", slug="next", title="Next year’s fund")
    for _ in range(3):
        ready.cast(ready.voter(ward=ready.round.wards[0], name="Ada Brook"), 1, 2)
    entry = make_entry(
        session,
        voting_round=ready.round,
        now=now,
        account=make_account(session, now=now),
        name="Bartholomew Featherstonehaugh-Cholmondeley",
        postcode="NB99ZZ",
        status="pending",
        doubt="postcode-unknown",
    )
    session.commit()
    problems: list[str] = []
    page = browse()
    sign_in(page, officer, keyring)
    spring = "/officer/rounds/spring"
    for path in (
        "/officer/",
        "/officer/staff/",
        "/officer/staff/new",
        "/officer/rounds/new",
        "/officer/rounds/next/set-up",
        "/officer/rounds/next/set-up/money",
        "/officer/rounds/next/set-up/dates",
        "/officer/rounds/next/set-up/places",
        "/officer/rounds/next/set-up/people",
        "/officer/rounds/next/set-up/ballot",
        "/officer/rounds/next/set-up/count",
        f"{spring}/set-up",
        f"{spring}/dates/move",
        f"{spring}/turnout/",
        f"{spring}/register/",
        f"{spring}/register/?name=ada",
        f"{spring}/register/{entry.id}",
        f"{spring}/register/list",
        f"{spring}/register/letters",
        f"{spring}/paper/",
    ):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        look(page, problems)
    assert problems == []


def test_pots_are_added_and_taken_away_by_keyboard_where_no_script_runs(
    browse: Callable[..., Page], officer: Account, session: Session, keyring: Keyring, now: datetime
) -> None:
    make_round(session, now=now, phase="set-up", slug="next", title="Next year’s fund")
    session.commit()
    page = browse(javascript=False)
    sign_in(page, officer, keyring)
    page.goto("/officer/rounds/next/set-up/money")
    follow(page, page.get_by_role("button", name="Add another pot"))
    assert evaluate(page, "document.activeElement.id") == "pots-1-name"
    page.keyboard.type("Young people")
    page.keyboard.press("Tab")
    page.keyboard.type("lots")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Enter an amount in pounds")
    follow(page, page.get_by_role("button", name=re.compile("^Take this pot away.*The whole")))
    assert evaluate(page, "document.activeElement.id") == "pots"
    page.get_by_label("Amount").fill("5,000")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("Saved: Money")).to_be_visible()
    session.rollback()
    kept = session.query(VotingRound).filter_by(slug="next").one()
    assert [(pot.name, pot.budget) for pot in kept.pots] == [("Young people", 5_000_00)]


def test_mistakes_are_shown_beside_their_fields_and_a_batch_of_paper_is_keyed(
    browse: Callable[..., Page],
    officer: Account,
    session: Session,
    keyring: Keyring,
    now: datetime,
    tmp_path: Path,
) -> None:
    ready = ReadyRound(session, now=now, folder=tmp_path / "keys", slug="spring")
    ready.voter(name="Ada Brook")
    session.commit()
    problems: list[str] = []
    page = browse()
    sign_in(page, officer, keyring)
    page.goto("/officer/staff/new")
    page.get_by_role("button", name="Ask for this officer").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter their name")
    look(page, problems)
    page.goto("/officer/rounds/spring/paper/")
    page.get_by_role("button", name="Start this batch").click()
    expect(page.get_by_role("alert")).to_contain_text("Give the batch a name")
    look(page, problems)
    page.get_by_label("Name of the batch").fill("Library box")
    page.get_by_role("button", name="Start this batch").click()
    expect(page.get_by_role("heading", name="Library box")).to_be_visible()
    page.get_by_label("Name or postcode on the slip").fill("ada")
    page.get_by_role("button", name="Find").click()
    mark = page.get_by_role("button", name=re.compile("^Mark.*Ada Brook"))
    expect(mark).to_be_visible()
    look(page, problems)
    mark.click()
    expect(page.get_by_text("Another officer has to mark Ada Brook too.")).to_be_visible()
    look(page, problems, widths=(320,))
    assert problems == []


def test_the_opened_box_is_counted_read_and_signed(
    browse: Callable[..., Page],
    officer: Account,
    session: Session,
    keyring: Keyring,
    now: datetime,
    tmp_path: Path,
) -> None:
    ready = ReadyRound(session, now=now, folder=tmp_path / "keys", slug="spring", budget=30_000_00)
    for ranking in ((0, 1), (0, 2), (1, 0), (2, 3), (0, 3, 4)):
        ready.cast(ready.voter(), *ranking)
    ready.close()
    ready.throw()
    ready.open()
    counting.count_round(session, voting_round=ready.round, officer_id=officer.id, now=now)
    make_round(session, now=now, phase="shortlist", slug="next", title="Next year’s fund")
    following = session.query(VotingRound).filter_by(slug="next").one()
    for cost in (20_000_00, 60_000_00):
        make_proposal(session, voting_round=following, now=now, cost=cost)
    session.commit()
    problems: list[str] = []
    page = browse()
    sign_in(page, officer, keyring)
    page.goto("/officer/rounds/spring/publication")
    look(page, problems)
    page.get_by_role("button", name="Sign this result").click()
    expect(page.get_by_role("alert").first).to_contain_text("Tick the box")
    look(page, problems, widths=(320,))
    page.get_by_label("I have read").check()
    page.get_by_role("button", name="Sign this result").click()
    expect(page.get_by_text("when a second officer signs").first).to_be_visible()
    page.goto("/officer/rounds/next/rehearsal")
    look(page, problems)
    assert problems == []
