"""Why a project is in or out, from the tally alone: facts for a page, and sentences a resident understands.

The facts of a project that Equal Shares did not buy speak of the final share: they say what would have
happened had the project (or some ballots) been different and everyone's share the same, without making the
raises again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from pbvote.tally.messages import N2_, N_, TEMPLATES, Message, Value, template
from pbvote.tally.record import NotFunded, Standing, Step, Tally, Tie

Fact = Value | bool | None | tuple[tuple[str, int], ...]

MOST_PAID_FOR = 3  # projects named in the sentence; the facts hold them all


@dataclass(frozen=True)
class Explanation:
    """``facts``: what a page may show, money in minor units. ``messages``: the same in sentences, in
    order.
    """

    facts: dict[str, Fact]
    messages: tuple[Message, ...]


@dataclass(frozen=True)
class Row:
    """One line of the step-by-step table: money in minor units, ``price`` rounded up to the next whole one.

    ``price`` is the most any supporter paid (for rules on points: per point). ``runner_up`` is the candidate
    that would have been taken next best, if there was one.
    """

    number: int
    part: str
    project: str
    name: str
    level: int | None
    supporters: int | None
    award: int
    price: int | None
    left: int
    runner_up: str | None
    tie: bool


def explain(tally: Tally, project: str) -> Explanation:
    """Why this project is funded or not. Raises CountError for an id that was not on the ballot."""
    standing = tally.standing(project)
    for step in tally.steps:
        if step.project == project:
            return _funded(tally, standing, step)
    for why in tally.not_funded:
        if why.project == project:
            return _not_funded(tally, standing, why)
    raise AssertionError(f"{project} is neither funded nor not funded")


def steps_table(tally: Tally) -> tuple[Row, ...]:
    """The whole count, a line for each project taken."""
    return tuple(_row(tally, step) for step in tally.steps)


def _row(tally: Tally, step: Step) -> Row:
    return Row(
        number=step.number,
        part=step.part,
        project=step.project,
        name=_name(tally, step.project),
        level=step.level,
        supporters=step.supporters,
        award=step.award,
        price=None if step.price is None else _up(step.price),
        left=step.left,
        runner_up=_runner_up(step),
        tie=step.tie is not None,
    )


def _runner_up(step: Step) -> str | None:
    others = [found for found in step.candidates if found.project != step.project]
    if not others or step.support is None:
        return None
    return max(others, key=lambda found: (found.support is None, found.support or 0, found.project)).project


def _up(amount: Fraction) -> int:
    return -(-amount.numerator // amount.denominator)


def _name(tally: Tally, project: str) -> str:
    return tally.standing(project).name or project


def _funded(tally: Tally, standing: Standing, step: Step) -> Explanation:
    facts: dict[str, Fact] = {
        "funded": True,
        "part": step.part,
        "step": step.number,
        "cost": standing.cost,
        "award": step.award,
        "points": standing.points,
        "first_choices": standing.first_choices,
        "supporters": standing.supporters,
        "level": step.level,
        "payers": step.supporters,
        "price": step.price,
        "paid_all": step.paid_all,
        "left": step.left,
    }
    messages = [_how(tally, standing, step)]
    if step.paid_all:
        messages.append(Message("tally.funded-paid-all", {"voters": step.paid_all}))
    if step.tie is not None:
        messages.append(_tie_message(tally, tally.ties[step.tie]))
    return Explanation(facts, tuple(messages))


def _how(tally: Tally, standing: Standing, step: Step) -> Message:
    shown: dict[str, Value] = {
        "project": standing.name or standing.project,
        "step": step.number,
        "cost": standing.cost,
        "award": step.award,
        "points": step.points,
        "left": step.left + step.award,
    }
    if step.part == "shares" and step.supporters is not None and step.price is not None:
        shown |= {"supporters": step.supporters, "price": _up(step.price), "level": step.level or 1}
        if not step.award:
            return Message("tally.funded-free", shown)
        if tally.rule == "rank-equal-shares":
            return Message("tally.funded-at-rank", shown)
        on_points = tally.rule == "equal-shares-points"
        return Message("tally.funded-per-point" if on_points else "tally.funded-by-shares", shown)
    found = f"tally.funded-{step.part}"
    return Message(found if found in TEMPLATES else "tally.funded-walk", shown)


def _tie_message(tally: Tally, tie: Tie) -> Message:
    names = tuple(_name(tally, project) for project in tie.order)
    return Message(f"tally.tie-{tie.by}", {"projects": names})


def _not_funded(tally: Tally, standing: Standing, why: NotFunded) -> Explanation:
    facts: dict[str, Fact] = {
        "funded": False,
        "reason": why.reason,
        "cost": standing.cost,
        "points": standing.points,
        "first_choices": standing.first_choices,
        "supporters": standing.supporters,
        "left": why.left,
        "money": why.money,
        "missing": why.missing,
        "lost_at": why.lost_at,
        "paid_for": tuple((spent.project, spent.amount) for spent in why.paid_for),
        "highest": why.highest,
        "enough": why.enough,
    }
    return Explanation(facts, tuple(_why(tally, standing, why)))


def _why(tally: Tally, standing: Standing, why: NotFunded) -> Iterator[Message]:
    shown: dict[str, Value] = {
        "project": standing.name or standing.project,
        "cost": standing.cost,
        "budget": tally.budget,
        "points": standing.points,
        "supporters": standing.supporters,
        "left": why.left or 0,
        "money": why.money or 0,
        "missing": why.missing or 0,
        "highest": why.highest or 0,
    }
    found = f"tally.not-funded-{why.reason}"
    yield Message(found if found in TEMPLATES else "tally.not-funded", shown)
    if why.reason == "outbid":
        yield from _why_outbid(tally, standing, why, shown)
    if why.left is not None and why.reason in ("outbid", "too-dear") and why.left < standing.cost:
        yield Message("tally.not-funded-top-up", shown)
    for tie in tally.ties:
        if tie.mattered and tie.step and standing.project in tie.order[1:]:
            yield _tie_message(tally, tie)


def _why_outbid(
    tally: Tally, standing: Standing, why: NotFunded, shown: dict[str, Value]
) -> Iterator[Message]:
    if why.lost_at == 0:
        yield Message("tally.not-funded-never", shown)
    elif why.lost_at is not None:
        lost = tally.steps[why.lost_at - 1]
        yield Message(
            "tally.not-funded-lost-at", {**shown, "step": lost.number, "other": (_name(tally, lost.project),)}
        )
    most = sorted(why.paid_for, key=lambda spent: (-spent.amount, spent.project))[:MOST_PAID_FOR]
    if most:
        names = tuple(_name(tally, spent.project) for spent in most)
        yield Message("tally.not-funded-paid-for", {"projects": names, "amount": sum(s.amount for s in most)})
    if why.highest:
        yield Message("tally.not-funded-highest", shown)
    if why.enough is not None:
        ranked = tally.rule == "rank-equal-shares"
        yield Message(
            "tally.not-funded-enough-first" if ranked else "tally.not-funded-enough-alone",
            {"voters": why.enough},
        )


template(
    "tally.funded-at-rank",
    N2_(
        "Funded at step %(step)s, looking at everyone’s first choice: %(supporters)s people who put it first "
        "shared its cost of %(cost)s, and nobody paid more than %(price)s.",
        "Funded at step %(step)s, looking at everyone’s first %(level)s choices: %(supporters)s people who "
        "ranked it there shared its cost of %(cost)s, and nobody paid more than %(price)s.",
    ),
    "level",
)
template(
    "tally.funded-by-shares",
    N2_(
        "Funded at step %(step)s: the one person who chose it paid its cost of %(cost)s.",
        "Funded at step %(step)s: the %(supporters)s people who chose it shared its cost of %(cost)s, and "
        "nobody paid more than %(price)s.",
    ),
    "supporters",
)
template(
    "tally.funded-per-point",
    N2_(
        "Funded at step %(step)s: the one person who gave it points paid its cost of %(cost)s.",
        "Funded at step %(step)s: the %(supporters)s people who gave it points shared its cost of %(cost)s, "
        "at %(price)s or less for each point.",
    ),
    "supporters",
)
template("tally.funded-free", N_("Funded at step %(step)s: it costs nothing and somebody wants it."))
template(
    "tally.funded-paid-all",
    N2_(
        "One of them gave all the money they had left.",
        "%(voters)s of them gave all the money they had left.",
    ),
    "voters",
)
template(
    "tally.funded-walk",
    N_(
        "Funded at step %(step)s: with %(points)s points its turn came when %(left)s was left, and it costs "
        "%(cost)s."
    ),
)
template(
    "tally.funded-top-up",
    N_(
        "Funded at step %(step)s from the money nobody’s share had claimed: going down the list of points, "
        "its turn came with %(points)s points when %(left)s was left, and it costs %(cost)s."
    ),
)
template(
    "tally.funded-load",
    N_(
        "Funded at step %(step)s: its cost of %(cost)s could be spread most lightly over the people who want "
        "it."
    ),
)
template(
    "tally.funded-part-funding",
    N_(
        "Funded in part at step %(step)s: %(award)s of the %(cost)s asked for was left, and that is enough "
        "for the project to work."
    ),
)
template("tally.tie-points", N_("These were level until points were compared, in this order: %(projects)s."))
template(
    "tally.tie-first-choices",
    N_("These were level on points and were put in order by first choices: %(projects)s."),
)
template("tally.tie-cost", N_("These were level and were put in order by lower cost: %(projects)s."))
template("tally.tie-lot", N_("These were level and were put in order by the public lot: %(projects)s."))
template(
    "tally.tie-officials", N_("These were level and the officials put them in this order: %(projects)s.")
)
template("tally.not-funded", N_("Not funded: it costs %(cost)s."))
template(
    "tally.not-funded-did-not-fit",
    N_("Not funded: when its turn came %(left)s was left, and it costs %(cost)s."),
)
template(
    "tally.not-funded-after-stop",
    N_("Not funded: the count stopped before its turn, at a project that did not fit what was left."),
)
template("tally.not-funded-no-support", N_("Not funded: nobody chose it."))
template(
    "tally.not-funded-too-dear",
    N_("Not funded: it costs %(cost)s, more than the whole budget of %(budget)s."),
)
template(
    "tally.not-funded-threshold", N_("Not funded: %(points)s points are fewer than a project needs here.")
)
template(
    "tally.not-funded-excluded",
    N_("Not funded: another project was taken that cannot be carried out together with this one."),
)
template(
    "tally.not-funded-outbid",
    N2_(
        "Not funded: the one person who chose it had %(money)s left at the end, and it costs %(cost)s; "
        "%(missing)s was missing.",
        "Not funded: the %(supporters)s people who chose it had %(money)s left together at the end, and it "
        "costs %(cost)s; %(missing)s was missing.",
    ),
    "supporters",
)
template(
    "tally.not-funded-top-up",
    N_("When its turn came on the list of points, %(left)s was left, which was too little."),
)
template(
    "tally.not-funded-never",
    N_("Even with all their shares together, the people who chose it could not pay for it."),
)
template(
    "tally.not-funded-lost-at",
    N_("Until step %(step)s they could have paid for it; then some of their money went to %(other)s."),
)
template("tally.not-funded-paid-for", N_("Most of what they paid went to %(projects)s: %(amount)s in all."))
template("tally.not-funded-highest", N_("It would have been funded at a cost of up to %(highest)s."))
template(
    "tally.not-funded-enough-first",
    N2_(
        "One more voter putting it first would have been enough, whoever it was.",
        "%(voters)s more of the voters putting it first would have been enough, whoever they were.",
    ),
    "voters",
)
template(
    "tally.not-funded-enough-alone",
    N2_(
        "One more voter choosing only this project would have been enough, whoever it was.",
        "%(voters)s more of the voters choosing only this project would have been enough, whoever they were.",
    ),
    "voters",
)
