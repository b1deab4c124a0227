"""Each page of the vote, at each size, with and without script: nothing axe or a parser can find is wrong."""

from collections.abc import Iterator
from typing import Any

import html5lib
import pytest
from flask import Flask, Response, request
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from pbvote.settings import Settings
from tests.browser.conftest import axe_violations, evaluate, without_scripts
from tests.browser.walk import Walk, open_walk_booth
from tests.person import Person
from tests.voting import Booth

pytestmark = pytest.mark.browser
WIDTHS = (1280, 412, 320)


@pytest.fixture
def booth(session: Session, settings: Settings, now) -> Booth:
    return open_walk_booth(session, settings, now)


@pytest.mark.parametrize(
    ("javascript", "language"),
    [
        (True, "en"),
        pytest.param(True, "ar", marks=pytest.mark.slow),
        pytest.param(False, "en", marks=pytest.mark.slow),
        pytest.param(False, "ar", marks=pytest.mark.slow),
    ],
)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    browse, app: Flask, booth: Booth, session: Session, javascript: bool, language: str
) -> None:
    page = browse(width=320, javascript=javascript, locale=language)
    copy = browse(width=320, locale=language)
    found = {}
    for name in Walk(page, booth, Person(app), session):
        seen = page if javascript else without_scripts(page, copy)
        for width in WIDTHS:
            seen.set_viewport_size({"width": width, "height": 740})
            problems = axe_violations(seen)
            if scroll_width(seen) > width:
                problems.append(f"wider than the screen: {scroll_width(seen)}")
            if problems:
                found[f"{name} at {width}"] = problems
    assert found == {}


@pytest.mark.parametrize("javascript", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_every_page_of_the_vote_is_valid_html(
    browse, app: Flask, booth: Booth, session: Session, javascript: bool
) -> None:
    """Whatever the server sends on the way, error pages and fragments too."""
    page = browse(javascript=javascript)
    answers: list[tuple[str, str]] = []

    @app.after_request  # comes before the compression
    def keep(response: Response) -> Response:
        if response.mimetype == "text/html" and response.status_code not in (204, 303):
            answers.append((f"{request.method} {request.path}", response.get_data(as_text=True)))
        return response

    for _name in Walk(page, booth, Person(app), session):
        pass
    wrong = {}
    for address, text in answers:
        tree, errors = _parse(text)
        errors += [f"no id {one}" for one in _dangling(tree)] if text.startswith("<!doctype") else []
        if errors:
            wrong[address] = errors
    assert wrong == {}
    assert len(answers) > 40


def _parse(text: str) -> tuple[Any, list[str]]:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    whole = text.startswith("<!doctype")
    tree = parser.parse(text) if whole else parser.parseFragment(text)
    return tree, [f"{place}: {code} {details}" for place, code, details in parser.errors]


def _dangling(tree: Any) -> Iterator[str]:
    """Ids that are used twice, or spoken of and not there."""
    nodes = list(tree.iter())
    ids = [node.get("id") for node in nodes if node.get("id")]
    yield from {one for one in ids if ids.count(one) > 1}
    for node in nodes:
        for name in ("for", "form", "aria-describedby", "aria-labelledby", "aria-controls"):
            for one in (node.get(name) or "").split():
                if one not in ids:
                    yield one
        link = node.get("href") or ""
        if node.tag == "a" and link.startswith("#") and link[1:] not in ids:
            yield link


@pytest.mark.slow
def test_on_a_tiny_screen_what_has_the_focus_is_never_covered(
    browse, app: Flask, booth: Booth, session: Session
) -> None:
    """320 by 256 is also what 1280 by 1024 becomes at 400 per cent."""
    page = browse(width=320, height=256, device_scale_factor=4)
    found = {}
    for name in Walk(page, booth, Person(app), session):
        if scroll_width(page) > 320:
            found[name] = f"wider than the screen: {scroll_width(page)}"
        stops = int(evaluate(page, STOPS))
        evaluate(page, "document.activeElement?.blur()")
        for _press in range(min(stops, 60)):
            page.keyboard.press("Tab")
            if covered := evaluate(page, COVERED):
                found[name] = covered
    assert found == {}


STOPS = """[...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
  .filter(one => one.type !== "hidden" && one.getClientRects().length).length"""

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
