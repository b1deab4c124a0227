"""The VOTES section: ballots of every kind, and the points that stand beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

from pbvote.tally.messages import plain
from pbvote.tally.pabulib import amounts
from pbvote.tally.pabulib.problems import PabulibError
from pbvote.tally.pabulib.reading import NOTHING, Reading
from pbvote.tally.pabulib.rows import Section

MOST_POINTS = MOST_RANKS = 10**6
MOST_DIGITS = 15
POINTED = ("cumulative", "scoring")


@dataclass(slots=True)
class Ballots:
    """Ballots that name at least one project, in the file's order; points stand beside them where given."""

    named: list[tuple[str, ...]] = field(default_factory=list)
    points: list[tuple[Fraction, ...]] | None = None
    blank: int = 0


class BallotReader:
    """Reads the cells of one ballot; equal cells are read once (most ballots repeat another)."""

    def __init__(
        self,
        reading: Reading,
        section: Section,
        kind: str,
        projects: Mapping[str, object],
        vote: int,
        points: int | None,
        length: int,
    ) -> None:
        self.reading, self.section, self.kind = reading, section, kind
        self.ids = frozenset(projects)
        self.vote, self.points = vote, points
        self.most = {"ordinal": length, "choose-1": 1}.get(kind, len(projects))
        self.needs_points = kind in POINTED
        self.width = len(section.columns)
        self.largest, self.finest = Fraction(0), 1
        self.seen: dict[tuple[str, str], tuple[tuple[str, ...], tuple[Fraction, ...]]] = {}

    def read(self, line: int, cells: list[str]) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:
        if len(cells) != self.width:
            self._fit(line, cells)
        text = cells[self.vote]
        given = cells[self.points] if self.needs_points and self.points is not None else ""
        known = self.seen.get((text, given))
        if known is not None:
            return known
        odd = False
        parts = text.split(",")
        known_ids = self.ids.issuperset(parts)
        names = tuple(parts) if known_ids else self._names(parts)
        amounts_given: tuple[Fraction, ...] = ()
        if self.needs_points and names:
            names, amounts_given = self._with_points(line, names, given)
        if not known_ids and not self.ids.issuperset(names):
            names, amounts_given = self._without_unknown(line, names, amounts_given)
            odd = True
        if self.kind == "cumulative" and 0 in amounts_given:
            keep = [at for at, value in enumerate(amounts_given) if value]
            names, amounts_given = tuple(names[at] for at in keep), tuple(amounts_given[at] for at in keep)
        if len(set(names)) != len(names):
            names, amounts_given = self._without_repeats(line, names, amounts_given)
            odd = True
        if len(names) > self.most:
            names, odd = self._too_many(line, names), True
        if not odd:
            self.seen[text, given] = names, amounts_given
        return names, amounts_given

    def _names(self, parts: list[str]) -> tuple[str, ...]:
        """The names in a cell, without spaces around them and without empty ones."""
        names = tuple(name for part in parts if (name := part.strip()))
        if len(names) == 1 and names[0].lower() in NOTHING and names[0] not in self.ids:
            return ()
        return names

    def _too_many(self, line: int, names: tuple[str, ...]) -> tuple[str, ...]:
        if not self.reading.lenient:
            reason = f"the ballot names {len(names)} projects; the most is {self.most}"
            raise self.reading.error(reason, self.section, line, self.vote)
        if self.kind == "choose-1":
            self.reading.notes.add(
                "too-many", "a choose-1 ballot names several projects; it was left out", line
            )
            return ()
        self.reading.notes.add("too-many", f"ranks after the first {self.most} were left out", line)
        return names[: self.most]

    def _fit(self, line: int, cells: list[str]) -> None:
        """Missing cells at the end of a row are empty; extra ones have to be."""
        if len(cells) > self.width:
            self.reading.row(self.section, line, cells)
            del cells[self.width :]
        cells.extend([""] * (self.width - len(cells)))

    def _with_points(
        self, line: int, names: tuple[str, ...], given: str
    ) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:
        try:
            return names, self._points(line, names, given)
        except PabulibError:
            if not self.reading.lenient:
                raise
            self.reading.notes.add(
                "points", "a ballot's points do not fit its projects; it was left out", line
            )
            return (), ()

    def _points(self, line: int, names: tuple[str, ...], given: str) -> tuple[Fraction, ...]:
        index = self.points if self.points is not None else 0
        parts = [part for part in given.split(",") if part.strip()]
        if len(parts) != len(names):
            reason = f"{len(names)} projects but {len(parts)} points"
            raise self.reading.error(reason, self.section, line, index)
        try:
            found = tuple(amounts.points(part) for part in parts)
        except ValueError as error:
            raise self.reading.error(f"points: {error}", self.section, line, index) from None
        if self.kind == "cumulative" and any(value < 0 for value in found):
            raise self.reading.error("points below zero in a cumulative ballot", self.section, line, index)
        if any(abs(value) > MOST_POINTS for value in found):
            raise self.reading.error(f"points above {MOST_POINTS:,}", self.section, line, index)
        largest = max(self.largest, *map(abs, found))
        finest = lcm(self.finest, *(value.denominator for value in found))
        if largest * finest > MOST_POINTS:
            shown = plain(int(largest) if largest == int(largest) else float(largest))
            reason = f"with so many decimals, points up to {shown} cannot be counted exactly"
            raise self.reading.error(reason, self.section, line, index)
        self.largest, self.finest = largest, finest
        return found

    def _without_unknown(
        self, line: int, names: tuple[str, ...], given: tuple[Fraction, ...]
    ) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:
        unknown = next(name for name in names if name not in self.ids)
        if not self.reading.lenient:
            place = self._place_of(line, unknown)
            raise PabulibError(f"the ballot names project {unknown!r}, which is not in PROJECTS", *place)
        self.reading.notes.add(
            "unknown-id", f"ballots name project {unknown!r}, which is not listed; left out", line
        )
        keep = [at for at, name in enumerate(names) if name in self.ids]
        return tuple(names[at] for at in keep), tuple(given[at] for at in keep if given)

    def _place_of(self, line: int, name: str) -> tuple[int, int]:
        found_line, column = self.reading.lines.place(line, self.section.delimiter, self.vote)
        text = self.reading.lines.lines[found_line - 1]
        return found_line, max(text.find(name, column - 1), column - 1) + 1

    def _without_repeats(
        self, line: int, names: tuple[str, ...], given: tuple[Fraction, ...]
    ) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:
        self.reading.notes.add(
            "repeated-id", "a ballot names a project twice; it counts once, where it stands first", line
        )
        place: dict[str, int] = {}
        for at, name in enumerate(names):
            place.setdefault(name, at)
        first = place.values()
        return tuple(names[at] for at in first), tuple(given[at] for at in first if given)


def read_votes(
    reading: Reading, section: Section, kind: str, projects: Mapping[str, object], length: int
) -> tuple[Ballots, list[list[str]]]:
    """The ballots that name a project, and the cells of each; `length` is the most ranks one may have."""
    vote = reading.column(section, "vote")
    if kind in POINTED and "points" not in section.columns:
        raise PabulibError(f"{kind} ballots need a column points", section.line + 1)
    points = reading.column(section, "points") if kind in POINTED else None
    reader = BallotReader(reading, section, kind, projects, vote, points, length)
    ballots = Ballots(points=[] if kind in POINTED else None)
    voters = []
    for line, cells in section.rows:
        names, given = reader.read(line, cells)
        if names:
            ballots.named.append(names)
            voters.append(cells)
            if ballots.points is not None:
                ballots.points.append(given)
        else:
            ballots.blank += 1
            reading.notes.add("blank-ballot", "a ballot names no project; it is counted as blank", line)
    return ballots, voters


def fill_default_score(ballots: Ballots, projects: Iterable[str], default: Fraction) -> None:
    """Gives the default score to every project a scoring ballot does not list."""
    if default == 0 or ballots.points is None:
        return
    for index, names in enumerate(ballots.named):
        listed = frozenset(names)
        rest = tuple(name for name in projects if name not in listed)
        ballots.named[index] = names + rest
        ballots.points[index] += (default,) * len(rest)


def length_shown(reading: Reading, section: Section) -> int | None:
    """Points of a first choice when every ranking's points fall by one a rank from it.

    0 if no points are given, None if they do not follow from the ranks.
    """
    column = reading.column(section, "points")
    given = {cells[column].strip() for _, cells in section.rows if len(cells) > column} - {""}
    firsts = set()
    for text in given:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if not all(map(short_number, parts)):
            return None
        numbers = [int(part) for part in parts]
        if any(number != numbers[0] - rank for rank, number in enumerate(numbers)):
            return None
        firsts.add(numbers[0])
    if len(firsts) > 1:
        return None
    return min(firsts, default=0) if max(firsts, default=0) <= MOST_RANKS else None


def short_number(text: str) -> bool:
    """Whether a text is digits, and not so many that nothing could be counted with them."""
    return text.isdecimal() and len(text) <= MOST_DIGITS
