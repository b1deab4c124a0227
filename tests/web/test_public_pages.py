"""What everybody may read, without signing in."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from pbvote.models import VotingRound
from pbvote.settings import Settings
from tests import factories, published
from tests.person import Person

RANKINGS = [(1, 2), (1, 3), (1, 2), (2, 1), (2, 3), (3, 1), (3, 2), (1,), (1, 2), (2,), (1, 3), (4,)]
COSTS = (60_000_00, 50_000_00, 30_000_00, 5_000_00)


@pytest.fixture
def open_round(session: Session, now: datetime) -> VotingRound:
    voting_round = factories.make_round(session, now=now, phase="voting", title="Summer fund")
    for place in range(1, 31):
        factories.make_proposal(
            session, voting_round=voting_round, now=now, cost=place * 1000_00, title=f"Idea {place:02d}"
        )
    session.commit()
    return voting_round


@pytest.fixture
def finished_round(session: Session, now: datetime) -> VotingRound:
    voting_round, _ = published.make_published_round(
        session, now=now, rankings=RANKINGS, costs=COSTS, struck=(4,)
    )
    session.commit()
    return voting_round


def test_home_says_what_is_decided_and_until_when(person: Person, open_round: VotingRound) -> None:
    person.open("/")
    assert "You decide how £100,000 is spent" in person.text
    assert "Voting is open." in person.text
    assert "Summer fund" in person.text


def test_home_without_any_round_says_so(person: Person) -> None:
    person.open("/")
    assert person.status == 200
    assert "There is nothing to decide yet" in person.text


def test_a_round_in_set_up_does_not_exist_for_the_public(
    person: Person, session: Session, now: datetime
) -> None:
    voting_round = factories.make_round(session, now=now, phase="set-up")
    session.commit()
    for page in ("", "/how-it-works", "/proposals/", "/results/", "/data/"):
        person.open(f"/rounds/{voting_round.slug}{page}")
        assert person.status == 404
    person.open("/")
    assert voting_round.title not in person.text


@pytest.mark.parametrize("phase", ["waiting-for-proposals", "collecting", "screening", "shortlist", "closed"])
def test_each_phase_has_its_own_words_and_no_broken_link(
    person: Person, session: Session, now: datetime, phase: str
) -> None:
    voting_round = factories.make_round(session, now=now, phase=phase)
    session.commit()
    person.open(f"/rounds/{voting_round.slug}")
    assert person.status == 200
    local = {link.get("href", "") for link in person.tree.iter("a")}
    for href in sorted(link for link in local if link.startswith("/")):
        person.open(href)
        assert person.status == 200, href


def test_a_search_narrows_the_list(
    person: Person, session: Session, now: datetime, open_round: VotingRound
) -> None:
    factories.make_proposal(session, voting_round=open_round, now=now, title="A hide for kingfishers")
    session.commit()
    person.open(f"/rounds/{open_round.slug}/proposals/?text=kingfisher")
    assert "1 of 31 proposals fits what you look for" in person.text
    assert "A hide for kingfishers" in person.text
    assert "Idea 01" not in person.text


def test_a_search_that_finds_nothing_says_what_to_do(person: Person, open_round: VotingRound) -> None:
    person.open(f"/rounds/{open_round.slug}/proposals/?text=submarine")
    assert "Nothing fits" in person.text
    assert "Show all proposals" in person.text


def test_a_bad_amount_is_said_beside_its_field_and_loses_nothing(
    person: Person, open_round: VotingRound
) -> None:
    person.open(f"/rounds/{open_round.slug}/proposals/?text=idea&at_most=lots")
    assert person.status == 422
    assert "Enter an amount in figures, like 5000" in person.text
    typed = {field.get("name"): field.get("value") for field in person.tree.iter("input")}
    assert (typed["text"], typed["at_most"]) == ("idea", "lots")


@pytest.mark.parametrize(
    "amount", ["3,000", "£3000", "3 000", "3000.00", "3.000", "3\u202f000", "٣٬٠٠٠", "৩,০০০"]
)
def test_amounts_are_understood_as_people_type_them(
    person: Person, open_round: VotingRound, amount: str
) -> None:
    person.open(f"/rounds/{open_round.slug}/proposals/", query_string={"at_most": amount})
    assert "3 of 30 proposals fit what you look for" in person.text


def test_the_list_comes_in_pages_that_keep_the_search(person: Person, open_round: VotingRound) -> None:
    person.open(f"/rounds/{open_round.slug}/proposals/?text=idea&order=title&page=2")
    assert "page 2 of 2" in person.text
    assert "Idea 30" in person.text
    assert "Idea 01" not in person.text
    links = [link.get("href", "") for link in person.tree.iter("a")]
    assert any("text=idea" in href and "order=title" in href and "page=1" in href for href in links)


def test_htmx_gets_only_the_list(person: Person, open_round: VotingRound) -> None:
    person.open(f"/rounds/{open_round.slug}/proposals/", headers={"HX-Request": "true"})
    text = person.page.get_data(as_text=True)
    assert text.startswith('<div id="found">')
    assert "<html" not in text
    assert "HX-Request" in person.page.headers["Vary"]


def test_a_proposal_page_tells_its_story_and_its_budget(
    person: Person, session: Session, now: datetime, open_round: VotingRound
) -> None:
    proposal = factories.make_proposal(
        session,
        voting_round=open_round,
        now=now,
        title="A pond",
        story="First.\n\nThen <script>alert(1)</script> that.",
        cost=1234_50,
        least=1000_00,
    )
    session.commit()
    person.open(f"/rounds/{open_round.slug}/proposals/{proposal.number}")
    assert person.status == 200
    assert "£1,234.50" in person.text
    assert "It would still work, in a smaller way, with £1,000." in person.text
    stories = [p.text for p in person.tree.iter("p") if (p.text or "").startswith(("First", "Then"))]
    assert stories == ["First.", "Then <script>alert(1)</script> that."]


@pytest.mark.parametrize("status", ["draft", "submitted", "declined", "withdrawn"])
def test_a_proposal_that_is_not_on_the_ballot_is_nobody_elses_business(
    person: Person, session: Session, now: datetime, open_round: VotingRound, status: str
) -> None:
    proposal = factories.make_proposal(session, voting_round=open_round, now=now, status=status)
    session.commit()
    person.open(f"/rounds/{open_round.slug}/proposals/{proposal.number}")
    assert person.status == 404
    assert "We cannot find that proposal" in person.text


def test_a_struck_proposal_says_that_it_was_withdrawn(
    person: Person, session: Session, now: datetime, open_round: VotingRound
) -> None:
    proposal = factories.make_proposal(
        session,
        voting_round=open_round,
        now=now,
        status="struck",
        decision_reason="The group found the money.",
    )
    session.commit()
    person.open(f"/rounds/{open_round.slug}/proposals/{proposal.number}")
    assert "This proposal has been withdrawn" in person.text
    assert "The group found the money." in person.text


def test_how_it_works_uses_the_rounds_own_numbers(person: Person, open_round: VotingRound) -> None:
    person.open(f"/rounds/{open_round.slug}/how-it-works")
    assert "There is £100,000 to spend" in person.text
    assert "If 1,000 people vote, each of them holds £100." in person.text
    assert "You choose up to 10 proposals" in person.text


def test_the_result_page_says_what_was_funded_and_where_the_money_went(
    person: Person, finished_round: VotingRound
) -> None:
    person.open(f"/rounds/{finished_round.slug}/results/")
    assert "2 projects share £90,000" in person.text
    assert "12 people voted." in person.text
    assert "Not funded, and how close it was" in person.text
    assert "Funded at step 1" in person.text
    assert "was left, and it costs £50,000." in person.text
    assert "How fair was it" in person.text
    assert "Withdrawn" in person.text
    assert f"The public lot for such ties was {published.SEED}" in person.text


def test_a_finished_rounds_first_page_names_what_its_projects_really_share(
    person: Person, finished_round: VotingRound
) -> None:
    for page in ("/", f"/rounds/{finished_round.slug}"):
        person.open(page)
        assert "2 projects share £90,000" in person.text


def test_no_way_to_vote_is_offered_after_the_close(person: Person, finished_round: VotingRound) -> None:
    person.open(f"/rounds/{finished_round.slug}")
    assert "Other ways to take part" not in person.text


def test_there_is_no_result_page_before_publication(person: Person, open_round: VotingRound) -> None:
    for page in ("results/", "results/1", "data/", "data/result.csv", "data/result.json", "data/all.pb"):
        person.open(f"/rounds/{open_round.slug}/{page}")
        assert person.status == 404, page


def test_the_command_to_count_again_names_a_file_that_is_offered(
    person: Person, finished_round: VotingRound
) -> None:
    person.open(f"/rounds/{finished_round.slug}/data/")
    (command,) = ["".join(one.itertext()) for one in person.tree.iter("code")]
    name = command.rpartition(" ")[2]
    assert name == f"{finished_round.slug}-all.pb"
    assert person.text.count(name) == 2
    assert person.open(f"/rounds/{finished_round.slug}/data/all.pb").status_code == 200
    assert name in person.page.headers["Content-Disposition"]
    person.open(f"/rounds/{finished_round.slug}/data/")
    checkers = [link.get("href") for link in person.tree.iter("a") if "verify.py" in "".join(link.itertext())]
    assert person.open(str(checkers[0])).status_code == 200


@pytest.mark.parametrize(
    ("name", "kind"),
    [("result.csv", "text/csv"), ("result.json", "application/json"), ("all.pb", "text/plain")],
)
def test_each_offered_file_can_be_downloaded(
    person: Person, finished_round: VotingRound, name: str, kind: str
) -> None:
    person.open(f"/rounds/{finished_round.slug}/data/")
    offered = {link.get("href", "") for link in person.tree.iter("a")}
    href = f"/rounds/{finished_round.slug}/data/{name}"
    assert href in offered
    person.open(href)
    assert person.page.mimetype == kind
    assert person.page.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("page", ["/about", "/accessibility", "/privacy", "/languages"])
def test_pages_about_the_site_stand_alone(person: Person, page: str) -> None:
    person.open(page)
    assert person.status == 200
    assert len(list(person.tree.iter("h1"))) == 1


def test_the_privacy_page_names_the_day_on_which_names_and_addresses_really_go(
    person: Person, session: Session, now: datetime
) -> None:
    voting_round = factories.make_round(session, now=now, phase="voting")
    voting_round.delivery_ends_at = datetime(2028, 1, 1, 17, tzinfo=UTC)
    session.commit()
    person.open("/privacy")
    assert "2 July 2028" in person.text
    assert "The day is not set yet" not in person.text
    session.rollback()
    voting_round.contacts_kept_until = datetime(2027, 3, 5, 12, tzinfo=UTC)
    session.commit()
    person.open("/privacy")
    assert "5 March 2027" in person.text


def test_an_unknown_page_says_so_in_plain_words(person: Person) -> None:
    person.open("/nowhere")
    assert person.status == 404
    assert "We cannot find that page" in person.text


def test_a_page_used_the_wrong_way_says_so(person: Person) -> None:
    page = person.client.delete("/about")
    assert page.status_code == 405
    assert "This page does not work that way" in page.get_data(as_text=True)


def test_no_public_page_carries_inline_script_or_style(
    person: Person, open_round: VotingRound, finished_round: VotingRound
) -> None:
    pages = [f"/rounds/{finished_round.slug}/{rest}" for rest in ("", "results/", "data/", "proposals/")]
    for path in ("/", "/privacy", f"/rounds/{open_round.slug}/how-it-works", *pages):
        person.open(path)
        for node in person.tree.iter():
            assert node.tag != "style", path
            assert node.tag != "script" or node.get("src"), path
            assert not [name for name in node.attrib if name == "style" or name.startswith("on")], path


def test_every_step_of_the_count_can_be_read(person: Person, finished_round: VotingRound) -> None:
    person.open(f"/rounds/{finished_round.slug}/results/steps")
    assert person.status == 200
    assert "Project 1" in person.text
    assert f"The public lot for ties was {published.SEED}" in person.text


def test_the_steps_of_a_small_pot_are_not_shown(person: Person, session: Session, now: datetime) -> None:
    voting_round, _ = published.make_published_round(session, now=now, rankings=RANKINGS[:9], costs=COSTS)
    session.commit()
    person.open(f"/rounds/{voting_round.slug}/results/steps")
    assert "Only the result is published." in person.text
    assert "Project 1" not in person.text


def test_a_package_is_offered_where_there_is_one(
    person: Person, finished_round: VotingRound, settings: Settings
) -> None:
    address = f"/rounds/{finished_round.slug}/data/all-v1.zip"
    person.open(address)
    assert person.status == 404
    settings.package_folder.mkdir()
    (settings.package_folder / f"{finished_round.slug}-all-v1.zip").write_bytes(b"PK kept as published")
    person.open(f"/rounds/{finished_round.slug}/data/")
    assert address in {link.get("href", "") for link in person.tree.iter("a")}
    person.open(address)
    assert person.page.data == b"PK kept as published"
    assert person.page.mimetype == "application/zip"
