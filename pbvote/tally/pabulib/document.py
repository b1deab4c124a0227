"""A `.pb` file as the count uses it: the election, what else the file says, and how it is written again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from pathlib import Path

from pbvote.tally.ballots import Election, Project
from pbvote.tally.messages import BadElection
from pbvote.tally.pabulib import amounts
from pbvote.tally.pabulib.problems import Note, PabulibError
from pbvote.tally.pabulib.reader import Contents, contents
from pbvote.tally.pabulib.writer import meta_table, table


@dataclass(frozen=True)
class PabulibFile:
    """One file. Ids and rows stand in the file's order; the election does not depend on any order.

    meta            META, keys in lower case
    election        what to count; amounts in minor units, `scale` of them to one unit of the currency
    projects        project id → its cells by column name
    ballots         each ballot that names a project, as the file gives it
    voters          the cells of each of these ballots, by `vote_columns`
    blank           ballots that name nobody (they are in no election, but some rules divide by them)
    selected        what the officials decided per project (0, 1, 2, 3), or None if the file does not say
    points_scale    points in the election are the file's points times this (1 unless points are fractions)
    notes           what was odd and how it was read
    """

    meta: Mapping[str, str]
    election: Election
    scale: int
    projects: Mapping[str, Mapping[str, str]]
    project_columns: tuple[str, ...]
    ballots: Sequence[tuple[str, ...]]
    voters: Sequence[Sequence[str]]
    vote_columns: tuple[str, ...]
    blank: int
    selected: Mapping[str, int] | None
    points_scale: int
    notes: tuple[Note, ...]

    @property
    def rule(self) -> str:
        """The rule META states, in lower case; `unknown` where it states none."""
        return self.meta.get("rule", "").strip().lower() or "unknown"

    @property
    def order(self) -> tuple[str, ...]:
        """Project ids as the file lists them: the order officials mostly broke ties by."""
        return tuple(self.projects)

    def money(self, minor_units: int) -> str:
        """An amount as the file writes it."""
        return amounts.written(minor_units, self.scale)

    def with_blanks(self) -> Election:
        """The election with blank ballots counted among the voters, as official Equal Shares counts did."""
        return replace(self.election, voters=self.election.voters + self.blank)

    def groups(self, column: str) -> dict[str, str]:
        """Project id → what it says in a column, for projects that say anything."""
        return {name: cells[column] for name, cells in self.projects.items() if cells.get(column)}

    def voters_by(self, column: str) -> dict[str, int]:
        """How many ballots say what in a column of VOTES; empty cells are left out."""
        place = self.vote_columns.index(column)
        found: dict[str, int] = {}
        for cells in self.voters:
            value = cells[place].strip() if place < len(cells) else ""
            if value:
                found[value] = found.get(value, 0) + 1
        return dict(sorted(found.items()))

    def text(self, selected: Mapping[str, int] | None = None) -> str:
        """The file written again; `selected` (id → mark) replaces what the file says about the outcome."""
        meta = dict(self.meta)
        meta.update(num_projects=str(len(self.projects)), num_votes=str(len(self.voters) + self.blank))
        columns = list(self.project_columns)
        if selected is not None and "selected" not in columns:
            columns.append("selected")
        projects = []
        for name, cells in self.projects.items():
            cells = dict(cells)
            if selected is not None:
                cells["selected"] = str(selected.get(name, 0))
            projects.append([cells.get(column, "") for column in columns])
        votes = [*self.voters, *([""] * len(self.vote_columns) for _ in range(self.blank))]
        return (
            meta_table(meta) + table("PROJECTS", columns, projects) + table("VOTES", self.vote_columns, votes)
        )


def read(source: str | Path | bytes, *, lenient: bool = False) -> PabulibFile:
    """Reads a `.pb` file: a path, or the bytes of one.

    Raises PabulibError with line and column if the file cannot be read without guessing; `lenient`
    drops some of what is wrong instead, and leaves a note. Raises OSError if a path cannot be opened.
    """
    found = contents(source, lenient=lenient)
    election, points_scale = _election(found)
    return PabulibFile(
        meta=found.meta,
        election=election,
        scale=found.scale,
        projects=found.projects,
        project_columns=found.project_columns,
        ballots=found.ballots.named,
        voters=found.voters,
        vote_columns=found.vote_columns,
        blank=found.ballots.blank,
        selected=found.selected,
        points_scale=points_scale,
        notes=found.notes,
    )


def _election(found: Contents) -> tuple[Election, int]:
    projects = [
        Project(id=name, cost=cost, name=found.projects[name].get("name") or name)
        for name, cost in found.costs.items()
    ]
    try:
        if found.ballots.points is None:
            return _unpointed(found, projects), 1
        scale = lcm(1, *{value.denominator for given in found.ballots.points for value in given})
        ballots = _pointed(found.ballots.named, found.ballots.points, scale)
        made = Election.cumulative if found.kind == "cumulative" else Election.scoring
        return made(projects=projects, ballots=ballots, budget=found.budget, withdrawn=found.withdrawn), scale
    except BadElection as error:
        raise PabulibError(str(error), 1) from error


def _unpointed(found: Contents, projects: Sequence[Project]) -> Election:
    budget, withdrawn, named = found.budget, found.withdrawn, found.ballots.named
    if found.kind == "ordinal":
        return Election.ranked(
            projects=projects, ballots=named, budget=budget, withdrawn=withdrawn, max_length=found.max_length
        )
    if found.kind == "choose-1":
        return Election.choose_one(projects=projects, ballots=named, budget=budget, withdrawn=withdrawn)
    return Election.approval(projects=projects, ballots=named, budget=budget, withdrawn=withdrawn)


def _pointed(
    named: Sequence[tuple[str, ...]], points: Sequence[tuple[Fraction, ...]], scale: int
) -> Iterator[dict[str, int]]:
    for names, given in zip(named, points, strict=True):
        yield {name: int(value * scale) for name, value in zip(names, given, strict=True)}


def write(
    election: Election,
    *,
    meta: Mapping[str, str] | None = None,
    columns: Mapping[str, Mapping[str, str]] | None = None,
    selected: Mapping[str, int] | None = None,
    scale: int = 1,
) -> str:
    """An election as a `.pb` file's text, UTF-8 to be.

    `columns` adds columns to PROJECTS (column name → project id → text), `selected` the outcome
    (id → mark, 0 if absent), `scale` says how many minor units make one unit of the currency.
    Ballots are written in a fixed order and numbered, whatever order they came in. A withdrawn
    project is written with the cost Pabulib gives such projects, and a ballot emptied by a
    withdrawal as a ballot for it, so that reading the file counts the same voters.
    """
    facts = dict(meta or {})
    facts.update(
        num_projects=str(len(election.projects) + len(election.withdrawn)),
        num_votes=str(election.voters),
        budget=amounts.written(election.budget, scale),
        vote_type=election.kind,
    )
    facts.setdefault("rule", "unknown")
    if election.kind == "ordinal":
        facts["max_length"] = str(election.max_length)
    return (
        meta_table(facts) + _projects_table(election, columns or {}, selected, scale) + _votes_table(election)
    )


def _projects_table(
    election: Election,
    columns: Mapping[str, Mapping[str, str]],
    selected: Mapping[str, int] | None,
    scale: int,
) -> str:
    names = [
        "project_id",
        "cost",
        "votes",
        "score",
        "name",
        *columns,
        *(["selected"] if selected is not None else []),
    ]
    facts = zip(election.projects, election.supporters, election.points, strict=True)
    rows = []
    for project, supporters, points in facts:
        first = [project.id, amounts.written(project.cost, scale), str(supporters), str(points), project.name]
        rows.append((project.id, first))
    gone = amounts.nines_above(election.budget // scale + 1)
    rows.extend((name, [name, gone, "0", "0", name]) for name in sorted(election.withdrawn))
    for name, cells in rows:
        cells.extend(column.get(name, "") for column in columns.values())
        if selected is not None:
            cells.append(str(selected.get(name, 0)))
    return table("PROJECTS", names, (cells for _, cells in rows))


def _votes_table(election: Election) -> str:
    pairs = election.kind in ("cumulative", "scoring")
    rows: list[list[str]] = []
    for ballot, voters in election.ballots():
        rows.extend([_ballot_cells(ballot)] * voters)
    emptied = election.voters - len(rows)
    if emptied:
        rows.extend([[min(election.withdrawn, default=""), "1"][: 2 if pairs else 1]] * emptied)
    columns = ["voter_id", "vote", "points"] if pairs else ["voter_id", "vote"]
    return table("VOTES", columns, ([str(number), *cells] for number, cells in enumerate(rows, 1)))


def _ballot_cells(ballot: Sequence[str | tuple[str, int]]) -> list[str]:
    """The cells `vote` and, where there are points, `points`: most points first."""
    names = [part for part in ballot if isinstance(part, str)]
    if names:
        return [",".join(names)]
    pairs = sorted((-part[1], part[0]) for part in ballot if not isinstance(part, str))
    return [",".join(name for _, name in pairs), ",".join(str(-points) for points, _ in pairs)]
