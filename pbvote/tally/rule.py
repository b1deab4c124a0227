"""What a rule is: a name, its parameters, the ballots it can count, its explanation, and the count itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pbvote.tally.ballots import Election
from pbvote.tally.messages import N_, RuleDoesNotFit, template
from pbvote.tally.record import Award, Completion, NotFunded, Plain, Step
from pbvote.tally.ties import TieOrder

# what is going on (a message id), how many done, how many in all if known
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Parameter:
    """One parameter of a rule. ``kind`` is its type; None is allowed only where None is the default."""

    name: str
    default: Plain
    kind: type
    help: str
    choices: tuple[Plain, ...] = ()
    least: int | None = None

    def check(self, rule: str, value: Plain) -> Plain:
        """The value; raises RuleDoesNotFit where it is not one this parameter takes."""
        fits = type(value) is self.kind or (value is None and self.default is None)
        if fits and self.choices and value not in self.choices:
            fits = False
        if fits and self.least is not None and isinstance(value, int) and value < self.least:
            fits = False
        if not fits:
            raise RuleDoesNotFit(
                "tally.bad-parameter", rule=rule, parameter=self.name, found=repr(value)[:60]
            )
        return value


@dataclass(frozen=True)
class Outcome:
    """What a rule answers; ``count`` turns it into a Tally. Ties are in the TieOrder it was given."""

    steps: tuple[Step, ...]
    not_funded: tuple[NotFunded, ...]
    completion: Completion | None = None

    def awards(self) -> tuple[Award, ...]:
        """One award per step."""
        return tuple(Award(step.project, step.award, step.part == "part-funding") for step in self.steps)


# the parameters of a rule as ``Rule.settled`` answers them: each of its kind, or the default
Settled = Mapping[str, Any]
Run = Callable[[Election, Settled, TieOrder, Progress], Outcome]


@dataclass(frozen=True)
class Rule:
    """A registered rule. ``title`` and ``words`` are English to be translated at the edges."""

    name: str
    title: str
    words: str
    kinds: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    run: Run

    def settled(self, given: Mapping[str, Plain]) -> dict[str, Plain]:
        """All parameters, with defaults filled in. Raises RuleDoesNotFit for one that is unknown or unfit."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                raise RuleDoesNotFit("tally.unknown-parameter", rule=self.name, parameter=str(name)[:60])
        return {
            name: parameter.check(self.name, given[name]) if name in given else parameter.default
            for name, parameter in known.items()
        }


PART_FUNDING = Parameter(
    "part_funding",
    False,
    bool,
    N_("Money left over may fund one more project in part, if it reaches the least amount that still works."),
)

template(
    "tally.bad-parameter",
    N_("The rule %(rule)s cannot use %(found)s for %(parameter)s. Look up what it takes."),
)
template("tally.unknown-parameter", N_("The rule %(rule)s has no parameter named %(parameter)s."))
