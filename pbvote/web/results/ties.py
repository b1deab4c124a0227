"""How ties were broken, in words."""

from collections.abc import Mapping

from flask_babel import gettext as _

from pbvote.services.results import PotResult, tally_id
from pbvote.web.formats import quoted


def sentences(pot: PotResult) -> list[str]:
    """One for each tie whose order changed somebody's fate."""
    if pot.tally is None:
        return []
    titles = {
        name: line.proposal.title
        for line in (*pot.funded, *pot.not_funded)
        if (name := tally_id(line.proposal, pot.tally))
    }
    return [_sentence(tie.order, tie.by, titles) for tie in pot.tally.ties if tie.mattered]


def _sentence(order: tuple[str, ...], by: str, titles: Mapping[str, str]) -> str:
    first, *rest = [titles.get(name, name) for name in order]
    others = _(" and ").join(quoted(title) for title in rest)
    return _tie_words(by) % {"first": quoted(first), "others": others}


def _tie_words(by: str) -> str:
    match by:
        case "points":
            return _("%(first)s was level with %(others)s. It went first because it has more points.")
        case "first-choices":
            return _("%(first)s was level with %(others)s. It went first because more people put it first.")
        case "cost":
            return _("%(first)s was level with %(others)s. It went first because it costs less.")
        case "officials":
            return _("%(first)s was level with %(others)s. It went first by the order the officials gave.")
        case _:
            return _("%(first)s was level with %(others)s in everything. The public lot put it first.")
