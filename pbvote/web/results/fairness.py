"""How fair the outcome was, as rows of figures beside those of points-greedy."""

from collections.abc import Callable

from flask_babel import gettext as _

from pbvote.tally import Comparison, Fairness
from pbvote.web.formats import number, share


def rows(compared: Comparison) -> list[tuple[str, list[str]]]:
    """What is measured and its figure for each of the two outcomes; what was not measured is left out."""
    measures: list[tuple[str, Callable[[Fairness], str]]] = [
        (_("Projects funded"), lambda one: number(one.funded)),
        (_("Voters with at least one choice funded"), lambda one: share(one.with_any, one.voters)),
        (_("Voters with their first choice funded"), lambda one: share(one.with_first or 0, one.voters)),
        (_("Funded choices of a voter, on average"), lambda one: number(round(float(one.choices_funded), 1))),
        (
            _("Place of a voter’s best funded choice, on average"),
            lambda one: number(round(float(one.mean_best_rank or 0), 1)),
        ),
        (
            _("How unevenly the money falls on voters, from 0 (evenly) to 1"),
            lambda one: number(round(float(one.gini), 2)),
        ),
        (
            _("Groups of voters that agree and got less than their share of the money allows"),
            lambda one: number(len(one.psc or ())),
        ),
    ]
    known = [
        True,
        True,
        compared.first.with_first is not None,
        True,
        compared.first.mean_best_rank is not None,
        True,
        compared.first.psc is not None,
    ]
    outcomes = (compared.first, compared.second)
    return [
        (text, [figure(one) for one in outcomes])
        for (text, figure), shown in zip(measures, known, strict=True)
        if shown
    ]
