"""A round's first page, and how it works with its own numbers."""

from flask import Blueprint
from werkzeug.wrappers import Response

from pbvote.extensions import db
from pbvote.services import results, rounds, shortlist
from pbvote.web.access import everyone
from pbvote.web.context import now
from pbvote.web.htmx import render

blueprint = Blueprint("rounds", __name__, url_prefix="/rounds")


# What the page about the rule reckons with before anybody has voted.
EXAMPLE_VOTERS = 1000
EXAMPLE_COST = 2_000_000


@blueprint.get("/<slug>")
@everyone
def show(slug: str) -> Response:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    proposals = shortlist.public(db.session, voting_round=voting_round)
    outcomes = results.outcomes(db.session, voting_round=voting_round)
    return render(
        "rounds/show.html",
        voting_round=voting_round,
        phase=voting_round.phase(now()),
        proposals=proposals,
        outcomes=outcomes,
        count=sum(kind in ("funded", "part") for kind in outcomes.values()),
        given=results.given_out(db.session, voting_round=voting_round),
        some=shortlist.mixed(proposals, seed=f"{slug} {now().date()}")[:3],
    )


@blueprint.get("/<slug>/how-it-works")
@everyone
def how(slug: str) -> Response:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    proposals = shortlist.public(db.session, voting_round=voting_round)
    versions = results.publications(db.session, voting_round=voting_round)
    turnout = versions[0].turnout if versions else 0
    each = voting_round.budget // (turnout or EXAMPLE_VOTERS)
    dearest = max((one.cost for one in proposals), default=voting_round.grant_max or EXAMPLE_COST)
    return render(
        "rounds/how.html",
        voting_round=voting_round,
        turnout=turnout,
        share_each=each,
        example_voters=EXAMPLE_VOTERS,
        example_cost=dearest,
        example_people=-(-dearest // max(each, 1)),
    )
