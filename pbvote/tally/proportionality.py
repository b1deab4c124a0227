"""Two checks of proportionality that can be made in full for any outcome, whichever rule gave it.

**Inclusion PSC** (Aziz and Lee, AAAI 2021, arXiv 1911.00864), for rankings. A set C of projects is solidly
supported by the N' voters whose first |C| ranks are C in some order. It is violated if some c in C is not
funded although c(c) + the cost of what is funded from C is at most N'·B/n: these voters could have paid for c
with their own shares. Unranked projects have no support, so only voters who rank all of C count.

**EJR+ up to one project** (Brill and Peters, EC 2023, arXiv 2302.01989), for approvals. It is violated if
some project p is not funded although k of its supporters all have so little that each of them would, with p
added, still have no more than their shares together could buy: with the utility cost, c(funded approved by
i) + c(p) ≤ k·B/n for each of the k; with the utility count, (funded approved by i) + 1 ≤ k·B/(n·c(p)).
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from pbvote.tally.ballots import Election


@dataclass(frozen=True, slots=True)
class Violation:
    """A project left out although its supporters' shares would have been enough.

    ``voters`` is the size of the group; ``projects`` are those it supports solidly (rankings) or the one it
    agrees on (approvals); ``entitled`` is what its shares come to, in minor units, rounded down.
    """

    project: str
    voters: int
    projects: tuple[str, ...]
    entitled: int


def inclusion_psc_violations(election: Election, funded: Collection[str]) -> tuple[Violation, ...]:
    """Every project left out against Inclusion PSC, once each with its largest group; () for none.

    Rankings only (ValueError otherwise). Time: one pass over the ranks of the different ballots.
    """
    if election.kind != "ordinal":
        raise ValueError("Inclusion PSC is about rankings")
    chosen = {election.index[name] for name in funded if name in election.index}
    found: dict[int, Violation] = {}
    for group, voters in sorted(
        _solid_groups(election).items(), key=lambda item: (-item[1], sorted(item[0]))
    ):
        spent = sum(election.costs[place] for place in group if place in chosen)
        entitled = Fraction(voters * election.budget, election.voters)
        for place in sorted(group - chosen):
            if place not in found and spent + election.costs[place] <= entitled:
                names = tuple(sorted(election.ids[member] for member in group))
                found[place] = Violation(election.ids[place], voters, names, int(entitled))
    return tuple(found[place] for place in sorted(found))


def _solid_groups(election: Election) -> dict[frozenset[int], int]:
    """Every set of projects that enough ballots put first to buy at least the cheapest, with their number.

    Sets are told apart by the sum of a fixed number for each member; sums that could collide are looked at
    member by member before they count, so the answer is exact.
    """
    profile = election.profile
    if not len(profile.project):
        return {}
    marks = np.array(
        [int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) for name in election.ids], dtype=np.uint64
    )
    running = np.cumsum(marks[profile.project])
    before = np.concatenate((np.zeros(1, dtype=np.uint64), running))[profile.starts[:-1]]
    prefix = running - before[profile.row] + profile.value.astype(np.uint64)
    _, group, inverse = np.unique(prefix, return_index=True, return_inverse=True)
    voters = np.zeros(len(group), dtype=np.int64)
    np.add.at(voters, inverse, profile.weights[profile.row])
    cheapest = min(election.costs, default=0)
    enough = [
        at for at, many in enumerate(voters.tolist()) if many * election.budget >= cheapest * election.voters
    ]
    kept = np.zeros(len(group), dtype=bool)
    kept[enough] = True
    groups: dict[frozenset[int], int] = {}
    for entry in np.flatnonzero(kept[inverse]).tolist():
        row = int(profile.row[entry])
        members = frozenset(profile.project[int(profile.starts[row]) : entry + 1].tolist())
        groups[members] = groups.get(members, 0) + int(profile.weights[row])
    return groups


def ejr_plus_violations(
    election: Election, funded: Collection[str], *, utility: str = "cost"
) -> tuple[Violation, ...]:
    """Every project left out against EJR+ up to one, with the largest group that could complain; () for none.

    Approvals (and choose-1) only; ``utility`` is "cost" or "count" (ValueError otherwise). Time: a sort of
    the supporters per project.
    """
    if election.kind not in ("approval", "choose-1"):
        raise ValueError("EJR+ up to one is about approvals")
    if utility not in ("cost", "count"):
        raise ValueError(f"utility is cost or count, not {utility!r}")
    return tuple(_ejr_plus(election, frozenset(funded), utility))


def _ejr_plus(election: Election, funded: frozenset[str], utility: str) -> Iterator[Violation]:
    profile = election.profile
    worth = [
        (cost if utility == "cost" else 1) if name in funded else 0
        for name, cost in zip(election.ids, election.costs, strict=True)
    ]
    has = [0] * len(profile.weights)
    for row, place in zip(profile.row.tolist(), profile.project.tolist(), strict=True):
        has[row] += worth[place]
    for place, name in enumerate(election.ids):
        if name in funded:
            continue
        rows = sorted(profile.row[np.flatnonzero(profile.project == place)].tolist(), key=has.__getitem__)
        largest = _largest_group(
            election, place, [(has[row], int(profile.weights[row])) for row in rows], utility
        )
        if largest:
            yield Violation(name, largest, (name,), largest * election.budget // election.voters)


def _largest_group(election: Election, place: int, supporters: list[tuple[int, int]], utility: str) -> int:
    """The most supporters, poorest first, who all fall short of what their shares could buy; 0 if none."""
    cost, budget, voters = election.costs[place], election.budget, election.voters
    group = largest = 0
    for at, (has, weight) in enumerate(supporters):
        group += weight
        if at + 1 < len(supporters) and supporters[at + 1][0] == has:
            continue
        if utility == "cost":
            short = (has + cost) * voters <= group * budget
        else:
            short = (has + 1) * voters * cost <= group * budget
        if short:
            largest = group
    return largest
