"""One file: does the official outcome follow from the ballots by the stated rule, and if not, why not?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pbvote.tally.messages import N_, CountError, Message, template
from pbvote.tally.official.stated import Reading, rule_name, stated, threshold, totals_in_file, variations
from pbvote.tally.pabulib import PabulibFile
from pbvote.tally.record import Tally
from pbvote.tally.rule import Progress

MATCH, EXPLAINED, DIFFERS = "match", "explained", "differs"
NO_RESULT, NO_RULE, NOT_COUNTED = "no-result", "no-rule", "not-counted"


@dataclass(frozen=True)
class Verdict:
    """What recounting one file showed.

    status      match: the stated rule gives the official outcome, ties by the file's order;
                explained: it does with what the reasons say; differs: it does not;
                no-result: the file says nothing was selected; no-rule: META states no rule we know;
                not-counted: the rule cannot count these ballots
    rule        the rule META states;  counted: the rule of ours that was run
    missing     ids the officials funded and we did not;  extra: the other way round
    reserve     ids marked 2 or 3: funded from other money
    reasons     what explains or may explain the difference
    """

    status: str
    rule: str
    counted: str = ""
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    reserve: tuple[str, ...] = ()
    reasons: tuple[Message, ...] = ()


def judge(file: PabulibFile, *, patient: Callable[[], bool] = lambda: True) -> Verdict:
    """Recount a file by the rule it states and compare with what its officials selected.

    Where they differ, other readings of the rule are tried for as long as ``patient`` says yes.
    """
    rule = rule_name(file)
    if file.selected is None:
        return Verdict(NO_RESULT, rule)
    reading = None
    try:
        reading = stated(file)
        if reading is None:
            return Verdict(NO_RULE, rule, reasons=(Message("official.no-rule", {"rule": rule}),))
        return _judged(file, reading, patient)
    except CountError as error:
        counted = reading.rule if reading is not None else ""
        return Verdict(NOT_COUNTED, rule, counted, reasons=(error.message,))


def _judged(file: PabulibFile, reading: Reading, patient: Callable[[], bool]) -> Verdict:
    rule = rule_name(file)
    tally = reading.tally(file.order)
    funded = tally.funded
    missing, extra = difference(file, funded)
    reserve = _marked(file, 2, 3)
    if not missing and not extra:
        reasons = (*reading.assumed, *_about_reserve(file, funded))
        return Verdict(
            EXPLAINED if reading.assumed else MATCH, rule, reading.rule, reserve=reserve, reasons=reasons
        )
    found = _explained(file, reading, tally, patient)
    if found is not None:
        return Verdict(
            EXPLAINED, rule, found[0].rule, reserve=reserve, reasons=(*found[0].assumed, *found[1])
        )
    reasons = tuple(_hints(file, reading, missing, extra))
    if not patient():
        reasons = (*reasons, Message("official.not-all-tried"))
    return Verdict(DIFFERS, rule, reading.rule, missing, extra, reserve, reasons)


def _marked(file: PabulibFile, *marks: int) -> tuple[str, ...]:
    return tuple(name for name, mark in (file.selected or {}).items() if mark in marks)


def difference(file: PabulibFile, funded: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(officially funded but not counted so, counted as funded but not officially).

    Projects marked 2 or 3 were paid from other money: it is right to count them as funded (the 80 % rule
    does so for its 2) and right not to.
    """
    counted = frozenset(funded)
    missing = tuple(name for name in _marked(file, 1) if name not in counted)
    official = frozenset(_marked(file, 1, 2, 3))
    return missing, tuple(name for name in funded if name not in official)


def _about_reserve(file: PabulibFile, funded: Sequence[str]) -> tuple[Message, ...]:
    outside = [name for name in _marked(file, 2, 3) if name not in funded]
    if not outside:
        return ()
    return (Message("official.other-money", {"projects": ", ".join(outside)}),)


def _explained(
    file: PabulibFile, plain: Reading, first: Tally, patient: Callable[[], bool]
) -> tuple[Reading, tuple[Message, ...]] | None:
    """The first variation that gives the official outcome: another tie-break first, then other readings.

    None too where patience ends before one is found, be it in the middle of a count.
    """

    def go_on(*_: object) -> None:
        if not patient():
            raise _OutOfPatienceError

    try:
        return _first_that_follows(file, plain, first, go_on)
    except _OutOfPatienceError:
        return None


class _OutOfPatienceError(Exception):
    """A count has taken too long to go on with."""


def _first_that_follows(
    file: PabulibFile, plain: Reading, first: Tally, go_on: Callable[..., None]
) -> tuple[Reading, tuple[Message, ...]] | None:
    tie = Message("official.tie")
    go_on()
    if _follows_otherwise(file, plain, first, go_on):
        return plain, (tie,)
    for reading in variations(file, plain):
        go_on()
        try:
            tally = reading.tally(file.order, go_on)
            if difference(file, tally.funded) == ((), ()):
                return reading, ()
            if _follows_otherwise(file, reading, tally, go_on):
                return reading, (tie,)
        except CountError:
            continue
    return None


def _follows_otherwise(file: PabulibFile, reading: Reading, tally: Tally, go_on: Progress) -> bool:
    """Whether another tie-break gives the official outcome; without a tie none can give another one."""
    if not tally.ties and not reading.compared_with_greedy:
        return False
    others = [order for order in dict.fromkeys(_kind_orders(file)) if order != file.order]
    return _follows(file, reading, others, go_on)


def _follows(
    file: PabulibFile, reading: Reading, orders: Sequence[Sequence[str]], go_on: Progress | None = None
) -> bool:
    """Whether the reading gives the official outcome with one of these orders for ties."""
    return any(difference(file, reading.tally(order, go_on).funded) == ((), ()) for order in orders)


def _kind_orders(file: PabulibFile) -> list[tuple[str, ...]]:
    """Tie-breaks kind to the officials: what they funded first, the rest as in the file or dearest first."""
    selected = file.selected or {}
    rank = {1: 0, 2: 1, 3: 2}
    costs = dict(zip(file.election.ids, file.election.costs, strict=True))
    kind = sorted(file.order, key=lambda name: rank.get(selected.get(name, 0), 3))
    dear = sorted(kind, key=lambda name: (rank.get(selected.get(name, 0), 3), -costs.get(name, 0)))
    return [tuple(kind), tuple(dear)]


def _hints(
    file: PabulibFile, reading: Reading, missing: Sequence[str], extra: Sequence[str]
) -> list[Message]:
    """What may be behind a difference that nothing we tried explains."""
    hints = []
    election = file.election
    spent = sum(election.costs[election.index[name]] for name in _marked(file, 1) if name in election.index)
    if spent > election.budget:
        over = file.money(spent - election.budget)
        hints.append(Message("official.overspent", {"over": over}))
    points = dict(zip(election.ids, election.points, strict=True))
    least = threshold(file)
    below = [name for name in missing if least and name in points and points[name] < least]
    if below:
        hints.append(Message("official.below-threshold", {"projects": ", ".join(below)}))
    gone = [name for name in missing if name in election.withdrawn]
    if gone:
        hints.append(Message("official.withdrawn-selected", {"projects": ", ".join(gone)}))
    totals = totals_in_file(file)
    odd = [name for name in election.ids if name in totals and totals[name] != points[name]]
    if odd:
        hints.append(Message("official.totals-differ", {"projects": len(odd)}))
    hints += [Message("official.other-rule", {"rule": name}) for name in _rules_that_fit(file, reading)]
    if file.meta.get("comment"):
        hints.append(Message("official.comment", {"comment": file.meta["comment"][:300]}))
    if not hints:
        hints.append(Message("official.unknown-cause"))
    return hints


def _rules_that_fit(file: PabulibFile, reading: Reading) -> list[str]:
    """Other rules of the greedy kind that would give the official outcome."""
    fitting = []
    for name in ("greedy", "greedy-no-skip", "greedy-80"):
        if name == reading.rule:
            continue
        other = Reading(name, {}, file.election)
        if _follows(file, other, _kind_orders(file)):
            fitting.append(name)
    return fitting


template("official.no-rule", N_("The file does not state a rule that can be counted: %(rule)s."))
template("official.other-money", N_("Funded from money outside this budget: %(projects)s."))
template("official.tie", N_("A tie was broken another way than by the order of the file."))
template("official.overspent", N_("The officials spent %(over)s more than the budget in the file."))
template("official.below-threshold", N_("The officials funded projects below the threshold: %(projects)s."))
template(
    "official.withdrawn-selected",
    N_("Marked as withdrawn by their cost and selected all the same: %(projects)s."),
)
template(
    "official.totals-differ",
    N_("For %(projects)s projects the totals in the file differ from what its ballots give."),
)
template("official.other-rule", N_("Another rule would give the official outcome: %(rule)s."))
template("official.comment", N_("The file comments: %(comment)s"))
template(
    "official.not-all-tried",
    N_("Counting this file takes so long that not every other reading of its rule was tried."),
)
template("official.unknown-cause", N_("Nothing in the file explains the difference."))
