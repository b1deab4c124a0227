"""An election: projects with costs, the budget and the ballots, checked when made and never changed after.

Identical ballots are kept once with the number of voters who cast them. Nothing in the count depends on the
order in which ballots or projects were given.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pbvote.tally.messages import N_, BadElection, template

Kind = Literal["ordinal", "approval", "cumulative", "scoring", "choose-1"]
Ids = Sequence[str]
Ints = NDArray[np.int64]

KINDS: tuple[Kind, ...] = ("ordinal", "approval", "cumulative", "scoring", "choose-1")
MOST_MONEY = 10**18  # minor units; also the largest cost
MOST_POINTS = 10**6  # on one ballot for one project


@dataclass(frozen=True, slots=True)
class Project:
    """One proposal on the ballot. ``cost`` and ``least`` (the least that would still work) are minor
    units.
    """

    id: str
    cost: int
    name: str = ""
    least: int | None = None


@dataclass(frozen=True, eq=False)
class Profile:
    """The ballots as arrays; row g stands for ``weights[g]`` voters who cast the same ballot.

    starts   int64[G + 1]  the entries of row g are starts[g]:starts[g + 1]
    project  int64[E]      which project (place in ``Election.projects``)
    value    int64[E]      the rank (1 = most wanted), the points, or 1
    weights  int64[G]      voters per row
    """

    weights: Ints
    starts: Ints
    project: Ints
    value: Ints

    @cached_property
    def row(self) -> Ints:
        """int64[E]: the row each entry belongs to."""
        return np.repeat(np.arange(len(self.weights)), np.diff(self.starts))


@dataclass(frozen=True, eq=False)
class Election:
    """What is counted. Make one with ``ranked``, ``approval``, ``cumulative``, ``scoring`` or ``choose_one``.

    ``voters`` is n, the number of valid ballots, with those a withdrawal has emptied. ``max_length`` is L,
    the most ranks a ballot may have. ``budget`` and all costs are whole minor units. ``projects`` are those
    that still stand, sorted by id; ``withdrawn`` are the ids struck from them.
    """

    kind: Kind
    projects: tuple[Project, ...]
    profile: Profile
    voters: int
    budget: int
    max_length: int
    withdrawn: frozenset[str]

    @classmethod
    def ranked(
        cls,
        *,
        projects: Iterable[Project],
        ballots: Iterable[Ids] | Mapping[tuple[str, ...], int],
        budget: int,
        max_length: int | None = None,
        withdrawn: Iterable[str] = (),
    ) -> "Election":
        """Ballots that list project ids, most wanted first; or a mapping from such ballots to numbers of
        voters.

        Withdrawn ids drop out, ranks close up, and a ballot emptied so still counts in n. Without
        ``max_length`` the longest ballot decides. Raises BadElection.
        """
        return _made("ordinal", projects, ballots, budget, max_length, withdrawn)

    @classmethod
    def approval(
        cls,
        *,
        projects: Iterable[Project],
        ballots: Iterable[Ids] | Mapping[tuple[str, ...], int],
        budget: int,
        max_length: int | None = None,
        withdrawn: Iterable[str] = (),
    ) -> "Election":
        """Ballots that list approved project ids, in any order. Raises BadElection."""
        return _made("approval", projects, ballots, budget, max_length, withdrawn)

    @classmethod
    def choose_one(
        cls,
        *,
        projects: Iterable[Project],
        ballots: Iterable[Ids] | Mapping[tuple[str, ...], int],
        budget: int,
        withdrawn: Iterable[str] = (),
    ) -> "Election":
        """Ballots with one project id each. Raises BadElection."""
        return _made("choose-1", projects, ballots, budget, 1, withdrawn)

    @classmethod
    def cumulative(
        cls,
        *,
        projects: Iterable[Project],
        ballots: Iterable[Mapping[str, int]],
        budget: int,
        max_length: int | None = None,
        withdrawn: Iterable[str] = (),
    ) -> "Election":
        """Ballots that share out points: project id → points, whole and above 0. Raises BadElection."""
        return _made("cumulative", projects, _pairs(ballots), budget, max_length, withdrawn)

    @classmethod
    def scoring(
        cls,
        *,
        projects: Iterable[Project],
        ballots: Iterable[Mapping[str, int]],
        budget: int,
        max_length: int | None = None,
        withdrawn: Iterable[str] = (),
    ) -> "Election":
        """Ballots that score projects: project id → points, whole, any sign. Raises BadElection."""
        return _made("scoring", projects, _pairs(ballots), budget, max_length, withdrawn)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Project ids, in the order of ``projects``."""
        return tuple(project.id for project in self.projects)

    @cached_property
    def index(self) -> dict[str, int]:
        """Project id → place in ``projects``."""
        return {project: place for place, project in enumerate(self.ids)}

    @cached_property
    def costs(self) -> tuple[int, ...]:
        """Costs in minor units, in the order of ``projects``."""
        return tuple(project.cost for project in self.projects)

    @cached_property
    def points(self) -> tuple[int, ...]:
        """Points per project: Σ (L + 1 − rank) for rankings, approvals, or the points given."""
        profile = self.profile
        values = self.max_length + 1 - profile.value if self.kind == "ordinal" else profile.value
        return self._summed(profile.project, values * profile.weights[profile.row])

    @cached_property
    def first_choices(self) -> tuple[int, ...]:
        """Voters who put each project first; all 0 where ballots are not rankings."""
        profile = self.profile
        first = (profile.value == 1) & (self.kind == "ordinal")
        return self._summed(profile.project[first], profile.weights[profile.row[first]])

    @cached_property
    def supporters(self) -> tuple[int, ...]:
        """Voters who named each project at all (for scores: with more than 0 points)."""
        profile = self.profile
        named = profile.value > 0
        return self._summed(profile.project[named], profile.weights[profile.row[named]])

    @cached_property
    def named_alone(self) -> tuple[int, ...]:
        """Voters whose ballot names each project and no other."""
        profile = self.profile
        alone = np.flatnonzero(np.diff(profile.starts) == 1)
        return self._summed(profile.project[profile.starts[:-1][alone]], profile.weights[alone])

    def ballots(self) -> Iterator[tuple[tuple[str, ...] | tuple[tuple[str, int], ...], int]]:
        """Each different ballot with its number of voters: ids, or (id, points) pairs."""
        profile = self.profile
        starts, projects, values = profile.starts.tolist(), profile.project.tolist(), profile.value.tolist()
        for row, weight in enumerate(profile.weights.tolist()):
            span = range(starts[row], starts[row + 1])
            if self.kind in ("cumulative", "scoring"):
                yield tuple((self.ids[projects[entry]], values[entry]) for entry in span), weight
            else:
                yield tuple(self.ids[projects[entry]] for entry in span), weight

    @cached_property
    def digest(self) -> str:
        """SHA-256 over everything the count reads, the same for any order of ballots and projects."""
        profile = self.profile
        facts = [self.kind, str(self.voters), str(self.budget), str(self.max_length), *sorted(self.withdrawn)]
        seen = hashlib.sha256(b"pbvote election 1\n")
        for line in facts:
            seen.update(_line(line))
        for project in self.projects:
            seen.update(_line(f"{project.id}\t{project.cost}\t{project.least}"))
        order, lengths = _canonical(profile)
        entries = np.repeat(profile.starts[:-1][order], lengths[order]) + _counting(lengths[order])
        for array in (
            profile.weights[order],
            lengths[order],
            profile.project[entries],
            profile.value[entries],
        ):
            seen.update(array.astype(">i8").tobytes())
        return seen.hexdigest()

    def _summed(self, places: Ints, amounts: Ints) -> tuple[int, ...]:
        total = np.zeros(len(self.projects), dtype=np.int64)
        np.add.at(total, places, amounts)
        return tuple(total.tolist())


def _line(text: str) -> bytes:
    raw = text.encode()
    return b"%d:%s\n" % (len(raw), raw)


def _counting(lengths: Ints) -> Ints:
    """0, 1, … for each length in turn, end to end."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)


def _canonical(profile: Profile) -> tuple[Ints, Ints]:
    """The order of rows by their entries, and the length of each row."""
    lengths = np.diff(profile.starts)
    width = int(lengths.max(initial=0))
    if not width:
        return np.arange(len(lengths)), lengths
    matrix = np.zeros((len(lengths), 2 * width), dtype=">i8")
    within = _counting(lengths)
    matrix[profile.row, 2 * within] = profile.project + 1
    matrix[profile.row, 2 * within + 1] = profile.value + MOST_POINTS
    return np.argsort(matrix.view(f"S{16 * width}").ravel(), kind="stable"), lengths


def _pairs(ballots: Iterable[Mapping[str, int]]) -> Iterator[tuple[tuple[str, int], ...]]:
    for ballot in ballots:
        if not isinstance(ballot, Mapping):
            raise BadElection("tally.ballot-not-points", ballot=repr(ballot)[:80])
        yield tuple(sorted(ballot.items()))


def _made(
    kind: Kind,
    projects: Iterable[Project],
    ballots: Iterable[Any] | Mapping[Any, int],
    budget: int,
    max_length: int | None,
    withdrawn: Iterable[str],
) -> Election:
    _check_money("tally.budget-not-money", budget, "budget")
    struck = frozenset(withdrawn)
    standing = _checked_projects(projects)
    unknown = sorted(struck - {project.id for project in standing})
    if unknown:
        raise BadElection("tally.withdrawn-unknown", project=unknown[0])
    counted = _counted(ballots)
    index = {project.id: place for place, project in enumerate(standing)}
    longest = _checked_ballots(kind, counted, index, max_length)
    profile = _profile(kind, counted, index)
    if struck:
        profile = _without(profile, kind, [project.id in struck for project in standing])
    return Election(
        kind=kind,
        projects=tuple(project for project in standing if project.id not in struck),
        profile=profile,
        voters=sum(counted.values()),
        budget=budget,
        max_length=longest,
        withdrawn=struck,
    )


def _check_money(message_id: str, amount: object, subject: str) -> None:
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 <= amount <= MOST_MONEY:
        raise BadElection(message_id, project=subject, found=repr(amount)[:40])


def _checked_projects(projects: Iterable[Project]) -> tuple[Project, ...]:
    standing = tuple(sorted(projects, key=lambda project: project.id))
    for before, project in zip((None, *standing), standing, strict=False):
        if not project.id:
            raise BadElection("tally.project-without-id")
        if before is not None and before.id == project.id:
            raise BadElection("tally.project-twice", project=project.id)
        _check_money("tally.cost-not-money", project.cost, project.id)
        if project.least is not None:
            _check_money("tally.cost-not-money", project.least, project.id)
            if project.least > project.cost:
                raise BadElection("tally.least-above-cost", project=project.id)
    return standing


def _counted(ballots: Iterable[Any] | Mapping[Any, int]) -> Mapping[tuple[Any, ...], int]:
    if isinstance(ballots, Mapping):
        for ballot, voters in ballots.items():
            if not isinstance(voters, int) or isinstance(voters, bool) or voters < 1:
                raise BadElection("tally.ballot-number", ballot=repr(ballot)[:80], found=repr(voters)[:40])
        return {tuple(_a_list(ballot)): voters for ballot, voters in ballots.items()}
    return Counter(ballot if type(ballot) is tuple else tuple(_a_list(ballot)) for ballot in ballots)


def _a_list(ballot: Any) -> Any:
    if isinstance(ballot, str) or not isinstance(ballot, Sequence):
        raise BadElection("tally.ballot-not-list", ballot=repr(ballot)[:80])
    return ballot


def _checked_ballots(
    kind: Kind, counted: Mapping[tuple[Any, ...], int], index: Mapping[str, int], max_length: int | None
) -> int:
    """Refuse what cannot be counted, naming the ballot; the answer is L."""
    pairs = kind in ("cumulative", "scoring")
    for ballot in counted:
        names = [pair[0] for pair in ballot] if pairs else ballot
        if not names:
            raise BadElection("tally.ballot-blank")
        if len(set(names)) != len(names):
            raise BadElection("tally.ballot-repeats", ballot=repr(names)[:200])
        if max_length is not None and len(names) > max_length:
            raise BadElection("tally.ballot-too-long", ballot=repr(names)[:200], most=max_length)
        for name in names:
            if name not in index:
                raise BadElection("tally.ballot-unknown-project", project=str(name)[:80])
        if pairs:
            _check_points(kind, ballot)
    if max_length is not None and (not isinstance(max_length, int) or max_length < 1):
        raise BadElection("tally.max-length", found=repr(max_length)[:40])
    return max_length if max_length is not None else max(map(len, counted), default=1)


def _check_points(kind: Kind, ballot: tuple[tuple[str, int], ...]) -> None:
    least = 1 if kind == "cumulative" else -MOST_POINTS
    for project, points in ballot:
        if not isinstance(points, int) or isinstance(points, bool) or not least <= points <= MOST_POINTS:
            raise BadElection("tally.ballot-points", project=project, found=repr(points)[:40])


def _profile(kind: Kind, counted: Mapping[tuple[Any, ...], int], index: Mapping[str, int]) -> Profile:
    lengths = np.fromiter(map(len, counted), dtype=np.int64, count=len(counted))
    starts = np.concatenate(([0], np.cumsum(lengths)))
    entries = int(starts[-1])
    flat = chain.from_iterable(counted)
    if kind in ("cumulative", "scoring"):
        pairs = list(flat)
        project = np.fromiter((index[name] for name, _ in pairs), dtype=np.int64, count=entries)
        value = np.fromiter((points for _, points in pairs), dtype=np.int64, count=entries)
    else:
        project = np.fromiter(map(index.__getitem__, flat), dtype=np.int64, count=entries)
        value = _counting(lengths) + 1 if kind == "ordinal" else np.ones(entries, dtype=np.int64)
    weights = np.fromiter(counted.values(), dtype=np.int64, count=len(counted))
    return _merged(Profile(weights, starts, project, value), ordered=kind == "ordinal")


def _without(profile: Profile, kind: Kind, struck: Sequence[bool]) -> Profile:
    """The ballots with the struck projects taken out, ranks closed up and emptied ballots left out."""
    gone = np.array(struck, dtype=bool)
    stays = ~gone[profile.project]
    lengths = np.bincount(profile.row[stays], minlength=len(profile.weights)).astype(np.int64)
    kept = lengths > 0
    place = np.cumsum(~gone) - 1
    value = _counting(lengths) + 1 if kind == "ordinal" else profile.value[stays]
    starts = np.concatenate(([0], np.cumsum(lengths[kept])))
    left = Profile(profile.weights[kept], starts, place[profile.project[stays]], value)
    return _merged(left, ordered=kind == "ordinal")


def _merged(profile: Profile, *, ordered: bool) -> Profile:
    """The profile with each different ballot once, whatever order its entries came in (unless ranked)."""
    if not len(profile.weights):
        return profile
    project, value = profile.project, profile.value
    if not ordered:
        order = np.lexsort((project, profile.row))
        project, value = project[order], value[order]
    tidy = Profile(profile.weights, profile.starts, project, value)
    order, lengths = _canonical(tidy)
    entries = np.repeat(tidy.starts[:-1][order], lengths[order]) + _counting(lengths[order])
    lengths, project, value = lengths[order], project[entries], value[entries]
    starts = np.concatenate(([0], np.cumsum(lengths)))
    new = _differs_from_before(lengths, starts, project, value)
    weights = np.add.reduceat(tidy.weights[order], np.flatnonzero(new))
    keep = np.repeat(new, lengths)
    starts = np.concatenate(([0], np.cumsum(lengths[new])))
    return Profile(weights, starts, project[keep], value[keep])


def _differs_from_before(lengths: Ints, starts: Ints, project: Ints, value: Ints) -> NDArray[np.bool_]:
    """bool[G]: row g is not the same ballot as row g − 1."""
    new = np.ones(len(lengths), dtype=bool)
    same_length = np.flatnonzero(lengths[1:] == lengths[:-1]) + 1
    spans = lengths[same_length]
    mine = np.repeat(starts[same_length], spans) + _counting(spans)
    before = np.repeat(starts[same_length - 1], spans) + _counting(spans)
    unequal = (project[mine] != project[before]) | (value[mine] != value[before])
    differs = np.zeros(len(same_length), dtype=bool)
    np.logical_or.at(differs, np.repeat(np.arange(len(same_length)), spans), unequal)
    new[same_length] = differs
    return new


template(
    "tally.budget-not-money", N_("The budget must be a whole number of pence, 0 or more; it is %(found)s.")
)
template(
    "tally.cost-not-money",
    N_("The cost of %(project)s must be a whole number of pence, 0 or more; it is %(found)s."),
)
template(
    "tally.least-above-cost", N_("The least amount that would still work for %(project)s is above its cost.")
)
template("tally.project-without-id", N_("A project has no id. Give each project an id."))
template("tally.project-twice", N_("Two projects have the id %(project)s. Give each project its own id."))
template(
    "tally.withdrawn-unknown", N_("%(project)s is said to be withdrawn, but it is not one of the projects.")
)
template("tally.ballot-blank", N_("A ballot is blank. Leave blank ballots out before the count."))
template("tally.ballot-not-list", N_("A ballot must be a list of project ids; this one is %(ballot)s."))
template("tally.ballot-not-points", N_("A ballot must give points to project ids; this one is %(ballot)s."))
template(
    "tally.ballot-number",
    N_("The number of voters for the ballot %(ballot)s must be 1 or more, not %(found)s."),
)
template("tally.ballot-repeats", N_("A ballot names a project more than once: %(ballot)s."))
template("tally.ballot-too-long", N_("A ballot is longer than the %(most)s allowed: %(ballot)s."))
template("tally.ballot-unknown-project", N_("A ballot names %(project)s, which is not one of the projects."))
template(
    "tally.ballot-points", N_("The points for %(project)s must be a whole number in range, not %(found)s.")
)
template("tally.max-length", N_("The most ranks a ballot may have must be 1 or more, not %(found)s."))
