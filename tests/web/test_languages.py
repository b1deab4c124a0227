"""Languages: complete or not offered, and right to left where they are."""

import re

import pytest
from babel.messages.catalog import Catalog
from sqlalchemy.orm import Session

from pbvote.cli import translations
from pbvote.settings import Settings
from pbvote.web.languages import OFFERED
from tests.person import Person
from tests.voting import cast, open_booth

TRANSLATED = sorted(set(OFFERED) - {"en"})
PLACEHOLDER = re.compile(r"%\(\w+\)s")


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return translations.extract()


@pytest.mark.parametrize("language", TRANSLATED)
def test_an_offered_language_has_every_text(texts: Catalog, language: str) -> None:
    """Run `python -m pbvote translations` after changing a text, and translate what is new."""
    catalogue = translations.read(language)
    known = {message.id for message in catalogue if message.string}
    assert [message.id for message in texts if message.id and message.id not in known] == []
    assert translations.untranslated(catalogue) == []
    assert [message.id for message in catalogue if message.fuzzy and message.id] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_keeps_the_values_of_its_text(language: str) -> None:
    catalogue = translations.read(language)
    for message in catalogue:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        allowed = {value for text in ids for value in PLACEHOLDER.findall(text)}
        for string in strings if message.id else ():
            used = set(PLACEHOLDER.findall(string))
            assert used <= allowed, string
            if len(strings) == 1:
                assert used == allowed, string


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_plural_form_of_the_language_is_there(language: str) -> None:
    catalogue = translations.read(language)
    for message in catalogue:
        if message.pluralizable and message.id:
            assert len(message.string) == catalogue.num_plurals, message.id


def test_an_arabic_reader_votes_from_right_to_left_in_their_own_numerals(
    person: Person, session: Session, settings: Settings, now
) -> None:
    booth = open_booth(session, settings=settings, now=now)
    person.open("/?language=ar")
    person.open(f"/rounds/{booth.slug}/vote")
    assert person.tree.get("dir") == "rtl"
    assert person.tree.get("lang") == "ar"
    person.submit(address="ada@example.com")
    person.submit(code=person.latest_code("ada@example.com"))
    person.submit(name="Ada Brook")
    person.submit(postcode="NB1 4QT")
    person.submit(button=("old_enough", "yes"))
    assert "٦ من ٦" in person.text
    cast(person, booth, [booth.proposals[0].number])
    assert "صوتك في صندوق الاقتراع" in person.text
    assert re.search(r"[٠-٩]", person.text)


def test_a_page_that_is_not_translated_speaks_english_throughout(person: Person) -> None:
    person.open("/?language=ar")
    assert person.tree.get("dir") == "rtl"
    person.open("/about")
    assert person.tree.get("lang") == "en"
    assert person.tree.get("dir") == "ltr"


def test_a_language_that_is_not_offered_is_not_taken(person: Person) -> None:
    person.open("/?language=xx")
    assert person.tree.get("lang") == "en"


def test_an_error_and_a_pound_are_said_in_the_readers_language(
    person: Person, session: Session, settings: Settings, now
) -> None:
    booth = open_booth(session, settings=settings, now=now)
    person.open("/?language=ar")
    assert "UK£" not in person.open(f"/rounds/{booth.slug}").get_data(as_text=True)
    person.open(f"/rounds/{booth.slug}/vote")
    person.submit(address="ada")
    assert person.status == 422
    assert "خطأ:" in person.text
    assert "Error" not in person.text
    assert "There is a problem" not in person.text
