"""One count: an election, a rule and its parameters in, a tally out."""

from collections.abc import Mapping, Sequence

from pbvote import __version__
from pbvote.tally.ballots import Election
from pbvote.tally.messages import N_, RuleDoesNotFit, template
from pbvote.tally.parts import with_part_funding
from pbvote.tally.record import FORMAT, Plain, Standing, Tally
from pbvote.tally.rule import Progress, Rule
from pbvote.tally.rules import RULES
from pbvote.tally.ties import TieOrder


def count(
    election: Election,
    rule: str = "rank-equal-shares",
    parameters: Mapping[str, Plain] | None = None,
    seed: str | None = None,
    order: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Tally:
    """Run a rule over an election.

    ``seed`` is the digits of the public dice, for ties; ``order`` is the officials' order of all project
    ids, best first, and replaces everything after points. ``progress`` is told (message id, done, in all or
    None). Raises RuleDoesNotFit, and TieUndecided for a tie that needs a lot when there is neither seed nor
    order.
    """
    chosen = rule_named(rule)
    if election.kind not in chosen.kinds:
        raise RuleDoesNotFit(
            "tally.wrong-ballots", rule=rule, kind=election.kind, kinds=", ".join(chosen.kinds)
        )
    settled = chosen.settled(parameters or {})
    ties = TieOrder(election, seed, order)
    outcome = chosen.run(election, settled, ties, progress or _silent)
    if settled.get("part_funding"):
        outcome = with_part_funding(outcome, ties)
    return Tally(
        format=FORMAT,
        version=__version__,
        rule=rule,
        parameters=settled,
        input_hash=election.digest,
        kind=election.kind,
        voters=election.voters,
        budget=election.budget,
        max_length=election.max_length,
        withdrawn=tuple(sorted(election.withdrawn)),
        seed=ties.seed,
        supplied_order=ties.supplied,
        projects=_standings(election),
        allocation=outcome.awards(),
        steps=outcome.steps,
        ties=tuple(ties.ties),
        not_funded=outcome.not_funded,
        completion=outcome.completion,
    )


def rule_named(name: str) -> Rule:
    """The rule of this name. Raises RuleDoesNotFit, naming those there are."""
    if name not in RULES:
        raise RuleDoesNotFit("tally.unknown-rule", rule=str(name)[:60], rules=", ".join(RULES))
    return RULES[name]


def _standings(election: Election) -> tuple[Standing, ...]:
    return tuple(
        Standing(project.id, project.name, project.cost, project.least, points, first, supporters)
        for project, points, first, supporters in zip(
            election.projects, election.points, election.first_choices, election.supporters, strict=True
        )
    )


def _silent(what: str, done: int, total: int | None) -> None:
    """Nobody is watching."""


template("tally.unknown-rule", N_("There is no rule named %(rule)s. The rules are: %(rules)s."))
template("tally.wrong-ballots", N_("The rule %(rule)s cannot count %(kind)s ballots; it counts: %(kinds)s."))
