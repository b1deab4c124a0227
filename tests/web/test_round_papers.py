"""What goes with a round on paper and in a calendar."""

import contextlib
import re
import subprocess
import zlib

import pytest
from sqlalchemy.orm import Session

from pbvote.settings import Settings
from tests.person import Person
from tests.voting import Booth, open_booth


@pytest.fixture
def booth(session: Session, settings: Settings, now) -> Booth:
    return open_booth(session, settings=settings, now=now)


def test_the_calendar_file_has_the_rounds_dates(person: Person, booth: Booth) -> None:
    person.open(f"/rounds/{booth.slug}/dates.ics")
    assert person.page.mimetype == "text/calendar"
    text = person.page.get_data(as_text=True)
    closes = booth.voting_round.voting_closes_at
    assert closes is not None
    assert f"DTSTART:{closes:%Y%m%dT%H%M%SZ}" in text
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 5


def test_calendar_lines_are_no_longer_than_the_standard_allows(
    person: Person, booth: Booth, session: Session
) -> None:
    session.rollback()
    booth.voting_round.title = "Gemeinsam für die Nachbarschaft, überall; ein sehr langer Titel — " * 3
    session.commit()
    person.open(f"/rounds/{booth.slug}/dates.ics")
    lines = person.page.get_data().split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    unfolded = person.page.get_data().replace(b"\r\n ", b"").decode()
    assert "Nachbarschaft\\, überall\\; ein" in unfolded


def test_the_paper_ballot_is_a_tagged_pdf_of_the_same_shortlist(person: Person, booth: Booth) -> None:
    person.open(f"/rounds/{booth.slug}/paper-ballot/all.pdf")
    assert person.status == 200
    text = b"".join(unpacked(person.page.get_data()))
    assert text.startswith(b"%PDF")
    assert b"/StructTreeRoot" in text
    assert b"pdfuaid" in text


# Longer than nine in ten of the reference round's titles.
TITLES = {
    "en": "New benches and planters for the corner of Mill Lane",
    "ar": "مقاعد وأحواض زهور جديدة عند زاوية شارع الطاحونة القديم",
    "bn": "মিল লেনের মোড়ে নতুন বেঞ্চ ও গাছের টব বসানোর প্রকল্প",
    "fr": "De nouveaux bancs et bacs à fleurs rue du Moulin",
    "es": "Nuevos bancos y jardineras en la calle del Molino",
    "pt": "Novos bancos e floreiras na rua do Moinho Velho",
}


@pytest.mark.parametrize("language", TITLES)
def test_eighty_seven_proposals_fit_on_four_pages(
    person: Person, session: Session, settings: Settings, now, language: str
) -> None:
    """In a language that is not offered the page speaks English around the proposals' own words."""
    booth = open_booth(session, settings=settings, now=now, proposals=87)
    for proposal in booth.proposals:
        proposal.title = TITLES[language]
    session.commit()
    person.open(f"/?language={language}")
    person.open(f"/rounds/{booth.slug}/paper-ballot/all.pdf")
    assert page_count(person.page.get_data()) <= 4


@pytest.mark.parametrize("language", ["ar", "bn"])
def test_the_paper_ballot_has_the_letters_of_its_language(
    person: Person, booth: Booth, session: Session, language: str
) -> None:
    session.rollback()
    booth.proposals[0].title = TITLES[language]
    session.commit()
    person.open(f"/rounds/{booth.slug}/paper-ballot/all.pdf")
    drawn = re.findall(rb"/BaseFont /\w{6}\+([\w-]+)", b"".join(unpacked(person.page.get_data())))
    known = subprocess.run(
        ["fc-list", f":lang={language}", "family"], capture_output=True, text=True, check=True
    )
    families = {name.replace(" ", "-") for name in re.split(r"[,\n]", known.stdout) if name}
    assert [font for font in drawn if any(font.decode().startswith(name) for name in families)]


def test_no_paper_ballot_before_the_shortlist(
    person: Person, session: Session, settings: Settings, now
) -> None:
    booth = open_booth(session, settings=settings, now=now, phase="screening")
    person.open(f"/rounds/{booth.slug}/paper-ballot/all.pdf")
    assert person.status == 404


@pytest.mark.parametrize(
    ("phase", "said"),
    [("shortlist", "You can start on"), ("voting", "You can vote until"), ("closed", "Voting is over.")],
)
def test_easy_read_has_an_address_of_its_own_and_says_where_things_stand(
    person: Person, session: Session, settings: Settings, now, phase: str, said: str
) -> None:
    booth = open_booth(session, settings=settings, now=now, phase=phase)
    person.open(f"/rounds/{booth.slug}/easy-read")
    assert said in person.text
    assert ("Vote now" in person.text) is (phase == "voting")
    assert ("You can also vote on paper." in person.text) is (phase != "closed")
    assert ("Press the yellow button." in person.text) is (phase != "closed")
    longest = max(len(sentence.split()) for sentence in re.split(r"[.?!]", sentences(person)))
    assert longest <= 15


def sentences(person: Person) -> str:
    """The easy-read paragraphs, each ended as a sentence."""
    texts = ["".join(one.itertext()).strip() for one in person.tree.findall(".//section//p")]
    return " ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in texts)


def page_count(data: bytes) -> int:
    return max(int(count) for text in unpacked(data) for count in re.findall(rb"/Count (\d+)", text))


def unpacked(data: bytes) -> list[bytes]:
    """A PDF's bytes, and those of each of its compressed streams."""
    texts = [data]
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        with contextlib.suppress(zlib.error):
            texts.append(zlib.decompressobj().decompress(match.group(1)))  # without the line break at its end
    return texts
