"""A made-up language, two fifths longer than English and never offered, breaks no page of the vote."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from pbvote.app import create_app
from pbvote.cli import translations
from pbvote.extensions import babel
from pbvote.settings import Settings
from tests.browser.conftest import evaluate
from tests.browser.walk import Walk, open_walk_booth
from tests.person import Person

pytestmark = pytest.mark.browser
ACCENTS = str.maketrans("aceinosuyACEINOSUY", "àçéîñöšûýÀÇÉÎÑÖŠÛÝ")
KEPT = re.compile(r"(%\(\w+\)s|\{\w+\}|<[^>]*>|&\w+;|%%)")
LONGER = 1.4


def stretched(text: str) -> str:
    """The text with accents, in brackets, its vowels drawn out until it is long enough; values stay."""
    if not text.strip():
        return text
    parts = KEPT.split(text)
    words = "".join(parts[::2])
    missing = max(0, round(len(words) * LONGER) - len(words) - 2)
    for place in range(0, len(parts), 2):
        drawn = ""
        for letter in parts[place]:
            drawn += letter.translate(ACCENTS)
            if letter in "aeiouy" and missing > 0:
                drawn += letter.translate(ACCENTS)
                missing -= 1
        parts[place] = drawn
    return f"[{''.join(parts)}{'·' * missing}]"


def pseudo_catalogue() -> Catalog:
    made = Catalog(locale="en")
    for message in translations.extract():
        if message.id:
            forms = message.id if isinstance(message.id, tuple) else (message.id,)
            longer = tuple(stretched(text) for text in forms)
            made.add(message.id, longer if message.pluralizable else longer[0], context=message.context)
    return made


@pytest.fixture
def settings(settings: Settings) -> Iterator[Settings]:
    """English, spoken in the made-up language; only this installation knows it."""
    shared = settings.instance / "translations"
    shared.unlink()
    folder = shared / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as stream:
        write_mo(stream, pseudo_catalogue())
    with create_app(settings).app_context():
        read = babel.domain_instance.cache  # shared by all applications of a process
    read.clear()
    yield settings
    read.clear()


def test_the_made_up_language_is_longer_and_keeps_the_values() -> None:
    made = pseudo_catalogue()
    assert len(made) > 300
    for message in made:
        if isinstance(message.id, str) and message.id:
            assert Message(message.id).python_format == Message(message.string).python_format
            assert sorted(KEPT.findall(message.id)) == sorted(KEPT.findall(message.string)), message.id
            assert len(message.string) >= len(KEPT.sub("", message.id)) * 1.3, message.id


@pytest.mark.parametrize("javascript", [True, False])
def test_longer_words_break_no_page(
    browse, app: Flask, session: Session, settings: Settings, now, javascript: bool
) -> None:
    booth = open_walk_booth(session, settings, now)
    page = browse(width=320, javascript=javascript)
    broken, spoken = {}, 0
    for name in Walk(page, booth, Person(app), session):
        spoken += str(evaluate(page, "document.body.innerText")).count("[")
        evaluate(page, "document.querySelector('.pb-languages').open = true")
        if wrong := broken_places(page):
            broken[name] = wrong
        evaluate(page, "document.querySelector('.pb-languages').open = false")
    assert broken == {}, broken
    assert spoken > 500


def broken_places(page: Page) -> list[str]:
    """What is wider than the page, sticks out of its box, or is cut off."""
    return list(evaluate(page, BROKEN))


BROKEN = """(() => {
  const found = [], wide = document.documentElement.clientWidth;
  const apart = ".govuk-visually-hidden, .govuk-skip-link, svg, [hidden], option, details:not([open]) > ul";
  const name = one => one.tagName + "." + one.className + " " + one.textContent.trim().slice(0, 40);
  if (document.documentElement.scrollWidth > wide) found.push("page " + document.documentElement.scrollWidth);
  for (const one of document.querySelectorAll("body *")) {
    if (one.closest(apart) || !one.getClientRects().length) continue;
    const box = one.getBoundingClientRect(), hides = getComputedStyle(one).overflowY !== "visible";
    if (box.width && (box.right > wide + 1 || box.left < -1)) found.push("outside: " + name(one));
    if (["INPUT", "SELECT"].includes(one.tagName)) continue;
    if (one.clientWidth && one.scrollWidth > one.clientWidth + EDGE) found.push("too wide: " + name(one));
    if (hides && one.scrollHeight > one.clientHeight + EDGE) found.push("cut off: " + name(one));
  }
  return [...new Set(found)];
})()""".replace("EDGE", "4")  # the brim of a button that catches taps
