"""How fair an outcome was, by measures that do not care which rule gave it, and two outcomes side by side.

All counts are whole voters and whole minor units; all ratios are exact fractions, except the Gini
coefficient, which is exact to four decimals.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from pbvote.tally.ballots import Election
from pbvote.tally.proportionality import Violation, ejr_plus_violations, inclusion_psc_violations
from pbvote.tally.record import Tally

_PARTS = 10**12
_GINI = 10**4


@dataclass(frozen=True, slots=True)
class GroupShare:
    """One ward or theme: minor units awarded, projects funded and standing, voters (None: not said)."""

    name: str
    money: int
    funded: int
    projects: int
    voters: int | None


@dataclass(frozen=True)
class Fairness:
    """What an outcome gave to the voters. ``voters`` is n, with ballots emptied by withdrawals.

    with_first      voters with a first choice funded: rank 1, or any of the projects they gave most points;
                    None for approvals, which have no first choice
    with_any        voters with any choice funded
    mean_best_rank  mean rank of the best funded choice, over the voters who have one; None if there are no
                    ranks or no such voters
    choices_funded  funded choices over all voters, divided by n
    spent, left     minor units
    gini            of the shares used, 0 (equal) to 1: each project's award is split equally over those who
                    named it, and what falls to a voter is the share they used; 0 where nothing was spent
    psc             violations of Inclusion PSC (rankings), None if it is not about these ballots
    ejr             violations of EJR+ up to one with the utility cost (approvals), else None
    groups          by ward, theme …: name of the grouping → its groups
    """

    rule: str
    voters: int
    funded: int
    with_first: int | None
    with_any: int
    mean_best_rank: Fraction | None
    choices_funded: Fraction
    spent: int
    left: int
    gini: Fraction
    psc: tuple[Violation, ...] | None
    ejr: tuple[Violation, ...] | None
    groups: Mapping[str, tuple[GroupShare, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """Two outcomes of the same ballots.

    ``both``, ``only_first`` and ``only_second`` are project ids; ``prefer_first`` and ``prefer_second`` count
    the voters who have more of their choices funded in one than in the other.
    """

    first: Fairness
    second: Fairness
    both: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    prefer_first: int
    prefer_second: int


def fairness(
    election: Election,
    tally: Tally,
    *,
    projects: Mapping[str, Mapping[str, str]] | None = None,
    voters: Mapping[str, Mapping[str, int]] | None = None,
) -> Fairness:
    """Measure an outcome.

    ``projects`` says for each grouping (say "ward") to which group each project id belongs, ``voters`` how
    many voters each group has. A project whose group is not said stands under "".
    """
    profile = election.profile
    chosen = _chosen(election, tally)
    hits = chosen[profile.project] & (profile.value > 0)
    per_row = np.bincount(profile.row[hits], minlength=len(profile.weights))
    groupings = {
        name: by_group(tally, members, (voters or {}).get(name)) for name, members in (projects or {}).items()
    }
    return Fairness(
        rule=tally.rule,
        voters=election.voters,
        funded=len(tally.funded),
        with_first=_with_first(election, chosen),
        with_any=int(profile.weights[per_row > 0].sum()),
        mean_best_rank=_mean_best_rank(election, hits),
        choices_funded=Fraction(int((per_row * profile.weights).sum()), max(election.voters, 1)),
        spent=tally.spent,
        left=tally.left,
        gini=_gini(election, tally, hits),
        psc=inclusion_psc_violations(election, tally.funded) if election.kind == "ordinal" else None,
        ejr=ejr_plus_violations(election, tally.funded)
        if election.kind in ("approval", "choose-1")
        else None,
        groups=groupings,
    )


def compare(
    election: Election,
    first: Tally,
    second: Tally,
    *,
    projects: Mapping[str, Mapping[str, str]] | None = None,
    voters: Mapping[str, Mapping[str, int]] | None = None,
) -> Comparison:
    """Two tallies of one election side by side."""
    profile = election.profile
    counts = []
    for tally in (first, second):
        hits = _chosen(election, tally)[profile.project] & (profile.value > 0)
        counts.append(np.bincount(profile.row[hits], minlength=len(profile.weights)))
    return Comparison(
        first=fairness(election, first, projects=projects, voters=voters),
        second=fairness(election, second, projects=projects, voters=voters),
        both=tuple(name for name in first.funded if name in second.awards),
        only_first=tuple(name for name in first.funded if name not in second.awards),
        only_second=tuple(name for name in second.funded if name not in first.awards),
        prefer_first=int(profile.weights[counts[0] > counts[1]].sum()),
        prefer_second=int(profile.weights[counts[1] > counts[0]].sum()),
    )


def by_group(
    tally: Tally, members: Mapping[str, str], voters: Mapping[str, int] | None = None
) -> tuple[GroupShare, ...]:
    """Money and projects by group beside the voters of each group; groups by name, "" last."""
    said = voters or {}
    names = sorted({members.get(standing.project, "") for standing in tally.projects} | set(said))
    shares = []
    for name in sorted(names, key=lambda name: (name == "", name)):
        mine = [found.project for found in tally.projects if members.get(found.project, "") == name]
        awards = [tally.awards[project] for project in mine if project in tally.awards]
        shares.append(GroupShare(name, sum(awards), len(awards), len(mine), said.get(name)))
    return tuple(shares)


def _chosen(election: Election, tally: Tally) -> NDArray[np.bool_]:
    """bool[projects]: which are funded."""
    return np.fromiter((name in tally.awards for name in election.ids), dtype=bool, count=len(election.ids))


def _with_first(election: Election, chosen: NDArray[np.bool_]) -> int | None:
    profile = election.profile
    if election.kind == "approval":
        return None
    if election.kind in ("ordinal", "choose-1"):
        first = profile.value == 1
    else:
        most = np.full(len(profile.weights), 1, dtype=np.int64)
        np.maximum.at(most, profile.row, profile.value)
        first = profile.value == most[profile.row]
    rows = np.unique(profile.row[first & chosen[profile.project]])
    return int(profile.weights[rows].sum())


def _mean_best_rank(election: Election, hits: NDArray[np.bool_]) -> Fraction | None:
    if election.kind != "ordinal" or not hits.any():
        return None
    profile = election.profile
    best = np.full(len(profile.weights), election.max_length + 1, dtype=np.int64)
    np.minimum.at(best, profile.row[hits], profile.value[hits])
    having = best <= election.max_length
    weights = profile.weights[having]
    return Fraction(int((best[having] * weights).sum()), int(weights.sum()))


def _gini(election: Election, tally: Tally, hits: NDArray[np.bool_]) -> Fraction:
    """Σ (2i − n − 1)·x(i) / (n·Σ x) over the voters' shares x in rising order, to four decimals."""
    spent, profile = tally.spent, election.profile
    parts = np.zeros(len(election.projects), dtype=np.int64)
    for place, name in enumerate(election.ids):
        if name in tally.awards and election.supporters[place]:
            parts[place] = tally.awards[name] * _PARTS // spent // election.supporters[place] if spent else 0
    used = np.zeros(len(profile.weights), dtype=np.int64)
    np.add.at(used, profile.row[hits], parts[profile.project[hits]])
    order = np.argsort(used, kind="stable")
    before = election.voters - int(profile.weights.sum())
    total = unequal = 0
    for share, voters in zip(used[order].tolist(), profile.weights[order].tolist(), strict=True):
        total += share * voters
        unequal += share * voters * (2 * before + voters - election.voters)
        before += voters
    if not total:
        return Fraction(0)
    return Fraction(round(Fraction(unequal * _GINI, election.voters * total)), _GINI)
