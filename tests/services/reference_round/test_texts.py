"""What is written about Northbank is complete, adds up, reads easily and names nobody real."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise

from pbvote.models.group import GROUP_KINDS
from pbvote.services.reference_round import texts
from pbvote.services.reference_round.reading import ease, sentences
from pbvote.services.reference_round.texts import ProposalText

EVERY = (*texts.proposals(), *texts.small_grants(), *texts.next_round())
FINISHED = tuple(proposal for proposal in EVERY if proposal.stage != "draft")
WARDS = {ward.key for ward in texts.wards()}
GROUPS = {group.key: group for group in texts.groups()}

# Real organisations and schemes that a proposal in a London borough might easily mention.
REAL = """
    Age UK; Barnardo; Oxfam; Red Cross; Salvation Army; Samaritans; St John Ambulance; Citizens
    Advice; Trussell; FareShare; Felix Project; Groundwork; parkrun; Sport England; Arts Council;
    British Council; Football Association; Scouts; Girlguiding; Brownies; Cubs; Duke of Edinburgh;
    Prince’s Trust; Prince's Trust; King’s Trust; Rotary; Mencap; Macmillan; Marie Curie;
    Alzheimer’s Society; Parkinson’s UK; Royal National; RNIB; RNLI; RSPB; RSPCA; Wildlife Trust;
    National Trust; Woodland Trust; Sustrans; Living Streets; London Cycling; Bikeability; Playing
    Out; Library of Things; Repair Café; Repair Cafe; Men’s Shed; Makaton; Sure Start; Home-Start;
    Street Pastors; Neighbourhood Watch; Dementia Friends; Shelter; Crisis; Centrepoint; Emmaus; St
    Mungo; Big Issue; Turn2us; StepChange; Victim Support; Women’s Aid; Stonewall; National Lottery;
    Comic Relief; Children in Need; Transport for London; TfL; Metropolitan Police; Met Police;
    Network Rail; Thames Water; Canal & River Trust; Canal and River Trust; Environment Agency;
    Royal Mail; Tesco; Sainsbury; Lidl; Aldi; Asda; Morrisons; Waitrose; Iceland; Greggs; Argos;
    Ikea; IKEA; Amazon; Uber; Deliveroo; Google; Apple; Microsoft; Facebook; Instagram; TikTok;
    YouTube; WhatsApp; Zoom; Netflix; Spotify; Lego; LEGO; Minecraft; Arsenal; Chelsea; Tottenham;
    West Ham; Millwall; Leyton Orient; Everyman; Barbican; Southbank; Sadler’s Wells; Royal Opera;
    BBC; ITV; NHS; Jobcentre Plus; Couch to 5k
"""
LONDON_BOROUGHS = """
    Barking; Dagenham; Barnet; Bexley; Brent; Bromley; Camden; Croydon; Ealing; Enfield; Greenwich; Hackney;
    Hammersmith; Fulham; Haringey; Harrow; Havering; Hillingdon; Hounslow; Islington; Kensington; Kingston;
    Lambeth; Lewisham; Merton; Newham; Redbridge; Richmond; Southwark; Sutton; Tower Hamlets; Waltham Forest;
    Wandsworth; Westminster; Thames
"""


def names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(";") if name.strip()]


def words(proposal: ProposalText) -> str:
    lines = " ".join(line for line, _ in proposal.budget)
    parts = (proposal.title, proposal.summary, proposal.story, lines, proposal.risks, proposal.declined)
    return "\n".join((*parts, proposal.withdrawn, proposal.asked))


def each(proposals: Iterable[ProposalText], check: Callable[[ProposalText], None]) -> None:
    """Check every proposal and name all that fail, not only the first."""
    failed = []
    for proposal in proposals:
        try:
            check(proposal)
        except AssertionError as problem:
            failed.append(f"{proposal.title}: {problem}")
    assert not failed, "\n".join(failed)


def test_the_finished_round_has_150_proposals_on_the_ballot_and_27_that_never_got_there() -> None:
    shortlisted = [proposal for proposal in texts.proposals() if proposal.on_ballot]
    assert (len(shortlisted), len(texts.proposals()) - len(shortlisted)) == (150, 27)
    assert 4_000_000 < sum(proposal.amount for proposal in shortlisted) < 5_000_000
    assert len(texts.small_grants()) == 24
    assert {proposal.stage for proposal in texts.next_round()} == {
        "draft",
        "submitted",
        "changes-asked",
        "shortlisted",
    }


def check_whole(proposal: ProposalText) -> None:
    assert 10 <= len(proposal.title) <= 80
    assert 40 <= len(proposal.summary) <= 160
    assert proposal.summary.endswith(".")
    assert proposal.theme in texts.themes()
    assert proposal.group in GROUPS
    assert proposal.wards
    assert set(proposal.wards) <= WARDS
    assert len(set(proposal.wards)) == len(proposal.wards)
    assert proposal.people > 0
    assert 0 < proposal.runs[0] < proposal.runs[1] <= 26
    assert 500 <= proposal.amount <= 60_000
    assert all(amount > 0 for _, amount in proposal.budget)
    assert len({line for line, _ in proposal.budget}) == len(proposal.budget)
    assert not (proposal.declined and proposal.withdrawn)
    assert proposal.least is None or proposal.amount * 0.4 <= proposal.least < proposal.amount


def check_story(proposal: ProposalText) -> None:
    assert 90 <= len(proposal.story.split()) <= 180
    assert proposal.story.count("\n\n") >= 2
    assert 1 < len(proposal.budget) <= 6


def check_risks(proposal: ProposalText) -> None:
    assert 15 <= len(proposal.risks) <= 160


def check_plain(proposal: ProposalText) -> None:
    told = proposal.story + " " + proposal.summary
    lengths = [len(sentence.split()) for sentence in sentences(told)]
    assert sum(lengths) / len(lengths) <= 17
    assert max(lengths) <= 42
    assert ease(told) >= 65


def check_marks(proposal: ProposalText) -> None:
    text = words(proposal)
    assert not re.search(r"['\"]|  | ,| \.|\.\.|,,|\b(\w+) \1\b(?<!that that)(?<!had had)", text), (
        "see the marks"
    )
    assert not re.search(r"(?i)lorem|todo|tbc|xxx", text)
    assert proposal.title == proposal.title.strip()
    assert not proposal.title.endswith(".")


def check_names(proposal: ProposalText) -> None:
    text = words(proposal)
    found = [
        name for name in names(REAL) + names(LONDON_BOROUGHS) if re.search(rf"\b{re.escape(name)}\b", text)
    ]
    assert found == []


def test_every_proposal_is_whole_and_its_least_amount_makes_sense() -> None:
    each(EVERY, check_whole)


def test_every_finished_proposal_tells_its_story_at_length() -> None:
    each(FINISHED, check_story)


def test_every_proposal_on_the_ballot_names_its_risks() -> None:
    each([proposal for proposal in FINISHED if proposal.on_ballot], check_risks)


def test_every_proposal_is_in_plain_english() -> None:
    each(EVERY, check_plain)


def test_every_proposal_is_set_with_care() -> None:
    each(EVERY, check_marks)


def test_no_proposal_names_a_real_organisation_or_borough() -> None:
    each(EVERY, check_names)


def test_titles_and_summaries_are_used_once() -> None:
    for part in ("title", "summary"):
        used = Counter(getattr(proposal, part).casefold() for proposal in EVERY)
        assert [text for text, times in used.items() if times > 1] == []


def test_no_sentence_stands_in_two_places() -> None:
    used = Counter(
        sentence.casefold()
        for proposal in EVERY
        for part in (proposal.summary, proposal.story, proposal.risks, proposal.declined, proposal.withdrawn)
        for sentence in sentences(part)
        if len(sentence.split()) > 3
    )
    assert [sentence for sentence, times in used.items() if times > 1] == []


def test_no_six_words_in_a_row_are_shared_by_more_than_two_stories() -> None:
    holders: dict[tuple[str, ...], set[str]] = {}
    for proposal in EVERY:
        told = re.findall(r"[\w’]+", proposal.story.casefold())
        for start in range(len(told) - 5):
            holders.setdefault(tuple(told[start : start + 6]), set()).add(proposal.title)
    assert [" ".join(run) for run, titles in holders.items() if len(titles) > 2] == []


def test_the_groups_are_of_known_kinds_and_none_asks_too_often() -> None:
    assert 115 <= len(GROUPS) <= 125
    assert len({group.name for group in texts.groups()}) == len(GROUPS)
    assert {group.ward for group in texts.groups()} == WARDS
    assert {group.kind for group in texts.groups()} <= set(GROUP_KINDS)
    asked = Counter(proposal.group for proposal in texts.proposals())
    assert max(asked.values()) <= 4
    used = {proposal.group for proposal in EVERY}
    assert set(GROUPS) - used == set()
    for group in texts.groups():
        assert [name for name in names(REAL) if re.search(rf"\b{re.escape(name)}\b", group.name)] == []


def test_every_ward_and_theme_is_helped_by_several_proposals() -> None:
    shortlisted = [proposal for proposal in texts.proposals() if proposal.on_ballot]
    by_ward = Counter(ward for proposal in shortlisted for ward in proposal.wards)
    by_theme = Counter(proposal.theme for proposal in shortlisted)
    assert set(by_ward) == WARDS
    assert min(by_ward.values()) >= 15
    assert set(by_theme) == set(texts.themes())
    assert min(by_theme.values()) >= 15


def test_postcodes_are_well_formed_and_in_an_area_that_is_not_allocated() -> None:
    codes = texts.postcodes()
    assert len(codes) > 600
    assert set(codes.values()) == WARDS
    assert all(re.fullmatch(r"NB[1-6] [1-6][ABD-HJLNP-UW-Z]{2}", code) for code in codes)


def test_the_wards_fit_together_without_gap_or_overlap() -> None:
    walked: Counter[tuple[texts.Point, texts.Point]] = Counter()
    for ward in texts.wards():
        ring = (*ward.shape, ward.shape[0])
        assert len(set(ward.shape)) == len(ward.shape)
        assert sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise(ring)) > 0, "clockwise on a screen"
        walked.update(pairwise(ring))
    assert max(walked.values()) == 1
    outer = [edge for edge in walked if edge[::-1] not in walked]
    following = dict(outer)
    start = outer[0][0]
    here, steps = following[start], 1
    while here != start:
        here, steps = following[here], steps + 1
    assert steps == len(outer), "the outer border is one closed line"
    assert len(texts.wards()) == 11
