"""While voting is open, no officer's page says anything that could be counted."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pbvote.models import Proposal
from pbvote.services.keyring import Keyring
from tests.boxes import ReadyRound
from tests.factories import PASSWORD, make_officer
from tests.person import Person

FAVOURITE = 5  # every ballot's first choice
VOTES = 67  # a number that stands nowhere else, in no date and no time either
# Turnout is told on purpose; it says how many voted, never for what.
TELLS_TURNOUT = ("/turnout", "/ballot-box", "/board", "/ceremony")
# Pages whose order of proposals would tell a ranking if it followed the votes.
PATHS = re.compile(r"^/(officer|rounds|custod|board|observ|proposals)")


@pytest.fixture
def ready(session: Session, now: datetime, tmp_path: Path) -> ReadyRound:
    ready = ReadyRound(session, now=now, folder=tmp_path / "keys", slug="spring")
    for _ in range(VOTES):
        ready.cast(ready.voter(), FAVOURITE, 1)
    for _ in range(6):
        ready.voter()  # on the register, but has not voted
    session.commit()
    return ready


def walk(person: Person, *starts: str, most: int = 120) -> dict[str, str]:
    """Every page that can be reached by links from `starts`: path → its HTML."""
    seen: dict[str, str] = {}
    waiting = list(starts)
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        if path in seen:
            continue
        answer = person.client.get(path, follow_redirects=True)
        seen[path] = ""
        if answer.mimetype != "text/html":
            continue
        seen[path] = answer.get_data(as_text=True)
        person.page = answer
        for link in person.tree.iter("a"):
            href = (link.get("href") or "").split("#")[0]
            if PATHS.match(href) and href not in seen:
                waiting.append(href)
    return seen


def test_no_officer_page_tells_a_score_or_an_order_while_voting_is_open(
    app: Flask, session: Session, keyring: Keyring, ready: ReadyRound, now: datetime
) -> None:
    roles = ("administrator", "officer", "custodian", "observer")
    officer = make_officer(session, keyring=keyring, now=now, roles=roles)
    session.commit()
    person = Person(app)
    person.sign_in_officer(str(officer.email), PASSWORD)
    fixed = ("set-up", "register/", "paper/", "turnout/")
    pages = walk(person, "/officer/", *(f"/officer/rounds/spring/{page}" for page in fixed))
    assert {f"/officer/rounds/spring/{page}" for page in fixed} <= pages.keys()
    told = [
        path
        for path, html in pages.items()
        if re.search(rf"(?<![\w#.-]){VOTES}(?![\w.-])", _words(html))
        and not any(part in path for part in TELLS_TURNOUT)
    ]
    assert told == [], "these pages show how many votes there are for something"


def test_nobody_can_count_or_sign_while_voting_is_open(
    app: Flask, session: Session, keyring: Keyring, ready: ReadyRound, now: datetime
) -> None:
    officer = make_officer(session, keyring=keyring, now=now)
    session.commit()
    person = Person(app)
    person.sign_in_officer(str(officer.email), PASSWORD)
    token = person.csrf()
    for page in ("count", "publication"):
        answer = person.client.post(f"/officer/rounds/spring/{page}", data={"csrf_token": token})
        assert answer.status_code in (409, 422), page
    session.rollback()
    assert ready.round.counted_at is None
    assert ready.round.published_at is None
    assert person.client.get("/officer/rounds/spring/publication").status_code == 409


def test_the_order_of_proposals_is_the_same_whatever_was_voted(
    app: Flask, session: Session, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    ready = ReadyRound(session, now=now, folder=tmp_path / "keys", slug="spring")
    session.commit()
    person = Person(app)
    before = _order(person, session, ready)
    for _ in range(12):
        ready.cast(ready.voter(), FAVOURITE)
    session.commit()
    assert _order(person, session, ready) == before


def _order(person: Person, session: Session, ready: ReadyRound) -> list[str]:
    person.open("/rounds/spring/proposals/")
    titles = [one.title for one in session.query(Proposal).filter_by(round_id=ready.round.id)]
    return sorted(titles, key=person.text.index)


def _words(html: str) -> str:
    """The page without its tags, addresses, days and times of day."""
    return re.sub(r"<[^>]*>", " ", re.sub(r"<time\b.*?</time>", " ", html, flags=re.S))
