"""The ballots of the reference round have the shape of real ones, and fund 87 grants."""

from collections import Counter
from functools import cache
from statistics import median

from pbvote.services.reference_round import texts
from pbvote.services.reference_round.preferences import RESIDENTS, VOTERS, Resident, residents
from pbvote.tally import Election, Project, Tally, count

BUDGET = 2_030_000_00
SHORTLIST = tuple(proposal for proposal in texts.proposals() if proposal.on_ballot)


@cache
def register() -> list[Resident]:
    return residents(proposals=SHORTLIST, wards=texts.wards())


@cache
def election() -> Election:
    projects = [
        Project(str(place), proposal.amount * 100, proposal.title) for place, proposal in enumerate(SHORTLIST)
    ]
    ballots = [tuple(map(str, resident.ranking)) for resident in register() if resident.ranking]
    return Election.ranked(projects=projects, ballots=ballots, budget=BUDGET, max_length=10)


@cache
def tally(seed: str) -> Tally:
    return count(election(), "rank-equal-shares", seed=seed)


def test_the_count_funds_87_grants() -> None:
    assert len(tally("0417").funded) == 87
    assert 0.99 * BUDGET < sum(tally("0417").awards.values()) <= BUDGET


def test_the_count_needs_no_lot_so_every_seed_funds_the_same_87() -> None:
    """Without a seed the count refuses any tie that a lot would have to break."""
    unseeded = count(election(), "rank-equal-shares", seed=None)
    assert unseeded.funded == tally("0417").funded
    assert "lot" not in {tie.by for tie in tally("0417").ties}


def test_no_two_proposals_are_level_in_all_that_goes_before_the_lot() -> None:
    before = Counter(zip(election().points, election().first_choices, election().costs, strict=True))
    assert max(before.values()) == 1


def test_about_6000_register_and_4500_vote() -> None:
    people = register()
    assert (len(people), sum(1 for resident in people if resident.ranking)) == (RESIDENTS, VOTERS)
    assert (RESIDENTS, VOTERS) == (6000, 4500)
    paper = sum(resident.paper for resident in people)
    assert 0.08 < paper / VOTERS < 0.16
    assert all(resident.ranking for resident in people if resident.paper)


def test_most_people_rank_three_to_six_proposals_each_once() -> None:
    rankings = [resident.ranking for resident in register() if resident.ranking]
    lengths = Counter(map(len, rankings))
    assert set(lengths) == set(range(1, 11))
    assert sum(lengths[length] for length in (3, 4, 5, 6)) > 0.6 * VOTERS
    assert all(len(set(ranking)) == len(ranking) for ranking in rankings)


def test_a_few_proposals_are_popular_and_many_have_a_small_following() -> None:
    support = sorted(election().supporters, reverse=True)
    assert support[0] > 0.12 * VOTERS
    assert median(support) < 0.03 * VOTERS
    assert 5 <= support[-1] < 0.01 * VOTERS


def test_people_favour_proposals_for_their_ward() -> None:
    chosen = [(resident.ward, place) for resident in register() for place in resident.ranking]
    near = sum(ward in SHORTLIST[place].wards for ward, place in chosen) / len(chosen)
    by_chance = sum(len(proposal.wards) for proposal in SHORTLIST) / len(SHORTLIST) / len(texts.wards())
    assert near > 1.5 * by_chance


def test_a_ballot_often_holds_several_proposals_of_one_theme() -> None:
    def repeated(rankings: list[tuple[int, ...]]) -> float:
        same = [len(ranking) - len({SHORTLIST[place].theme for place in ranking}) for ranking in rankings]
        return sum(same) / len(same)

    rankings = [resident.ranking for resident in register() if len(resident.ranking) == 5]
    mixed = [place for ranking in rankings for place in ranking]
    shuffled = [tuple(mixed[start :: len(rankings)]) for start in range(len(rankings))]
    assert repeated(rankings) > 1.2 * repeated(shuffled)


def test_the_seed_decides_everybody() -> None:
    assert residents(proposals=SHORTLIST, wards=texts.wards()) == register()
    assert residents(proposals=SHORTLIST, wards=texts.wards(), seed=1) != register()
