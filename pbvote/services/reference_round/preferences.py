"""Who votes in Northbank, and for what: a stated model, drawn from a seed.

Each proposal has an appeal of its own, drawn from a bell curve and bent so that a few are liked by
many. A voter adds to it when the proposal helps their ward, when it is about a theme they care for,
and a taste of their own; proposals that ask for much lose a little. They rank the ones that come out
highest, as many as they care to. The numbers are explained in docs/reference-round.md.

Only `random.Random.random` is used, which gives the same numbers on every platform and version.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from pbvote.services.reference_round.texts import ProposalText, WardText

SEED = 20260509
RESIDENTS = 6000
VOTERS = 4500
PAPER_SHARE = 0.12

# How many proposals people rank: most 3 to 6, some just one, a good many all ten.
LENGTHS = {1: 6, 2: 8, 3: 19, 4: 16, 5: 19, 6: 12, 7: 5, 8: 4, 9: 2, 10: 9}


@dataclass(frozen=True)
class Model:
    """How strongly each thing pulls, in units of the voter's own taste."""

    appeal: float = 0.7
    tail: float = 0.35
    ward: float = 2.0
    theme: float = 2.0
    thrift: float = 0.6
    typical_amount: int = 20_000


@dataclass(frozen=True)
class Resident:
    """Someone on the register; `ranking` holds places in the list of proposals, () if they did not vote."""

    ward: str
    paper: bool
    ranking: tuple[int, ...]


def pick(rng: Random, weights: Sequence[float]) -> int:
    """A place drawn with the given weights."""
    target = rng.random() * sum(weights)
    for place, weight in enumerate(weights):
        target -= weight
        if target < 0:
            return place
    return len(weights) - 1


def bell(rng: Random) -> float:
    """A draw from a bell curve with mean 0 and spread 1 (the sum of twelve even draws)."""
    return sum(rng.random() for _ in range(12)) - 6


def taste(rng: Random) -> float:
    """A Gumbel draw: what makes ranking by the highest sum a logit choice, one rank after another."""
    return -math.log(-math.log(rng.random() or 0.5))


def residents(
    *,
    proposals: Sequence[ProposalText],
    wards: Sequence[WardText],
    register: int = RESIDENTS,
    voters: int = VOTERS,
    paper_share: float = PAPER_SHARE,
    seed: int = SEED,
    model: Model | None = None,
) -> list[Resident]:
    """The register in the order in which people signed up; `voters` of them have a ranking."""
    model = model or Model()
    rng = Random(seed)
    liking = [_appeal(rng, proposal, model) for proposal in proposals]
    themes = sorted({proposal.theme for proposal in proposals})
    eager = [ward.population * (0.6 + rng.random()) for ward in wards]
    people = []
    for voter in _voters(rng, register, voters):
        ward = wards[pick(rng, eager)].key
        cares = _interests(rng, themes)
        paper = rng.random() < paper_share
        ranking = _ranking(rng, proposals, liking, ward, cares, model) if voter else ()
        people.append(Resident(ward=ward, paper=paper and voter, ranking=ranking))
    return people


def _appeal(rng: Random, proposal: ProposalText, model: Model) -> float:
    drawn = bell(rng)
    bent = drawn + model.tail * max(drawn, 0.0) ** 2
    return model.appeal * bent - model.thrift * math.log(proposal.amount / model.typical_amount)


def _voters(rng: Random, register: int, voters: int) -> list[bool]:
    marks = [True] * voters + [False] * (register - voters)
    for place in range(register - 1, 0, -1):
        other = int(rng.random() * (place + 1))
        marks[place], marks[other] = marks[other], marks[place]
    return marks


def _interests(rng: Random, themes: Sequence[str]) -> dict[str, float]:
    """One to three themes: the first is dear to them in full, the second by half, the third by a third."""
    cares: dict[str, float] = {}
    for place in range(1 + int(rng.random() * 3)):
        cares.setdefault(themes[int(rng.random() * len(themes))], 1 / (place + 1))
    return cares


def _ranking(
    rng: Random,
    proposals: Sequence[ProposalText],
    liking: Sequence[float],
    ward: str,
    cares: dict[str, float],
    model: Model,
) -> tuple[int, ...]:
    score = []
    for proposal, liked in zip(proposals, liking, strict=True):
        near = model.ward / math.sqrt(len(proposal.wards)) if ward in proposal.wards else 0.0
        score.append(liked + near + model.theme * cares.get(proposal.theme, 0.0) + taste(rng))
    length = 1 + pick(rng, tuple(LENGTHS.values()))
    return tuple(sorted(range(len(score)), key=lambda place: -score[place])[:length])
