"""A whole Equal Shares count: run, raise the shares, keep the last outcome that the budget can pay for, top
up.

One run at e = B/n leaves much of the money unspent. **Add1 until overspend** adds a fixed step to
everyone's e and runs again from the start; it keeps the last outcome whose cost is at most B and stops at
the first that costs more. It also stops when every supported project is funded, or after ``cap`` raises.
**Add1 until exhaustive** stops besides as soon as no further supported project would fit what is left. The
outcome need not grow with e, so no step may be skipped, unless it is proved to change nothing: one run with a
spread answers for every share it covers, or for none (see ``shares``). **Top-up** then goes down T over the
projects that have points and adds what fits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pbvote.tally.ballots import Election
from pbvote.tally.demand import Demand
from pbvote.tally.engine import Engine, current
from pbvote.tally.messages import N_, RuleDoesNotFit, template
from pbvote.tally.record import Completion, NotFunded
from pbvote.tally.recorded import record
from pbvote.tally.rule import PART_FUNDING, Outcome, Parameter, Progress, Settled
from pbvote.tally.shares import Run, Unsettled
from pbvote.tally.ties import TieOrder
from pbvote.tally.walk import Walk

OVERSPEND, EXHAUSTIVE, NONE = "add1-overspend", "add1-exhaustive", "none"
CAP = 20_000
PATIENCE = 16  # raises in a row that change nothing before several are tried at once

PARAMETERS = (
    Parameter(
        "completion",
        OVERSPEND,
        str,
        N_(
            "How the shares are raised: until the budget is overspent, until nothing more fits, or not at "
            "all."
        ),
        choices=(OVERSPEND, EXHAUSTIVE, NONE),
    ),
    Parameter(
        "start",
        None,
        int,
        N_("The first share, in pence; the budget divided by the ballots if not given."),
        least=0,
    ),
    Parameter(
        "step",
        None,
        int,
        N_(
            "What each raise adds, in pence; a thousandth of budget divided by ballots, rounded up, if not "
            "given."
        ),
        least=1,
    ),
    Parameter("cap", CAP, int, N_("The most raises that are made."), least=0),
    Parameter("top_up", True, bool, N_("Whether money left over then goes down the list of points.")),
    PART_FUNDING,
)


@dataclass
class Raises:
    """The runs of one count, share by share."""

    election: Election
    demand: Demand
    order: TieOrder
    engine: Engine
    made: int = 0

    def __post_init__(self) -> None:
        self.ties: dict[tuple[tuple[int, ...], int], None] = {}
        self._runner = self.engine.runner(self.demand, self.order)

    def run(self, share: Fraction) -> Run:
        """Run once; remember the ties."""
        run = self._runner(share, Fraction(0))
        self._remember(run, self.made)
        return run

    def same(self, kept: Run, first: Fraction, last: Fraction) -> bool:
        """Whether every share from first to last surely buys what ``kept`` did; remembers the ties."""
        try:
            run = self._runner((first + last) / 2, (last - first) / 2)
        except Unsettled:
            return False
        if run.bought != kept.bought:
            return False
        self._remember(run, self.made + 1)
        return True

    def _remember(self, run: Run, raises: int) -> None:
        for tie in run.ties:
            self.ties.setdefault((tie.order, raises))

    def cost(self, run: Run) -> int:
        """What the outcome of a run costs, in minor units."""
        return sum(self.demand.costs[bought.place] for bought in run.bought)

    def supported(self) -> list[int]:
        """Places that some voter supports and that may be bought."""
        demand = self.demand
        return [
            place
            for place, admitted in enumerate(demand.admitted)
            if admitted and demand.supporters(place, demand.levels)
        ]

    def note_ties(self, kept: int) -> None:
        """Record the ties of the runs that were not kept, once for each order, at its first raise."""
        seen: dict[tuple[int, ...], int] = {}
        for order, raises in self.ties:
            if raises != kept:
                seen.setdefault(order, raises)
        for order, raises in seen.items():
            self.order.note(order, step=0, mattered=False, raises=raises)


@dataclass
class Stride:
    """How many raises to try at once: one, or ever more while nothing changes."""

    patience: int = PATIENCE
    unchanged: int = 0
    length: int = PATIENCE

    def raises(self) -> int:
        """How many raises to try now."""
        return self.length if self.unchanged >= self.patience else 1

    def raised_once(self, *, changed: bool) -> None:
        """A single raise did or did not change the outcome."""
        self.unchanged = 0 if changed else self.unchanged + 1

    def leapt(self) -> None:
        """As many raises as were tried changed nothing."""
        self.length *= 2
        self.patience = PATIENCE

    def fell_short(self) -> None:
        """Not certain for so many: try fewer, and after a while of single raises again."""
        self.length //= 4
        if self.length < 2:
            self.length = PATIENCE
            self.unchanged = 0
            self.patience *= 2


def equal_shares(
    election: Election, demand: Demand, parameters: Settled, order: TieOrder, progress: Progress
) -> Outcome:
    """Count by Equal Shares with completion and top-up. Raises TieUndecided and RuleDoesNotFit."""
    raises = Raises(election, demand, order, current())
    completion = find_share(raises, parameters, progress)
    steps, facts = record(election, demand, completion.share, order)
    left = election.budget - sum(step.award for step in steps)
    walk = Walk(order, left, part="top-up", number=len(steps))
    taken = {step.project for step in steps}
    if parameters["top_up"]:
        walk.go(
            place
            for place, points in enumerate(election.points)
            if points > 0 and election.ids[place] not in taken
        )
    raises.note_ties(completion.raises)
    steps = (*steps, *walk.steps)
    taken = {step.project for step in steps}
    return Outcome(
        steps,
        tuple(
            _not_funded(election, place, walk, facts)
            for place in range(len(election.projects))
            if election.ids[place] not in taken
        ),
        completion,
    )


def _not_funded(election: Election, place: int, walk: Walk, facts: Mapping[int, NotFunded]) -> NotFunded:
    if place in facts:
        return NotFunded(**{**vars(facts[place]), "left": walk.turns.get(place)})
    return NotFunded(election.ids[place], "no-support")


def find_share(raises: Raises, parameters: Settled, progress: Progress) -> Completion:
    """The share to count at, and how it was found."""
    election, name = raises.election, parameters["completion"]
    start = _start(election, parameters["start"])
    step = _step(election, parameters["step"])
    kept = raises.run(start)
    if raises.cost(kept) > election.budget:
        raise RuleDoesNotFit("tally.start-too-high")
    supported = raises.supported()
    stopped, over = _climb(raises, name, (start, step), kept, supported, parameters["cap"], progress)
    made = raises.made - (1 if over else 0)
    return Completion(
        name=name,
        start=start,
        step=step,
        raises=made,
        share=start + made * step,
        stopped=stopped,
        overspend=tuple(election.ids[bought.place] for bought in over.bought) if over else (),
        overspend_cost=raises.cost(over) if over else None,
    )


def _climb(
    raises: Raises,
    name: str,
    shares: tuple[Fraction, Fraction],
    kept: Run,
    supported: Sequence[int],
    cap: int,
    progress: Progress,
) -> tuple[str, Run | None]:
    """Raise until told to stop: why, and the run that overspent, if one did. ``raises.made`` counts that
    one.
    """
    start, step = shares
    stride = Stride()
    if name == NONE:
        return NONE, None
    while True:
        if len(kept.bought) == len(supported):
            return "all-funded", None
        if name == EXHAUSTIVE and _exhaustive(raises, kept, supported):
            return "exhaustive", None
        if raises.made == cap:
            return "cap", None
        length = min(stride.raises(), cap - raises.made) if raises.engine.leaps else 1
        if length > 1:
            if raises.same(kept, start + (raises.made + 1) * step, start + (raises.made + length) * step):
                raises.made += length
                stride.leapt()
                progress("tally.progress-raises", raises.made, None)
            else:
                stride.fell_short()
            continue
        raises.made += 1
        progress("tally.progress-raises", raises.made, None)
        run = raises.run(start + raises.made * step)
        if raises.cost(run) > raises.election.budget:
            return "overspend", run
        stride.raised_once(changed=run.bought != kept.bought)
        kept = run


def _exhaustive(raises: Raises, kept: Run, supported: Sequence[int]) -> bool:
    left = raises.election.budget - raises.cost(kept)
    taken = {bought.place for bought in kept.bought}
    return all(raises.demand.costs[place] > left for place in supported if place not in taken)


def _start(election: Election, given: int | None) -> Fraction:
    if given is not None:
        return Fraction(given)
    return Fraction(election.budget, max(election.voters, 1))


def _step(election: Election, given: int | None) -> Fraction:
    if given is not None:
        return Fraction(given)
    return Fraction(max(1, -(-election.budget // (1000 * max(election.voters, 1)))))


template(
    "tally.start-too-high",
    N_("The first share is so high that its outcome overspends the budget. Start lower."),
)
template("tally.progress-raises", N_("Raising the shares"))
