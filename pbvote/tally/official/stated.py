"""Which rule a Pabulib file states, as runs of our rules: the plain reading first, then known variations.

A reading is one way to understand META. The first is the rule as stated, ties by the file's order. The
others each say in a message what they assume beyond the rule; a match under one of them is a match with
documented extras, never counted as a plain one. Facts about the rule names come from pabulib.org/format and
from the comments in the files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from typing import Any

from pbvote.tally.ballots import MOST_POINTS, Election
from pbvote.tally.counting import count
from pbvote.tally.messages import N_, Message, template
from pbvote.tally.pabulib import PabulibFile, amounts
from pbvote.tally.record import Plain, Tally
from pbvote.tally.rule import Progress

MOST_RAISES = 1_000_000
MOST_TOTAL = 10**9  # points of a project, in all
GREEDY = ("greedy", "greedy-no-skip", "greedy-threshold", "greedy-custom", "greedy-exclusive")
EQUAL_SHARES = (
    "equalshares",
    "equalshares-comparison",
    "equalshares/add1",
    "equalshares/add1-comparison",
)
_LETTERS = re.compile(r"[^a-z0-9]+")
_SPELLINGS = {_LETTERS.sub("", name): name for name in GREEDY + EQUAL_SHARES}
_SENTENCE = re.compile(r"(?<=[.!?])\s+|#\d+:")
_WORD = re.compile(r"[^\s,;:()\"'„”“«»]+")
_SUM = re.compile(r"\d{1,3}([,. \u00a0]\d{3})+(?=\s*(PLN|zł|EUR|€|USD|HUF|CHF|GBP))|\d{1,3}(,\d{3}){2,}")
_RAISES = ("start", "step", "cap")
_NOT = ("", "0", "false", "no")


@dataclass(frozen=True)
class Reading:
    """One run to try: a rule, its parameters, the election it counts and what was assumed (if anything)."""

    rule: str
    parameters: Mapping[str, Plain]
    election: Election
    assumed: tuple[Message, ...] = ()
    compared_with_greedy: bool = False

    def tally(self, order: Sequence[str], progress: Progress | None = None) -> Tally:
        """The count, ties by ``order``; with a comparison step, whichever outcome more voters prefer."""
        standing = [name for name in order if name in self.election.index]
        tally = count(self.election, self.rule, dict(self.parameters), order=standing, progress=progress)
        found = tally.completion
        if found is not None and found.stopped == "overspend" and found.raises == 0:
            # No whole unit more can be paid for: then the shares stay B/n, with its fraction of a unit.
            unraised = {name: self.parameters[name] for name in self.parameters if name not in _RAISES}
            unraised["completion"] = "none"
            tally = count(self.election, self.rule, unraised, order=standing)
        if not self.compared_with_greedy:
            return tally
        greedy = count(self.election, "greedy", order=standing)
        return greedy if prefer_first(self.election, greedy.funded, tally.funded) else tally


def prefer_first(election: Election, first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether more voters have more of their choices in the first outcome than in the second."""
    for_first = for_second = 0
    one, other = frozenset(first), frozenset(second)
    for ballot, voters in election.ballots():
        names = [part if isinstance(part, str) else part[0] for part in ballot]
        mine, theirs = sum(name in one for name in names), sum(name in other for name in names)
        for_first += voters * (mine > theirs)
        for_second += voters * (theirs > mine)
    return for_first > for_second


def rule_name(file: PabulibFile) -> str:
    """The rule META states, in Pabulib's spelling if its letters are those of a rule that we know."""
    letters = _LETTERS.sub("", file.rule).replace("methodofequal", "equal")
    if letters.startswith("mes"):
        letters = "equalshares" + letters.removeprefix("mes")
    return _SPELLINGS.get(letters) or re.sub(r"[\s_]+", "-", file.rule)


def threshold(file: PabulibFile) -> int:
    """The least points a project needs, in the election's points; 0 if META names none."""
    text = file.meta.get("min_project_score_threshold", "")
    return ceil(amounts.points(text) * file.points_scale) if text else 0


def stated(file: PabulibFile) -> Reading | None:
    """The rule as META states it, nothing assumed; None if META states no rule that we know."""
    name = rule_name(file)
    if name in EQUAL_SHARES:
        return _equal_shares(file, name)
    if name not in GREEDY:
        return None
    if is_fully_funded(file):
        # Everything is funded whatever its points, so the most that one ballot may give will do.
        lifted = {place: min(points, MOST_POINTS) for place, points in _lifted(file.election).items()}
        plain = Reading("greedy", {}, file.election)
        return _with_points(_greedy(file, name, 0) if name == "greedy-exclusive" else plain, lifted)
    return _greedy(file, name, threshold(file))


def _greedy(file: PabulibFile, name: str, least: int) -> Reading:
    """A rule that goes down the points, over the projects with at least so many."""
    election, limits = as_cast(file), group_limits(file)
    groups = groups_in_comment(file) if name == "greedy-exclusive" else ()
    if name == "greedy-no-skip":
        return Reading("greedy-no-skip", {"threshold": max(least, 1)}, election)
    if name == "greedy-custom" and states_the_80_percent_rule(file):
        reading = Reading("greedy-80", {}, election)
    elif groups:
        ids = "; ".join(", ".join(group) for group in groups)
        assumed = Message("official.exclusive-from-comment", {"groups": ids})
        reading = Reading("greedy-exclusive", {"exclusive": groups}, election, (assumed,))
    elif limits:
        reading = Reading("greedy", {"limits": limits}, election)
    elif least:
        return Reading("greedy-threshold", {"threshold": least}, election)
    else:
        return Reading("greedy", {}, election)
    return _reaching(reading, least)


def as_cast(file: PabulibFile) -> Election:
    """The election with the points that the ballots gave: a withdrawal after the vote closes up no ranks."""
    election = file.election
    if election.kind != "ordinal" or not election.withdrawn:
        return election
    points = dict.fromkeys(election.ids, 0)
    for names in file.ballots:
        for place, name in enumerate(names):
            if name in points:
                points[name] += election.max_length - place
    return _with_points(Reading("greedy", {}, election), points).election


def _reaching(reading: Reading, least: int) -> Reading:
    """The reading without the projects that have fewer points than META asks for."""
    points = zip(reading.election.ids, reading.election.points, strict=True)
    short = {name for name, given in points if given < least}
    return _without(reading, short) if short else reading


def is_fully_funded(file: PabulibFile) -> bool:
    """META says that the budget pays for everything, so that projects need no votes, and it does.

    A threshold holds all the same.
    """
    said = file.meta.get("fully_funded", "").lower() not in _NOT
    return said and not threshold(file) and sum(file.election.costs) <= file.election.budget


def _equal_shares(file: PabulibFile, name: str) -> Reading:
    """As cities counted: utility is cost, blank ballots hold money, raises of one unit, no top-up."""
    election = file.with_blanks()
    parameters: dict[str, Plain] = {"completion": "none", "top_up": False}
    if "add1" in name:
        parameters.update(_add1(file))
    rule = "equal-shares-approval" if election.kind in ("approval", "choose-1") else "equal-shares-points"
    reading = Reading(rule, parameters, election, compared_with_greedy=name.endswith("-comparison"))
    return _reaching(reading, threshold(file))


def _add1(file: PabulibFile) -> dict[str, Plain]:
    """Raises of one unit of the currency from ⌊B/n⌋, until overspend."""
    share = file.election.budget // file.scale // max(file.with_blanks().voters, 1)
    return {
        "completion": "add1-overspend",
        "start": share * file.scale,
        "step": file.scale,
        "cap": MOST_RAISES,
    }


def states_the_80_percent_rule(file: PabulibFile) -> bool:
    """Poznań's own rule, by its name or by what the comment says."""
    comment = file.meta.get("comment", "")
    return file.meta.get("unit", "").lower().startswith("pozna") or "80%" in comment.replace(" ", "")


def group_limits(file: PabulibFile) -> tuple[Plain, ...]:
    """Limits per neighbourhood or category, where META gives the names and the amounts side by side."""
    found: list[Plain] = []
    for names, most, column in (
        ("neighborhoods", "budget_per_neighborhood", "neighborhood"),
        ("categories", "budget_per_category", "category"),
    ):
        labels = [part.strip() for part in file.meta.get(names, "").split(",")]
        values = _sums(file.meta.get(most, ""), file.scale)
        if len(labels) != len(values):
            continue
        said = file.groups(column)
        for label, value in zip(labels, values, strict=True):
            members = tuple(
                name for name, text in said.items() if label in [part.strip() for part in text.split(",")]
            )
            if members:
                found.append((value, members))
    return tuple(found)


def _sums(text: str, scale: int) -> list[int]:
    """Sums of money from a list, in minor units; [] if one of them is none."""
    try:
        return [amounts.minor_units(amounts.number(part), scale) for part in text.split(",")]
    except ValueError:
        return []


def ids_in(text: str, file: PabulibFile) -> tuple[str, ...]:
    """Project ids that stand as words of their own in a text, in the order in which they stand."""
    words = (word.strip(".!?") for word in _WORD.findall(_SUM.sub(" ", text)))
    return tuple(dict.fromkeys(word for word in words if word in file.projects))


def groups_in_comment(file: PabulibFile) -> tuple[tuple[str, ...], ...]:
    """Groups of projects that META's comment names together in one sentence."""
    sentences = _SENTENCE.split(file.meta.get("comment", ""))
    groups = (ids_in(sentence, file) for sentence in sentences)
    return tuple(dict.fromkeys(group for group in groups if len(group) > 1))


def variations(file: PabulibFile, plain: Reading) -> Iterator[Reading]:
    """Other ways to read the stated rule, each with what it assumes, the most modest first."""
    yield from _as_commented(file, plain)
    if plain.rule.startswith("equal-shares"):
        yield from _other_equal_shares(file, plain)
        return
    if plain.rule == "greedy-no-skip":
        dear = {project.id for project in plain.election.projects if project.cost > plain.election.budget}
        if dear:
            message = Message("official.dearer-than-budget", {"projects": _listed(dear)})
            yield _without(plain, dear, message)
    if plain.rule == "greedy-exclusive":
        unbound = Reading("greedy", {}, plain.election)
        yield from _as_commented(file, unbound)
        yield replace(unbound, assumed=(Message("official.not-exclusive"),))
    if is_fully_funded(file):
        yield replace(_greedy(file, rule_name(file), 0), assumed=(Message("official.only-with-votes"),))
    yield from _by_totals(file, plain)


def _as_commented(file: PabulibFile, plain: Reading) -> Iterator[Reading]:
    """Projects the comment names and officials did not fund, taken as withdrawn: all, or one alone."""
    if file.selected is None:
        return
    selected = file.selected
    named = {
        name
        for name in ids_in(file.meta.get("comment", ""), file)
        if not selected[name] and name in plain.election.index
    }
    choices = [named, *({name} for name in sorted(named) if len(named) > 1)]
    for gone in choices:
        if gone:
            yield _without(plain, gone, Message("official.comment-names", {"projects": _listed(gone)}))


def _other_equal_shares(file: PabulibFile, plain: Reading) -> Iterator[Reading]:
    """The completions and the other utility that cities may have meant."""
    top_up: dict[str, Plain] = {"top_up": True}
    changes: list[tuple[Mapping[str, Plain], str]] = [(top_up, "official.with-top-up")]
    if plain.parameters["completion"] == "none":
        changes.append((_add1(file), "official.with-add1"))
    else:
        changes.append(({"completion": "add1-exhaustive"}, "official.until-exhaustive"))
    if plain.rule == "equal-shares-approval":
        changes.append(({"utility": "count"}, "official.count-utility"))
    for change, assumed in changes:
        parameters = {**plain.parameters, **change}
        yield replace(plain, parameters=parameters, assumed=(*plain.assumed, Message(assumed)))


def _by_totals(file: PabulibFile, plain: Reading) -> Iterator[Reading]:
    """The totals in PROJECTS instead of the ballots, where they differ, and projects without votes let in."""
    totals = totals_in_file(file)
    election = plain.election
    counted = dict(zip(election.ids, election.points, strict=True))
    if totals and any(totals[name] != counted[name] for name in election.ids if name in totals):
        yield _with_points(plain, {**counted, **totals}, Message("official.totals-in-file"))
    least = threshold(file)
    lifts = plain.rule in ("greedy", "greedy-no-skip") and not least
    if lifts and any(points <= 0 for points in counted.values()):
        yield _with_points(plain, _lifted(election), Message("official.without-votes"))
    if rule_name(file) == "greedy-custom":
        for rule in ("greedy-no-skip", "greedy-80"):
            if rule != plain.rule:
                assumed = Message("official.custom-taken-as", {"rule": rule})
                yield _reaching(Reading(rule, {}, election, (*plain.assumed, assumed)), least)


def _lifted(election: Election) -> dict[str, int]:
    """Everybody's points raised by the same, so that none is without."""
    lift = 1 - min((0, *election.points))
    return {name: points + lift for name, points in zip(election.ids, election.points, strict=True)}


def _with_points(plain: Reading, points: Mapping[str, int], assumed: Message | None = None) -> Reading:
    """The projects that have points here with these points, on as many ballots as it takes to give them."""
    standing = tuple(project for project in plain.election.projects if project.id in points)
    left = {project.id: points[project.id] for project in standing}
    ballots = []
    while left:
        given = {name: max(-MOST_POINTS, min(more, MOST_POINTS)) for name, more in left.items()}
        left = {name: more - given[name] for name, more in left.items() if more != given[name]}
        ballots.append(given)
    scored = Election.scoring(projects=standing, ballots=ballots, budget=plain.election.budget)
    return replace(plain, election=scored, assumed=(*plain.assumed, *([assumed] if assumed else [])))


def totals_in_file(file: PabulibFile) -> dict[str, int]:
    """What PROJECTS says each project scored: `score` if there is one, else `votes`; {} if not all whole."""
    column = "score" if "score" in file.project_columns else "votes"
    found = {}
    for name, cells in file.projects.items():
        try:
            total = amounts.points(cells.get(column, "")) * file.points_scale
        except ValueError:
            return {}
        if total.denominator != 1 or not 0 <= total <= MOST_TOTAL:
            return {}
        found[name] = int(total)
    return found


def _without(plain: Reading, gone: set[str], assumed: Message | None = None) -> Reading:
    """The reading with some projects struck; points of rankings stay as they are (ranks do not close up)."""
    election = plain.election
    reading = replace(plain, assumed=(*plain.assumed, *([assumed] if assumed else [])))
    if plain.rule.startswith("equal-shares"):
        return replace(reading, election=struck(election, gone))
    points = zip(election.ids, election.points, strict=True)
    return _with_points(reading, {name: given for name, given in points if name not in gone})


def struck(election: Election, gone: set[str]) -> Election:
    """The election with some projects withdrawn; ballots emptied so still count."""
    given: list[Any] = [ballot for ballot, voters in election.ballots() for _ in range(voters)]
    make: Callable[..., Election] = Election.approval
    if election.kind in ("cumulative", "scoring"):
        make = Election.cumulative if election.kind == "cumulative" else Election.scoring
        given = [dict(ballot) for ballot in given]
    elif election.kind == "ordinal":
        make = partial(Election.ranked, max_length=election.max_length)
    elif election.kind == "choose-1":
        make = Election.choose_one
    made = make(projects=election.projects, ballots=given, budget=election.budget, withdrawn=gone)
    return replace(made, voters=election.voters)


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))


template(
    "official.exclusive-from-comment",
    N_(
        "The comment in the file names projects that exclude each other: %(groups)s. The ballots do not "
        "say so."
    ),
)
template(
    "official.dearer-than-budget", N_("Projects dearer than the whole budget take no part: %(projects)s.")
)
template("official.comment-names", N_("The comment in the file speaks of %(projects)s, which were left out."))
template("official.with-top-up", N_("Money left over goes to what still fits, most votes first."))
template("official.with-add1", N_("Shares are raised by one unit of the currency until overspend."))
template("official.until-exhaustive", N_("Shares are raised only until nothing more fits."))
template(
    "official.count-utility", N_("A funded project is worth the same to its supporters whatever it costs.")
)
template(
    "official.totals-in-file",
    N_("The totals beside the projects differ from the ballots in the file; the totals were used."),
)
template("official.custom-taken-as", N_("The city's own rule was taken to be %(rule)s."))
template("official.not-exclusive", N_("No projects were taken to exclude each other."))
template(
    "official.only-with-votes", N_("Projects without votes were not funded, though the budget allowed it.")
)
template("official.without-votes", N_("Projects without votes may be funded if money is left."))
