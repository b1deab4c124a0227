"""What a tally remembers: every step, every tie, and why each project that is not funded is not.

Money is whole minor units; a Fraction is exact. ``to_json`` is canonical: sorted keys, no spaces, no floats,
fractions as "a/b". The same election, rule, parameters, seed and order give the same bytes on every machine.
"""

import json
import types
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from functools import cache, cached_property
from typing import Any, Union, get_args, get_origin, get_type_hints

from pbvote.tally.messages import N_, CountError, template

FORMAT = 1

Plain = int | str | bool | None | tuple["Plain", ...]


@dataclass(frozen=True)
class Standing:
    """One project as it stood: what it costs and what the ballots say of it."""

    project: str
    name: str
    cost: int
    least: int | None
    points: int
    first_choices: int
    supporters: int


@dataclass(frozen=True)
class Candidate:
    """A project that could have been taken at a step.

    ``money`` is what its supporters held together and ``price`` the most any of them would have paid, both
    rounded down to whole minor units; ``support`` is its effective support (cost ÷ price) in thousandths of
    a voter, rounded down, or None at price 0.
    """

    project: str
    supporters: int
    money: int
    price: int
    support: int | None


@dataclass(frozen=True)
class Step:
    """One project taken.

    ``part`` says by what: "shares" (Equal Shares), "walk" (down the order), "top-up" or "part-funding".
    ``left`` is what is left of the budget afterwards. For Equal Shares: ``level`` is how many ranks were
    looked at, ``supporters`` how many could pay, ``money`` what they held, ``price`` the most any of them
    paid (per unit of utility), ``support`` what the rule compares (larger wins), ``paid_all`` how many gave
    their last penny. ``tie`` is the place in ``Tally.ties`` of the tie that was broken to take it.
    """

    number: int
    part: str
    project: str
    award: int
    left: int
    points: int
    level: int | None = None
    supporters: int | None = None
    money: Fraction | None = None
    price: Fraction | None = None
    support: Fraction | None = None
    paid_all: int | None = None
    candidates: tuple[Candidate, ...] = ()
    tie: int | None = None


@dataclass(frozen=True)
class Tie:
    """One use of the order T among projects that were level.

    ``order`` are the tied ids as T puts them, ``by`` what decided ("points", "first-choices", "cost",
    "lot", or "officials"). ``step`` is the step it decided, 0 if none. ``mattered`` says whether another
    order would have met another fate. ``raises`` is how many raises had been made in a run that was not the
    last one, else None.
    """

    order: tuple[str, ...]
    by: str
    step: int
    mattered: bool
    raises: int | None = None


@dataclass(frozen=True)
class Spent:
    """What the supporters of an unfunded project paid for a funded one, in minor units, rounded down."""

    project: str
    amount: int


@dataclass(frozen=True)
class NotFunded:
    """Why one project is not funded.

    ``reason`` is a short word: see ``explain``. ``left`` is what was left when its turn came in the walk or
    the top-up. For Equal Shares, all at the final share and without re-running the raises: ``money`` is
    what its supporters still held at the end and ``missing`` what that lacks of the cost (both in whole
    minor units, ``missing`` rounded up); ``lost_at`` is the first step after which all its supporters
    together could no longer pay for it (0: they never could, None: they still can); ``paid_for`` is what
    they paid for instead; ``highest`` is the highest cost at which it would have been taken; ``enough`` is
    how many of the existing ballots, whichever they are, naming it first (or, where ballots have no order,
    naming it alone) instead would have been enough.
    """

    project: str
    reason: str
    left: int | None = None
    money: int | None = None
    missing: int | None = None
    lost_at: int | None = None
    paid_for: tuple[Spent, ...] = ()
    highest: int | None = None
    enough: int | None = None


@dataclass(frozen=True)
class Completion:
    """How the shares were raised. ``share`` is the final e; ``raises`` how often ``step`` was added to
    ``start``.

    ``stopped`` says why: "overspend", "exhaustive", "all-funded", "cap" or "none" (no raises asked for).
    ``overspend`` are the projects the raise that went too far would have funded, and ``overspend_cost``
    their cost.
    """

    name: str
    start: Fraction
    step: Fraction
    raises: int
    share: Fraction
    stopped: str
    overspend: tuple[str, ...] = ()
    overspend_cost: int | None = None


@dataclass(frozen=True)
class Award:
    """One line of the allocation, in minor units; ``part`` says that it is less than the project asked
    for.
    """

    project: str
    amount: int
    part: bool = False


@dataclass(frozen=True)
class Tally:
    """One run of one rule over one election, with all that a result page, an auditor or a court may ask."""

    format: int
    version: str
    rule: str
    parameters: dict[str, Plain]
    input_hash: str
    kind: str
    voters: int
    budget: int
    max_length: int
    withdrawn: tuple[str, ...]
    seed: str | None
    supplied_order: tuple[str, ...] | None
    projects: tuple[Standing, ...]
    allocation: tuple[Award, ...]
    steps: tuple[Step, ...]
    ties: tuple[Tie, ...]
    not_funded: tuple[NotFunded, ...]
    completion: Completion | None

    @cached_property
    def funded(self) -> tuple[str, ...]:
        """Funded ids, in the order in which they were taken (part funding last)."""
        return tuple(award.project for award in self.allocation)

    @cached_property
    def awards(self) -> dict[str, int]:
        """Funded id → minor units."""
        return {award.project: award.amount for award in self.allocation}

    @property
    def spent(self) -> int:
        """All awards together, in minor units."""
        return sum(award.amount for award in self.allocation)

    @property
    def left(self) -> int:
        """What is left of the budget, in minor units."""
        return self.budget - self.spent

    def standing(self, project: str) -> Standing:
        """How a project stood. Raises CountError for an id that was not on the ballot."""
        for found in self.projects:
            if found.project == project:
                return found
        raise CountError("tally.project-unknown", project=project)

    def to_json(self) -> bytes:
        """Canonical JSON, UTF-8."""
        return json.dumps(
            _plain(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        ).encode()

    @classmethod
    def from_json(cls, raw: bytes) -> "Tally":
        """The tally that ``to_json`` wrote. Raises CountError for anything else."""
        try:
            tally: Tally = _typed(cls, json.loads(raw, parse_float=_no_floats))
        except (KeyError, TypeError, ValueError) as why:
            raise CountError("tally.not-a-tally", found=f"{type(why).__name__}: {why}"[:120]) from why
        if tally.format != FORMAT:
            raise CountError("tally.not-a-tally", found=f"format {tally.format}")
        return tally


def _no_floats(text: str) -> None:
    raise ValueError(f"{text} is not a whole number")


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _typed(kind: Any, raw: Any) -> Any:
    """``raw`` as the annotated kind; TypeError, KeyError or ValueError where it is not."""
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        if not isinstance(raw, dict) or set(raw) != set(hints):
            raise TypeError(f"not the fields of {kind.__name__}")
        return kind(**{name: _typed(hint, raw[name]) for name, hint in hints.items()})
    if kind is Fraction:
        over, under = raw.split("/")
        return Fraction(int(over), int(under))
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _optional(get_args(kind), raw)
    if origin is tuple:
        if not isinstance(raw, list):
            raise TypeError("not a list")
        return tuple(_typed(get_args(kind)[0], part) for part in raw)
    if origin is dict:
        return {str(key): _frozen(part) for key, part in raw.items()}
    if type(raw) is not kind:
        raise TypeError(f"{raw!r} is not {kind.__name__}")
    return raw


def _optional(choices: tuple[Any, ...], raw: Any) -> Any:
    if raw is None and type(None) in choices:
        return None
    (kind,) = (choice for choice in choices if choice is not type(None))
    return _typed(kind, raw)


def _frozen(raw: Any) -> Plain:
    return tuple(_frozen(part) for part in raw) if isinstance(raw, list) else raw


template("tally.project-unknown", N_("%(project)s was not on the ballot."))
template("tally.not-a-tally", N_("This is not a tally written by this program: %(found)s."))
