"""What was funded and why, what was not and how close it was, and where the money went."""

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pbvote.extensions import db
from pbvote.models import VotingRound
from pbvote.services import results, rounds
from pbvote.services.results import PotResult, Result
from pbvote.tally import Comparison
from pbvote.web.access import everyone
from pbvote.web.context import now
from pbvote.web.htmx import render
from pbvote.web.results import charts, fairness, ties

blueprint = Blueprint("results", __name__, url_prefix="/rounds/<slug>/results")


@blueprint.get("/")
@everyone
def show(slug: str) -> Response:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    return _page(voting_round, version=None)


@blueprint.get("/<int:version>")
@everyone
def version(slug: str, version: int) -> Response:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    return _page(voting_round, version=version)


@blueprint.get("/steps")
@everyone
def steps(slug: str) -> Response:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    result = results.read(db.session, voting_round=voting_round)
    return render(
        "results/steps.html", voting_round=voting_round, tables=results.steps(result), result=result
    )


def _page(voting_round: VotingRound, *, version: int | None) -> Response:
    result = results.read(db.session, voting_round=voting_round, version=version)
    spent = results.money_by_ward(result.funded)
    voters = results.voters_by_ward(db.session, voting_round=voting_round)
    return render(
        "results/show.html",
        voting_round=voting_round,
        result=result,
        ties=[sentence for pot in result.pots for sentence in ties.sentences(pot)],
        fairness=_measured(result),
        fairness_rows=fairness.rows,
        registered=results.registered(db.session, voting_round=voting_round),
        ward_map=charts.ward_map(spent, voting_round),
        ward_bars=charts.ward_bars(spent, voters),
        ward_series=[_("Money"), _("Voters")] if voters else [_("Money")],
        theme_bars=charts.theme_bars(results.money_by_theme(result.funded), voting_round),
        turnout_bars=charts.turnout_bars(voting_round.wards, voters) if voters else [],
    )


def _measured(result: Result) -> list[tuple[PotResult, Comparison]]:
    pots = [(pot, results.fairness(db.session, pot=pot)) for pot in result.pots]
    return [(pot, compared) for pot, compared in pots if compared]
