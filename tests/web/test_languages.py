"""Languages: complete or not offered, and right to left where they are."""

import re

import pytest
from babel.messages.catalog import Catalog
from flask_babel import force_locale, gettext
from sqlalchemy.orm import Session

from pbvote.cli import translations
from pbvote.settings import Settings
from pbvote.web import formats
from pbvote.web.languages import OFFERED
from tests import factories, published
from tests.person import Person
from tests.voting import cast, open_booth, register

TRANSLATED = sorted(set(OFFERED) - {"en"})
SPACES = str.maketrans("\u00a0\u202f", "  ")
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


def test_a_page_that_is_not_translated_speaks_english_throughout(
    person: Person, session: Session, now
) -> None:
    voting_round = factories.make_round(session, now=now, phase="collecting")
    session.commit()
    person.open("/?language=ar")
    assert person.tree.get("dir") == "rtl"
    person.open(f"/rounds/{voting_round.slug}/apply")
    assert person.status == 200
    assert person.tree.get("lang") == "en"
    assert person.tree.get("dir") == "ltr"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_result_is_explained_in_the_readers_language(
    person: Person, session: Session, now, language: str
) -> None:
    ballots = [(1, 2), (1, 3), (1, 2), (2, 1), (2, 3), (3, 1), (3, 2), (1,), (1, 2), (2,), (1, 3), (4,)]
    voting_round, _ = published.make_published_round(
        session, now=now, rankings=ballots, costs=(60_000_00, 50_000_00, 30_000_00, 5_000_00)
    )
    session.commit()
    person.open(f"/rounds/{voting_round.slug}/results/")
    in_english = {*english(person)}
    person.open(f"/rounds/{voting_round.slug}/results/?language={language}")
    assert person.tree.get("lang") == language
    assert in_english & {*english(person)} == set()


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("page", ["about", "accessibility", "privacy", "languages", "no-such-page"])
def test_a_page_about_the_site_speaks_the_readers_language(person: Person, page: str, language: str) -> None:
    person.open(f"/{page}")
    heading = person.tree.findtext(".//h1")
    person.open(f"/?language={language}")
    person.open(f"/{page}")
    assert person.tree.get("lang") == language
    assert person.tree.findtext(".//h1") not in (None, heading)


def test_what_groups_wrote_in_english_is_marked_as_english_in_another_language(
    person: Person, session: Session, settings: Settings, now
) -> None:
    booth = open_booth(session, settings=settings, now=now)
    for page in (
        "/",
        f"/rounds/{booth.slug}/proposals/",
        f"/rounds/{booth.slug}/proposals/{booth.proposals[0].number}",
    ):
        person.open(f"{page}?language=fr")
        assert person.tree.get("lang") == "fr"
        summaries = {one.summary for one in booth.proposals} | {booth.voting_round.summary}
        written = [one for one in person.tree.iter() if (one.text or "").strip() in summaries]
        assert written
        assert {one.get("lang") for one in written} == {"en"}
        person.open(f"{page}?language=en")
        assert [one for one in person.tree.iter("bdi") if one.get("lang")] == []


def english(person: Person) -> list[str]:
    """The headings of a page and why each project is in or out."""
    main = person.tree.find(".//main")
    assert main is not None
    said = [one for one in main.iter() if one.tag in ("h1", "h2") or "why" in one.get("class", "")]
    return [" ".join(one.itertext()).strip() for one in said]


def test_money_is_written_with_the_pounds_own_sign(app) -> None:
    written = {}
    for language in OFFERED:
        with app.test_request_context(), force_locale(language):
            written[language] = formats.money(1_250_000_00).translate(SPACES)
    assert written == {
        "en": "£1,250,000",
        "ar": "\u200f١٬٢٥٠٬٠٠٠ £",
        "bn": "£১২,৫০,০০০",
        "es": "1.250.000 £",
        "fr": "1 250 000 £",
        "pt": "1 250 000 £",
    }


def test_a_count_in_a_sentence_has_the_readers_digits(app) -> None:
    with app.test_request_context(), force_locale("bn"):
        assert f"{formats.Counted(1234)}" == "১,২৩৪"
        assert gettext("%(count)s chosen", count=formats.Counted(12)).startswith("১২")
    with app.test_request_context(), force_locale("en"):
        assert str(formats.Counted(1234)) == "1,234"


def test_each_reader_has_their_own_digits_whoever_came_first(app) -> None:
    written = {}
    template = app.jinja_env.from_string("{{ 1234567890|number }}")
    for language in ("en", "ar", "bn"):
        with app.test_request_context(), force_locale(language):
            written[language] = template.render()
    assert written == {"en": "1,234,567,890", "ar": "١٬٢٣٤٬٥٦٧٬٨٩٠", "bn": "১,২৩,৪৫,৬৭,৮৯০"}


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


def test_an_english_name_stays_whole_between_arabic_words(app) -> None:
    with app.test_request_context(), force_locale("ar"):
        assert formats.quoted("Mend it, at last!") == "«\u2068Mend it, at last!\u2069»"
    with app.test_request_context(), force_locale("fr"):
        assert formats.quoted("Mend it") == "«\u00a0Mend it\u00a0»"


def test_the_facts_of_a_proposal_do_not_run_into_each_other_from_right_to_left(
    person: Person, session: Session, settings: Settings, now
) -> None:
    booth = open_booth(session, settings=settings, now=now)
    person.open("/?language=ar")
    register(person, booth, email="ada@example.com")
    apart = {one.text for one in person.tree.iter("bdi") if one.get("lang") == "en"}
    shown = [one for one in booth.proposals if not one.borough_wide]
    assert shown
    assert {ward.name for one in shown for ward in one.wards} <= apart
    assert {one.theme.name for one in booth.proposals if one.theme} <= apart


def test_a_story_in_english_is_marked_as_english_in_another_language(
    person: Person, session: Session, settings: Settings, now
) -> None:
    booth = open_booth(session, settings=settings, now=now)
    page = f"/rounds/{booth.slug}/proposals/{booth.proposals[0].number}"
    for language, marked in (("fr", True), ("en", False)):
        person.open(f"{page}?language={language}")
        story = [one for one in person.tree.iter("div") if one.get("class") == "pb-story"]
        assert story
        assert [child.get("lang") for child in story[0]] == (["en"] if marked else [None] * len(story[0]))


def test_rows_of_the_board_and_places_on_the_map_are_counted_in_the_readers_digits(
    person: Person, session: Session, settings: Settings, now
) -> None:
    booth = open_booth(session, settings=settings, now=now)
    register(person, booth, email="ada@example.com")
    cast(person, booth, [booth.proposals[0].number])
    receipt = person.tree.findtext(".//p[@class='pb-receipt']")
    person.open(f"/rounds/{booth.slug}/receipts/?language=bn&receipt={receipt}")
    person.submit()
    found = next(one for one in person.tree.iter("div") if one.get("id") == "found")
    assert re.search(r"[০-৯]", "".join(found.itertext()))
    assert not re.search(r"[0-9]", "".join(found.itertext()))


def test_the_message_with_a_code_counts_its_minutes_in_the_readers_digits(app) -> None:
    template = app.jinja_env.get_template("emails/sign_in_code.txt")
    with app.test_request_context(), force_locale("ar"):
        assert "١٠ دقائق" in template.render(secret="116100", minutes=10)


def test_names_in_a_row_are_parted_as_the_reader_parts_them(app) -> None:
    for language, written in (("en", "Ash, Elm"), ("ar", "\u2068Ash\u2069، \u2068Elm\u2069")):
        with app.test_request_context(), force_locale(language):
            assert formats.isolated_names(["Ash", "Elm"]) == written
    with app.test_request_context(), force_locale("ar"):
        assert formats.names(["A&B", "Elm"]) == "<bdi lang='en'>A&amp;B</bdi>، <bdi lang='en'>Elm</bdi>"
    with app.test_request_context(), force_locale("en"):
        assert formats.names(["A&B", "Elm"]) == "A&amp;B, Elm"
