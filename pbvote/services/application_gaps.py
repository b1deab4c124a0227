"""What still stands between a draft and being sent: the limits of the round and what is not filled in."""

from pbvote.models import Pot, Proposal, VotingRound
from pbvote.services import groups
from pbvote.services.refusal import Refusal


def most(voting_round: VotingRound, *, pot: Pot) -> int:
    """The largest grant (minor units) that may be asked for."""
    return pot.budget if voting_round.grant_max is None else min(voting_round.grant_max, pot.budget)


def limits(voting_round: VotingRound, *, pot: Pot, cost: int, least: int | None) -> list[Refusal]:
    """How the amounts (minor units) break the rules of the round; a cost of 0 is not filled in yet."""
    found = []
    money = {"currency": voting_round.currency, "minor_units": voting_round.minor_units}
    if cost and cost < voting_round.grant_min:
        found.append(Refusal("cost-too-low", field="cost", amount=voting_round.grant_min, **money))
    if cost > most(voting_round, pot=pot):
        found.append(Refusal("cost-too-high", field="cost", amount=most(voting_round, pot=pot), **money))
    if least is not None and cost and least > cost:
        found.append(Refusal("least-above-cost", field="least"))
    if least is not None and least < voting_round.grant_min:
        found.append(Refusal("least-too-low", field="least", amount=voting_round.grant_min, **money))
    return found


def gaps(proposal: Proposal) -> list[Refusal]:
    """Everything to do before the proposal can be sent; each names its section and field."""
    found = [*_project(proposal), *_place(proposal), *_money(proposal), *_dates(proposal)]
    found += _pictures(proposal)
    found += [
        Refusal("question-open", section="questions")
        for question in proposal.questions
        if question.answered_at is None and not question.answer
    ]
    if proposal.group is not None and groups.gaps(proposal.group):
        found.append(Refusal("group-not-finished", section="group"))
    return found


def gaps_by_section(proposal: Proposal) -> dict[str, list[Refusal]]:
    by_section: dict[str, list[Refusal]] = {}
    for gap in gaps(proposal):
        by_section.setdefault(gap.parameters["section"], []).append(gap)
    return by_section


def is_begun(proposal: Proposal, *, section: str) -> bool:
    """Whether anybody saved this section yet."""
    return section in proposal.sections


def _gap(code: str, section: str, field: str, **parameters: object) -> Refusal:
    return Refusal(code, field=field, section=section, **parameters)


def _project(proposal: Proposal) -> list[Refusal]:
    found = []
    if not proposal.title:
        found.append(_gap("title-missing", "project", "title"))
    if not proposal.summary:
        found.append(_gap("summary-missing", "project", "summary"))
    if not proposal.story:
        found.append(_gap("story-missing", "project", "story"))
    if proposal.theme_id is None and proposal.voting_round.themes:
        found.append(_gap("theme-missing", "project", "theme_id"))
    return found


def _place(proposal: Proposal) -> list[Refusal]:
    found = []
    if not proposal.borough_wide and not proposal.wards and proposal.voting_round.wards:
        found.append(_gap("place-missing", "place", "ward_ids"))
    if not proposal.who_benefits:
        found.append(_gap("who-missing", "place", "who_benefits"))
    if proposal.people_helped is None:
        found.append(_gap("people-missing", "place", "people_helped"))
    return found


def _money(proposal: Proposal) -> list[Refusal]:
    voting_round = proposal.voting_round
    money = {"currency": voting_round.currency, "minor_units": voting_round.minor_units}
    found = []
    total = sum(line.amount for line in proposal.budget_lines)
    if not proposal.cost:
        found.append(_gap("cost-missing", "money", "cost"))
    elif not proposal.budget_lines:
        found.append(_gap("lines-missing", "money", "lines"))
    elif total < proposal.cost:
        found.append(_gap("lines-too-low", "money", "lines", amount=proposal.cost - total, **money))
    elif total > proposal.cost:
        found.append(_gap("lines-too-high", "money", "lines", amount=total - proposal.cost, **money))
    broken = limits(voting_round, pot=proposal.pot, cost=proposal.cost, least=proposal.least)
    return found + [_gap(one.code, "money", one.field or "cost", **one.parameters) for one in broken]


def _dates(proposal: Proposal) -> list[Refusal]:
    found = []
    if proposal.starts_on is None:
        found.append(_gap("start-missing", "dates", "starts_on"))
    if proposal.ends_on is None:
        found.append(_gap("end-missing", "dates", "ends_on"))
    if not proposal.risks:
        found.append(_gap("risks-missing", "dates", "risks"))
    return found


def _pictures(proposal: Proposal) -> list[Refusal]:
    undescribed = [one for one in proposal.uploads if one.kind == "picture" and not one.alt]
    return [_gap("alt-missing", "pictures", "alt")] if undescribed else []
