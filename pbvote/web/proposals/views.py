"""The shortlist, searched and filtered, and the page of one proposal."""

from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from pbvote.extensions import db
from pbvote.models import VotingRound
from pbvote.services import results, rounds, shortlist
from pbvote.web.access import everyone
from pbvote.web.context import now
from pbvote.web.formats import LONDON
from pbvote.web.htmx import render
from pbvote.web.paging import paged
from pbvote.web.proposals.forms import SearchForm

blueprint = Blueprint("proposals", __name__, url_prefix="/rounds/<slug>/proposals")


@blueprint.get("/")
@everyone
def index(slug: str) -> Response:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    everything = shortlist.public(db.session, voting_round=voting_round)
    form = SearchForm(request.args)
    form.offer(wards=shortlist.wards_in_use(everything), themes=shortlist.themes_in_use(everything))
    valid = not request.args or form.validate()
    found = shortlist.search(
        db.session,
        voting_round=voting_round,
        wish=form.wish(minor_units=voting_round.minor_units),
        today=now().astimezone(LONDON).date(),
    )
    # A mistake is shown in the form itself, and so is that it was put right.
    whole = not valid or "corrected" in request.args
    response = render(
        "proposals/index.html",
        fragment="proposals/_list.html" if whole else "proposals/_found.html",
        status=200 if valid else 422,
        voting_round=voting_round,
        form=form,
        everything=everything,
        found=paged(found, number=request.args.get("page", 1, type=int)),
        page_url=lambda number: _page_url(voting_round, number),
        outcomes=results.outcomes(db.session, voting_round=voting_round),
    )
    if whole:
        response.headers["HX-Retarget"] = "#list"
    return response


@blueprint.get("/<int:number>")
@everyone
def show(slug: str, number: int) -> Response:
    voting_round = rounds.find_visible(db.session, slug=slug, now=now())
    proposal = shortlist.find(db.session, voting_round=voting_round, number=number)
    locale = get_locale()
    language = locale.language if locale else "en"
    return render(
        "proposals/show.html",
        voting_round=voting_round,
        proposal=proposal,
        translation=next((t for t in proposal.translations if t.language == language), None),
        line=results.line(db.session, proposal=proposal),
        alike=shortlist.alike(db.session, proposal=proposal),
        outcomes=results.outcomes(db.session, voting_round=voting_round),
    )


def _page_url(voting_round: VotingRound, number: int) -> str:
    kept: dict[str, Any] = {
        name: value
        for name, value in request.args.items()
        if value and name not in ("page", "slug", "corrected")
    }
    return url_for("proposals.index", slug=voting_round.slug, **kept, page=number)
