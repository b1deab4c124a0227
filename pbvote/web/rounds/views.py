"""A round's first page, and how it works with its own numbers."""

from flask import Blueprint
from pbvote.extensions import db
from pbvote.web.access import everyone
from pbvote.web.context import now
from pbvote.web.htmx import render
from werkzeug.wrappers import Response

from pbvote.services import rounds, shortlist

blueprint = Blueprint("rounds", __name__, url_prefix="/rounds")


@blueprint.get("/<slug>")
@everyone
def show(slug: str) -> Response:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    proposals = shortlist.public(db.session, voting_round=voting_round)
    some = shortlist.mixed(proposals, seed=f"{slug} {now().date()}")[:3]
    return render(
        "rounds/show.html",
        voting_round=voting_round,
        phase=voting_round.phase(now()),
        proposals=proposals,
        some=some,
    )


@blueprint.get("/<slug>/how-it-works")
@everyone
def how(slug: str) -> Response:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    proposals = shortlist.public(db.session, voting_round=voting_round)
    return render(
        "rounds/how.html", voting_round=voting_round, phase=voting_round.phase(now()), proposals=proposals
    )
