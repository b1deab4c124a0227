"""Reading a `.pb` file: what each section means, and a stated policy for everything odd.

Policies (each leaves a Note, so nothing is decided in silence):
- a project named twice in one ballot counts once, where it stands first;
- a ballot that names nobody is blank: it is left out of the ballots and counted in `blank`;
- a cost of 999999999 (or any longer run of nines above the budget) marks a withdrawn project;
- amounts keep their decimals as whole minor units; more than four decimals are rounded to four;
- a row of PROJECTS with nothing in it is passed over;
- a line of META with a colon where the semicolon should be is read as if it had one;
- `lenient=True` also drops what otherwise is an error: unknown project ids in ballots, ballots whose
  points do not fit their projects, ranks beyond the longest ballot allowed, choose-1 ballots for several
  projects, cells beyond the last column, limits in META that are no numbers, and what a key of META or a
  project listed twice says the second time; an unknown mark in `selected` is taken as 3, money from
  elsewhere, and bytes that are no UTF-8 are written out.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from pbvote.tally.pabulib import amounts
from pbvote.tally.pabulib.problems import Note, Notes, PabulibError
from pbvote.tally.pabulib.reading import MOST, NOTHING, Reading
from pbvote.tally.pabulib.rows import Lines, Section, decode, sections
from pbvote.tally.pabulib.votes import (
    MOST_POINTS,
    MOST_RANKS,
    Ballots,
    fill_default_score,
    length_shown,
    read_votes,
    short_number,
)

KINDS = {
    "ordinal": "ordinal",
    "approval": "approval",
    "cumulative": "cumulative",
    "scoring": "scoring",
    "choose-1": "choose-1",
    "choose_1": "choose-1",
    "choose1": "choose-1",
}
_AMOUNT_KEYS = (
    "min_sum_cost",
    "max_sum_cost",
    "min_project_cost",
    "max_project_cost",
    "min_project_score_threshold",
)
_COUNT_KEYS = ("num_projects", "num_votes", "min_length", "max_length")
_COLON = re.compile(r"([A-Za-z][A-Za-z_]*)\s*:\s*(\S.*)")
_YES_NO = {"true": 1, "yes": 1, "false": 0, "no": 0}


@dataclass(slots=True)
class Contents:
    """Everything a `.pb` file says, checked; amounts are whole minor units, `scale` of them to one unit."""

    meta: dict[str, str]
    kind: str
    scale: int
    budget: int
    projects: dict[str, dict[str, str]]
    project_columns: tuple[str, ...]
    costs: dict[str, int]
    withdrawn: tuple[str, ...]
    selected: dict[str, int] | None
    ballots: Ballots
    vote_columns: tuple[str, ...]
    voters: list[list[str]]
    max_length: int
    notes: tuple[Note, ...]


def contents(source: str | Path | bytes, *, lenient: bool = False) -> Contents:
    """Reads a file (a path, or its bytes) whole.

    Raises PabulibError with line and column if it cannot be read without guessing, and OSError if
    the path cannot be opened.
    """
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    with _collector_held_back():
        notes = Notes()
        return _Reader(decode(data, notes if lenient else None), notes, lenient=lenient).read()


@contextmanager
def _collector_held_back() -> Iterator[None]:
    """No search for cycles while rows are made: there are none, and looking takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Reader(Reading):
    def __init__(self, text: str, notes: Notes, *, lenient: bool) -> None:
        super().__init__(Lines(text, notes), notes, lenient=lenient)
        self.meta_section = Section("META", 1, ";")
        self.meta_lines: dict[str, int] = {}

    def read(self) -> Contents:
        parts = sections(self.lines)
        self.meta_section = parts["META"]
        meta = self._meta(parts["META"])
        kind = self._kind(meta)
        projects, costs = self._projects(parts["PROJECTS"])
        budget = self._meta_amount(meta, "budget")
        scale = 10 ** max(map(amounts.decimals, (budget, *costs.values())))
        withdrawn = tuple(name for name, cost in costs.items() if cost > budget and amounts.all_nines(cost))
        units = {name: amounts.minor_units(cost, scale) for name, cost in costs.items()}
        units.update((name, min(units[name], MOST)) for name in withdrawn)
        if max(budget * scale, *units.values()) > MOST:
            reason = f"the amounts need {scale} minor units to one, and then are above {MOST:,}"
            raise self._meta_error(reason, "budget")
        length = self._length(meta, parts["VOTES"], kind, len(projects))
        ballots, voters = read_votes(self, parts["VOTES"], kind, projects, length)
        if kind == "scoring" and meta.get("default_score"):
            fill_default_score(ballots, projects, self._meta_points(meta, "default_score"))
        if kind == "ordinal" and "points" not in parts["VOTES"].columns:
            length = self._length_scored(parts["PROJECTS"], projects, ballots, length)
        self._check_counts(meta, len(projects), len(parts["VOTES"].rows))
        return Contents(
            meta=meta,
            kind=kind,
            scale=scale,
            budget=amounts.minor_units(budget, scale),
            projects=projects,
            project_columns=tuple(parts["PROJECTS"].columns),
            costs=units,
            withdrawn=withdrawn,
            selected=self._selected(parts["PROJECTS"], projects),
            ballots=ballots,
            vote_columns=tuple(parts["VOTES"].columns),
            voters=voters,
            max_length=length,
            notes=self.notes.all(),
        )

    # META

    def _meta(self, section: Section) -> dict[str, str]:
        meta: dict[str, str] = {}
        for line, cells in section.rows:
            while len(cells) > 2 and not cells[-1].strip():
                cells.pop()
            colon = _COLON.fullmatch(cells[0].strip())
            if colon and not any(cell.strip() for cell in cells[1:]):
                cells = list(colon.groups())
                text = f"a colon stands after {cells[0].lower()} where a semicolon should be"
                self.notes.add("delimiter", text, line)
            key = cells[0].strip().lower()
            value = section.delimiter.join(cells[1:]).strip()
            if not key:
                if value:
                    raise PabulibError("a value without a key", line)
                continue
            if len(cells) > 2:
                self.notes.add(
                    "delimiter", f"the value of {key} holds an unquoted delimiter; it was kept whole", line
                )
            if meta.get(key, value) != value:
                if not self.lenient:
                    raise PabulibError(f"{key} is given twice, with different values", line)
                self.notes.add("meta", f"{key} is given twice, with different values; the first counts", line)
                continue
            meta[key] = value
            self.meta_lines.setdefault(key, line)
        for key in ("budget", "vote_type"):
            if not meta.get(key):
                raise PabulibError(f"META does not say {key}", self.meta_lines.get(key, section.line))
        for key in (*_AMOUNT_KEYS, *_COUNT_KEYS):
            if meta.get(key):
                self._check_meta(meta, key)
        return meta

    def _check_meta(self, meta: dict[str, str], key: str) -> None:
        """A key that holds no number it should hold is an error; a lenient reading leaves it out."""
        try:
            (self._meta_amount if key in _AMOUNT_KEYS else self._meta_count)(meta, key)
        except PabulibError:
            if not self.lenient:
                raise
            self.notes.add("meta", f"{key} is not understood and was left out", self.meta_lines[key])
            del meta[key]

    def _kind(self, meta: Mapping[str, str]) -> str:
        kind = KINDS.get(meta["vote_type"].lower())
        if kind is None:
            valid = ", ".join(dict.fromkeys(KINDS.values()))
            reason = f"vote_type {meta['vote_type']!r} is not known; it can be {valid}"
            raise self._meta_error(reason, "vote_type")
        return kind

    def _meta_error(self, reason: str, key: str) -> PabulibError:
        return self.error(reason, self.meta_section, self.meta_lines[key], 1)

    def _meta_amount(self, meta: Mapping[str, str], key: str) -> Decimal:
        return self.amount(meta[key], key, self.meta_section, self.meta_lines[key], 1)

    def _meta_count(self, meta: Mapping[str, str], key: str) -> int:
        count = self._meta_amount(meta, key)
        if count != int(count):
            raise self._meta_error(f"{key} has to be a whole number", key)
        if key == "max_length" and count > MOST_RANKS:
            raise self._meta_error(f"max_length is above {MOST_RANKS:,}", key)
        return int(count)

    def _meta_points(self, meta: Mapping[str, str], key: str) -> Fraction:
        try:
            points = amounts.points(meta[key])
        except ValueError as error:
            raise self._meta_error(f"{key}: {error}", key) from None
        if abs(points) > MOST_POINTS:
            raise self._meta_error(f"{key} is above {MOST_POINTS:,}", key)
        return points

    def _length(self, meta: Mapping[str, str], section: Section, kind: str, projects: int) -> int:
        """L, the most ranks of a ballot: what the points beside the ballots show, else META, else all."""
        stated = self._meta_count(meta, "max_length") if meta.get("max_length") else projects
        if kind != "ordinal" or "points" not in section.columns:
            return stated
        shown = length_shown(self, section)
        if shown is None:
            text = "the points beside the ballots do not follow from the ranks; the ranks were counted"
            self.notes.add("points", text, section.line)
        elif shown and shown != stated:
            text = (
                f"first choices have {shown} points, so a ballot has {shown} ranks, whatever max_length says"
            )
            self.notes.add("length", text, section.line)
        return shown or stated

    def _length_scored(
        self, section: Section, projects: Mapping[str, Mapping[str, str]], ballots: Ballots, stated: int
    ) -> int:
        """The L that gives the scores in PROJECTS, if one does: score = named · (L + 1) − Σ rank, for all."""
        scored = {name: cells["score"] for name, cells in projects.items() if cells.get("score")}
        if len(scored) < len(projects) or not all(map(short_number, scored.values())):
            return stated
        named, ranks = dict.fromkeys(projects, 0), dict.fromkeys(projects, 0)
        for names in ballots.named:
            for rank, name in enumerate(names, 1):
                named[name] += 1
                ranks[name] += rank
        found = {divmod(int(scored[name]) + ranks[name], named[name]) for name in projects if named[name]}
        if len(found) != 1:
            return stated
        length, rest = found.pop()
        longest = max(map(len, ballots.named))
        if rest or length - 1 == stated or not longest <= length - 1 <= MOST_RANKS:
            return stated
        text = f"the projects' scores show that a ballot has {length - 1} ranks, whatever max_length says"
        self.notes.add("length", text, section.line)
        return length - 1

    def _check_counts(self, meta: Mapping[str, str], projects: int, votes: int) -> None:
        for key, found in (("num_projects", projects), ("num_votes", votes)):
            if meta.get(key) and self._meta_count(meta, key) != found:
                text = f"{key} says {meta[key]} but the file holds {found}; what the file holds was counted"
                self.notes.add("count", text, self.meta_lines[key])

    # PROJECTS

    def _projects(self, section: Section) -> tuple[dict[str, dict[str, str]], dict[str, Decimal]]:
        id_column = self.column(section, "project_id")
        cost_column = self.column(section, "cost")
        projects: dict[str, dict[str, str]] = {}
        costs: dict[str, Decimal] = {}
        for line, cells in section.rows:
            values = self.row(section, line, cells)
            name = values["project_id"]
            if not any(cell.strip() for cell in cells):
                self.notes.add("empty-row", "a row of PROJECTS holds nothing and was passed over", line)
                continue
            if not name:
                raise self.error("this project has no id", section, line, id_column)
            if name in projects:
                same = values == projects[name]
                if not same and not self.lenient:
                    raise self.error(f"project {name} is listed twice, differently", section, line, id_column)
                how = "word for word; it counts once" if same else "differently; the first one counts"
                self.notes.add("repeated-project", f"a project row is repeated {how}", line)
                continue
            costs[name] = self.amount(values["cost"], "cost", section, line, cost_column)
            projects[name] = values
        if not projects:
            raise PabulibError("there are no projects", section.line)
        return projects, costs

    def _selected(self, section: Section, projects: Mapping[str, Mapping[str, str]]) -> dict[str, int] | None:
        """What the officials decided: 0 not funded, 1 funded, 2 and 3 from other money; None if not said."""
        if "selected" not in section.columns:
            return None
        column = self.column(section, "selected")
        lines = {cells[self.column(section, "project_id")].strip(): line for line, cells in section.rows}
        selected: dict[str, int] = {}
        said = False
        for name, values in projects.items():
            text = values["selected"].lower()
            said = said or text not in NOTHING
            mark = 0 if text in NOTHING else _YES_NO.get(text, _mark(text))
            if mark is None:
                reason = f"selected is {values['selected']!r}; it has to be 0, 1, 2 or 3"
                if not self.lenient:
                    raise self.error(reason, section, lines[name], column)
                self.notes.add("selected", f"{reason}; it was taken as 3", lines[name])
            selected[name] = 3 if mark is None else mark
        return selected if said else None


def _mark(text: str) -> int | None:
    """0, 1, 2 or 3, however it is written; None for anything else."""
    try:
        mark = amounts.number(text)
    except ValueError:
        return None
    return int(mark) if mark in (0, 1, 2, 3) else None
